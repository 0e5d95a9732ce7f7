import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../lab/datasync/manifest.ts';
import { sparse } from '../../lab/s3/index.ts';
import { scene } from './datasync-lab.ts';
import { allow } from './s3-lab.ts';

const GIB = 1024 ** 3;
const filter = (Value: string) => [{ FilterType: 'SIMPLE_PATTERN' as const, Value }];

test('three thousand objects arrive, each where it belongs', async t => {
  const { source, destination, run, createLocation } = await scene(t);
  for (let n = 0; n < 3000; n++) source.put(`logs/2026/${n}.json`, `{"line":${n}}`);
  source.put('other/x', 'not in the location');
  const execution = await run({
    SourceLocationArn: await createLocation('source', { Subdirectory: 'logs' }),
    DestinationLocationArn: await createLocation('destination', { Subdirectory: 'in/box' }),
  });
  assert.partialDeepStrictEqual(execution, {
    Status: 'SUCCESS',
    FilesTransferred: 3000,
    FilesVerified: 3000,
    FilesPrepared: 3000,
    FilesListed: { AtSource: 3000, AtDestinationForDelete: 0 },
    FilesFailed: { Prepare: 0, Transfer: 0, Verify: 0, Delete: 0 },
  });
  assert.equal(destination.size, 3000);
  assert.equal(destination.get('in/box/2026/77.json')?.content.bytes().toString(), '{"line":77}');
});

test('an object keeps its metadata, its tags and four of its headers', async t => {
  const { source, destination, run, role } = await scene(t);
  const carried = {
    'content-type': 'text/html',
    'content-encoding': 'gzip',
    'content-language': 'de',
    'content-disposition': 'inline',
  };
  source.put('page', 'x', {
    headers: { ...carried, 'cache-control': 'max-age=60', expires: 'Thu, 01 Dec 2033 16:00:00 GMT' },
    metadata: { city: 'Zürich' },
    tags: { 'cost center': 'a+b=c/d' },
    redirect: '/elsewhere',
    storageClass: 'STANDARD_IA',
  });
  await run();
  const { headers, metadata, tags, redirect, storageClass, owner } = destination.get('page') ?? {};
  assert.deepEqual(headers, carried);
  assert.deepEqual(metadata, { city: 'Zürich' });
  assert.deepEqual([...(tags ?? [])], [['cost center', 'a+b=c/d']]);
  assert.deepEqual([redirect, storageClass, owner], [undefined, 'STANDARD', destination.account]);

  destination.ownership = 'ObjectWriter';
  await run({ Options: { ObjectTags: 'NONE', TransferMode: 'ALL' } });
  assert.equal(destination.get('page')?.tags.size, 0);
  assert.equal(destination.get('page')?.owner, role.split(':')[4]);
});

test('large objects arrive in parts, and cost nothing', async t => {
  const { source, destination, run } = await scene(t);
  const disk = source.put('disk.img', sparse(6 * GIB, 'disk'), { parts: GIB });
  const execution = await run();
  assert.deepEqual([execution.FilesVerified, execution.BytesTransferred], [1, 6 * GIB]);
  const arrived = destination.get('disk.img');
  assert.equal(arrived?.content.checksum('SHA256'), disk.content.checksum('SHA256'));
  assert.equal(arrived?.parts?.length, 384);
  assert.notEqual(arrived?.etag, disk.etag);
  assert.equal(destination.uploads.size, 0);
});

test('an upload that fails is aborted', async t => {
  const { source, destination, run, lab } = await scene(t);
  source.put('disk.img', sparse(100 * 1024 ** 2, 'disk'));
  lab.faults.add({ kind: 'error', status: 500, code: 'InternalError', operation: 'UploadPart', skip: 3 });
  const { FilesFailed, FilesTransferred } = await run();
  assert.deepEqual([FilesFailed?.Transfer, FilesTransferred, destination.size], [1, 0, 0]);
  assert.equal(destination.uploads.size, 0);
});

test('only what differs in content, size, metadata or tags is carried again', async t => {
  const { source, destination, run, createTask, start, describe, lab } = await scene(t);
  const names = ['same', 'content', 'size', 'metadata', 'tags', 'headers'];
  for (const name of names) source.put(name, 'one');
  const TaskArn = await createTask();
  await start(TaskArn);
  await lab.datasync.settled();
  lab.clock.advance(60_000);
  const before = new Map(names.map(name => [name, destination.get(name)]));
  source.put('content', 'two');
  source.put('size', 'three');
  source.put('metadata', 'one', { metadata: { a: 'b' } });
  source.put('tags', 'one', { tags: { a: 'b' } });
  source.put('headers', 'one', { headers: { 'content-type': 'text/css' } });
  const again = await start(TaskArn);
  await lab.datasync.settled();
  const carried = () => names.filter(name => destination.get(name) !== before.get(name));
  assert.deepEqual(carried(), ['content', 'size', 'metadata', 'tags']);
  assert.partialDeepStrictEqual(await describe(again), {
    FilesSkipped: 2,
    FilesTransferred: 4,
    FilesPrepared: 6,
    EstimatedFilesToTransfer: 4,
  });
  const everything = await run({ Options: { TransferMode: 'ALL' } });
  assert.deepEqual(carried(), names);
  assert.deepEqual([everything.FilesPrepared, everything.FilesSkipped], [0, 0]);
});

test('with OverwriteMode NEVER what is there stays', async t => {
  const { source, destination, run } = await scene(t);
  source.put('old', 'newer');
  source.put('new', 'x');
  destination.put('old', 'older');
  for (const TransferMode of ['CHANGED', 'ALL'] as const) {
    const { FilesSkipped } = await run({ Options: { OverwriteMode: 'NEVER', TransferMode } });
    assert.equal(destination.get('old')?.content.bytes().toString(), 'older');
    assert.equal(FilesSkipped, TransferMode === 'ALL' ? 2 : 1);
  }
  assert.deepEqual(destination.keys(), ['new', 'old']);
});

test('REMOVE deletes what the source has not, within the location and the filters', async t => {
  const { source, destination, run, createLocation, world, role } = await scene(t);
  source.put('a', 'x');
  for (const key of ['in/', 'in/.zfs', 'in/a', 'in/left', 'in/kept.tmp', 'out']) destination.put(key, 'x');
  const task = { DestinationLocationArn: await createLocation('destination', { Subdirectory: 'in' }) };
  const kept = await run(task);
  assert.deepEqual([kept.FilesDeleted, destination.size], [0, 6]);
  const Options = { PreserveDeletedFiles: 'REMOVE' } as const;
  const deny = {
    Effect: 'Deny',
    Principal: { AWS: role },
    Action: 's3:DeleteObject',
    Resource: `${destination.arn}/*`,
  };
  const admitting = destination.policy?.Statement as object[];
  world.destination.setBucketPolicy({ Version: '2012-10-17', Statement: [...admitting, deny] });
  const denied = await run({ ...task, Options });
  assert.deepEqual([denied.FilesFailed?.Delete, denied.EstimatedFilesToDelete, destination.size], [2, 2, 6]);
  world.destination.setBucketPolicy({ Version: '2012-10-17', Statement: admitting });
  const removed = await run({ ...task, Options, Excludes: filter('*.tmp') });
  assert.deepEqual(destination.keys(), ['in/', 'in/.zfs', 'in/a', 'in/kept.tmp', 'out']);
  assert.deepEqual([removed.FilesDeleted, removed.FilesListed?.AtDestinationForDelete], [1, 3]);
});

test('what cannot be carried is skipped: archived objects and keys that are no paths', async t => {
  const { source, destination, run, lab } = await scene(t);
  const thawed = { readyAt: new Date(0), expiresAt: new Date(lab.clock.now().getTime() + 86_400_000) };
  source.put('frozen', 'x', { storageClass: 'GLACIER' });
  source.put('cold', 'x', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
  source.put('thawed', 'x', { storageClass: 'DEEP_ARCHIVE', restoration: thawed });
  const keys = ['/root', 'a//b', 'a/./b', 'a/../b', './c', `d/${'x'.repeat(256)}`];
  for (const key of keys) source.put(key, 'x');
  source.put(`d/${'x'.repeat(255)}`, 'x');
  const { Status, FilesSkipped, FilesTransferred } = await run();
  assert.deepEqual([Status, FilesSkipped, FilesTransferred], ['SUCCESS', 8, 2]);
  assert.deepEqual(destination.keys(), [`d/${'x'.repeat(255)}`, 'thawed']);
});

test("snapshots and DataSync's own folders are not looked at", async t => {
  const { source, destination, run } = await scene(t);
  for (const key of ['a.snapshot', '.aws-datasync/x', 'b/.awssync/x', '.zfs/x', 'kept']) source.put(key, 'x');
  const { FilesListed } = await run();
  assert.deepEqual([FilesListed?.AtSource, destination.keys()], [1, ['kept']]);
});

test('filters take folders with their content, and count as the service counts', async t => {
  const { source, destination, run, createLocation } = await scene(t);
  const keys = [
    'dir/a',
    'dir/sub/b.tmp',
    'directory/c',
    'logs-1',
    'logs-2/d',
    'with|pipe',
    'Dir/e',
    'x/dir/f',
  ];
  for (const key of keys) source.put(`in/${key}`, 'x');
  const SourceLocationArn = await createLocation('source', { Subdirectory: 'in' });
  const carried = async (Includes: string | undefined, Excludes?: string) => {
    for (const key of destination.keys()) destination.delete(key);
    const { FilesListed } = await run({
      SourceLocationArn,
      ...(Includes !== undefined && { Includes: filter(Includes) }),
      ...(Excludes !== undefined && { Excludes: filter(Excludes) }),
    });
    return [FilesListed?.AtSource, ...destination.keys()];
  };
  assert.deepEqual(await carried('/dir'), [2, 'dir/a', 'dir/sub/b.tmp']);
  assert.deepEqual(await carried('/dir/|/logs-*'), [4, 'dir/a', 'dir/sub/b.tmp', 'logs-1', 'logs-2/d']);
  assert.deepEqual(await carried('/with\\|pipe'), [1, 'with|pipe']);
  assert.deepEqual(await carried('/dir', '*.tmp'), [2, 'dir/a']);
  assert.deepEqual(await carried(undefined, '/dir*|*/d|/with*'), [8, 'Dir/e', 'logs-1', 'x/dir/f']);
});

test('objects get the storage class of the location, unless they are too small for it', async t => {
  const { source, destination, run, createLocation } = await scene(t);
  const sizes = { tiny: 39 * 1024, small: 40 * 1024, enough: 128 * 1024 };
  for (const [key, size] of Object.entries(sizes)) source.put(key, Buffer.alloc(size));
  const classes = {
    STANDARD_IA: ['STANDARD', 'STANDARD', 'STANDARD_IA'],
    GLACIER_INSTANT_RETRIEVAL: ['STANDARD', 'STANDARD', 'GLACIER_IR'],
    DEEP_ARCHIVE: ['STANDARD', 'DEEP_ARCHIVE', 'DEEP_ARCHIVE'],
    INTELLIGENT_TIERING: ['INTELLIGENT_TIERING', 'INTELLIGENT_TIERING', 'INTELLIGENT_TIERING'],
  } as const;
  for (const [S3StorageClass, expected] of Object.entries(classes)) {
    const { FilesVerified } = await run({
      DestinationLocationArn: await createLocation('destination', {
        S3StorageClass: S3StorageClass as keyof typeof classes,
      }),
      Options: { TransferMode: 'ALL' },
    });
    const got = Object.keys(sizes).map(key => destination.get(key)?.storageClass);
    assert.deepEqual([...got, FilesVerified], [...expected, 3]);
  }
});

test('an object that may not be read or written fails alone; Basic mode then ends in ERROR', async t => {
  for (const [TaskMode, status] of [
    ['ENHANCED', 'SUCCESS'],
    ['BASIC', 'ERROR'],
  ] as const) {
    const { source, destination, run, lab, role, world } = await scene(t);
    for (const key of ['ok', 'unreadable', 'unwritable']) source.put(key, 'x');
    const deny = (Action: string, bucket: string, key: string) => ({
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Action, Resource: `arn:aws:s3:::${bucket}/${key}` },
    });
    lab.iam.accounts.putPolicy(role, 'no-read', deny('s3:GetObject', world.source.bucket, 'unreadable'));
    lab.iam.accounts.putPolicy(
      role,
      'no-write',
      deny('s3:PutObject', world.destination.bucket, 'unwritable'),
    );
    const execution = await run({ TaskMode, Options: { VerifyMode: 'ONLY_FILES_TRANSFERRED' } });
    assert.equal(execution.Status, status);
    assert.equal(
      execution.Result?.ErrorDetail?.startsWith('Transfer and verification completed.') ?? false,
      status === 'ERROR',
    );
    const failed = TaskMode === 'ENHANCED' ? { Prepare: 1, Transfer: 1, Verify: 0, Delete: 0 } : undefined;
    assert.deepEqual(execution.FilesFailed, failed);
    assert.deepEqual(destination.keys(), ['ok']);
  }
});

test('tags take permissions on both sides, unless they are left behind', async t => {
  const { source, destination, run, lab, role, world } = await scene(t);
  source.put('plain', 'x');
  source.put('tagged', 'x', { tags: { a: 'b' } });
  const deny = (Action: string, bucket: string) => ({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action, Resource: `arn:aws:s3:::${bucket}/*` },
  });
  lab.iam.accounts.putPolicy(role, 'deny', deny('s3:GetObjectTagging', world.source.bucket));
  assert.deepEqual((await run()).FilesFailed, { Prepare: 2, Transfer: 0, Verify: 0, Delete: 0 });
  lab.iam.accounts.putPolicy(role, 'deny', deny('s3:PutObjectTagging', world.destination.bucket));
  assert.deepEqual((await run()).FilesFailed, { Prepare: 0, Transfer: 1, Verify: 0, Delete: 0 });
  assert.deepEqual(destination.keys(), ['plain']);
  await run({ Options: { ObjectTags: 'NONE' } });
  assert.deepEqual(destination.keys(), ['plain', 'tagged']);
});

test('a byte that changes on the way is found by verifying, and not without it', async t => {
  const { source, run, lab, destination } = await scene(t);
  for (const operation of ['GetObject', 'PutObject']) {
    source.put(operation, 'the bytes');
    source.put('other', 'x');
    const disarm = lab.faults.add({ kind: 'damage', operation, key: operation });
    const { Status, FilesFailed } = await run({ Options: { TransferMode: 'ALL' } });
    assert.deepEqual([Status, FilesFailed?.Verify, FilesFailed?.Transfer], ['SUCCESS', 1, 0]);
    assert.notEqual(destination.get(operation)?.content.md5, source.get(operation)?.content.md5);
    disarm();
  }
  lab.faults.add({ kind: 'damage', operation: 'PutObject' });
  const careless = await run({ Options: { TransferMode: 'ALL', VerifyMode: 'NONE' } });
  assert.deepEqual([careless.FilesFailed?.Verify, careless.FilesVerified], [0, 0]);
});

test('Basic mode counts folders among the files and can verify everything', async t => {
  const { source, destination, run } = await scene(t);
  source.put('a/b/one', 'x');
  source.put('a/two', 'x');
  source.put('marked/', '');
  source.put('x'.repeat(256), 'too long, and so not verified either');
  source.put('a/frozen', 'nor this', { storageClass: 'GLACIER' });
  const first = await run({ TaskMode: 'BASIC' });
  // The root, a/, a/b/ and marked/ besides two objects.
  assert.deepEqual([first.FilesTransferred, first.FilesVerified, first.FilesSkipped], [6, 6, 2]);
  assert.deepEqual(destination.keys(), ['a/b/one', 'a/two', 'marked/']);
  assert.deepEqual([first.FilesPrepared, first.FoldersTransferred], [undefined, undefined]);

  destination.put('a/two', 'other');
  source.put('a/three', 'x');
  const Options = { OverwriteMode: 'NEVER' } as const;
  const second = await run({ TaskMode: 'BASIC', Options });
  assert.deepEqual(
    [second.Status, second.FilesTransferred, second.FilesSkipped, second.FilesVerified],
    ['ERROR', 1, 8, 6],
  );
  const third = await run({
    TaskMode: 'BASIC',
    Options: { ...Options, VerifyMode: 'ONLY_FILES_TRANSFERRED' },
  });
  assert.deepEqual([third.Status, third.FilesTransferred, third.FilesVerified], ['SUCCESS', 0, 0]);
});

test('Enhanced mode counts folder objects apart', async t => {
  const { source, destination, run } = await scene(t);
  source.put('folder/', '');
  source.put('folder/a', 'x');
  destination.put('old/', '');
  const execution = await run({ Options: { PreserveDeletedFiles: 'REMOVE' } });
  assert.partialDeepStrictEqual(execution, {
    FilesTransferred: 1,
    FoldersTransferred: 1,
    FilesVerified: 1,
    FoldersVerified: 1,
    FilesDeleted: 0,
    FoldersDeleted: 1,
    FoldersListed: { AtSource: 1, AtDestinationForDelete: 1 },
  });
  assert.deepEqual(destination.keys(), ['folder/', 'folder/a']);
});

test('a manifest names the objects, also by version, and one that is missing fails', async t => {
  const { source, destination, run, lab, role, world } = await scene(t, {
    source: { versioning: 'Enabled' },
  });
  source.put('in, quotes "x"\n', 'x');
  const old = source.put('versioned', 'old');
  source.put('versioned', 'new');
  source.put('unlisted', 'x');
  const manifests = lab.s3.createBucket({
    name: 'octo-work',
    account: world.source.account,
    region: 'us-east-1',
  });
  const csv = `"in, quotes ""x""\n"\r\nversioned,${old.versionId}\nmissing\n`;
  manifests.put('manifests/1.csv', csv);
  const ManifestConfig = {
    Action: 'TRANSFER',
    Format: 'CSV',
    Source: {
      S3: { S3BucketArn: manifests.arn, ManifestObjectPath: 'manifests/1.csv', BucketAccessRoleArn: role },
    },
  } as const;
  const denied = await run({ ManifestConfig });
  assert.deepEqual(
    [denied.Status, denied.Result?.ErrorCode, denied.Result?.PrepareStatus],
    ['ERROR', 'AccessDenied', 'ERROR'],
  );

  lab.iam.accounts.putPolicy(role, 'manifest', allow('s3:GetObject', `${manifests.arn}/*`));
  const execution = await run({ ManifestConfig });
  assert.deepEqual(
    [
      execution.Status,
      execution.FilesListed?.AtSource,
      execution.FilesFailed?.Prepare,
      execution.FilesTransferred,
    ],
    ['SUCCESS', 3, 1, 2],
  );
  assert.deepEqual(destination.keys(), ['in, quotes "x"\n', 'versioned']);
  assert.equal(destination.get('versioned')?.content.bytes().toString(), 'old');

  manifests.put('manifests/1.csv', 'a\na\n');
  const twice = await run({ ManifestConfig });
  assert.deepEqual([twice.Status, twice.Result?.ErrorCode], ['ERROR', 'ManifestFileInvalid']);
});

test('a manifest is read as CSV', () => {
  assert.deepEqual(parseManifest('a\n\n"b,""c"""\r\nd,v1\n"e\nf",v2'), [
    { path: 'a' },
    { path: 'b,"c"' },
    { path: 'd', versionId: 'v1' },
    { path: 'e\nf', versionId: 'v2' },
  ]);
  for (const csv of ['a,b,c', 'a"b', 'a\na', '"a"b', ',v1']) {
    assert.throws(() => parseManifest(csv), { code: 'ManifestFileInvalid' }, csv);
  }
});
