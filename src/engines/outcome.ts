/** What becomes of one object, whoever carries it: copied, copied as it is by now, skipped or failed. */
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { FailedOutcome, Outcome, SkippedOutcome } from '../model/outcome.ts';
import type { CopyItem } from '../model/plan.ts';
import type { Bucket } from '../s3/bucket.ts';
import { lacksCustomerKey } from '../s3/customer-key.ts';
import { hasMetAnother } from '../s3/doubt.ts';
import { headEntry, isGone } from '../s3/head.ts';
import type { Copied } from '../s3/route.ts';
import { UncarriableError } from '../s3/uncarriable.ts';
import { deniedOf } from './denial.ts';

/** @throws StoppedError when the run was stopped before anything was sent, or aborted later */
export type Send = (source: ObjectEntry) => Promise<Copied>;

/**
 * Sends one object, once more if the source has overwritten it since.
 *
 * @returns `undefined` when the run was stopped before it was known what became of the object
 * @throws FatalError for trouble that every other object would meet as well
 */
export async function carry(
  send: Send,
  from: Bucket,
  item: CopyItem,
  archived: 'skip' | 'fail',
): Promise<Outcome | undefined> {
  try {
    const { etag, requestId } = await send(item.source);
    return { key: item.key, result: 'copied', bytes: item.source.size, etag, requestId };
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    if (isSourceChange(error)) return await carryChanged(send, from, item, archived);
    return explainObject(item.source, item.key, error, archived, from);
  }
}

/** 412 on the source, not on the destination: the object was overwritten after it was listed. */
function isSourceChange(error: unknown): boolean {
  return troubleOf(error).kind === 'precondition' && !hasMetAnother(error);
}

/** Copies the object that is there now; once, because an object that changes all the time is a failure to be told. */
async function carryChanged(
  send: Send,
  from: Bucket,
  { key, source: listed }: CopyItem,
  archived: 'skip' | 'fail',
): Promise<Outcome | undefined> {
  try {
    const source: ObjectEntry = await headEntry(from, listed.key);
    const { etag, requestId } = await send(source);
    return { key, result: 'copied', bytes: source.size, etag, requestId, source };
  } catch (error) {
    return error instanceof StoppedError ? undefined : explainObject(listed, key, error, archived, from);
  }
}

/** An object that has gone from the source is nobody's failure. */
async function explainObject(
  source: ObjectEntry,
  key: string,
  error: unknown,
  archived: 'skip' | 'fail',
  from: Bucket,
): Promise<Outcome | undefined> {
  const { kind, message, requestId } = troubleOf(error);
  try {
    if (kind === 'absent' && (await isGone(from, { key })))
      return { key, result: 'skipped', reason: 'vanished', requestId };
    const explained = explain(key, error, archived);
    if (explained.result !== 'failed' || explained.reason !== 'denied') return explained;
    return { ...explained, denied: await deniedOf(from, source, message) };
  } catch (stopped) {
    if (stopped instanceof StoppedError) return undefined;
    throw stopped;
  }
}

const ARCHIVE_CODES: ReadonlySet<string> = new Set(['InvalidObjectState', 'ObjectNotInActiveTierError']);

/**
 * What an error means for an object.
 *
 * @throws FatalError for trouble that every other object would meet as well
 */
export function explain(
  key: string,
  error: unknown,
  archived: 'skip' | 'fail',
): SkippedOutcome | FailedOutcome {
  if (error instanceof FatalError) throw error;
  const { kind, code, message, requestId } = troubleOf(error);
  if (kind === 'configuration') {
    throw new FatalError(`Copying ${JSON.stringify(key)} failed with ${code}: ${message}`, undefined, error);
  }
  const failed = { key, result: 'failed', code, message, requestId } as const;
  if (error instanceof UncarriableError) return { ...failed, reason: error.reason };
  if (lacksCustomerKey({ code, message })) return { ...failed, reason: 'customer-key' };
  if (ARCHIVE_CODES.has(code)) {
    return archived === 'skip'
      ? { key, result: 'skipped', reason: 'archived', requestId }
      : { ...failed, reason: 'archived' };
  }
  switch (kind) {
    case 'denied':
      return { ...failed, reason: 'denied' };
    case 'precondition':
      return { ...failed, reason: 'changed' };
    default:
      return { ...failed, reason: 'error' };
  }
}
