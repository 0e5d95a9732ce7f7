import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FatalError, StoppedError } from '../../src/errors.ts';
import type { Ground } from '../../src/s3control/ground.ts';
import { explain, fixFor } from '../../src/s3control/trouble.ts';

const ROLE = 'arn:aws:iam::444455556666:role/s3-batch';
const CALLER = 'arn:aws:iam::444455556666:role/s3-sync-destination';
const READS = ['s3:GetObject', 's3:GetObjectTagging'];
const GROUND: Ground = {
  source: { bucket: 'octo.source', owner: '111122223333', prefix: 'in/', actions: READS },
  destination: { bucket: 'octo.copy', owner: '444455556666', prefix: 'out/', actions: ['s3:PutObject'] },
  work: { bucket: 'octo-work', owner: '444455556666', prefix: 'sync/', actions: ['s3:PutObject'] },
  role: ROLE,
  roleInput: 'batch-role',
  caller: { principal: CALLER, account: '444455556666' },
  partition: 'aws',
  region: 'eu-central-1',
  account: '444455556666',
};
const BY_CALLER =
  'User: arn:aws:sts::444455556666:assumed-role/s3-sync-destination/x is not authorized to perform:';

/** What S3 says, whether to the caller, where the statement belongs, and by what name it is known. */
const STATEMENTS: readonly (readonly [string, boolean, RegExp, string])[] = [
  [
    `AccessDenied: ${BY_CALLER} iam:PassRole on resource: ${ROLE}`,
    true,
    /s3-sync-destination/,
    'S3SyncPassRoleBatchoperations',
  ],
  [
    `AccessDenied: ${BY_CALLER} s3:CreateJob`,
    true,
    /the policy of \S+s3-sync-destination/,
    'S3SyncJobs, S3SyncJob',
  ],
  ['AccessDenied: Access Denied', true, /the policy of \S+s3-sync-destination/, 'S3SyncJobs, S3SyncJob'],
  [
    'AccessDenied: Failed to read manifest: Access Denied',
    false,
    /^Add this statement to the policy of \S+s3-batch \(account 444455556666\)\.$/,
    'S3SyncBatchReports',
  ],
  ['AccessDenied: The completion report could not be written', false, /s3-batch/, 'S3SyncBatchReports'],
  ['AccessDenied: Access Denied on octo-work', false, /s3-batch/, 'S3SyncBatchReports'],
  [
    'AccessDenied: not authorized to perform: s3:GetObject',
    false,
    /the bucket policy of octo\.source \(account 111122223333\).*s3-batch/,
    'S3SyncBatchReads',
  ],
  ['AccessDenied: not authorized to perform: s3:PutObject', false, /s3-batch/, 'S3SyncBatchWrites'],
];

for (const [words, byCaller, todo, sid] of STATEMENTS) {
  test(`${words.slice(0, 90)} is mended by ${sid}`, () => {
    const fix = fixFor(words, GROUND, byCaller);
    assert.match(fix?.todo ?? '', todo);
    const { Statement, ...alone } = JSON.parse(fix?.paste ?? '{}');
    const sids = (Statement ?? [alone]).map(({ Sid }: { Sid: string }) => Sid);
    assert.equal(sids.join(', '), sid);
  });
}

test('statements name real buckets, no more than the prefix, and across accounts the role', () => {
  const { paste = '' } = fixFor('AccessDenied: s3:GetObject', GROUND) ?? {};
  assert.deepEqual(JSON.parse(paste), {
    Sid: 'S3SyncBatchReads',
    Effect: 'Allow',
    Principal: { AWS: ROLE },
    Action: READS,
    Resource: 'arn:aws:s3:::octo.source/in/*',
  });
});

test('where S3 does not say what was denied, both statements are given, and where they belong', () => {
  const { todo = '', paste = '{}' } =
    fixFor('AccessDenied: S3 Batch Operations: Access Denied', GROUND) ?? {};
  assert.match(
    todo,
    /The policy of \S+s3-batch needs both.*the bucket policy of octo\.source \(account 111122223333\)/,
  );
  assert.doesNotMatch(todo, /the bucket policy of octo\.copy/);
  assert.deepEqual(
    JSON.parse(paste).Statement.map(({ Sid }: { Sid: string }) => Sid),
    ['S3SyncBatchReads', 'S3SyncBatchWrites'],
  );
});

test('a key that is named stands in the statements to add', () => {
  const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const words = `AccessDenied: User: x is not authorized to perform: kms:Decrypt on resource: ${key} because no`;
  const { Statement } = JSON.parse(fixFor(words, GROUND)?.paste ?? '{}');
  assert.deepEqual(
    Statement.map(({ Sid, Resource }: { Sid: string; Resource: string }) => [Sid, Resource]),
    [
      ['S3SyncBatchDecrypts', key],
      ['S3SyncBatchEncrypts', key],
    ],
  );
});

/** The pasted statement's Sid. */
function sidFor(words: string, ground: Ground): string {
  return JSON.parse(fixFor(words, ground)?.paste ?? '{}').Sid;
}

test('a bucket whose name is part of another is not taken for it, and an ARN says more than an action', () => {
  const place = { ...GROUND.work, bucket: 'octo' };
  const ground = { ...GROUND, work: place };
  const denied = 'AccessDenied: not authorized to perform:';
  assert.equal(
    sidFor(`${denied} s3:GetObject on resource: "arn:aws:s3:::octo.source/in/a"`, ground),
    'S3SyncBatchReads',
  );
  assert.equal(sidFor(`${denied} s3:GetObject on octo.source`, ground), 'S3SyncBatchReads');
  assert.equal(
    sidFor(`${denied} s3:PutObject on resource: "arn:aws:s3:::octo.copy/out/a"`, ground),
    'S3SyncBatchWrites',
  );
  assert.equal(
    sidFor(`${denied} s3:PutObject on resource: "arn:aws:s3:::octo/sync/x"`, ground),
    'S3SyncBatchReports',
  );
  assert.equal(sidFor('AccessDenied: Access Denied on octo.', ground), 'S3SyncBatchReports');
});

test('of two places in one bucket the one with the longer prefix is meant', () => {
  const work = { ...GROUND.work, bucket: 'octo.copy', prefix: 'out/sync/' };
  const ground = { ...GROUND, work };
  const denied = 'AccessDenied: not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::octo.copy';
  assert.equal(sidFor(`${denied}/out/sync/reports/x"`, ground), 'S3SyncBatchReports');
  assert.equal(sidFor(`${denied}/out/a"`, ground), 'S3SyncBatchWrites');
});

test('what is denied outright is not answered with what to allow', () => {
  for (const [kind, where] of [
    ['a service control policy', /AWS Organizations/],
    ['a resource control policy', /AWS Organizations/],
    ['a resource-based policy', /policy of the bucket/],
    ['an identity-based policy', /policies of the role/],
    ['a permissions boundary', /boundary of the role/],
    ['a session policy', /session/],
    ['a VPC endpoint policy', /endpoint/],
  ] as const) {
    for (const callerDenied of [true, false]) {
      const words = `AccessDenied: ${BY_CALLER} s3:CreateJob on resource: x with an explicit deny in ${kind}`;
      const fix = fixFor(words, GROUND, callerDenied);
      assert.equal(fix?.paste, undefined);
      assert.match(fix?.todo ?? '', new RegExp(kind.replace(/^an? /, '')));
      assert.match(fix?.todo ?? '', where);
    }
  }
});

test('a role that does nothing at the destination itself was denied at the source', () => {
  const ground = { ...GROUND, destination: { ...GROUND.destination, actions: [] } };
  const { paste = '{}' } = fixFor('AccessDenied: Access Denied', ground) ?? {};
  assert.equal(JSON.parse(paste).Sid, 'S3SyncBatchReads');
});

test('a role that does not trust S3 Batch Operations is to trust it for its own account, beside whom it trusts already', () => {
  const words = `AccessDenied: Access Denied: batchoperations.s3.amazonaws.com cannot assume ${ROLE}`;
  const fix = fixFor(words, GROUND);
  assert.match(
    fix?.todo ?? '',
    /`batch-role`\. Add this statement to the trust policy of arn:\S+ \(account 444455556666\)/,
  );
  const statement = JSON.parse(fix?.paste ?? '{}');
  assert.deepEqual(statement.Principal, { Service: 'batchoperations.s3.amazonaws.com' });
  assert.deepEqual(statement.Condition, { StringEquals: { 'aws:SourceAccount': '444455556666' } });
});

for (const [words, says] of [
  ['BadRequestException: Cross-account pass role is not allowed', /a role of account 444455556666/],
  ['AccessDenied: not authorized to perform: kms:GenerateDataKey', /full ARNs of the keys of the buckets/],
  ['KMS.DisabledException: the key is disabled', /policies of the keys/],
  ['InvalidManifest: Invalid Manifest Content: The ETag of the manifest is another', /encrypted with SSE-S3/],
  ['InvalidManifest: Manifest file is not properly formatted.', /run again/],
  ['x: The manifest contains more keys than the maximum allowed in a single job', /Split the run/],
  ['NoSuchBucket: The completion report could not be written', /could not write its report/],
  ['FailureThresholdExceeded: More than 50% of the tasks of the job have failed', /half of at least 1,000/],
  ['IdempotencyException: The client request token was used before', /Run again/],
  ['NoSuchJob: The specified job does not exist.', /forgotten 90 days/],
  ['NoSuchBucket: The specified bucket does not exist', /Correct `source`/],
] as const) {
  test(`${words.slice(0, 90)} has a fix in words`, () => {
    assert.match(fixFor(words, GROUND)?.todo ?? '', says);
  });
}

test('throttling for good says what to look for', () => {
  const error = Object.assign(new Error('Slow down.'), { name: 'TooManyRequestsException' });
  const explained = explain('Making a job', error, GROUND);
  assert.ok(explained instanceof FatalError);
  assert.match(explained.fix?.todo ?? '', /Run again later/);
});

test('what nobody knows is told as it is, without a fix', () => {
  const error = Object.assign(new Error('Nobody knows.'), { name: 'BadRequestException' });
  const explained = explain('Making a job', error, GROUND);
  assert.ok(explained instanceof FatalError);
  assert.equal(explained.message, 'Making a job failed (BadRequestException: Nobody knows.).');
  assert.equal(explained.fix, undefined);
});

test('the end of a run is left as it is', () => {
  const stopped = new StoppedError('Stopped.');
  assert.equal(explain('Making a job', stopped, GROUND), stopped);
});
