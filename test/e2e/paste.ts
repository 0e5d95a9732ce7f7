/** What a run tells people to paste, put where it says, by the letter. */
import assert from 'node:assert/strict';
import type { PolicyDocument } from '../../lab/kinds.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Fix } from '../../src/model/checks.ts';
import { pasted, policy, type Run } from './stage.ts';

/** Does to the letter what the run says there is to do. */
export function apply(lab: Lab, run: Run): void {
  const fixes = run.report.checks.flatMap(({ fix }) => (fix?.paste === undefined ? [] : [fix]));
  assert.deepEqual(
    pasted(run),
    fixes.map(({ paste = '' }) => JSON.parse(paste)),
    'what the report has is what log and summary show',
  );
  for (const fix of fixes) {
    assert.ok(run.log.includes(fix.todo), fix.todo);
    applyFix(lab, fix);
  }
}

/** Puts what is to be pasted where the todo says. */
export function applyFix(lab: Lab, { todo, paste = '' }: Fix): void {
  const text = JSON.parse(paste);
  const [, role] = /\b[Gg]ive (arn:\S+) in account/.exec(todo) ?? [];
  if (role !== undefined) {
    lab.iam.accounts.setTrustPolicy(role, text as PolicyDocument);
    return;
  }
  const [, trusting] = /\bthe trust policy of (arn:\S+) \(account/.exec(todo) ?? [];
  if (trusting !== undefined) {
    const { accounts } = lab.iam;
    accounts.setTrustPolicy(trusting, policy(...statementsOf(accounts.role(trusting)?.trustPolicy), text));
    return;
  }
  const statements = 'Statement' in text ? statementsOf(text) : [text];
  const [, bucketName] = /\bthe bucket policy of (\S+) \(account/.exec(todo) ?? [];
  const [, principal] = /\b[Tt]he policy of (arn:\S+) \(account/.exec(todo) ?? [];
  assert.ok(bucketName ?? principal, todo);
  if (bucketName !== undefined) {
    const bucket = lab.s3.bucket(bucketName);
    bucket.policy = policy(...statementsOf(bucket.policy), ...statements);
  }
  if (principal !== undefined) {
    const present = lab.iam.accounts.policiesOf(principal).get('sync');
    const own = statements.map(({ Principal: _, ...statement }) => statement);
    lab.iam.accounts.putPolicy(principal, 'sync', policy(...statementsOf(present), ...own));
  }
}

export function statementsOf(document: PolicyDocument | undefined): { readonly Principal?: unknown }[] {
  return [document?.Statement ?? []].flat() as { readonly Principal?: unknown }[];
}

/** A policy without some of its actions, and without the statements that then say nothing. */
export function without(document: PolicyDocument, ...actions: string[]): PolicyDocument {
  const left = (statementsOf(document) as { Action: string | string[] }[]).map(statement => ({
    ...statement,
    Action: [statement.Action].flat().filter(action => !actions.includes(action)),
  }));
  return policy(...left.filter(({ Action }) => Action.length > 0));
}
