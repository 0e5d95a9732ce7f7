import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, partitionOf, principalOf } from '../../src/aws/arn.ts';

test('the partition of an ARN is its second part, and aws where there is none', () => {
  assert.equal(partitionOf('arn:aws:iam::111122223333:role/r'), 'aws');
  assert.equal(partitionOf('arn:aws-cn:iam::111122223333:role/r'), 'aws-cn');
  assert.equal(partitionOf('arn:aws-us-gov:iam::111122223333:role/r'), 'aws-us-gov');
  for (const none of [undefined, '', 'role', 'arn::iam']) assert.equal(partitionOf(none), 'aws');
});

test('the account of an ARN is its fifth part', () => {
  assert.equal(accountOf('arn:aws:iam::111122223333:role/path/r'), '111122223333');
  assert.equal(accountOf('arn:aws:sts::111122223333:assumed-role/r/s'), '111122223333');
  assert.equal(accountOf('arn:aws:s3:::bucket'), '');
  assert.equal(accountOf('role'), '');
});

/** The ARN of a session, the role it was assumed by where that is known, and the ARN that policies name. */
const PRINCIPALS: readonly [string, string | undefined, string][] = [
  ['arn:aws:sts::111122223333:assumed-role/r/session', undefined, 'arn:aws:iam::111122223333:role/r'],
  ['arn:aws-cn:sts::111122223333:assumed-role/r/s@x.y=z', undefined, 'arn:aws-cn:iam::111122223333:role/r'],
  [
    'arn:aws:sts::111122223333:assumed-role/r/session',
    'arn:aws:iam::111122223333:role/path/r',
    'arn:aws:iam::111122223333:role/path/r',
  ],
  ['arn:aws:iam::111122223333:user/path/u', undefined, 'arn:aws:iam::111122223333:user/path/u'],
  ['arn:aws:iam::111122223333:root', undefined, 'arn:aws:iam::111122223333:root'],
  ['arn:aws:sts::111122223333:federated-user/f', undefined, 'arn:aws:sts::111122223333:federated-user/f'],
];

for (const [session, role, principal] of PRINCIPALS) {
  test(`policies name ${session}${role === undefined ? '' : ` of ${role}`} as ${principal}`, () => {
    assert.equal(principalOf(session, role), principal);
  });
}
