import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  RestoreObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { sparse } from '../../lab/s3/index.ts';
import { parseCopySource } from '../../lab/s3/source.ts';
import { DESTINATION, refused, SOURCE, type TwoAccounts, twoAccounts } from './s3-lab.ts';

const MiB = 1024 * 1024;
const Bucket = 'destination';

const copyWith =
  ({ copier }: TwoAccounts) =>
  (input: Partial<CopyObjectCommandInput> = {}) =>
    copier.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: 'source/k', ...input }));

test('a copy takes bytes, metadata and tags, and nothing else', async t => {
  const world = await twoAccounts(t);
  const { source, destination, grant } = world;
  grant('s3:GetObject', 's3:GetObjectTagging');
  source.put('k', 'hello', {
    metadata: { colour: 'red' },
    headers: { 'content-type': 'text/plain', 'cache-control': 'no-cache' },
    tags: { a: 'b' },
    storageClass: 'STANDARD_IA',
    redirect: '/elsewhere',
    lastModified: new Date('2020-01-01'),
    checksum: 'SHA256',
    parts: 3,
  });
  const { CopyObjectResult } = await copyWith(world)();
  const copy = destination.get('k') ?? assert.fail();
  assert.equal(copy.etag, '5d41402abc4b2a76b9719d911017c592');
  assert.equal(CopyObjectResult?.ETag, `"${copy.etag}"`);
  assert.deepEqual(copy.metadata, { colour: 'red' });
  assert.deepEqual(copy.headers, { 'content-type': 'text/plain', 'cache-control': 'no-cache' });
  assert.deepEqual([...copy.tags], [['a', 'b']]);
  assert.equal(copy.storageClass, 'STANDARD');
  assert.equal(copy.redirect, undefined);
  assert.equal(copy.parts, undefined);
  assert.equal(copy.lastModified.toISOString().slice(0, 13), '2026-03-01T12');
  assert.equal(copy.owner, DESTINATION);
  assert.deepEqual([copy.checksum?.algorithm, copy.checksum?.type], ['SHA256', 'FULL_OBJECT']);
  assert.equal(CopyObjectResult?.ChecksumSHA256, copy.checksum?.value);
});

test('directives replace metadata and tags', async t => {
  const world = await twoAccounts(t);
  const { source, destination, grant } = world;
  grant('s3:GetObject');
  source.put('k', 'hello', { metadata: { colour: 'red' }, tags: { a: 'b' } });
  const replace = { MetadataDirective: 'REPLACE', TaggingDirective: 'REPLACE' } as const;
  await copyWith(world)({
    ...replace,
    Metadata: { shape: 'round' },
    ContentType: 'text/css',
    Tagging: 'c=d',
  });
  const copy = destination.get('k');
  assert.deepEqual(copy?.metadata, { shape: 'round' });
  assert.deepEqual(copy?.headers, { 'content-type': 'text/css' });
  assert.deepEqual([...(copy?.tags ?? [])], [['c', 'd']]);
});

test('a tagged object is not copied at all by who may not read or write tags', async t => {
  const world = await twoAccounts(t);
  const { lab, source, destination, grant } = world;
  const copy = copyWith(world);
  source.put('k', 'hello', { tags: { a: 'b' } });
  grant('s3:GetObject');
  await refused(copy(), 403, 'AccessDenied');
  grant('s3:GetObject', 's3:GetObjectTagging');
  await copy();
  destination.delete('k');
  lab.iam.accounts.putPolicy('arn:aws:iam::222222222222:user/copier', 'deny', {
    Statement: [{ Effect: 'Deny', Action: 's3:PutObjectTagging', Resource: '*' }],
  });
  await refused(copy(), 403, 'AccessDenied');
  assert.equal(destination.size, 0);
  await copy({ TaggingDirective: 'REPLACE' });
});

test('more than 5 GiB are not copied in one go', async t => {
  const world = await twoAccounts(t);
  const { source, grant } = world;
  grant('s3:GetObject');
  source.put('k', sparse(5 * 1024 * MiB, 1));
  await copyWith(world)();
  source.put('k', sparse(5 * 1024 * MiB + 1, 1));
  const refusal = await refused(copyWith(world)(), 400, 'InvalidRequest');
  assert.match(refusal.message, /maximum allowable size for a copy source: 5368709120$/);
});

test('the copy source is read as S3 reads it', () => {
  const parsed = (header: string) => Object.values(parseCopySource(header));
  assert.deepEqual(parsed('b/k'), ['b', 'k', undefined]);
  assert.deepEqual(parsed('/b/a%2Fk//x'), ['b', 'a/k//x', undefined]);
  assert.deepEqual(parsed('b%2Fk'), ['b', 'k', undefined]);
  assert.deepEqual(parsed('b/k%3FversionId=1'), ['b', 'k?versionId=1', undefined]);
  assert.deepEqual(parsed('b/k?versionId=1'), ['b', 'k', '1']);
  assert.deepEqual(parsed('b/%C3%BC%2B+%2541'), ['b', 'ü+ %41', undefined]);
  for (const header of ['b', 'b/', '/k', 'b/k?x=1', 'b/%ff']) assert.throws(() => parsed(header), header);
});

test('conditions and versions hold for the source', async t => {
  const world = await twoAccounts(t);
  const { source, destination, grant } = world;
  const copy = copyWith(world);
  grant('s3:GetObject', 's3:ListBucket');
  source.versioning = 'Enabled';
  const { etag, versionId } = source.put('k', 'old');
  source.put('k', 'new');
  await refused(copy({ CopySourceIfMatch: etag }), 412, 'PreconditionFailed');
  await refused(copy({ CopySourceIfNoneMatch: '*' }), 412, 'PreconditionFailed');
  const ofVersion = { CopySource: `source/k?versionId=${versionId}` };
  await refused(copy(ofVersion), 403, 'AccessDenied');
  grant('s3:GetObjectVersion', 's3:GetObject', 's3:ListBucket');
  const answer = await copy({ ...ofVersion, CopySourceIfMatch: etag });
  assert.equal(answer.CopySourceVersionId, versionId);
  assert.equal(destination.get('k')?.etag, etag);
  const marker = source.delete('k');
  await refused(copy(), 404, 'NoSuchKey');
  await refused(copy({ CopySource: `source/k?versionId=${marker?.versionId}` }), 400, 'InvalidRequest');
});

test('the destination can be protected from overwriting', async t => {
  const world = await twoAccounts(t);
  const { source, destination, grant } = world;
  const copy = copyWith(world);
  grant('s3:GetObject');
  source.put('k', 'x');
  await copy({ IfNoneMatch: '*' });
  await refused(copy({ IfNoneMatch: '*' }), 412, 'PreconditionFailed');
  await refused(copy({ IfMatch: 'other' }), 412, 'PreconditionFailed');
  await copy({ IfMatch: destination.get('k')?.etag ?? '' });
});

test('a copy of an object onto itself must change something', async t => {
  const world = await twoAccounts(t);
  world.destination.put('k', 'x');
  const copy = (input: Partial<CopyObjectCommandInput>) =>
    copyWith(world)({ CopySource: 'destination/k', ...input });
  await refused(copy({}), 400, 'InvalidRequest');
  await copy({ StorageClass: 'STANDARD_IA' });
  await copy({ StorageClass: 'STANDARD_IA', MetadataDirective: 'REPLACE' });
});

test('an archived object is copied only while it is restored', async t => {
  const world = await twoAccounts(t);
  const { source, owner, grant, pass } = world;
  const copy = copyWith(world);
  grant('s3:GetObject');
  source.put('k', 'x', { storageClass: 'DEEP_ARCHIVE' });
  await refused(copy(), 403, 'InvalidObjectState');
  const restore = new RestoreObjectCommand({
    Bucket: 'source',
    Key: 'k',
    RestoreRequest: { Days: 1, GlacierJobParameters: { Tier: 'Standard' } },
  });
  await owner.send(restore);
  await refused(owner.send(restore), 409, 'RestoreAlreadyInProgress');
  const head = async () => (await owner.send(new HeadObjectCommand({ Bucket: 'source', Key: 'k' }))).Restore;
  assert.equal(await head(), 'ongoing-request="true"');
  await refused(copy(), 403, 'InvalidObjectState');
  pass(13 * 3_600_000);
  assert.equal(await head(), 'ongoing-request="false", expiry-date="Wed, 04 Mar 2026 00:00:00 GMT"');
  await copy();
  pass(48 * 3_600_000);
  await refused(copy(), 403, 'InvalidObjectState');
  source.put('k', 'x', { storageClass: 'GLACIER_IR' });
  await copy();
  source.put('k', 'x', { storageClass: 'INTELLIGENT_TIERING' });
  await copy();
  source.put('k', 'x', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
  await refused(copy(), 403, 'InvalidObjectState');
  await refused(owner.send(restore), 400, 'InvalidArgument');
  const forGood = new RestoreObjectCommand({ Bucket: 'source', Key: 'k', RestoreRequest: {} });
  await owner.send(forGood);
  pass(6 * 3_600_000);
  await copy();
  source.put('k', 'x', { storageClass: 'GLACIER' });
  await refused(owner.send(forGood), 400, 'MalformedXML');
});

test('both buckets can be held to their expected owners', async t => {
  const world = await twoAccounts(t);
  const copy = copyWith(world);
  world.grant('s3:GetObject');
  world.source.put('k', 'x');
  const right = { ExpectedBucketOwner: DESTINATION, ExpectedSourceBucketOwner: SOURCE };
  await copy(right);
  await refused(copy({ ...right, ExpectedBucketOwner: SOURCE }), 403, 'AccessDenied');
  await refused(copy({ ...right, ExpectedSourceBucketOwner: DESTINATION }), 403, 'AccessDenied');
  await refused(copy({ ExpectedBucketOwner: 'me' }), 400, 'InvalidBucketOwnerAWSAccountID');
});

test('a huge object is copied in its own parts and keeps its ETag', async t => {
  const { source, destination, copier, grant } = await twoAccounts(t);
  const part = 1024 * MiB;
  const size = 6 * part + 5;
  grant('s3:GetObject');
  const original = source.put('k', sparse(size, 'huge'), { parts: part });
  const created = await copier.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key: 'k',
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
      Metadata: { colour: 'red' },
    }),
  );
  const UploadId = created.UploadId ?? '';
  const Parts: CompletedPart[] = [];
  for (let PartNumber = 1; PartNumber <= 7; PartNumber++) {
    const first = (PartNumber - 1) * part;
    const copied = await copier.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: 'k',
        UploadId,
        PartNumber,
        CopySource: 'source/k',
        CopySourceRange: `bytes=${first}-${Math.min(first + part, size) - 1}`,
        CopySourceIfMatch: original.etag,
      }),
    );
    assert.ok(copied.CopyPartResult?.ChecksumCRC64NVME);
    Parts.push({ PartNumber, ...copied.CopyPartResult });
  }
  const complete = (MpuObjectSize: number) =>
    copier.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'k',
        UploadId,
        MultipartUpload: { Parts },
        MpuObjectSize,
        ChecksumCRC64NVME: original.checksum?.value ?? '',
      }),
    );
  await refused(complete(size - 1), 400, 'InvalidRequest');
  const completed = await complete(size);
  assert.equal(completed.ETag, `"${original.etag}"`);
  const copy = destination.get('k') ?? assert.fail();
  assert.equal(copy.content.size, size);
  assert.deepEqual(copy.metadata, { colour: 'red' });
  assert.deepEqual(copy.checksum?.value, original.checksum?.value);
  assert.equal(destination.uploads.size, 0);
});

test('the ranges of a part copy have rules', async t => {
  const { source, copier, grant } = await twoAccounts(t);
  grant('s3:GetObject');
  source.put('small', sparse(5 * MiB, 1));
  source.put('large', sparse(6 * 1024 * MiB, 1));
  const { UploadId = '' } = await copier.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k' }));
  const copyPart = (key: string, CopySourceRange?: string, PartNumber = 1) =>
    copier.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: 'k',
        UploadId,
        PartNumber,
        CopySource: `source/${key}`,
        ...(CopySourceRange && { CopySourceRange }),
      }),
    );
  await copyPart('small');
  await refused(copyPart('small', 'bytes=0-9'), 400, 'InvalidRequest');
  await copyPart('large', 'bytes=0-9');
  await refused(copyPart('large'), 400, 'InvalidRequest');
  await refused(copyPart('large', `bytes=0-${5 * 1024 * MiB}`), 400, 'InvalidRequest');
  await refused(copyPart('large', 'bytes=5-'), 400, 'InvalidArgument');
  await refused(copyPart('large', `bytes=0-${6 * 1024 * MiB}`), 400, 'InvalidArgument');
  await refused(copyPart('small', undefined, 0), 400, 'InvalidArgument');
  await refused(copyPart('small', undefined, 10_001), 400, 'InvalidArgument');
});

async function uploaded({ copier }: TwoAccounts, sizes: number[], ChecksumAlgorithm?: ChecksumAlgorithm) {
  const asked = ChecksumAlgorithm && { ChecksumAlgorithm };
  const { UploadId = '' } = await copier.send(
    new CreateMultipartUploadCommand({ Bucket, Key: 'k', ...asked }),
  );
  const Parts: CompletedPart[] = [];
  for (const [index, size] of sizes.entries()) {
    const PartNumber = index + 1;
    const Body = Buffer.alloc(size, PartNumber);
    const part = await copier.send(
      new UploadPartCommand({ Bucket, Key: 'k', UploadId, PartNumber, Body, ...asked }),
    );
    Parts.push({ ...part, PartNumber });
  }
  const complete = (parts: CompletedPart[], input: object = {}) =>
    copier.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'k',
        UploadId,
        MultipartUpload: { Parts: parts },
        ...input,
      }),
    );
  return { UploadId, Parts, complete };
}

test('completing an upload checks its parts', async t => {
  const world = await twoAccounts(t);
  const { destination, pass } = world;
  const { Parts, complete } = await uploaded(world, [5 * MiB, 10, 10]);
  const [first = {}, second = {}, third = {}] = Parts;
  await refused(complete(Parts), 400, 'EntityTooSmall');
  await refused(complete([second, first]), 400, 'InvalidPartOrder');
  await refused(complete([{ ...first, ETag: '"0"' }]), 400, 'InvalidPart');
  await refused(complete([]), 400, 'MalformedXML');
  destination.put('k', 'x');
  const ends = [first, third];
  await refused(complete(ends, { IfNoneMatch: '*' }), 412, 'PreconditionFailed');
  pass(3_600_000);
  const { ETag } = await complete(ends);
  assert.match(ETag ?? '', /-2"$/);
  assert.equal(destination.get('k')?.content.size, 5 * MiB + 10);
  assert.equal(destination.get('k')?.lastModified.toISOString().slice(0, 13), '2026-03-01T12');
  assert.equal(destination.get('k')?.checksum?.algorithm, 'CRC64NVME');
  await refused(complete(ends), 404, 'NoSuchUpload');
});

test('a composite checksum needs the checksum of every part', async t => {
  const world = await twoAccounts(t);
  const { Parts, complete } = await uploaded(world, [5 * MiB, 10], 'SHA256');
  const bare = Parts.map(({ ChecksumSHA256: _, ...part }) => part);
  await refused(complete(bare), 400, 'InvalidRequest');
  await refused(complete(Parts, { ChecksumType: 'FULL_OBJECT' }), 400, 'BadDigest');
  const { ChecksumSHA256, ChecksumType } = await complete(Parts);
  assert.match(ChecksumSHA256 ?? '', /^.{44}-2$/);
  assert.equal(ChecksumType, 'COMPOSITE');
  const { Parts: gapped, complete: completeGapped } = await uploaded(world, [5 * MiB, 1, 1], 'CRC32');
  const withGap = gapped.filter(part => part.PartNumber !== 2);
  await refused(completeGapped(withGap), 400, 'InvalidPartOrder');
});

test('uploads under way are listed and can be aborted once', async t => {
  const world = await twoAccounts(t);
  const { copier, destination } = world;
  const { UploadId } = await uploaded(world, [1, 2, 3]);
  await uploaded(world, []);
  await copier.send(new CreateMultipartUploadCommand({ Bucket, Key: 'dir/x' }));
  const keys: (string | undefined)[] = [];
  for (let KeyMarker = '', UploadIdMarker = '', more = true; more; ) {
    const from = { ...(KeyMarker && { KeyMarker }), ...(UploadIdMarker && { UploadIdMarker }) };
    const page = await copier.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1, ...from }));
    keys.push(...(page.Uploads ?? []).map(upload => upload.Key));
    ({ NextKeyMarker: KeyMarker = '', NextUploadIdMarker: UploadIdMarker = '' } = page);
    more = page.IsTruncated === true;
  }
  assert.deepEqual(keys, ['dir/x', 'k', 'k']);
  const parts = new ListPartsCommand({ Bucket, Key: 'k', UploadId, PartNumberMarker: '1', MaxParts: 1 });
  const page = await copier.send(parts);
  assert.deepEqual(
    [page.Parts?.map(part => part.Size), page.IsTruncated, page.NextPartNumberMarker],
    [[2], true, '2'],
  );
  const abort = new AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId });
  await copier.send(abort);
  await refused(copier.send(abort), 404, 'NoSuchUpload');
  assert.equal(destination.uploads.size, 2);
});
