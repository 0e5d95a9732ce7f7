/** PutObject, and the answer headers all writes share. */
import type { LabResponse } from '../kinds.ts';
import { ownerOnWrite } from './acl.ts';
import { attributesOf, demandWrite } from './attributes.ts';
import type { Bucket } from './bucket.ts';
import { checksumHeaders, checksumOf, requestedAlgorithm } from './checksums.ts';
import { assertWriteConditions } from './conditions.ts';
import { Content } from './content.ts';
import { encryptionHeaders } from './encryption.ts';
import { invalidRequest, type S3Error } from './errors.ts';
import { sendsLegalHold, sendsRetention } from './lock.ts';
import { etagOf, type StoredObject } from './object.ts';
import type { BucketCall } from './world.ts';

/** The most one PUT, one copy or one part may hold. */
export const MAX_SINGLE = 5_368_709_120;

export async function putObject(call: BucketCall): Promise<LabResponse> {
  const { bucket, key, request, world } = call;
  const { headers, body } = request;
  assertIntegrityWithLock(headers, bucket);
  const attributes = attributesOf(call, bucket);
  await demandWrite(call, attributes, { inParts: false });
  assertWriteConditions(headers, key, bucket.get(key));
  const content = Content.of(call.content ?? body);
  const stored = bucket.store({
    ...attributes,
    key,
    content,
    etag: etagOf(content, attributes.encryption, world.id),
    checksum: checksumOf(content, requestedAlgorithm(headers)),
    lastModified: world.now(),
    owner: ownerOnWrite(bucket, writerOf(call), attributes.grants),
  });
  return {
    status: 200,
    headers: {
      ...writtenHeaders(bucket, stored),
      ...checksumHeaders(stored.checksum),
      etag: `"${stored.etag}"`,
    },
  };
}

/** Source: API model, PutObjectRequest.ContentMD5; User Guide, object-lock-managing (also where a bucket locks by default). */
function assertIntegrityWithLock(headers: Readonly<Record<string, string>>, { objectLock }: Bucket): void {
  if (!sendsRetention(headers) && !sendsLegalHold(headers) && !objectLock?.rule) return;
  if (headers['content-md5'] !== undefined || requestedAlgorithm(headers)) return;
  throw invalidRequest(
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
  );
}

/** The account a write is done by; an anonymous one is the bucket owner's to keep. */
export const writerOf = ({ request, bucket }: BucketCall): string =>
  request.caller?.account ?? bucket.account;

export const writtenHeaders = (bucket: Bucket, stored: StoredObject): Record<string, string> => ({
  ...encryptionHeaders(stored.encryption),
  ...(bucket.versioning && { 'x-amz-version-id': stored.versionId }),
});

export const tooLargeToCopy = (): S3Error =>
  invalidRequest(
    `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_SINGLE}`,
  );
