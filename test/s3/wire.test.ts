/**
 * The lean way to S3 is held to the SDK: the same request for the same input, the same result from the same answer.
 * Both talk HTTP to one small server that remembers what it was asked and answers what it is told to.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import {
  type _Object,
  CopyObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { createDispatcher } from '../../src/aws/endpoint.ts';
import type { Identity } from '../../src/aws/identity.ts';
import { type Trouble, troubleOf } from '../../src/aws/trouble.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { copySource } from '../../src/s3/keys.ts';
import { firstPage } from '../../src/s3/list.ts';
import { createNetwork } from '../../src/s3/network.ts';
import { listVersions } from '../../src/s3/versions.ts';
import { Caller } from '../../src/s3/wire/caller.ts';
import { Connection } from '../../src/s3/wire/connection.ts';
import { type CopyMembers, copyHeaders } from '../../src/s3/wire/copies.ts';
import { scanVersions } from '../../src/s3/wire/versions-page.ts';
import { isWhole, textOf } from '../../src/s3/wire/xml.ts';

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const IDENTITY: Identity = {
  side: 'source',
  how: 'ambient',
  account: '111122223333',
  arn: 'arn:aws:iam::111122223333:user/test',
  principal: 'arn:aws:iam::111122223333:user/test',
  partition: 'aws',
  credentials: async () => CREDENTIALS,
  renew: async () => {},
};

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}
interface Scripted {
  readonly status: number;
  readonly body: string;
}

const seen: Seen[] = [];
let answer: Scripted = { status: 200, body: '' };
let server: Server;
let client: S3Client;
let makeBucket: (prefix?: string) => Bucket;

before(async () => {
  server = createServer(({ method = '', url = '', headers }, response) => {
    seen.push({ method, url, headers });
    response
      .writeHead(answer.status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQ1' })
      .end(answer.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ENDPOINT_URL = endpoint;
  client = new S3Client({
    endpoint,
    region: 'eu-west-1',
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const aborting = new AbortController().signal;
  const network = createNetwork({ environment: process.env, sockets: 4, aborting });
  makeBucket = (prefix = '') =>
    new Bucket(
      {
        location: { bucket: 'there', prefix },
        region: 'eu-west-1',
        owner: '444455556666',
        requestPayer: false,
        identity: IDENTITY,
      },
      network,
    );
});

after(() => {
  delete process.env.AWS_ENDPOINT_URL;
  server.closeAllConnections();
  server.close();
});

const KEY = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter(key => key.isWellFormed() && !key.startsWith('/'));

const COPY_MEMBERS = fc.record(
  {
    ACL: fc.constantFrom('bucket-owner-full-control', 'private'),
    CopySourceIfMatch: fc.constantFrom('"d41d8cd98f00b204e9800998ecf8427e"', '"abc-3"'),
    ExpectedBucketOwner: fc.constant('444455556666'),
    ExpectedSourceBucketOwner: fc.constant('111122223333'),
    GrantFullControl: fc.constant('id="0123abcd"'),
    GrantRead: fc.constant('id="0123abcd", uri="http://acs.amazonaws.com/groups/global/AllUsers"'),
    GrantReadACP: fc.constant('id="0123abcd"'),
    GrantWriteACP: fc.constant('id="0123abcd"'),
    IfNoneMatch: fc.constant('*'),
    MetadataDirective: fc.constantFrom('COPY', 'REPLACE'),
    ObjectLockLegalHoldStatus: fc.constantFrom('ON', 'OFF'),
    ObjectLockMode: fc.constantFrom('GOVERNANCE', 'COMPLIANCE'),
    ObjectLockRetainUntilDate: fc.date({
      noInvalidDate: true,
      min: new Date(0),
      max: new Date('2199-01-01'),
    }),
    RequestPayer: fc.constant('requester'),
    ServerSideEncryption: fc.constantFrom('AES256', 'aws:kms'),
    SSEKMSKeyId: fc.constant('arn:aws:kms:eu-west-1:444455556666:key/k'),
    StorageClass: fc.constantFrom('STANDARD_IA', 'GLACIER_IR'),
    TaggingDirective: fc.constantFrom('COPY', 'REPLACE'),
    WebsiteRedirectLocation: fc.constantFrom('/elsewhere', 'https://example.com/?a=b'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<CopyMembers>;

/** What a request says, without what differs between any two: time, signature, user agent, connection. */
function essence({ method, url, headers }: Seen) {
  const { pathname, searchParams } = new URL(url, 'http://host');
  searchParams.delete('x-id');
  const told = Object.entries(headers).filter(
    ([name]) =>
      (name.startsWith('x-amz-') || name.startsWith('if-')) &&
      !['x-amz-date', 'x-amz-user-agent'].includes(name),
  );
  return {
    method,
    path: url.split('?')[0],
    pathname,
    query: [...searchParams].sort(),
    headers: Object.fromEntries(told.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

async function lastRequest(send: () => Promise<unknown>) {
  seen.length = 0;
  await send();
  const last = seen.at(-1);
  assert.ok(last);
  return essence(last);
}

test('CopyObject: the same request for the same input', async () => {
  answer = { status: 200, body: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' };
  const bucket = makeBucket();
  await fc.assert(
    fc.asyncProperty(KEY, KEY, COPY_MEMBERS, async (from, to, members) => {
      const all = { ...members, CopySource: copySource('here', from) };
      const bySdk = await lastRequest(() =>
        client.send(new CopyObjectCommand({ Bucket: 'there', Key: to, ...all })),
      );
      const lean = await lastRequest(() =>
        bucket.call({
          operation: 'CopyObject',
          method: 'PUT',
          key: to,
          headers: copyHeaders(all),
          withinMs: 5000,
        }),
      );
      assert.deepEqual(lean, bySdk);
    }),
    { numRuns: 150 },
  );
});

test('UploadPartCopy: the same request for the same input', async () => {
  answer = { status: 200, body: '<CopyPartResult><ETag>"e"</ETag></CopyPartResult>' };
  const bucket = makeBucket();
  await fc.assert(
    fc.asyncProperty(
      KEY,
      fc.nat({ max: 9999 }),
      fc.base64String({ minLength: 1 }),
      async (key, part, uploadId) => {
        const members = { CopySource: copySource('here', key), CopySourceRange: `bytes=0-${part}` };
        const input = { Bucket: 'there', Key: key, PartNumber: part + 1, UploadId: uploadId, ...members };
        const bySdk = await lastRequest(() => client.send(new UploadPartCopyCommand(input)));
        const lean = await lastRequest(() =>
          bucket.call({
            operation: 'UploadPartCopy',
            method: 'PUT',
            key,
            query: [
              ['partNumber', String(part + 1)],
              ['uploadId', uploadId],
            ],
            headers: copyHeaders(members),
            withinMs: 5000,
          }),
        );
        assert.deepEqual(lean, bySdk);
      },
    ),
    { numRuns: 50 },
  );
});

const LIST_INPUT: ListObjectsV2CommandInput = {
  Bucket: 'there',
  ExpectedBucketOwner: '444455556666',
  EncodingType: 'url',
  OptionalObjectAttributes: ['RestoreStatus'],
};

test('ListObjectsV2: the same request for the same prefix', async () => {
  answer = { status: 200, body: page([]) };
  await fc.assert(
    fc.asyncProperty(KEY, async prefix => {
      const bySdk = await lastRequest(() =>
        client.send(new ListObjectsV2Command({ ...LIST_INPUT, Prefix: prefix })),
      );
      const lean = await lastRequest(() => firstPage(makeBucket(prefix)));
      assert.deepEqual(lean, bySdk);
    }),
    { numRuns: 50 },
  );
});

test('ListObjectVersions: the same request for the same prefix', async () => {
  answer = { status: 200, body: versionsPage('') };
  await fc.assert(
    fc.asyncProperty(KEY, async prefix => {
      const bySdk = await lastRequest(() =>
        client.send(new ListObjectVersionsCommand({ ...LIST_INPUT, Prefix: prefix })),
      );
      const lean = await lastRequest(() => firstPage(makeBucket(prefix), listVersions));
      assert.deepEqual(lean, bySdk);
    }),
    { numRuns: 50 },
  );
});

function versionsPage(versions: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>there</Name><Prefix></Prefix><KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${versions}</ListVersionsResult>`;
}

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

function page(objects: readonly Written[], extra = ''): string {
  const contents = objects.map(contentsOf).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>there</Name><Prefix></Prefix><KeyCount>${objects.length}</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${extra}${contents}</ListBucketResult>`;
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
      answer = { status: 200, body };
      const { Versions = [], DeleteMarkers = [] } = await client.send(
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
  const { Contents = [] } = await client.send(new ListObjectsV2Command(LIST_INPUT));
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
  const bucket = makeBucket();
  await fc.assert(
    fc.asyncProperty(fc.array(OBJECT, { maxLength: 8 }), async objects => {
      answer = { status: 200, body: page(objects) };
      assert.deepEqual(await firstPage(bucket), await listedBySdk());
    }),
    { numRuns: 200 },
  );
});

test('a page as S3 writes it is read without the SDK, and any other with it', async () => {
  const bucket = makeBucket();
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
  answer = { status: 200, body: page([plain]) };
  seen.length = 0;
  await firstPage(bucket);
  assert.equal(seen.length, 1);
  answer = { status: 200, body: page([odd]) };
  seen.length = 0;
  await firstPage(bucket);
  assert.equal(seen.length, 2);
});

const error = (code: string, more = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Because &amp; so</Message>${more}<RequestId>REQ1</RequestId></Error>`;

const REFUSALS: readonly (readonly [what: string, scripted: Scripted])[] = [
  ['a denial', { status: 403, body: error('AccessDenied') }],
  [
    'a precondition on the source',
    { status: 412, body: error('PreconditionFailed', '<Condition>x-amz-copy-source-If-Match</Condition>') },
  ],
  ['a missing key', { status: 404, body: error('NoSuchKey', '<Key>k</Key>') }],
  ['a missing bucket', { status: 404, body: error('NoSuchBucket') }],
  ['an archived source', { status: 403, body: error('InvalidObjectState') }],
  ['slow down', { status: 503, body: error('SlowDown') }],
  ['an internal error', { status: 500, body: error('InternalError') }],
  ['slow down inside a 200', { status: 200, body: error('SlowDown') }],
  ['an internal error inside a 200', { status: 200, body: error('InternalError') }],
  ['nothing inside a 200', { status: 200, body: '' }],
  ['an expired token', { status: 400, body: error('ExpiredToken') }],
  ['an error without a body', { status: 503, body: '' }],
];

for (const [what, scripted] of REFUSALS) {
  test(`${what} means the same by both ways`, async () => {
    answer = scripted;
    const members = { CopySource: 'here/k' };
    const bySdk = await refusal(() =>
      client.send(new CopyObjectCommand({ Bucket: 'there', Key: 'k', ...members })),
    );
    const lean = await refusal(() => leanOnce(members));
    assert.equal(lean.kind, bySdk.kind);
    if (scripted.body !== '') {
      assert.equal(lean.code, bySdk.code);
      assert.equal(lean.message, bySdk.message);
      assert.equal(lean.condition, bySdk.condition);
      assert.equal(lean.requestId, bySdk.requestId);
    }
  });
}

/** Thrown in place of a second attempt. */
class Retried extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super('would be tried again');
    this.trouble = trouble;
  }
}

function leanOnce(members: CopyMembers): Promise<unknown> {
  const aborting = new AbortController().signal;
  const onRetry = (trouble: Trouble) => {
    throw new Retried(trouble);
  };
  const caller = new Caller({
    bucket: 'there',
    config: {
      endpoint: process.env.AWS_ENDPOINT_URL ?? '',
      region: 'eu-west-1',
      forcePathStyle: true,
      credentials: CREDENTIALS,
    },
    region: 'eu-west-1',
    identity: IDENTITY,
    connection: new Connection(createDispatcher(process.env, 1), aborting),
    retries: { aborting, onRetry },
    count: () => {},
  });
  return caller.call({
    operation: 'CopyObject',
    method: 'PUT',
    key: 'k',
    headers: copyHeaders(members),
    withinMs: 5000,
  });
}

async function refusal(send: () => Promise<unknown>) {
  try {
    await send();
  } catch (thrown) {
    return thrown instanceof Retried ? thrown.trouble : troubleOf(thrown);
  }
  assert.fail('it should have been refused');
}

test('references to characters that there are none of stay as they are', () => {
  assert.equal(
    textOf('<a>&#x41;&#66;&amp;&#x110000;&#9999999999;&nbsp;</a>', 'a'),
    'AB&&#x110000;&#9999999999;&nbsp;',
  );
});
