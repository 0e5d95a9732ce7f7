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
import { isGone } from './head.ts';
import { troubleAt } from './trouble.ts';

/** Keys per DeleteObjects (S3 API, DeleteObjects). */
const BATCH = 1000;

type Removal = DeletedOutcome | FailedOutcome;

/**
 * Deletes one batch after another and tells what became of each object.
 *
 * @throws FatalError that names the bucket, when a whole batch is refused; StoppedError
 */
export async function* removeAll(
  bucket: Bucket,
  pages: AsyncIterable<readonly ObjectEntry[]>,
): AsyncGenerator<Removal[]> {
  let batch: ObjectEntry[] = [];
  for await (const page of pages) {
    for (const entry of page) {
      batch.push(entry);
      if (batch.length < BATCH) continue;
      yield* remove(bucket, batch);
      batch = [];
    }
  }
  yield* remove(bucket, batch);
}

/** Tells of each request once it is done, because the next may be the one that a stop ends. */
async function* remove(bucket: Bucket, entries: readonly ObjectEntry[]): AsyncGenerator<Removal[]> {
  const plain = entries.filter(({ key }) => !UNSPEAKABLE.test(key));
  if (plain.length > 0) yield await removeTogether(bucket, plain);
  for (const entry of entries) if (UNSPEAKABLE.test(entry.key)) yield [await removeAlone(bucket, entry)];
}

/**
 * Characters that XML 1.0 cannot carry, or that its readers may change, so that a list of keys or of errors would not name
 * the very key; a request path does.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSPEAKABLE = /[\u0000-\u001f\ufffe\uffff]/;

async function removeTogether(bucket: Bucket, entries: readonly ObjectEntry[]): Promise<Removal[]> {
  const command = new DeleteObjectsCommand({
    ...bucket.common,
    ...bucket.payer,
    Delete: {
      // Told of what was deleted, not only of what was not: an answer that says nothing is no success.
      Quiet: false,
      Objects: entries.map(({ key, etag }) => ({ Key: bucket.fullKey(key), ETag: `"${etag}"` })),
    },
  });
  const answer = await bucket.send(command).catch(error => {
    throw troubleAt('Deleting in', bucket, error);
  });
  const requestId = answer.$metadata.requestId;
  const deleted = new Set(answer.Deleted?.map(({ Key }) => Key));
  const errors = new Map(answer.Errors?.map(error => [error.Key, error]));
  const removals: Removal[] = [];
  for (const { key } of entries) {
    const named = bucket.fullKey(key);
    const { Code = UNTOLD, Message = 'S3 does not say that the object was deleted.' } =
      errors.get(named) ?? {};
    removals.push(
      deleted.has(named)
        ? { key, result: 'deleted', requestId }
        : await refused(bucket, key, discreet(Code), discreet(Message), requestId),
    );
  }
  return removals;
}

async function removeAlone(bucket: Bucket, { key, etag }: ObjectEntry): Promise<Removal> {
  const request = { ...bucket.common, ...bucket.payer, Key: bucket.fullKey(key), IfMatch: `"${etag}"` };
  try {
    const answer = await bucket.send(new DeleteObjectCommand(request));
    return { key, result: 'deleted', requestId: answer.$metadata.requestId };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { code, message, requestId } = troubleOf(error);
    return refused(bucket, key, code, message, requestId);
  }
}

const UNTOLD = 'NotReported';
const ABSENT: ReadonlySet<string> = new Set(['NoSuchKey', 'NotFound']);
/** With a delete marker on top S3 says no more than that the object listed is no longer what is there. */
const MAYBE_ABSENT: ReadonlySet<string> = new Set(['PreconditionFailed', UNTOLD]);

/** The answer to an earlier attempt may have been lost: what is gone is deleted. */
async function refused(
  bucket: Bucket,
  key: string,
  code: string,
  message: string,
  requestId: string | undefined,
): Promise<Removal> {
  // Where that cannot be found out, the refusal stands.
  const hasGone = async () => MAYBE_ABSENT.has(code) && isGone(bucket, { key }).catch(() => false);
  if (ABSENT.has(code) || (await hasGone())) return { key, result: 'deleted', requestId };
  const reason = code === 'AccessDenied' ? 'denied' : 'error';
  return { key, result: 'failed', reason, code, message, requestId };
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
