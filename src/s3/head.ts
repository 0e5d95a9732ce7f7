/** What one object is now, and what it says of its own content. */
import {
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { type TroubleKind, troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { ARCHIVE_CLASSES } from '../sync/decide.ts';
import type { Evidence, Sighting } from '../sync/evidence.ts';
import type { Bucket } from './bucket.ts';
import { checksumsIn } from './checksums.ts';
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
    ...(/ongoing-request="true"/.test(head.Restore ?? '') && { restoring: true }),
  };
}

/**
 * All that the object listed says of itself.
 *
 * @throws trouble of the kind `precondition` when it is no longer that object
 */
export function headListed(
  bucket: Bucket,
  entry: Pick<ObjectEntry, 'key' | 'etag' | 'versionId'>,
  asked: Pick<HeadObjectCommandInput, 'ChecksumMode' | 'PartNumber'> = {},
): Promise<HeadObjectCommandOutput> {
  return bucket.send(
    new HeadObjectCommand({
      ...bucket.naming(entry),
      IfMatch: `"${entry.etag}"`,
      ...asked,
    }),
  );
}

/**
 * Whether the object lies in an archive and has no restored copy; also in the archive tiers of Intelligent-Tiering, which
 * no listing tells.
 *
 * @returns `undefined` when the object may not be asked or is not there any more
 */
export function isFrozen(bucket: Bucket, key: string): Promise<boolean | undefined> {
  return noneWhereRefused(async () => {
    const head = await bucket.send(
      new HeadObjectCommand({ ...bucket.common, ...bucket.payer, Key: bucket.fullKey(key) }),
    );
    const isArchived = head.ArchiveStatus !== undefined || ARCHIVE_CLASSES.has(head.StorageClass);
    return isArchived && !/ongoing-request="false"/.test(head.Restore ?? '');
  });
}

/**
 * Whether the source of a copy is what is missing. A copy takes more than its source: an upload that somebody aborted is
 * absent, too.
 */
export async function isGone(
  bucket: Bucket,
  entry: Pick<ObjectEntry, 'key' | 'versionId'>,
): Promise<boolean> {
  try {
    await bucket.send(new HeadObjectCommand(bucket.naming(entry)));
    return false;
  } catch (error) {
    if (isOfTheRun(error)) throw error;
    return troubleOf(error).kind === 'absent';
  }
}

/**
 * Checksums of the object that was seen; an ETag that is the MD5 of the content is one, too.
 *
 * @returns `undefined` when the object may not be asked or is no longer the one that was seen: no evidence is no error
 */
export function checksumsOf(bucket: Bucket, object: Sighting): Promise<Evidence | undefined> {
  return noneWhereRefused(async () => {
    const head = await headListed(bucket, object, { ChecksumMode: 'ENABLED' });
    return {
      ...(isMd5(head, object.etag) && { MD5: Buffer.from(object.etag, 'hex').toString('base64') }),
      ...checksumsIn(head),
    };
  });
}

const REFUSALS: ReadonlySet<TroubleKind> = new Set<TroubleKind>([
  'denied',
  'precondition',
  'absent',
  // All that a HEAD says of an object under a customer's key is 400, as for an expired session, even when it is renewed.
  'renew',
  'other',
]);

/** @throws what is not about this one object: a failing service or connection must not pass for missing evidence */
export async function noneWhereRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isOfTheRun(error) || !REFUSALS.has(troubleOf(error).kind)) throw error;
    return undefined;
  }
}

function isOfTheRun(error: unknown): boolean {
  return error instanceof StoppedError || error instanceof FatalError;
}

/** ETags of single-part objects without KMS or customer keys are MD5 (S3 API, Object, "ETag"). */
function isMd5(head: HeadObjectCommandOutput, etag: string): boolean {
  const plain = head.ServerSideEncryption === undefined || head.ServerSideEncryption === 'AES256';
  return plain && head.SSECustomerAlgorithm === undefined && /^[0-9a-f]{32}$/.test(etag);
}
