import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { createClock } from '../../lab/clock.ts';
import { Faults } from '../../lab/faults.ts';
import { createS3, sparse } from '../../lab/s3/index.ts';
import { readUserMetadata, writeUserMetadata } from '../../lab/s3/metadata.ts';
import { refused, twoAccounts } from './s3-lab.ts';

const Bucket = 'source';

test('an object comes back as it was put', async t => {
  const { owner } = await twoAccounts(t);
  const Key = 'a b+c/ü/😀?x=1&<>%41';
  await owner.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: 'hello',
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      ContentEncoding: 'gzip',
      Metadata: { colour: 'red' },
      Tagging: 'k=v%20w&x=',
      StorageClass: 'STANDARD_IA',
    }),
  );
  const got = await owner.send(new GetObjectCommand({ Bucket, Key }));
  assert.equal(await got.Body?.transformToString(), 'hello');
  assert.equal(got.ETag, '"5d41402abc4b2a76b9719d911017c592"');
  assert.equal(got.ContentEncoding, 'gzip');
  const head = await owner.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
  assert.deepEqual(head.Metadata, { colour: 'red' });
  assert.equal(head.ContentType, 'text/plain');
  assert.equal(head.CacheControl, 'no-cache');
  assert.equal(head.ContentLength, 5);
  assert.equal(head.StorageClass, 'STANDARD_IA');
  assert.equal(head.ServerSideEncryption, 'AES256');
  assert.equal(head.ChecksumCRC32, 'NhCmhg==');
  assert.match(head.LastModified?.toISOString() ?? '', /^2026-03-01T12:.*\.000Z$/);
  const { TagSet } = await owner.send(new GetObjectTaggingCommand({ Bucket, Key }));
  assert.deepEqual(TagSet, [
    { Key: 'k', Value: 'v w' },
    { Key: 'x', Value: '' },
  ]);
});

test('metadata beyond ASCII comes back as encoded words, and encoded words are understood', async t => {
  const { owner, source } = await twoAccounts(t);
  await owner.send(
    new PutObjectCommand({
      Bucket,
      Key: 'k',
      Body: 'x',
      Metadata: {
        encoded: '=?UTF-8?B?w6TDtsO8?= =?utf-8?q?_=C3=A9t=C3=A9?=',
        long: `=?UTF-8?B?${Buffer.from('ü'.repeat(60)).toString('base64')}?=`,
      },
    }),
  );
  const { metadata } = source.get('k') ?? assert.fail();
  assert.equal(metadata.encoded, 'äöü été');
  const head = await owner.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  assert.equal(head.Metadata?.encoded, '=?UTF-8?B?w6TDtsO8IMOpdMOp?=');
  // Sent back as it came, a value stays what it is.
  await owner.send(new PutObjectCommand({ Bucket, Key: 'again', Body: 'x', Metadata: head.Metadata ?? {} }));
  assert.deepEqual(source.get('again')?.metadata, metadata);
});

test('raw UTF-8 in metadata is taken for Latin-1, as in the example of the User Guide', () => {
  const sent = { 'x-amz-meta-nonascii': Buffer.from('ÄMÄZÕÑ S3').toString('latin1') };
  assert.deepEqual(writeUserMetadata(readUserMetadata(sent)), {
    'x-amz-meta-nonascii': '=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=',
  });
});

test('metadata, tags and keys have limits', async t => {
  const { owner } = await twoAccounts(t);
  const put = (input: object) => owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...input }));
  await put({ Metadata: { a: 'x'.repeat(2047) } });
  await refused(put({ Metadata: { a: 'x'.repeat(2048) } }), 400, 'MetadataTooLarge');
  await put({ Key: 'ü'.repeat(512) });
  await refused(put({ Key: `${'ü'.repeat(512)}a` }), 400, 'KeyTooLongError');
  const tags = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join('&');
  await put({ Tagging: tags(10) });
  await refused(put({ Tagging: tags(11) }), 400, 'BadRequest');
  await refused(put({ Tagging: `${'k'.repeat(129)}=v` }), 400, 'InvalidTag');
  await refused(put({ Tagging: `k=${'v'.repeat(257)}` }), 400, 'InvalidTag');
  await refused(put({ StorageClass: 'CHEAP' }), 400, 'InvalidStorageClass');
  const TagSet = [{ Key: 'k', Value: '€' }];
  await refused(
    owner.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } })),
    400,
    'InvalidTag',
  );
});

test('ranges and parts can be read one by one', async t => {
  const { owner, source } = await twoAccounts(t);
  source.put('k', '0123456789', { parts: 4 });
  source.put('single', 'all');
  const read = async (input: object) => {
    const got = await owner.send(new GetObjectCommand({ Bucket, Key: 'k', ...input }));
    return [
      got.$metadata.httpStatusCode,
      await got.Body?.transformToString(),
      got.ContentRange,
      got.PartsCount,
    ];
  };
  assert.deepEqual(await read({ Range: 'bytes=2-4' }), [206, '234', 'bytes 2-4/10', undefined]);
  assert.deepEqual(await read({ Range: 'bytes=-3' }), [206, '789', 'bytes 7-9/10', undefined]);
  assert.deepEqual(await read({ Range: 'bytes=8-99' }), [206, '89', 'bytes 8-9/10', undefined]);
  assert.deepEqual(await read({ Range: 'pages=1' }), [200, '0123456789', undefined, undefined]);
  assert.deepEqual(await read({ PartNumber: 2 }), [206, '4567', 'bytes 4-7/10', 3]);
  assert.deepEqual(await read({ PartNumber: 3 }), [206, '89', 'bytes 8-9/10', 3]);
  assert.deepEqual(await read({ Key: 'single', PartNumber: 1 }), [206, 'all', 'bytes 0-2/3', undefined]);
  await refused(read({ Range: 'bytes=10-' }), 416, 'InvalidRange');
  await refused(read({ PartNumber: 4 }), 416, 'InvalidPartNumber');
});

test('declared content streams the same bytes whole and in ranges', async t => {
  const { owner, source } = await twoAccounts(t);
  source.put('k', sparse(300_000, 'seed'));
  const read = async (range?: string) => {
    const got = await owner.send(new GetObjectCommand({ Bucket, Key: 'k', ...(range && { Range: range }) }));
    return Buffer.from((await got.Body?.transformToByteArray()) ?? []);
  };
  const whole = await read();
  assert.equal(whole.length, 300_000);
  assert.deepEqual(await read('bytes=3-140000'), whole.subarray(3, 140_001));
  source.put('other', sparse(300_000, 'another seed'));
  assert.notEqual(source.get('other')?.etag, source.get('k')?.etag);
});

test('conditional reads answer 304 and 412', async t => {
  const { owner, source } = await twoAccounts(t);
  const { etag } = source.put('k', 'x', { lastModified: new Date('2026-03-01T12:00:00Z') });
  const head = (input: object) => owner.send(new HeadObjectCommand({ Bucket, Key: 'k', ...input }));
  const before = new Date('2026-03-01T11:59:59Z');
  const after = new Date('2026-03-01T12:00:01Z');
  await head({ IfMatch: etag, IfUnmodifiedSince: before });
  await head({ IfNoneMatch: 'other', IfModifiedSince: after });
  await refused(head({ IfMatch: 'other' }), 412, 'Unknown');
  await refused(head({ IfUnmodifiedSince: before }), 412, 'Unknown');
  await refused(head({ IfNoneMatch: etag, IfModifiedSince: before }), 304, 'Unknown');
  await refused(head({ IfModifiedSince: after }), 304, 'Unknown');
});

test('conditional writes and deletes keep what they must keep', async t => {
  const { owner, source } = await twoAccounts(t);
  const put = (input: object) => owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...input }));
  const remove = (input: object) => owner.send(new DeleteObjectCommand({ Bucket, Key: 'k', ...input }));
  await refused(put({ IfMatch: '*' }), 404, 'NoSuchKey');
  const { ETag } = await put({ IfNoneMatch: '*' });
  await refused(put({ IfNoneMatch: '*' }), 412, 'PreconditionFailed');
  await refused(put({ IfMatch: 'other' }), 412, 'PreconditionFailed');
  await put({ IfMatch: ETag });
  await refused(remove({ IfMatch: 'other' }), 412, 'PreconditionFailed');
  assert.equal(source.size, 1);
  await remove({ IfMatch: ETag });
  assert.equal(source.size, 0);
  await remove({});
  await refused(remove({ IfMatch: '*' }), 404, 'NoSuchKey');
});

test('DeleteObjects answers for every key', async t => {
  const { owner, source } = await twoAccounts(t);
  const same = source.put('same', 'x');
  source.put('changed', 'x');
  source.put('a&b<c>\r', 'x');
  const remove = (Objects: { Key: string; ETag?: string }[], Quiet = false) =>
    owner.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));
  const answer = await remove([
    { Key: 'same', ETag: same.etag },
    { Key: 'changed', ETag: same.etag.replace(/./g, '0') },
    { Key: 'absent' },
    { Key: 'a&b<c>\r' },
  ]);
  assert.deepEqual(answer.Deleted, [{ Key: 'same' }, { Key: 'absent' }, { Key: 'a&b<c>\r' }]);
  assert.deepEqual(
    answer.Errors?.map(({ Key, Code }) => [Key, Code]),
    [['changed', 'PreconditionFailed']],
  );
  assert.deepEqual(source.keys(), ['changed']);
  assert.equal((await remove([{ Key: 'changed' }], true)).Deleted, undefined);
  const tooMany = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
  await refused(remove(tooMany), 400, 'MalformedXML');
});

test('listings come in pages, short and empty ones included', async t => {
  const { owner, source } = await twoAccounts(t);
  const keys = Array.from({ length: 50 }, (_, i) => `dir/${String(i).padStart(2, '0')} ü&"\n`);
  for (const key of keys) source.put(key, key);
  source.paging = { limit: 7, emptyEvery: 3 };
  const listed: (string | undefined)[] = [];
  const sizes: (number | undefined)[] = [];
  for await (const page of paginateListObjectsV2({ client: owner }, { Bucket, Prefix: 'dir/' })) {
    listed.push(...(page.Contents ?? []).map(object => object.Key));
    sizes.push(page.KeyCount);
  }
  assert.deepEqual(listed, keys);
  assert.deepEqual(sizes.slice(0, 4), [7, 7, 0, 7]);
  const encoded = await owner.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, EncodingType: 'url' }));
  assert.equal(encoded.Contents?.[0]?.Key, 'dir/00+%C3%BC%26%22%0A');
  const old = await owner.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Marker: keys[1] ?? '' }));
  assert.deepEqual(
    old.Contents?.map(object => object.Key),
    keys.slice(2, 4),
  );
  assert.equal(old.NextMarker, undefined);
  const folders = await owner.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
  assert.deepEqual(folders.CommonPrefixes, [{ Prefix: 'dir/' }]);
  assert.equal(folders.KeyCount, 1);
  const token = new ListObjectsV2Command({ Bucket, ContinuationToken: 'made up' });
  await refused(owner.send(token), 400, 'InvalidArgument');
});

test('a versioned bucket keeps everything and a delete is a marker', async t => {
  const { owner, source } = await twoAccounts(t);
  source.put('k', 'before');
  source.versioning = 'Enabled';
  const put = () => owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'now' }));
  const { VersionId } = await put();
  const deleted = await owner.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  assert.equal(deleted.DeleteMarker, true);
  assert.equal((await owner.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  const gone = await refused(owner.send(new GetObjectCommand({ Bucket, Key: 'k' })), 404, 'NoSuchKey');
  assert.equal(gone.$response.headers['x-amz-delete-marker'], 'true');
  const marker = new GetObjectCommand({ Bucket, Key: 'k', VersionId: deleted.VersionId ?? '' });
  await refused(owner.send(marker), 405, 'MethodNotAllowed');
  const old = await owner.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'null' }));
  assert.equal(await old.Body?.transformToString(), 'before');
  assert.equal(old.VersionId, 'null');

  const listed: unknown[] = [];
  for (let KeyMarker = '', VersionIdMarker: string | undefined, more = true; more; ) {
    const from = { KeyMarker, ...(VersionIdMarker !== undefined && { VersionIdMarker }) };
    const page = await owner.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...from }));
    for (const each of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      listed.push([each.Key, each.VersionId, each.IsLatest]);
    }
    ({ NextKeyMarker: KeyMarker = '', NextVersionIdMarker: VersionIdMarker } = page);
    more = page.IsTruncated === true;
  }
  assert.deepEqual(listed, [
    ['k', deleted.VersionId, true],
    ['k', VersionId, false],
    ['k', 'null', false],
  ]);
  assert.deepEqual(source.keys(), []);

  await owner.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: deleted.VersionId ?? '' }));
  assert.equal(source.get('k')?.versionId, VersionId);
  source.versioning = 'Suspended';
  assert.equal((await put()).VersionId, 'null');
  const { Versions } = await owner.send(new ListObjectVersionsCommand({ Bucket }));
  assert.deepEqual(
    Versions?.map(version => version.VersionId),
    ['null', VersionId],
  );
});

test('a locked version cannot be deleted before its time', async t => {
  const { lab, owner, pass } = await twoAccounts(t);
  lab.s3.createBucket({
    name: 'vault',
    account: '111111111111',
    region: 'eu-west-1',
    objectLock: { rule: { mode: 'GOVERNANCE', days: 1 } },
  });
  const Bucket = 'vault';
  const { VersionId = '' } = await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
  const head = await owner.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
  assert.equal(head.ObjectLockMode, 'GOVERNANCE');
  assert.equal(head.ObjectLockRetainUntilDate?.toISOString().slice(0, 10), '2026-03-02');
  const remove = (input: object) =>
    owner.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId, ...input }));
  await refused(remove({}), 403, 'AccessDenied');
  pass(86_400_000);
  await remove({});
  const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date('2027-01-01') } as const;
  const kept = await owner.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...lock }));
  const bypass = { VersionId: kept.VersionId, BypassGovernanceRetention: true };
  await refused(remove(bypass), 403, 'AccessDenied');
  const elsewhere = new PutObjectCommand({ Bucket: 'source', Key: 'k', Body: 'x', ...lock });
  await refused(owner.send(elsewhere), 400, 'InvalidRequest');
});

test('object attributes name the parts only where a checksum was asked for', async t => {
  const { owner, source } = await twoAccounts(t);
  source.put('plain', '0123456789', { parts: 4 });
  source.put('summed', '0123456789', { parts: 4, checksum: 'SHA256' });
  const attributes = (Key: string) =>
    owner.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key,
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'ObjectSize', 'StorageClass'],
      }),
    );
  const plain = await attributes('plain');
  assert.deepEqual([plain.ObjectParts?.TotalPartsCount, plain.ObjectParts?.Parts], [3, undefined]);
  assert.equal(plain.Checksum?.ChecksumType, 'FULL_OBJECT');
  assert.equal(plain.ObjectSize, 10);
  const summed = await attributes('summed');
  assert.deepEqual(
    summed.ObjectParts?.Parts?.map(part => part.Size),
    [4, 4, 2],
  );
  assert.match(summed.Checksum?.ChecksumSHA256 ?? '', /-3$/);
  assert.match(summed.ETag ?? '', /^[0-9a-f]{32}-3$/);
});

test('bucket labels may stand in the host name', () => {
  const s3 = createS3({
    authorize: async () => ({ allowed: true }),
    assumeRole: async () => undefined,
    faults: new Faults(),
    now: createClock().now,
    id: () => 'id',
    host: 's3.lab',
  });
  const request = {
    id: 'id',
    method: 'GET',
    path: '/a/b%2Bc',
    query: new Map(),
    search: '',
    headers: { host: 'my.bucket.s3.lab:443' },
    body: Buffer.alloc(0),
    caller: undefined,
    scope: undefined,
  };
  assert.deepEqual(s3.operation(request), { name: 'GetObject', bucket: 'my.bucket', key: 'a/b+c' });
  assert.deepEqual(s3.operation({ ...request, headers: { host: 's3.lab' } }), {
    name: 'GetObject',
    bucket: 'a',
    key: 'b+c',
  });
  assert.equal(s3.operation({ ...request, path: '/%ff' }).name, 'InvalidURI');
});
