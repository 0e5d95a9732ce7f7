/** Server-side copies sent from here: no byte of an object passes the runner. */
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { CopyItem, ObjectEntry, Outcome } from '../model.ts';
import type { Bucket } from '../s3/bucket.ts';
import { copy, needsParts } from '../s3/copy.ts';
import { headEntry } from '../s3/head.ts';
import { UnreadableMetadataError } from '../s3/multipart.ts';
import type { Copied, CopyRoute } from '../s3/route.ts';
import type { Pace } from '../sync/pace.ts';
import type { Places } from '../sync/places.ts';
import { transfer } from '../sync/transfer.ts';
import type { Engine } from './engine.ts';

export interface CopyEngineOptions {
  /** Its parts take their places among `places`, too. */
  readonly route: CopyRoute;
  readonly places: Places;
  /** Sets the number of places by what S3 answers; `undefined` leaves it as it is. */
  readonly pace: Pace | undefined;
  /** How often S3 has asked to slow down so far. */
  readonly throttled: () => number;
  readonly archived: 'skip' | 'fail';
}

/**
 * Above this an object is large: the time it takes is S3's work on its bytes, which says nothing about the pace and
 * would keep small objects waiting.
 */
const LARGE_BYTES = 16 * 1024 ** 2;

/** Denials before the first success that show a missing permission rather than an odd object. */
const HOPELESS = 50;

export function createCopyEngine({ route, places, pace, throttled, archived }: CopyEngineOptions): Engine {
  let slowDowns = 0;
  let denials = 0;
  let successes = 0;

  /** Every copy so far was denied: the rest would be, too. */
  const guardHope = (outcome: Outcome) => {
    if (outcome.result === 'copied') successes++;
    if (outcome.result !== 'failed' || outcome.reason !== 'denied') return;
    if (++denials >= HOPELESS && successes === 0) {
      throw new FatalError(
        `The first ${denials} copies were all denied (${outcome.message}); stopped trying.`,
        {
          todo: 'Run `mode: preflight`, and compare a failing key with one that works: its owner, its tags, its KMS key.',
        },
      );
    }
  };

  const keepPace = (item: CopyItem, startedMs: number) => {
    if (isLarge(item.source)) return;
    const before = slowDowns;
    slowDowns = throttled();
    pace?.answered(performance.now() - startedMs, slowDowns > before);
  };

  return {
    name: 'copy',
    transfer: (items, record, stop) => {
      const send = sender(route, places, stop.draining);
      const work = async (item: CopyItem) => {
        const started = performance.now();
        const outcome = await carry(send, route.from, item, archived);
        keepPace(item, started);
        if (outcome === undefined) return;
        await record(outcome);
        guardHope(outcome);
      };
      return transfer(items, { places, isLarge: ({ source }) => isLarge(source), work }, stop.draining);
    },
  };
}

function isLarge({ size }: ObjectEntry): boolean {
  return size > LARGE_BYTES;
}

/** @throws StoppedError when the run was stopped before anything was sent, or aborted later */
type Send = (source: ObjectEntry) => Promise<Copied>;

/** Copies in a place, whichever size the object turned out to have: one that holds a place never waits for another. */
function sender(route: CopyRoute, places: Places, draining: AbortSignal): Send {
  return async source => {
    if (needsParts(source)) return copy(route, source);
    const place = isLarge(source) ? places.large : places.small;
    return place(async () => {
      if (draining.aborted) throw new StoppedError('Stopped before a copy was sent.');
      return copy(route, source);
    });
  };
}

/** `undefined` when the run was stopped before it was known what became of the object. */
async function carry(
  send: Send,
  from: Bucket,
  item: CopyItem,
  archived: 'skip' | 'fail',
): Promise<Outcome | undefined> {
  try {
    return { key: item.key, result: 'copied', bytes: item.source.size, ...(await send(item.source)) };
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    if (isSourceChange(error)) return await carryChanged(send, from, item, archived);
    return explain(item.key, error, archived);
  }
}

/** 412 on the source, not on the destination: the object was overwritten after it was listed. */
function isSourceChange(error: unknown): boolean {
  const { kind, condition } = troubleOf(error);
  return kind === 'precondition' && !/^if-none-match$/i.test(condition ?? '');
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
    return { key, result: 'copied', bytes: source.size, ...(await send(source)), source };
  } catch (error) {
    return error instanceof StoppedError ? undefined : explain(key, error, archived);
  }
}

const ARCHIVE_CODES: ReadonlySet<string> = new Set(['InvalidObjectState', 'ObjectNotInActiveTierError']);

/** @throws FatalError for trouble that every other object would meet as well */
function explain(key: string, error: unknown, archived: 'skip' | 'fail'): Outcome {
  if (error instanceof FatalError) throw error;
  const { kind, code, message, requestId } = troubleOf(error);
  if (kind === 'configuration') {
    throw new FatalError(`Copying ${JSON.stringify(key)} failed with ${code}: ${message}`, undefined, error);
  }
  const failed = { key, result: 'failed', code, message, requestId } as const;
  if (error instanceof UnreadableMetadataError) return { ...failed, reason: 'unreadable-metadata' };
  if (ARCHIVE_CODES.has(code)) {
    return archived === 'skip'
      ? { key, result: 'skipped', reason: 'archived', requestId }
      : { ...failed, reason: 'archived' };
  }
  switch (kind) {
    case 'absent':
      return { key, result: 'skipped', reason: 'vanished', requestId };
    case 'denied':
      return { ...failed, reason: 'denied' };
    case 'precondition':
      return { ...failed, reason: 'changed' };
    default:
      return { ...failed, reason: 'error' };
  }
}
