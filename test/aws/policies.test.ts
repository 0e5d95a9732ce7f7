import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  asPolicy,
  bucketArn,
  forPrincipal,
  grantingStatement,
  listStatement,
  lookStatement,
  objectsArn,
  passRoleStatement,
  readStatement,
  serviceTrustStatement,
  trustStatement,
  writeStatement,
} from '../../src/aws/policies.ts';
import { documented } from '../documented.ts';

const BUCKET = { bucket: 'from', prefix: '' };
const PREFIX = { bucket: 'from', prefix: 'a/b' };
const NOTHING_MORE = { tags: false, lock: false, acl: false, versions: false, delete: false };

test('a bucket and its objects have ARNs of their own, in every partition', () => {
  assert.equal(bucketArn(PREFIX, 'aws'), 'arn:aws:s3:::from');
  assert.equal(objectsArn(BUCKET, 'aws-cn'), 'arn:aws-cn:s3:::from/*');
  assert.equal(objectsArn(PREFIX, 'aws-us-gov'), 'arn:aws-us-gov:s3:::from/a/b*');
});

test('listing is allowed on the bucket, reading and writing on what is below the prefix', () => {
  assert.deepEqual(listStatement(PREFIX, 'aws'), {
    Sid: 'S3SyncList',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::from',
  });
  assert.equal(readStatement(PREFIX, 'aws', NOTHING_MORE).Resource, 'arn:aws:s3:::from/a/b*');
  assert.equal(writeStatement(PREFIX, 'aws', NOTHING_MORE).Resource, 'arn:aws:s3:::from/a/b*');
});

/** What a run reads besides content and metadata, and the actions it needs for it. */
const READS = [
  ['tags', 's3:GetObjectTagging'],
  ['lock', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
  ['acl', 's3:GetObjectAcl'],
] as const;

test('reading takes what is kept and nothing more', () => {
  const least = ['s3:GetObject'];
  assert.deepEqual(readStatement(BUCKET, 'aws', NOTHING_MORE).Action, least);
  for (const [need, ...actions] of READS) {
    assert.deepEqual(readStatement(BUCKET, 'aws', { ...NOTHING_MORE, [need]: true }).Action, [
      ...least,
      ...actions,
    ]);
  }
});

test('histories take the same actions on versions', () => {
  assert.deepEqual(listStatement(BUCKET, 'aws', true).Action, ['s3:ListBucket', 's3:ListBucketVersions']);
  const needs = { ...NOTHING_MORE, tags: true, lock: true, versions: true };
  assert.deepEqual(readStatement(BUCKET, 'aws', needs).Action, [
    's3:GetObject',
    's3:GetObjectVersion',
    's3:GetObjectTagging',
    's3:GetObjectVersionTagging',
    's3:GetObjectRetention',
    's3:GetObjectLegalHold',
  ]);
});

/** What a run does besides writing, and the action it needs for it. */
const NEEDS = [
  ['tags', 's3:PutObjectTagging'],
  ['lock', 's3:PutObjectRetention', 's3:PutObjectLegalHold'],
  ['acl', 's3:PutObjectAcl'],
  ['delete', 's3:DeleteObject', 's3:GetObject'],
] as const;

test('writing takes what the run does and nothing more', () => {
  const least = ['s3:PutObject', 's3:AbortMultipartUpload'];
  assert.deepEqual(writeStatement(BUCKET, 'aws', NOTHING_MORE).Action, least);
  for (const [need, ...actions] of NEEDS) {
    assert.deepEqual(writeStatement(BUCKET, 'aws', { ...NOTHING_MORE, [need]: true }).Action, [
      ...least,
      ...actions,
    ]);
  }
});

test('a bucket policy states the same with the principal it is for', () => {
  const arn = 'arn:aws:iam::111122223333:role/copy';
  const statement = listStatement(BUCKET, 'aws');
  const stated = forPrincipal(statement, arn);
  assert.deepEqual(stated, { ...statement, Principal: { AWS: arn } });
  assert.deepEqual(Object.keys(stated), ['Sid', 'Effect', 'Principal', 'Action', 'Resource']);
});

test('a trust policy names the provider of the account, the audience and exactly these subjects', () => {
  const issuer = 'token.actions.githubusercontent.com';
  assert.deepEqual(
    trustStatement('111122223333', 'aws-cn', issuer, 'sts.amazonaws.com', ['repo:o/r:ref:x', 'y']),
    {
      Sid: 'GitHubActions',
      Effect: 'Allow',
      Principal: { Federated: `arn:aws-cn:iam::111122223333:oidc-provider/${issuer}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: ['repo:o/r:ref:x', 'y'] },
      },
    },
  );
});

const ROLE = 'arn:aws:iam::111122223333:role/datasync';

test('a service may assume a role for the account of the role only, and each service has a statement of its own', () => {
  const service = 'batchoperations.s3.amazonaws.com';
  assert.deepEqual(serviceTrustStatement(ROLE, service), {
    Sid: 'S3SyncTrustBatchoperations',
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
  });
  const { Sid, Condition } = serviceTrustStatement(ROLE, 's3.amazonaws.com', 'arn:aws:s3:::from');
  assert.equal(Sid, 'S3SyncTrustS3');
  assert.deepEqual(Condition?.ArnLike, { 'aws:SourceArn': 'arn:aws:s3:::from' });
});

test('a role is passed to one service', () => {
  const { Resource, Condition } = passRoleStatement(ROLE, 's3.amazonaws.com');
  assert.equal(Resource, ROLE);
  assert.deepEqual(Condition, { StringEquals: { 'iam:PassedToService': 's3.amazonaws.com' } });
});

test('looking at a role takes what the documentation says', async () => {
  const documentation = await readFile('docs/permissions.md', 'utf8');
  const [, json = ''] =
    /<!-- policy: service-role-look -->\n```json\n([\s\S]*?)\n```/.exec(documentation) ?? [];
  const statement = lookStatement(ROLE, 'arn:aws:iam::111122223333:role/s3-sync-source');
  assert.deepEqual(JSON.parse(json).Statement, [statement]);
  assert.equal(lookStatement(ROLE, undefined).Resource, ROLE);
});

test('granting for a run takes what the documentation says', () => {
  assert.deepEqual(documented('grant'), [grantingStatement({ bucket: 'octo-source', prefix: '' }, 'aws')]);
});

test('what is pasted is a whole policy of the current language, one line a member', () => {
  const text = asPolicy(listStatement(BUCKET, 'aws'), readStatement(BUCKET, 'aws', NOTHING_MORE));
  assert.deepEqual(JSON.parse(text), {
    Version: '2012-10-17',
    Statement: [listStatement(BUCKET, 'aws'), readStatement(BUCKET, 'aws', NOTHING_MORE)],
  });
  assert.match(text, /^\{\n {2}"Version": "2012-10-17",\n/);
});
