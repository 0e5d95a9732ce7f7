import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ground } from '../../src/datasync/ground.ts';
import { explain, fixFor } from '../../src/datasync/trouble.ts';
import { FatalError, StoppedError } from '../../src/errors.ts';

const ROLE = 'arn:aws:iam::111122223333:role/datasync';
const CALLER = 'arn:aws:iam::111122223333:role/s3-sync-source';
const place = (bucket: string, owner: string, folder = '') => ({
  bucket,
  owner,
  folder,
  region: 'eu-central-1',
});
const GROUND: Ground = {
  source: place('octo.source', '111122223333', 'in/'),
  destination: place('octo.source-copy', '444455556666', 'out/'),
  work: place('octo-work', '111122223333', 'sync/'),
  role: ROLE,
  caller: { principal: CALLER, account: '111122223333' },
  partition: 'aws',
  mode: 'ENHANCED',
  storageClass: 'STANDARD',
};

/** What DataSync says, where the statement belongs, and by what name it is known. */
const STATEMENTS: readonly (readonly [string, RegExp, string])[] = [
  [
    `User: arn:aws:sts::111122223333:assumed-role/s3-sync-source/x is not authorized to perform: iam:PassRole on resource: ${ROLE}`,
    /the policy of \S+s3-sync-source/,
    'S3SyncPassRoleDatasync',
  ],
  [
    'is not authorized to perform: iam:CreateServiceLinkedRole on resource: arn:aws:iam::111122223333:role/aws-service-role/datasync.amazonaws.com/AWSServiceRoleForDataSync',
    /the policy of \S+s3-sync-source/,
    'S3SyncServiceLinkedRole',
  ],
  [
    'DataSync location access test failed: could not perform s3:HeadBucket in bucket octo.source. Access denied. Ensure bucket access role has s3:ListBucket permission.',
    /^Add this statement to the policy of \S+datasync \(account 111122223333\)\.$/,
    'S3SyncDataSyncReads',
  ],
  [
    'DataSync location access test failed: could not perform s3:HeadBucket in bucket octo.source-copy. Access denied. Ensure bucket access role has s3:ListBucket permission.',
    /the bucket policy of octo\.source-copy \(account 444455556666\).*let \S+s3-sync-source list the bucket/,
    'S3SyncDataSyncWrites',
  ],
  [
    'DataSync bucket access test failed: could not perform s3:PutObject in bucket octo-work. Access denied.',
    /the policy of \S+datasync/,
    'S3SyncDataSyncReports',
  ],
  ['SrcLocHitAccess: Access Denied', /the policy of \S+datasync/, 'S3SyncDataSyncReads'],
  ['SyncTaskErrorLocationNotAdded: Access Denied', /the bucket policy/, 'S3SyncDataSyncWrites'],
  ['FsS3HeadBucketFailed: Access Denied', /the bucket policy/, 'S3SyncDataSyncWrites'],
  [
    'Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role',
    /the policy of \S+datasync/,
    'S3SyncDataSyncReports',
  ],
];

for (const [words, todo, sid] of STATEMENTS) {
  test(`${words.slice(0, 90)} is mended by ${sid}`, () => {
    const fix = fixFor(words, GROUND);
    assert.match(fix?.todo ?? '', todo);
    assert.equal(JSON.parse(fix?.paste ?? '{}').Sid, sid);
  });
}

test('statements name real buckets and no more than the folder', () => {
  const { paste = '' } = fixFor('FsS3HeadBucketFailed: in bucket octo.source-copy', GROUND) ?? {};
  const { Principal, Resource } = JSON.parse(paste);
  assert.deepEqual(Principal, { AWS: ROLE });
  assert.deepEqual(Resource, ['arn:aws:s3:::octo.source-copy', 'arn:aws:s3:::octo.source-copy/out/*']);
});

test('a role that does not trust DataSync gets a statement for its own account', () => {
  const words = 'Unable to assume role. Reason: Access denied when calling sts:AssumeRole';
  const fix = fixFor(words, GROUND);
  assert.match(
    fix?.todo ?? '',
    /^Check the ARN in `datasync-role`. Add this statement to the trust policy of arn:/,
  );
  const statement = JSON.parse(fix?.paste ?? '{}');
  assert.deepEqual(statement.Principal, { Service: 'datasync.amazonaws.com' });
  assert.equal(statement.Condition.StringEquals['aws:SourceAccount'], '111122223333');
});

for (const [words, says] of [
  ['not authorized to perform: kms:GenerateDataKey', /kms:Decrypt and kms:GenerateDataKey/],
  ['FsS3UnableToConnectToEndpoint', /both Regions enabled/],
  ['NoMem: Cannot allocate memory', /datasync-mode: enhanced/],
  ['EniNotFound', /Run again/],
] as const) {
  test(`${words} has a fix in words`, () => {
    assert.match(fixFor(words, GROUND)?.todo ?? '', says);
  });
}

test('what nobody knows is told as it is, without a fix', () => {
  const error = Object.assign(new Error('Nobody knows.'), {
    name: 'InvalidRequestException',
    errorCode: 'InvalidParameter',
    datasyncErrorCode: 'Strange',
  });
  const explained = explain('Making a task', error, GROUND);
  assert.ok(explained instanceof FatalError);
  assert.equal(
    explained.message,
    'Making a task failed (InvalidRequestException/InvalidParameter/Strange: Nobody knows.).',
  );
  assert.equal(explained.fix, undefined);
});

test('the end of a run is left as it is', () => {
  const stopped = new StoppedError('Stopped.');
  assert.equal(explain('Making a task', stopped, GROUND), stopped);
});
