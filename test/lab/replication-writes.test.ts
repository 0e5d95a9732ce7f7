import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AWKWARD_KEYS } from '../../lab/awkward.ts';
import { gate } from './datasync-lab.ts';
import { ruleTo, scene } from './replication-lab.ts';

test('a new object is PENDING, then COMPLETED, and its REPLICA is the same version in every respect', async t => {
  const { client, configure, status, source, destination, lab } = await scene(t);
  await configure(ruleTo(destination));
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'ReplicateObject', key: 'a' });
  const { VersionId } = await client.putObject({
    Bucket: source.name,
    Key: 'a',
    Body: 'content',
    ContentType: 'text/html',
    CacheControl: 'no-store',
    Metadata: { city: 'Zürich' },
    Tagging: 'team=data',
    StorageClass: 'STANDARD_IA',
    ChecksumAlgorithm: 'SHA256',
    WebsiteRedirectLocation: '/there',
  });
  assert.equal(await status('a'), 'PENDING');
  assert.equal(destination.size, 0);
  open();
  await lab.s3.replication.settled();
  assert.equal(await status('a', VersionId), 'COMPLETED');
  const replica = destination.get('a');
  assert.deepEqual(replica, {
    ...source.get('a'),
    replicationStatus: 'REPLICA',
    owner: destination.account,
  });
  assert.equal(replica?.versionId, VersionId);
});

test('copies and multipart uploads are replicated as well, with awkward keys', async t => {
  const { client, configure, status, source, destination, lab } = await scene(t);
  await configure(ruleTo(destination));
  const Bucket = source.name;
  for (const Key of AWKWARD_KEYS) await client.putObject({ Bucket, Key, Body: Key });
  await client.copyObject({ Bucket, Key: 'copy', CopySource: `${Bucket}/folder/` });
  const { UploadId } = await client.createMultipartUpload({ Bucket, Key: 'parts' });
  const part = { Bucket, Key: 'parts', UploadId, PartNumber: 1 };
  const { ETag } = await client.uploadPart({ ...part, Body: 'x' });
  await client.completeMultipartUpload({ ...part, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
  await lab.s3.replication.settled();
  assert.deepEqual(destination.keys(), source.keys());
  assert.equal(destination.keys().length, AWKWARD_KEYS.length + 2);
  assert.equal(destination.get('parts')?.etag, source.get('parts')?.etag);
  assert.equal(await status('copy'), 'COMPLETED');
});

test('what was there before, what is archived and what no rule wants stays where it is', async t => {
  const { client, configure, put, status, source, destination, lab } = await scene(t);
  await put('data/before');
  const Tag = { Key: 'copy', Value: 'yes' };
  await configure(
    ruleTo(destination, { Filter: { And: { Prefix: 'data/', Tags: [Tag] } } }),
    ruleTo(destination, { ID: 'off', Priority: 9, Status: 'Disabled', Filter: {} }),
  );
  const Bucket = source.name;
  const write = (Key: string, more = {}) =>
    client.putObject({ Bucket, Key, Body: 'x', Tagging: 'copy=yes&team=a', ...more });
  await write('data/wanted');
  await write('elsewhere');
  await write('data/untagged', { Tagging: 'copy=no' });
  await write('data/archived', { StorageClass: 'DEEP_ARCHIVE' });
  await client.deleteObject({ Bucket, Key: 'data/wanted' });
  await lab.s3.replication.settled();
  assert.deepEqual(destination.keys(), ['data/wanted']);
  for (const Key of ['data/before', 'elsewhere', 'data/untagged', 'data/archived'])
    assert.equal(await status(Key), undefined, Key);
});

test('of several rules for one destination the highest priority decides', async t => {
  const { configure, put, destination } = await scene(t);
  const into = (ID: string, Priority: number, StorageClass: 'STANDARD_IA' | 'GLACIER_IR', Prefix: string) =>
    ruleTo(destination, {
      ID,
      Priority,
      Filter: { Prefix },
      Destination: { Bucket: destination.arn, StorageClass },
    });
  await configure(into('special', 2, 'GLACIER_IR', 'special/'), into('all', 1, 'STANDARD_IA', ''));
  await put('special/a');
  await put('b');
  assert.deepEqual(
    destination.keys().map(key => destination.get(key)?.storageClass),
    ['STANDARD_IA', 'GLACIER_IR'],
  );
});

test('with several destinations an object is COMPLETED only when all have it', async t => {
  const { configure, put, source, destination, lab } = await scene(t);
  const { account, region } = source;
  const second = lab.s3.createBucket({ name: 'second', account, region, versioning: 'Enabled' });
  await configure(ruleTo(destination), ruleTo(second, { ID: 'second', Priority: 2 }));
  assert.equal(await put('a'), 'FAILED');
  assert.ok(destination.get('a'));
  assert.partialDeepStrictEqual(lab.s3.replication.failures, [
    { key: 'a', destination: second.arn, code: 'DstPutObjectNotPermitted' },
  ]);
  lab.iam.accounts.putPolicy('arn:aws:iam::111122223333:role/s3-replication', 'second', {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:Replicate*', Resource: `${second.arn}/*` },
  });
  assert.equal(await put('b'), 'COMPLETED');
});

test('delete markers follow where the rule says so, deletions of versions never', async t => {
  const { client, configure, put, source, destination, lab } = await scene(t);
  const Bucket = source.name;
  const remove = async (Key: string, VersionId?: string) => {
    const removed = await client.deleteObject({ Bucket, Key, VersionId });
    await lab.s3.replication.settled();
    return removed.VersionId;
  };
  await configure(ruleTo(destination));
  await put('a');
  await remove('a');
  assert.ok(destination.get('a'));

  await configure(ruleTo(destination, { DeleteMarkerReplication: { Status: 'Enabled' } }));
  await put('b');
  const versionId = await remove('b');
  assert.deepEqual(destination.latest('b'), {
    ...source.latest('b'),
    versionId,
    replicationStatus: 'REPLICA',
    owner: destination.account,
  });
  await remove('b', versionId);
  assert.equal(destination.latest('b')?.kind, 'marker');
});

test('replicas are not replicated again', async t => {
  const { configure, put, source, destination, lab } = await scene(t);
  const { account, region } = source;
  const third = lab.s3.createBucket({ name: 'third', account, region, versioning: 'Enabled' });
  await configure(ruleTo(third));
  destination.replication = source.replication;
  await configure(ruleTo(destination));
  await put('a');
  await lab.s3.replication.settled();
  assert.deepEqual([destination.keys(), third.keys(), lab.s3.replication.failures], [['a'], [], []]);
  // What is written there by anybody else does set out, and gets as far as the role of another account takes it.
  destination.put('b', 'x');
  await lab.s3.replication.settled();
  assert.partialDeepStrictEqual(lab.s3.replication.failures, [{ key: 'b', code: 'AssumeRoleNotPermitted' }]);
});

test('versions of a key stand at the destination in the order of the source', async t => {
  const { client, configure, source, destination, lab } = await scene(t);
  await configure(ruleTo(destination));
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'ReplicateObject', times: 1 });
  for (const Body of ['one', 'two', 'three']) await client.putObject({ Bucket: source.name, Key: 'a', Body });
  while (destination.versions.get('a')?.length !== 2) await new Promise(setImmediate);
  open();
  await lab.s3.replication.settled();
  const ids = (bucket: typeof source) => bucket.versions.get('a')?.map(({ versionId }) => versionId);
  assert.deepEqual(ids(destination), ids(source));
  assert.equal(ids(source)?.length, 3);
});
