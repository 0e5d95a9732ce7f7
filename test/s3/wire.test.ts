/** The lean way to S3 is held to the SDK: the same objects and versions from the same page of a listing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type _Object, ListObjectsV2Command, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import type { ObjectEntry } from '../../src/model/objects.ts';
import { firstPage } from '../../src/s3/list.ts';
import { scanVersions } from '../../src/s3/wire/versions-page.ts';
import { isWhole, textOf } from '../../src/s3/wire/xml.ts';
import { KEY, LIST_INPUT, objectsPage, scriptedS3, versionsPage } from './scripted-s3.ts';

const s3 = await scriptedS3();

const OBJECT = fc.record({
  key: KEY,
  size: fc.integer({ min: 0, max: 50 * 1024 ** 4 }),
  etag: fc.constantFrom('d41d8cd98f00b204e9800998ecf8427e', 'abc-10000'),
  modified: fc.date({ min: new Date('2006-03-14'), max: new Date('2200-01-01'), noInvalidDate: true }),
  storageClass: fc.constantFrom('STANDARD', 'GLACIER', 'INTELLIGENT_TIERING', undefined),
  restore: fc.constantFrom(
    undefined,
    '<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress></RestoreStatus>',
    '<RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress><RestoreExpiryDate>2027-01-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>',
    '<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2027-01-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>',
  ),
  /** Ways to write the same object. */
  style: fc.constantFrom('s3', 'entities', 'cdata', 'attribute', 'comment', 'spaces', 'quotes', 'backwards'),
});
type Written = typeof OBJECT extends fc.Arbitrary<infer T> ? T : never;

function page(objects: readonly Written[]): string {
  return objectsPage(objects.map(contentsOf));
}

/** As Java's URLEncoder does, with `/` left alone. */
function urlEncoded(key: string): string {
  const encoded = encodeURIComponent(key).replace(
    /[!'()~]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return encoded.replaceAll('%20', '+').replaceAll('%2F', '/');
}

function contentsOf({ key, size, etag, modified, storageClass, restore, style }: Written): string {
  const name = urlEncoded(key);
  const written =
    style === 'cdata'
      ? `<![CDATA[${name}]]>`
      : style === 'entities'
        ? name.replace('%', '&#x25;').replace('+', '&#43;')
        : name;
  const gap = style === 'spaces' ? '\n  ' : '';
  const quote = style === 'quotes' ? '"' : '&quot;';
  const fields = [
    `<Key>${written}</Key>`,
    `<LastModified>${style === 'spaces' ? modified.toISOString().replace('.000Z', 'Z') : modified.toISOString()}</LastModified>`,
    `<ETag>${quote}${etag}${quote}</ETag>`,
    '<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>',
    '<ChecksumType>FULL_OBJECT</ChecksumType>',
    `<Size>${size}</Size>`,
    '<Owner><ID>Key</ID><DisplayName>Size</DisplayName></Owner>',
    storageClass === undefined ? '' : `<StorageClass>${storageClass}</StorageClass>`,
    restore ?? '',
  ];
  return [
    style === 'attribute' ? '<Contents note="x">' : '<Contents>',
    style === 'comment' ? '<!-- a comment -->' : '',
    ...(style === 'backwards' ? fields.reverse() : fields),
    '</Contents>',
  ].join(gap);
}

test('ListObjectVersions: the same versions and delete markers of the same page', async () => {
  // What the SDK's parser takes and the scanner does not is refused as a whole.
  const plain = OBJECT.filter(({ style }) => !['cdata', 'attribute', 'comment'].includes(style));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(plain, fc.boolean()), { maxLength: 6 }), async objects => {
      const body = versionsPage(
        objects.map(([object, deleted], id) => versionOf(object, deleted, id)).join(''),
      );
      s3.answers({ status: 200, body });
      const { Versions = [], DeleteMarkers = [] } = await s3.client.send(
        new ListObjectVersionsCommand(LIST_INPUT),
      );
      const bySdk = [
        ...Versions.map(version => ({ ...entryOfSdk(version), versionId: version.VersionId })),
        ...DeleteMarkers.map(({ Key = '', LastModified, VersionId }) => ({
          key: decodeURIComponent(Key.replaceAll('+', ' ')),
          versionId: VersionId,
          modified: LastModified?.getTime(),
          deleted: true,
        })),
      ];
      const read = scanVersions(body, '')?.versions.map(({ version }) => version);
      assert.deepEqual(read?.toSorted(byId), bySdk.toSorted(byId));
      assert.deepEqual(
        read?.map(({ versionId }) => versionId),
        objects.map((_, id) => `v${id}`),
      );
    }),
  );
});

const byId = (one: { versionId: string | undefined }, other: { versionId: string | undefined }) =>
  Number(one.versionId?.slice(1)) - Number(other.versionId?.slice(1));

function versionOf(object: Written, deleted: boolean, id: number): string {
  const name = deleted ? 'DeleteMarker' : 'Version';
  return contentsOf(object)
    .replace('<Contents>', `<${name}><VersionId>v${id}</VersionId><IsLatest>true</IsLatest>`)
    .replace('</Contents>', `</${name}>`);
}

async function listedBySdk(): Promise<ObjectEntry[]> {
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command(LIST_INPUT));
  return Contents.map(entryOfSdk);
}

function entryOfSdk({
  Key = '',
  Size = Number.NaN,
  ETag = '',
  LastModified,
  StorageClass,
  RestoreStatus,
}: _Object) {
  return {
    key: decodeURIComponent(Key.replaceAll('+', ' ')),
    size: Size,
    etag: ETag.slice(1, -1),
    modified: LastModified?.getTime() ?? Number.NaN,
    storageClass: StorageClass ?? 'STANDARD',
    restored: RestoreStatus?.RestoreExpiryDate !== undefined && !RestoreStatus.IsRestoreInProgress,
    ...(RestoreStatus?.IsRestoreInProgress && { restoring: true as const }),
  };
}

test('ListObjectsV2: the same objects from the same page, however it is written', async () => {
  const bucket = s3.bucket();
  await fc.assert(
    fc.asyncProperty(fc.array(OBJECT, { maxLength: 8 }), async objects => {
      s3.answers({ status: 200, body: page(objects) });
      assert.deepEqual(await firstPage(bucket), await listedBySdk());
    }),
    { numRuns: 200 },
  );
});

test('a page as S3 writes it is read without the SDK, and any other with it', async () => {
  const bucket = s3.bucket();
  const [plain, odd] = (['s3', 'attribute'] as const).map(style => ({
    key: 'a',
    size: 1,
    etag: 'abc-10000' as const,
    modified: new Date(0),
    storageClass: undefined,
    restore: undefined,
    style,
  }));
  assert.ok(plain && odd);
  s3.answers({ status: 200, body: page([plain]) });
  s3.seen.length = 0;
  await firstPage(bucket);
  assert.equal(s3.seen.length, 1);
  s3.answers({ status: 200, body: page([odd]) });
  s3.seen.length = 0;
  await firstPage(bucket);
  assert.equal(s3.seen.length, 2);
});

test('an answer that ends anywhere but at its end is not whole', () => {
  const version =
    '<Version><Key>k</Key><VersionId>1</VersionId><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>1</Size></Version>';
  const answers = [
    versionsPage(version.repeat(3)),
    page([]),
    '<CopyObjectResult>\n<ETag>&quot;e&quot;</ETag></CopyObjectResult>',
  ];
  for (const answer of answers) {
    for (const end of ['', '\n', ' \r\n']) assert.equal(isWhole(Buffer.from(answer + end)), true);
    for (let length = 0; length < answer.length; length++)
      assert.equal(isWhole(Buffer.from(answer.slice(0, length))), false, answer.slice(0, length));
  }
  assert.equal(isWhole(Buffer.from('<?xml version="1.0"?><CopyObjectResult/>')), true);
  assert.equal(isWhole(Buffer.from('Hello.')), true, 'not XML, so that asking again does not help');
});

test('references to characters that there are none of stay as they are', () => {
  assert.equal(
    textOf('<a>&#x41;&#66;&amp;&#x110000;&#9999999999;&nbsp;</a>', 'a'),
    'AB&&#x110000;&#9999999999;&nbsp;',
  );
});
