/** What one object is now, and what it says of its own content. */
import {
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model.ts';
import type { Evidence } from '../sync/decide.ts';
import type { Bucket } from './bucket.ts';
import { unquote } from './keys.ts';

/** The object as a listing would show it at this moment. */
export async function headEntry(bucket: Bucket, key: string): Promise<ObjectEntry> {
  const head = await bucket.send(
    new HeadObjectCommand({ ...bucket.common, ...bucket.payer, Key: bucket.fullKey(key) }),
  );
  return {
    key,
    size: head.ContentLength ?? 0,
    etag: unquote(head.ETag),
    modified: head.LastModified?.getTime() ?? 0,
    storageClass: head.StorageClass ?? 'STANDARD',
    restored: /ongoing-request="false"/.test(head.Restore ?? ''),
  };
}

/**
 * All that the object listed says of itself.
 *
 * @throws trouble of the kind `precondition` when it is no longer that object
 */
export function headListed(
  bucket: Bucket,
  entry: ObjectEntry,
  asked: Pick<HeadObjectCommandInput, 'ChecksumMode' | 'PartNumber'> = {},
): Promise<HeadObjectCommandOutput> {
  return bucket.send(
    new HeadObjectCommand({
      ...bucket.common,
      ...bucket.payer,
      Key: bucket.fullKey(entry.key),
      IfMatch: `"${entry.etag}"`,
      ...asked,
    }),
  );
}

const CHECKSUMS = [
  'ChecksumCRC64NVME',
  'ChecksumCRC32',
  'ChecksumCRC32C',
  'ChecksumSHA256',
  'ChecksumSHA1',
] as const satisfies readonly (keyof HeadObjectCommandOutput)[];

/** `undefined` when the object may not be asked or is no longer the one listed: no evidence is not an error. */
export async function evidenceOf(bucket: Bucket, entry: ObjectEntry): Promise<Evidence | undefined> {
  try {
    const head = await headListed(bucket, entry, { ChecksumMode: 'ENABLED' });
    return { checksums: fullObjectChecksums(head), etagIsMd5: etagIsMd5(head, entry.etag) };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    return undefined;
  }
}

/** Composite checksums depend on the parts and say nothing about another object with other parts. */
function fullObjectChecksums(head: HeadObjectCommandOutput): Record<string, string> {
  const checksums: Record<string, string> = {};
  for (const name of CHECKSUMS) {
    const value = head[name];
    if (value !== undefined && head.ChecksumType !== 'COMPOSITE' && !value.includes('-'))
      checksums[name] = value;
  }
  return checksums;
}

/** ETags of single-part objects without KMS or customer keys are MD5 (S3 API, Object, "ETag"). */
function etagIsMd5(head: HeadObjectCommandOutput, etag: string): boolean {
  const plain = head.ServerSideEncryption === undefined || head.ServerSideEncryption === 'AES256';
  return plain && head.SSECustomerAlgorithm === undefined && /^[0-9a-f]{32}$/.test(etag);
}
