/** What a write says about the object it makes, and the permissions that saying so takes. */
import { demandOnObject } from './access.ts';
import { grantsOf, sendsAcl } from './acl.ts';
import { STORAGE_CLASSES } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { encryptionOf } from './encryption.ts';
import { S3Error } from './errors.ts';
import { demandEncryption } from './key-access.ts';
import { lockOf, sendsLegalHold, sendsRetention } from './lock.ts';
import { readSystemHeaders, readUserMetadata } from './metadata.ts';
import type { Attributes } from './object.ts';
import { parseTagHeader } from './tags.ts';
import type { BucketCall, Call } from './world.ts';

/** The attributes a PutObject, CreateMultipartUpload or replacing CopyObject gives in its headers. */
export function attributesOf(call: Call, bucket: Bucket): Attributes {
  const { headers } = call.request;
  return {
    metadata: readUserMetadata(headers),
    headers: { 'content-type': 'binary/octet-stream', ...readSystemHeaders(headers) },
    tags: parseTagHeader(headers['x-amz-tagging']),
    storageClass: storageClassOf(headers['x-amz-storage-class']),
    encryption: encryptionOf(bucket, call.request, call.world.keys),
    grants: grantsOf(headers, bucket),
    ...lockOf(headers, bucket, call.world.now()),
    ...(headers['x-amz-website-redirect-location'] !== undefined && {
      redirect: headers['x-amz-website-redirect-location'],
    }),
  };
}

function storageClassOf(asked = 'STANDARD'): string {
  if (STORAGE_CLASSES.includes(asked)) return asked;
  throw new S3Error(400, 'InvalidStorageClass', 'The storage class you specified is not valid', {
    StorageClassRequested: asked,
  });
}

/**
 * Throws `AccessDenied` unless the caller may write an object with these attributes.
 * Source: User Guide, using-with-s3-policy-actions and conditional-writes.
 */
export async function demandWrite(
  call: BucketCall,
  attributes: Attributes,
  { inParts }: { readonly inParts: boolean },
): Promise<void> {
  const { bucket, key } = call;
  const { headers } = call.request;
  const context = writeContext(headers, attributes);
  const demand = (action: string) => demandOnObject(call, bucket, key, action, { context });
  await demand('s3:PutObject');
  if (attributes.tags.size > 0) await demand('s3:PutObjectTagging');
  if (sendsAcl(headers)) await demand('s3:PutObjectAcl');
  if (sendsRetention(headers)) await demand('s3:PutObjectRetention');
  if (sendsLegalHold(headers)) await demand('s3:PutObjectLegalHold');
  if (headers['if-match'] !== undefined) await demand('s3:GetObject');
  await demandEncryption(call, bucket, key, attributes.encryption, inParts);
}

const CONTEXT_HEADERS = [
  'if-match',
  'if-none-match',
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-metadata-directive',
  'x-amz-object-lock-mode',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

/** The condition keys of a write. Source: Service Authorization Reference, Amazon S3. */
function writeContext(
  headers: Readonly<Record<string, string>>,
  { tags }: Attributes,
): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = {};
  for (const name of CONTEXT_HEADERS) {
    const value = headers[name];
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  for (const [key, value] of tags) context[`s3:RequestObjectTag/${key}`] = value;
  if (tags.size > 0) context['s3:RequestObjectTagKeys'] = [...tags.keys()];
  return context;
}
