/** The AWS command line against the lab, as it comes. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { aws } from './clients.ts';
import { openLab } from './open-lab.ts';
import { find } from './programs.ts';
import { assertSameTree, plant, plantSapling } from './tree.ts';

before(() => assert.ok(find('aws'), 'aws could not be had'));

test('mb, cp, ls, mv, rm and rb', async t => {
  const { environment, folder } = await openLab(t);
  const s3 = (...args: string[]) => aws(environment)('s3', ...args);
  await plant(join(folder, 'one'), 'one');
  await s3('mb', 's3://fresh');
  await s3('cp', join(folder, 'one'), 's3://fresh/a/one');
  await s3('cp', 's3://fresh/a/one', 's3://fresh/a/two');
  await s3('mv', 's3://fresh/a/two', 's3://fresh/b c/drei');
  assert.match(await s3('ls'), / fresh$/m);
  assert.match(await s3('ls', 's3://fresh'), /PRE a\/\n.*PRE b c\/\n/);
  assert.match(
    await s3('ls', '--recursive', '--summarize', 's3://fresh'),
    /Total Objects: 2\n.*Total Size: 6/,
  );
  assert.equal(await s3('cp', 's3://fresh/b c/drei', '-'), 'one');
  await assert.rejects(s3('rb', 's3://fresh'), /BucketNotEmpty/);
  await s3('rm', '--recursive', 's3://fresh');
  await s3('rb', 's3://fresh');
  await assert.rejects(s3('ls', 's3://fresh'), /NoSuchBucket/);
});

test('sync there, across buckets and back keeps every odd name and a multipart upload', async t => {
  const { environment, bucket, folder } = await openLab(t);
  const client = aws(environment);
  const [tree, back] = [join(folder, 'tree'), join(folder, 'back')];
  await plantSapling(tree);
  await client('s3', 'mb', 's3://second');
  await client('s3', 'sync', tree, `s3://${bucket}/`);
  await client('s3', 'sync', `s3://${bucket}/`, 's3://second/below/');
  await client('s3', 'sync', 's3://second/below/', back);
  await assertSameTree(tree, back);
  assert.equal(await client('s3', 'sync', tree, `s3://${bucket}/`), '');
  const { ETag } = JSON.parse(await client('s3api', 'head-object', '--bucket', bucket, '--key', 'large'));
  assert.match(ETag, /^"[0-9a-f]{32}-4"$/);

  await rm(join(tree, 'empty'));
  assert.match(await client('s3', 'sync', '--delete', tree, `s3://${bucket}/`), /^delete: .*empty$/m);
});

test('s3api: metadata, tags, conditions, versions and batches of deletes', async t => {
  const { environment, bucket } = await openLab(t);
  const api = async (operation: string, ...options: string[]) => {
    const answer = await aws(environment)('s3api', operation, '--bucket', bucket, ...options);
    return answer === '' ? {} : JSON.parse(answer);
  };
  await api('put-bucket-versioning', '--versioning-configuration', 'Status=Enabled');
  await api(
    'put-object',
    '--key',
    'k',
    '--metadata',
    'a=b',
    '--tagging',
    'x=1&y=2',
    '--content-type',
    'text/x',
  );
  const head = await api('head-object', '--key', 'k');
  assert.deepEqual([head.Metadata, head.ContentType, head.ContentLength], [{ a: 'b' }, 'text/x', 0]);
  const { TagSet } = await api('get-object-tagging', '--key', 'k');
  assert.deepEqual(TagSet, [
    { Key: 'x', Value: '1' },
    { Key: 'y', Value: '2' },
  ]);
  await assert.rejects(api('put-object', '--key', 'k', '--if-none-match', '*'), /PreconditionFailed/);
  await api('delete-object', '--key', 'k');
  const { Versions, DeleteMarkers } = await api('list-object-versions');
  assert.deepEqual([Versions.length, DeleteMarkers.length], [1, 1]);
  const every = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  const { Deleted } = await api('delete-objects', '--delete', JSON.stringify({ Objects: every }));
  assert.equal(Deleted.length, 2);
  assert.equal((await api('list-object-versions')).Versions, undefined);
});

test('assume-role-with-web-identity takes the token that GitHub gives, and one it did not sign is refused', async t => {
  const { lab, world, environment } = await openLab(t);
  const { AWS_ENDPOINT_URL = '', AWS_DEFAULT_REGION = '' } = environment;
  const nobody = aws({ AWS_ENDPOINT_URL, AWS_DEFAULT_REGION });
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } =
    lab.github.environment();
  const answer = await fetch(`${url}&audience=sts.amazonaws.com`, {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const { value } = (await answer.json()) as { value: string };
  const assume = (token: string) =>
    nobody(
      'sts',
      'assume-role-with-web-identity',
      '--role-arn',
      world.source.role,
      '--role-session-name',
      'real',
      '--web-identity-token',
      token,
    );
  const { Credentials } = JSON.parse(await assume(value));
  const role = aws({
    AWS_ENDPOINT_URL,
    AWS_DEFAULT_REGION,
    AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
    AWS_SESSION_TOKEN: Credentials.SessionToken,
  });
  assert.match(await role('sts', 'get-caller-identity'), /:assumed-role\/s3-sync-source\/real"/);
  await assert.rejects(assume(`${value.slice(0, -8)}AAAAAAAA`), /InvalidIdentityToken/);
});

test('a sync as somebody of another account is refused until the bucket policy says otherwise', async t => {
  const { lab, world, environment, bucket } = await openLab(t);
  const stranger = aws(lab.environment(world.destination.admin, world.source.region));
  await aws(environment)('s3api', 'put-object', '--bucket', bucket, '--key', 'k');
  await assert.rejects(stranger('s3', 'ls', `s3://${bucket}/`), /AccessDenied/);
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { AWS: world.destination.account },
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${bucket}`,
    },
  ];
  const policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await aws(environment)('s3api', 'put-bucket-policy', '--bucket', bucket, '--policy', policy);
  assert.match(await stranger('s3', 'ls', `s3://${bucket}/`), / k$/m);
});
