/** ListObjectsV2, ListObjects and ListObjectVersions. */
import type { LabResponse } from '../kinds.ts';
import { demandOnBucket, ownerOf } from './access.ts';
import { ownerXml } from './acl.ts';
import { archiveOf, restoreStatus } from './archive.ts';
import { invalidArgument } from './errors.ts';
import { nameEncoding, pageLimit, type Stop, take, type Walk, walk } from './listing.ts';
import type { StoredObject, Version } from './object.ts';
import type { BucketCall } from './world.ts';
import { document, element, text } from './xml.ts';

interface Position {
  readonly after: string;
  /** How many pages came before. */
  readonly pages: number;
}

/** Source: API Reference, ListObjectsV2. */
export async function listObjectsV2(call: BucketCall): Promise<LabResponse> {
  const { query } = call.request;
  await demandList(call, 's3:ListBucket');
  const encode = nameEncoding(query);
  const limit = pageLimit(query, 'max-keys');
  const token = query.get('continuation-token');
  const { after, pages } = token === undefined ? firstPosition(query) : readToken(token);
  const { page, more } = pageOf(call, { ...asked(query), after }, limit, pages);
  const next: Position = { after: page.at(-1)?.key ?? after, pages: pages + 1 };
  return listAnswer(
    call,
    text('Name', call.bucket.name),
    text('Prefix', encode(query.get('prefix') ?? '')),
    given('Delimiter', query.get('delimiter'), encode),
    given('StartAfter', query.get('start-after'), encode),
    text('ContinuationToken', token),
    more ? text('NextContinuationToken', writeToken(next)) : '',
    text('KeyCount', page.length),
    text('MaxKeys', limit),
    text('EncodingType', query.get('encoding-type')),
    text('IsTruncated', more),
    ...page.map(stop => stopXml(call, stop, encode, query.get('fetch-owner') === 'true')),
  );
}

/** Source: API Reference, ListObjects. */
export async function listObjects(call: BucketCall): Promise<LabResponse> {
  const { query } = call.request;
  await demandList(call, 's3:ListBucket');
  const encode = nameEncoding(query);
  const limit = pageLimit(query, 'max-keys');
  const marker = query.get('marker') ?? '';
  const { page, more } = pageOf(call, { ...asked(query), after: marker }, limit);
  const delimited = query.get('delimiter');
  return listAnswer(
    call,
    text('Name', call.bucket.name),
    text('Prefix', encode(query.get('prefix') ?? '')),
    text('Marker', encode(marker)),
    more && delimited ? text('NextMarker', encode(page.at(-1)?.key ?? '')) : '',
    given('Delimiter', delimited, encode),
    text('MaxKeys', limit),
    text('EncodingType', query.get('encoding-type')),
    text('IsTruncated', more),
    ...page.map(stop => stopXml(call, stop, encode, true)),
  );
}

async function demandList(call: BucketCall, action: string): Promise<void> {
  const context: Record<string, string> = {};
  for (const name of ['prefix', 'delimiter', 'max-keys']) {
    const value = call.request.query.get(name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  await demandOnBucket(call, call.bucket, action, context);
}

const asked = (query: ReadonlyMap<string, string>): Pick<Walk, 'prefix' | 'delimiter'> => ({
  prefix: query.get('prefix') ?? '',
  delimiter: query.get('delimiter') ?? '',
});

/** A page of current objects, as short or empty as the bucket's paging wants it. */
function pageOf({ bucket }: BucketCall, from: Walk, limit: number, pages?: number) {
  const { limit: atMost = limit, emptyEvery } = bucket.paging;
  const stops = walk(bucket.versions, from, versions => versions[0]?.kind === 'object');
  const full = take(stops, Math.min(limit, atMost));
  const blank = pages !== undefined && emptyEvery !== undefined && (pages + 1) % emptyEvery === 0;
  return blank && full.page.length > 0 ? { page: [], more: true } : full;
}

function stopXml(
  call: BucketCall,
  stop: Stop<readonly Version[]>,
  encode: (name: string) => string,
  withOwner: boolean,
): string {
  if (stop.kind === 'prefix') return element('CommonPrefixes', text('Prefix', encode(stop.key)));
  const object = stop.value[0];
  if (object?.kind !== 'object') return '';
  return element(
    'Contents',
    text('Key', encode(object.key)),
    objectXml(object),
    withOwner ? ownerXml(ownerOf(call.bucket, object)) : '',
    restoreXml(call, object),
  );
}

const objectXml = (object: StoredObject): string =>
  text('LastModified', object.lastModified) +
  text('ETag', `"${object.etag}"`) +
  text('ChecksumAlgorithm', object.checksum?.algorithm) +
  text('ChecksumType', object.checksum?.type) +
  text('Size', object.content.size) +
  text('StorageClass', object.storageClass);

/** Only for those who ask with `x-amz-optional-object-attributes: RestoreStatus`. */
function restoreXml({ request, world }: BucketCall, object: StoredObject): string {
  if (request.headers['x-amz-optional-object-attributes'] !== 'RestoreStatus') return '';
  const status = archiveOf(object) ? restoreStatus(object, world.now()) : undefined;
  if (!status) return '';
  return element(
    'RestoreStatus',
    text('IsRestoreInProgress', status.ongoing),
    text('RestoreExpiryDate', status.expiresAt),
  );
}

function listAnswer({ bucket }: BucketCall, ...children: readonly string[]): LabResponse {
  return {
    status: 200,
    headers: { 'x-amz-bucket-region': bucket.region },
    body: document('ListBucketResult', ...children),
  };
}

const given = (name: string, value: string | undefined, encode: (name: string) => string): string =>
  value ? text(name, encode(value)) : '';

const firstPosition = (query: ReadonlyMap<string, string>): Position => ({
  after: query.get('start-after') ?? '',
  pages: 0,
});

const writeToken = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64');

function readToken(token: string): Position {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Position;
  } catch {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
}

/** Source: API Reference, ListObjectVersions. */
export async function listObjectVersions(call: BucketCall): Promise<LabResponse> {
  const { bucket, request } = call;
  const { query } = request;
  await demandList(call, 's3:ListBucketVersions');
  const encode = nameEncoding(query);
  const limit = pageLimit(query, 'max-keys');
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker');
  if (versionMarker !== undefined && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionMarker,
    );
  }
  const atMost = Math.min(limit, bucket.paging.limit ?? limit);
  const { page, more } = take(versionStops(call, keyMarker, versionMarker), atMost);
  const last = page.at(-1);
  return {
    status: 200,
    body: document(
      'ListVersionsResult',
      text('Name', bucket.name),
      text('Prefix', encode(query.get('prefix') ?? '')),
      text('KeyMarker', encode(keyMarker)),
      text('VersionIdMarker', versionMarker ?? ''),
      more && last ? text('NextKeyMarker', encode(last.key)) : '',
      more && last?.kind === 'version' ? text('NextVersionIdMarker', last.version.versionId) : '',
      given('Delimiter', query.get('delimiter'), encode),
      text('MaxKeys', limit),
      text('EncodingType', query.get('encoding-type')),
      text('IsTruncated', more),
      ...page.map(stop =>
        stop.kind === 'prefix'
          ? element('CommonPrefixes', text('Prefix', encode(stop.key)))
          : versionXml(call, stop.version, stop.latest, encode),
      ),
    ),
  };
}

type VersionStop =
  | { readonly kind: 'prefix'; readonly key: string }
  | { readonly kind: 'version'; readonly key: string; readonly version: Version; readonly latest: boolean };

/** Newest first within a key. A version marker means: go on within its key, behind that version. */
function* versionStops(
  { bucket, request }: BucketCall,
  keyMarker: string,
  versionMarker: string | undefined,
): Generator<VersionStop> {
  const inclusive = versionMarker !== undefined;
  for (const stop of walk(bucket.versions, { ...asked(request.query), after: keyMarker, inclusive })) {
    if (stop.kind === 'prefix') {
      yield stop;
      continue;
    }
    const marked = stop.key === keyMarker && inclusive;
    const seen = marked ? stop.value.findIndex(version => version.versionId === versionMarker) + 1 : 0;
    for (const version of stop.value.slice(seen)) {
      yield { kind: 'version', key: stop.key, version, latest: version === stop.value[0] };
    }
  }
}

function versionXml(
  call: BucketCall,
  version: Version,
  latest: boolean,
  encode: (name: string) => string,
): string {
  const identity =
    text('Key', encode(version.key)) + text('VersionId', version.versionId) + text('IsLatest', latest);
  const owner = ownerXml(ownerOf(call.bucket, version));
  return version.kind === 'marker'
    ? element('DeleteMarker', identity, text('LastModified', version.lastModified), owner)
    : element('Version', identity, objectXml(version), owner, restoreXml(call, version));
}
