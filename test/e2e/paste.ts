/** What a run tells people to paste, put where it says, by the letter. */
import assert from 'node:assert/strict';
import type { PolicyDocument } from '../../lab/kinds.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Fix, Grant } from '../../src/model/checks.ts';
import { pasted, policy, type Run } from './stage.ts';

/** Does to the letter what the run says there is to do. */
export function apply(lab: Lab, run: Run): void {
  const { checks } = run.report;
  const advised = checks.flatMap(({ verdict, fix }) =>
    verdict === 'fail' || fix?.paste === undefined ? [] : [fix],
  );
  const shown = policiesIn(run.log);
  assert.deepEqual(
    pasted(run),
    [...advised.map(({ paste = '' }) => JSON.parse(paste)), ...shown.map(({ document }) => document)],
    'what the report has is what log and summary show',
  );
  for (const { fix } of checks) assert.ok(run.log.includes(fix?.todo ?? ''), fix?.todo);
  for (const fix of advised) applyFix(lab, fix);
  applyPolicies(lab, run.log);
}

/** Puts into the policies of the lab what a log says is to be added to them. */
export function applyPolicies(lab: Lab, log: string): void {
  for (const { place, document } of policiesIn(log)) add(lab, place, statementsOf(document));
}

type Place = Pick<Grant, 'policy' | 'of'>;

const TITLES = {
  'Policy of': 'identity',
  'Bucket policy of': 'bucket',
  'Policy of the key': 'key',
  'Trust policy of': 'trust',
} as const satisfies Record<string, Place['policy']>;

/** The policies that stand in a log, with what is missing in each. */
export function policiesIn(log: string): { readonly place: Place; readonly document: PolicyDocument }[] {
  const titled = /^(\S.*? of(?: the key)?) (\S+) \(account \d+\), to add for .*:\n((?: {4}.*\n?)+)/gm;
  return [...log.matchAll(titled)].map(([, title = '', of = '', text = '']) => {
    assert.ok(title in TITLES, title);
    return { place: { policy: TITLES[title as keyof typeof TITLES], of }, document: JSON.parse(text) };
  });
}

/** The same with one finding. What is to be done says which policies these are. */
export function applyFix(lab: Lab, { todo, grants }: Fix): void {
  assert.ok(grants, todo);
  for (const { statements, ...place } of grants) {
    assert.ok(todo.includes(place.of), todo);
    add(lab, place, statements);
  }
}

function add(lab: Lab, { policy: kind, of }: Place, statements: readonly object[]): void {
  const { accounts } = lab.iam;
  const more = (present: PolicyDocument | undefined) => policy(...statementsOf(present), ...statements);
  switch (kind) {
    case 'identity':
      accounts.putPolicy(of, 'sync', more(accounts.policiesOf(of).get('sync')));
      return;
    case 'trust':
      accounts.setTrustPolicy(of, more(accounts.role(of)?.trustPolicy));
      return;
    case 'bucket':
      lab.s3.bucket(of).policy = more(lab.s3.bucket(of).policy);
      return;
    case 'key':
      lab.s3.key(of).policy = more(lab.s3.key(of).policy);
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
