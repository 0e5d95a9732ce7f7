/** GetObject and HeadObject. */
import type { LabResponse } from '../kinds.ts';
import { demandOnObject, granted, readable, versioned } from './access.ts';
import { archiveOf, assertReadable, restoreStatus } from './archive.ts';
import { checksumHeaders } from './checksums.ts';
import { assertReadConditions } from './conditions.ts';
import { assertCustomerKey, assertNoEncryptionHeaders, encryptionHeaders } from './encryption.ts';
import { invalidRequest } from './errors.ts';
import { demandDecryption } from './key-access.ts';
import { writeUserMetadata } from './metadata.ts';
import type { StoredObject } from './object.ts';
import { type Span, spanOf } from './range.ts';
import type { BucketCall } from './world.ts';

export async function getObject(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request } = call;
  const object = await wanted(call);
  assertReadable(object, call.world.now());
  await demandDecryption(call, bucket, key, object.encryption);
  const span = spanOf(request, object);
  // A client would hold a stand-in against the bytes and rightly find it wrong.
  const checksums = object.content.declared ? {} : checksumsFor(call, object, span);
  return {
    status: span.partial ? 206 : 200,
    headers: {
      ...(await objectHeaders(call, object, span)),
      ...checksums,
      ...overrides(call),
    },
    body: object.content.range(span.start, span.end).body(),
  };
}

export async function headObject(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request } = call;
  const object = await wanted(call);
  if (wantsChecksum(call)) await demandDecryption(call, bucket, key, object.encryption);
  const span = spanOf(request, object);
  return {
    status: span.partial ? 206 : 200,
    headers: {
      ...(await objectHeaders(call, object, span)),
      ...(object.archiveTier && { 'x-amz-archive-status': object.archiveTier }),
      ...checksumsFor(call, object, span),
      ...overrides(call),
    },
  };
}

/** The object, once permissions, encryption headers and conditions are all in order. */
async function wanted(call: BucketCall): Promise<StoredObject> {
  const { bucket, key, request } = call;
  const object = await readable(call, bucket, key, request.query.get('versionId'));
  assertNoEncryptionHeaders(request.headers);
  assertCustomerKey(request.headers, object.encryption, 'object');
  assertReadConditions(request.headers, object);
  return object;
}

const wantsChecksum = ({ request }: BucketCall): boolean =>
  request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED';

/** Checksums are those of the object, or of the one part asked for; an arbitrary range has none. */
function checksumsFor(call: BucketCall, object: StoredObject, span: Span): Record<string, string> {
  if (!wantsChecksum(call) || !object.checksum) return {};
  if (span.part !== undefined && object.parts) {
    const value = object.parts[span.part - 1]?.checksum;
    return value === undefined ? {} : checksumHeaders({ ...object.checksum, value });
  }
  const whole = span.start === 0 && span.end === object.content.size;
  return whole ? checksumHeaders(object.checksum) : {};
}

async function objectHeaders(
  call: BucketCall,
  object: StoredObject,
  span: Span,
): Promise<Record<string, string>> {
  const { bucket, world } = call;
  const { size } = object.content;
  const restore = archiveOf(object) ? restoreStatus(object, world.now()) : undefined;
  return {
    ...object.headers,
    ...writeUserMetadata(object.metadata),
    ...encryptionHeaders(object.encryption),
    ...(await lockHeaders(call, object)),
    ...(await tagCount(call, object)),
    'accept-ranges': 'bytes',
    'content-length': String(span.end - span.start),
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    ...(span.partial && { 'content-range': `bytes ${span.start}-${span.end - 1}/${size}` }),
    ...(span.part !== undefined && object.parts && { 'x-amz-mp-parts-count': String(object.parts.length) }),
    ...(bucket.versioning && { 'x-amz-version-id': object.versionId }),
    ...(object.storageClass !== 'STANDARD' && { 'x-amz-storage-class': object.storageClass }),
    ...(object.redirect !== undefined && { 'x-amz-website-redirect-location': object.redirect }),
    ...(object.replicationStatus && { 'x-amz-replication-status': object.replicationStatus }),
    ...(restore && { 'x-amz-restore': restoreHeader(restore) }),
  };
}

const restoreHeader = (restore: { readonly ongoing: boolean; readonly expiresAt?: Date }): string =>
  `ongoing-request="${restore.ongoing}"${restore.expiresAt ? `, expiry-date="${restore.expiresAt.toUTCString()}"` : ''}`;

/** The lock is shown to those who may ask for it. Source: API model, HeadObjectOutput. */
async function lockHeaders(call: BucketCall, object: StoredObject): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const may = (action: string) => granted(demandOnObject(call, call.bucket, call.key, action, { object }));
  if (object.retention && (await may('s3:GetObjectRetention'))) {
    headers['x-amz-object-lock-mode'] = object.retention.mode;
    headers['x-amz-object-lock-retain-until-date'] = object.retention.until.toISOString();
  }
  if (object.legalHold !== undefined && (await may('s3:GetObjectLegalHold'))) {
    headers['x-amz-object-lock-legal-hold'] = object.legalHold ? 'ON' : 'OFF';
  }
  return headers;
}

/** So is the number of tags. Source: API model, GetObjectOutput.TagCount. */
async function tagCount(call: BucketCall, object: StoredObject): Promise<Record<string, string>> {
  if (object.tags.size === 0) return {};
  const action = versioned('s3:GetObjectTagging', call.request.query.get('versionId'));
  const may = await granted(demandOnObject(call, call.bucket, call.key, action, { object }));
  return may ? { 'x-amz-tagging-count': String(object.tags.size) } : {};
}

/** `response-content-type=…` and its siblings replace headers of the answer, for callers who sign. */
function overrides({ request }: BucketCall): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.query) {
    if (name.startsWith('response-')) headers[name.slice('response-'.length)] = value;
  }
  if (Object.keys(headers).length > 0 && !request.caller) {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  return headers;
}
