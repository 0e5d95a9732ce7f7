/** What engines have in common that carry object by object from here: places, pace, and when to give up. */
import { FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Outcome } from '../model/outcome.ts';
import type { CopyItem } from '../model/plan.ts';
import type { EngineName } from '../model/settings.ts';
import type { Bucket } from '../s3/bucket.ts';
import { putDeleteMarker } from '../s3/remove.ts';
import type { Pace } from '../sync/pace.ts';
import type { Places } from '../sync/places.ts';
import { transfer } from '../sync/transfer.ts';
import type { Engine } from './engine.ts';
import { carryHistory } from './history.ts';
import { carry, type Send } from './outcome.ts';

export interface ObjectEngineOptions {
  readonly places: Places;
  /** Sets the number of places by what S3 answers; `undefined` leaves it as it is. */
  readonly pace: Pace | undefined;
  /** How often S3 has asked to slow down so far. */
  readonly throttled: () => number;
  readonly archived: 'skip' | 'fail';
}

export interface Means {
  readonly name: EngineName;
  /** The source bucket, for a second look at an object that has changed. */
  readonly from: Bucket;
  /** The destination bucket as the one sees it who deletes there, for the delete markers of histories. */
  readonly deletions: Bucket;
  /** Whether an object takes many requests, each with a place of its own, rather than a place itself. */
  readonly needsParts: (source: ObjectEntry) => boolean;
  readonly send: Send;
}

/**
 * Above this an object is large, as is one of several requests: the time it takes is S3's work on its bytes, which says
 * nothing about the pace and would keep small objects waiting.
 */
const LARGE_BYTES = 16 * 1024 ** 2;

/** Denials before the first success that show a missing permission rather than an odd object. */
const HOPELESS = 50;

export function createObjectEngine(
  { name, from, deletions, needsParts, send: sendNow }: Means,
  { places, pace, throttled, archived }: ObjectEngineOptions,
): Engine {
  const isLarge = (source: ObjectEntry) => source.size > LARGE_BYTES || needsParts(source);
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

  const keepPace = (source: ObjectEntry, startedMs: number) => {
    if (isLarge(source)) return;
    const before = slowDowns;
    slowDowns = throttled();
    pace?.answered(performance.now() - startedMs, slowDowns > before);
  };

  return {
    name,
    transfer: (items, record, stop) => {
      /** In a place, whichever size the object turned out to have: one that holds a place never waits for another. */
      const inPlace: Send = async source => {
        if (needsParts(source)) return sendNow(source);
        const place = isLarge(source) ? places.large : places.small;
        return place(async () => {
          if (stop.draining.aborted) throw new StoppedError('Stopped before a copy was sent.');
          return sendNow(source);
        });
      };
      const send: Send = async source => {
        const started = performance.now();
        try {
          return await inPlace(source);
        } finally {
          keepPace(source, started);
        }
      };
      const mark = (key: string) =>
        places.small(async () => {
          if (stop.draining.aborted) throw new StoppedError('Stopped before a delete marker was put.');
          return putDeleteMarker(deletions, key);
        });
      const work = async (item: CopyItem) => {
        const outcome =
          item.source.history === undefined
            ? await carry(send, from, item, archived)
            : await carryHistory(send, mark, from, item, archived);
        if (outcome === undefined) return;
        await record(outcome);
        guardHope(outcome);
      };
      return transfer(items, { places, isLarge: ({ source }) => isLarge(source), work }, stop.draining);
    },
  };
}
