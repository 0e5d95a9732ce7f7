/** What is to be pasted, policy by policy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckResult } from '../../src/model/checks.ts';
import { policiesToChange } from '../../src/report/policies.ts';

const ROLE = 'arn:aws:iam::444455556666:role/s3-sync-destination';

function lacking(check: string, statement: object): CheckResult {
  const grants = [
    { policy: 'identity', of: ROLE, account: '444455556666', statements: [statement] },
  ] as const;
  return { check, verdict: 'fail', seen: 'No.', fix: { todo: 'Add it.', grants } };
}

function statementsOf(checks: readonly CheckResult[]): readonly { readonly Sid?: string }[] {
  const [policy, ...others] = policiesToChange({ checks, failures: [] });
  assert.equal(others.length, 0);
  return JSON.parse(policy?.text ?? '{}').Statement;
}

test('what a statement allows besides other actions is not asked for a second time', () => {
  const write = {
    Sid: 'Write',
    Effect: 'Allow',
    Action: ['s3:PutObject', 's3:DeleteObject'],
    Resource: 'a/*',
  };
  const mark = { Sid: 'Mark', Effect: 'Allow', Action: 's3:DeleteObject', Resource: 'a/*' };
  const sids = (...checks: CheckResult[]) => statementsOf(checks).map(({ Sid }) => Sid);
  assert.deepEqual(sids(lacking('deletable', mark), lacking('writable', write)), ['Write']);
  const elsewhere = { ...mark, Resource: 'b/*' };
  assert.deepEqual(sids(lacking('deletable', elsewhere), lacking('writable', write)), ['Mark', 'Write']);
});
