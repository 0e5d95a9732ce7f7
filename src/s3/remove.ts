/**
 * Deletes objects, up to a thousand a request, each only while it is still the one that was listed; and puts the markers
 * of deletions that belong to a history.
 */
import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import { discreet, FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { DeletedOutcome, FailedOutcome } from '../model/outcome.ts';
import type { Bucket } from './bucket.ts';

/** Keys per DeleteObjects (S3 API, DeleteObjects). */
const BATCH = 1000;

type Removal = DeletedOutcome | FailedOutcome;

/** Deletes one batch after another and tells what became of each object. */
export async function* removeAll(
  bucket: Bucket,
  pages: AsyncIterable<readonly ObjectEntry[]>,
): AsyncGenerator<Removal[]> {
  let batch: ObjectEntry[] = [];
  for await (const page of pages) {
    for (const entry of page) {
      batch.push(entry);
      if (batch.length < BATCH) continue;
      yield await remove(bucket, batch);
      batch = [];
    }
  }
  if (batch.length > 0) yield await remove(bucket, batch);
}

async function remove(bucket: Bucket, entries: readonly ObjectEntry[]): Promise<Removal[]> {
  const plain = entries.filter(({ key }) => !UNSPEAKABLE.test(key));
  const odd = entries.filter(({ key }) => UNSPEAKABLE.test(key));
  const removals = plain.length > 0 ? await removeTogether(bucket, plain) : [];
  for (const entry of odd) removals.push(await removeAlone(bucket, entry));
  return removals;
}

/** Characters that XML 1.0 cannot carry, so that a list of keys cannot name them; a request path can. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSPEAKABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

async function removeTogether(bucket: Bucket, entries: readonly ObjectEntry[]): Promise<Removal[]> {
  const answer = await bucket.send(
    new DeleteObjectsCommand({
      ...bucket.common,
      ...bucket.payer,
      Delete: {
        Quiet: true,
        Objects: entries.map(({ key, etag }) => ({ Key: bucket.fullKey(key), ETag: `"${etag}"` })),
      },
    }),
  );
  const requestId = answer.$metadata.requestId;
  const errors = new Map(answer.Errors?.map(error => [error.Key, error]));
  return entries.map(({ key }) => {
    const error = errors.get(bucket.fullKey(key));
    // The answer to an earlier attempt may have been lost; what is gone is deleted.
    if (error === undefined || error.Code === 'NoSuchKey') return { key, result: 'deleted', requestId };
    return failure(
      key,
      discreet(error.Code ?? 'Error'),
      discreet(error.Message ?? 'The object could not be deleted.'),
      requestId,
    );
  });
}

async function removeAlone(bucket: Bucket, { key, etag }: ObjectEntry): Promise<Removal> {
  const request = { ...bucket.common, ...bucket.payer, Key: bucket.fullKey(key), IfMatch: `"${etag}"` };
  try {
    const answer = await bucket.send(new DeleteObjectCommand(request));
    return { key, result: 'deleted', requestId: answer.$metadata.requestId };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { kind, code, message, requestId } = troubleOf(error);
    if (kind === 'absent') return { key, result: 'deleted', requestId };
    return failure(key, code, message, requestId);
  }
}

/** A version that says the object was deleted; nothing is taken away by it. */
export interface Marked {
  readonly versionId: string;
  readonly requestId: string | undefined;
}

/**
 * Puts a delete marker on a key, also on one that has no object.
 *
 * @throws FatalError when S3 answers that it made none: the bucket no longer keeps versions, and what stood there is gone
 */
export async function putDeleteMarker(bucket: Bucket, key: string): Promise<Marked> {
  const answer = await bucket.send(new DeleteObjectCommand(bucket.naming({ key })));
  if (!answer.DeleteMarker || answer.VersionId === undefined) {
    throw new FatalError(
      `Deleting ${JSON.stringify(key)} in ${bucket.location.bucket} left no delete marker: the bucket no longer keeps versions.`,
    );
  }
  return { versionId: answer.VersionId, requestId: answer.$metadata.requestId };
}

function failure(key: string, code: string, message: string, requestId: string | undefined): FailedOutcome {
  return {
    key,
    result: 'failed',
    reason: code === 'AccessDenied' ? 'denied' : 'error',
    code,
    message,
    requestId,
  };
}
