/**
 * A server that answers like S3 and does as little as it can, in a process of its own: what is measured is the client.
 * (The lab checks every signature and policy, which costs more than any client here does. What is right is tested there.)
 *
 * Started by `server.ts`, which says in the first argument what to serve.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { Bucket, type BucketSize, etagOf, type Listed, SIZE } from './buckets.ts';
import { Job, WORK } from './job.ts';

export interface Stage {
  readonly buckets: readonly BucketSize[];
  /** Milliseconds before each answer. */
  readonly latencyMs: number;
  /** Everything is denied. */
  readonly closed: boolean;
}

/** What the parent process may ask for; it is answered by what was counted until then. */
export type Order = 'count' | 'reset';
/** Requests by the API's name of what they ask for. */
export type Counts = Readonly<Record<string, number>>;

interface Asked {
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Iterable<string>;
}

const stage = JSON.parse(process.argv[2] ?? '{}') as Stage;
const buckets = new Map(stage.buckets.map(size => [size.name, new Bucket(size)]));
const job = new Job((bucket, key) => buckets.get(bucket)?.write(key));
let counts: Record<string, number> = {};

const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
  const asked = read(request);
  counts[asked.operation] = (counts[asked.operation] ?? 0) + 1;
  if (asked.operation === 'PutObject') await job.read(request);
  else request.resume();
  const { status, headers, body = '' } = answer(asked);
  const send = () => {
    response.writeHead(status, {
      'content-type': 'application/xml',
      ...(typeof body === 'string' && { 'content-length': Buffer.byteLength(body) }),
      'x-amz-request-id': 'STANDIN',
      ...headers,
    });
    if (typeof body === 'string') response.end(body);
    else Readable.from(body).pipe(response);
  };
  if (stage.latencyMs > 0) setTimeout(send, stage.latencyMs);
  else send();
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

process.on('message', (order: Order) => {
  process.send?.(counts);
  if (order === 'count') return;
  counts = {};
  for (const bucket of buckets.values()) bucket.clear();
});

function read({ method, url = '/', headers }: IncomingMessage): Asked {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [, bucket = '', ...rest] = pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  return { operation: nameOf(method, bucket, key, query, headers), bucket, key, query };
}

function nameOf(
  method: string | undefined,
  bucket: string,
  key: string,
  query: URLSearchParams,
  headers: IncomingMessage['headers'],
): string {
  if (bucket === '') return 'GetCallerIdentity';
  if (bucket === S3_CONTROL)
    return method === 'POST' ? 'CreateJob' : key === 'jobs' ? 'ListJobs' : 'DescribeJob';
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket';
    const setting = [...SETTINGS.keys()].find(name => query.has(name));
    return setting === undefined ? 'ListObjectsV2' : `Get ${setting}`;
  }
  if (method === 'PUT') return 'x-amz-copy-source' in headers ? 'CopyObject' : 'PutObject';
  if (method === 'POST') return 'CreateMultipartUpload';
  if (method === 'DELETE') return 'AbortMultipartUpload';
  if (query.has('tagging')) return 'GetObjectTagging';
  return method === 'HEAD' ? 'HeadObject' : 'GetObject';
}

/** What the paths of S3 Control begin with, where those of S3 have a bucket. */
const S3_CONTROL = 'v20180820';

/** A bucket as the console makes it today. */
const SETTINGS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['versioning', { status: 200, body: '<VersioningConfiguration/>' }],
  ['location', { status: 200, body: '<LocationConstraint/>' }],
  ['requestPayment', xml('RequestPaymentConfiguration', '<Payer>BucketOwner</Payer>')],
  [
    'ownershipControls',
    xml('OwnershipControls', '<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>'),
  ],
  ['encryption', refusal(404, 'ServerSideEncryptionConfigurationNotFoundError')],
  ['object-lock', refusal(404, 'ObjectLockConfigurationNotFoundError')],
  ['policy', refusal(404, 'NoSuchBucketPolicy')],
]);

function answer({ operation, bucket: name, key, query }: Asked): Answer {
  if (stage.closed) return refusal(403, 'AccessDenied');
  switch (operation) {
    case 'GetCallerIdentity':
      return refusal(400, 'InvalidAction');
    case 'CreateJob':
      return xml('CreateJobResult', job.make());
    case 'DescribeJob':
      return xml('DescribeJobResult', job.describe());
    case 'ListJobs':
      return xml('ListJobsResult', '<Jobs/>');
  }
  const bucket = buckets.get(name);
  if (bucket === undefined) return refusal(404, 'NoSuchBucket');
  switch (operation) {
    case 'HeadBucket':
      return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
    case 'ListObjectsV2':
      return list(name, bucket, query);
    case 'CopyObject':
      bucket.write(key);
      return xml('CopyObjectResult', `<LastModified>${AFTER}</LastModified><ETag>"${etagOf(key)}"</ETag>`);
    case 'HeadObject':
      return { status: 200, headers: headersOf(key) };
    case 'PutObject':
      return { status: 200, headers: { etag: `"${etagOf(key)}"` } };
    case 'GetObject':
      if (name === WORK) return fileOf(key);
      return { status: 200, headers: headersOf(key), body: '.'.repeat(SIZE) };
    case 'GetObjectTagging':
      return xml('Tagging', '<TagSet/>');
    case 'CreateMultipartUpload':
      return xml('InitiateMultipartUploadResult', '<UploadId>1</UploadId>');
    case 'AbortMultipartUpload':
      return { status: 204 };
    default:
      return SETTINGS.get(operation.slice('Get '.length)) ?? refusal(501, 'NotImplemented');
  }
}

function fileOf(key: string): Answer {
  const body = job.file(key);
  return body === undefined ? refusal(404, 'NoSuchKey') : { status: 200, body };
}

const BEFORE = '2026-01-01T00:00:00.000Z';
const AFTER = '2026-02-01T00:00:00.000Z';

function headersOf(key: string): Record<string, string> {
  return {
    'content-type': 'binary/octet-stream',
    'content-length': String(SIZE),
    'last-modified': new Date(BEFORE).toUTCString(),
    etag: `"${etagOf(key)}"`,
  };
}

const PAGE = 1_000;

function list(name: string, bucket: Bucket, query: URLSearchParams): Answer {
  const prefix = query.get('prefix') ?? '';
  const limit = Math.min(PAGE, Number(query.get('max-keys') ?? PAGE));
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const { page, more } = bucket.list(prefix, after, limit);
  const modified = name === 'source' ? BEFORE : AFTER;
  let body = `<Name>${name}</Name><Prefix>${prefix}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${limit}</MaxKeys>`;
  if (query.has('encoding-type')) body += '<EncodingType>url</EncodingType>';
  body += `<IsTruncated>${more}</IsTruncated>`;
  for (const listed of page) body += contents(listed, modified);
  if (more) body += `<NextContinuationToken>${page.at(-1)?.key}</NextContinuationToken>`;
  return xml('ListBucketResult', body);
}

function contents({ key, etag }: Listed, modified: string): string {
  return `<Contents><Key>${key}</Key><LastModified>${modified}</LastModified><ETag>&quot;${etag}&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>${SIZE}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

function xml(root: string, inside: string): Answer {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return { status: 200, body: `${declaration}<${root} xmlns="${namespace}">${inside}</${root}>` };
}

function refusal(status: number, code: string): Answer {
  return { status, body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>` };
}
