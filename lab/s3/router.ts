/** From a request to the name S3's API gives it. */
import type { LabRequest } from '../kinds.ts';
import { S3Error } from './errors.ts';

export interface Target {
  /** '' when S3 has no such operation, or the lab has not. */
  readonly name: string;
  readonly bucket?: string;
  readonly key?: string;
  /** Whether the bucket stood in the host name. */
  readonly virtualHost: boolean;
}

type Subresources = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What `?subresource` makes of a method; a subresource that is listed never falls back to the plain operation. */
const BUCKET: Subresources = {
  location: { GET: 'GetBucketLocation' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  encryption: { GET: 'GetBucketEncryption', PUT: 'PutBucketEncryption', DELETE: 'DeleteBucketEncryption' },
  ownershipControls: {
    GET: 'GetBucketOwnershipControls',
    PUT: 'PutBucketOwnershipControls',
    DELETE: 'DeleteBucketOwnershipControls',
  },
  'object-lock': { GET: 'GetObjectLockConfiguration', PUT: 'PutObjectLockConfiguration' },
  requestPayment: { GET: 'GetBucketRequestPayment', PUT: 'PutBucketRequestPayment' },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  policyStatus: { GET: 'GetBucketPolicyStatus' },
  publicAccessBlock: {
    GET: 'GetPublicAccessBlock',
    PUT: 'PutPublicAccessBlock',
    DELETE: 'DeletePublicAccessBlock',
  },
  tagging: { GET: 'GetBucketTagging', PUT: 'PutBucketTagging', DELETE: 'DeleteBucketTagging' },
  acl: { GET: 'GetBucketAcl' },
  replication: {
    GET: 'GetBucketReplication',
    PUT: 'PutBucketReplication',
    DELETE: 'DeleteBucketReplication',
  },
  versions: { GET: 'ListObjectVersions' },
  uploads: { GET: 'ListMultipartUploads' },
  delete: { POST: 'DeleteObjects' },
  accelerate: {},
  analytics: {},
  cors: {},
  'intelligent-tiering': {},
  inventory: {},
  lifecycle: {},
  logging: {},
  metrics: {},
  notification: {},
  session: {},
  website: {},
};

const OBJECT: Subresources = {
  uploads: { POST: 'CreateMultipartUpload' },
  uploadId: {
    GET: 'ListParts',
    PUT: 'UploadPart',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
  },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  acl: { GET: 'GetObjectAcl', PUT: 'PutObjectAcl' },
  attributes: { GET: 'GetObjectAttributes' },
  restore: { POST: 'RestoreObject' },
  'legal-hold': { GET: 'GetObjectLegalHold' },
  retention: { GET: 'GetObjectRetention' },
  select: {},
  torrent: {},
};

const PLAIN_BUCKET: Readonly<Record<string, string>> = {
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
  HEAD: 'HeadBucket',
};

const PLAIN_OBJECT: Readonly<Record<string, string>> = {
  GET: 'GetObject',
  HEAD: 'HeadObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
};

const COPIES: Readonly<Record<string, string>> = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' };

/** Names the operation, bucket and key of a request. `host` is the name that bucket labels may stand before. */
export function route(request: LabRequest, host?: string): Target {
  const label = bucketLabel(request.headers.host, host);
  const path = label === undefined ? request.path.slice(1) : `${label}${request.path}`;
  const slash = path.indexOf('/');
  const bucket = decode(slash < 0 ? path : path.slice(0, slash));
  const key = slash < 0 ? '' : decode(path.slice(slash + 1));
  const virtualHost = label !== undefined;
  if (bucket === '') return { name: request.method === 'GET' ? 'ListBuckets' : '', virtualHost };
  if (key === '') return { name: bucketOperation(request), bucket, virtualHost };
  const name = named(OBJECT, PLAIN_OBJECT, request);
  const copies = request.headers['x-amz-copy-source'] !== undefined;
  return { name: (copies && COPIES[name]) || name, bucket, key, virtualHost };
}

function bucketOperation(request: LabRequest): string {
  if (request.method === 'GET' && !Object.keys(BUCKET).some(name => request.query.has(name))) {
    return request.query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
  }
  return named(BUCKET, PLAIN_BUCKET, request);
}

function named(
  subresources: Subresources,
  plain: Readonly<Record<string, string>>,
  { method, query }: LabRequest,
): string {
  const subresource = Object.keys(subresources).find(name => query.has(name));
  const names = subresource === undefined ? plain : subresources[subresource];
  return names?.[method] ?? '';
}

function bucketLabel(hostHeader = '', host: string | undefined): string | undefined {
  const name = hostHeader.replace(/:\d+$/, '');
  return host !== undefined && name.endsWith(`.${host}`) ? name.slice(0, -host.length - 1) : undefined;
}

/** Percent-decoding alone: a `+` in a path is a plus. */
function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.", { URI: encoded });
  }
}
