/** What a run tells people to paste, put where it says, by the letter. */
import assert from 'node:assert/strict';
import type { PolicyDocument } from '../../lab/kinds.ts';
import type { Lab } from '../../lab/lab.ts';
import { pasted, policy, type Run } from './stage.ts';

/** Does to the letter what the run says there is to do. */
export function apply(lab: Lab, run: Run): void {
  const fixes = run.report.checks.flatMap(({ fix }) => (fix?.paste === undefined ? [] : [fix]));
  assert.deepEqual(
    pasted(run),
    fixes.map(({ paste = '' }) => JSON.parse(paste)),
    'what the report has is what log and summary show',
  );
  for (const { todo, paste = '' } of fixes) {
    assert.ok(run.log.includes(todo), todo);
    const text = JSON.parse(paste);
    const [, role] = /\b[Gg]ive (arn:\S+) in account/.exec(todo) ?? [];
    if (role !== undefined) {
      lab.iam.accounts.setTrustPolicy(role, text as PolicyDocument);
      continue;
    }
    const [, bucketName] = /\bthe bucket policy of (\S+) \(account/.exec(todo) ?? [];
    const [, principal] = /\b[Tt]he policy of (arn:\S+) \(account/.exec(todo) ?? [];
    assert.ok(bucketName ?? principal, todo);
    if (bucketName !== undefined) {
      const bucket = lab.s3.bucket(bucketName);
      bucket.policy = policy(...statementsOf(bucket.policy), text);
    }
    if (principal !== undefined) {
      const { Principal: _, ...statement } = text;
      const present = lab.iam.accounts.policiesOf(principal).get('sync');
      lab.iam.accounts.putPolicy(principal, 'sync', policy(...statementsOf(present), statement));
    }
  }
}

export function statementsOf(document: PolicyDocument | undefined): object[] {
  return [document?.Statement ?? []].flat() as object[];
}

/** A policy without some of its actions, and without the statements that then say nothing. */
export function without(document: PolicyDocument, ...actions: string[]): PolicyDocument {
  const left = (statementsOf(document) as { Action: string | string[] }[]).map(statement => ({
    ...statement,
    Action: [statement.Action].flat().filter(action => !actions.includes(action)),
  }));
  return policy(...left.filter(({ Action }) => Action.length > 0));
}
