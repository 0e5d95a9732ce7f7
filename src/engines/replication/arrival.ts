/**
 * Whether what a job has asked S3 to replicate is there. The job ends when everything has been tried or taken up; S3 may
 * still be at it, and a version can fail for one destination and be at the other. The destination is listed once, and
 * only what that does not show is asked about at the source, again and again while it is on its way.
 * (S3 User Guide, "Getting replication status information".)
 */
import pLimit from 'p-limit';
import { pause } from '../../aws/waiting.ts';
import { StoppedError } from '../../errors.ts';
import type { ObjectEntry } from '../../model/objects.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import { seconds } from '../../report/text.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { listed } from '../../s3/trouble.ts';
import { isAsBefore } from '../../sync/conclude.ts';
import { isMarker } from '../../sync/history.ts';
import { type Meeting, mergeByKey, type Pages } from '../../sync/merge.ts';
import { explain } from '../outcome.ts';
import { arrived, failed, fateOf } from './fate.ts';
import { Pending } from './pending.ts';
import { lackingOf } from './versions.ts';

export interface Arrival {
  /** Both as their own sides see them. */
  readonly source: Bucket;
  readonly destination: Bucket;
  /** How the destination is listed. */
  readonly listing: (bucket: Bucket) => AsyncGenerator<ObjectEntry[]>;
  /** An existing folder. */
  readonly scratch: string;
  /** Objects asked at the same time. */
  readonly asking: number;
  /** Ends the waiting; what is on its way then has no outcome. */
  readonly draining: AbortSignal;
  /** Told how many objects are on their way. */
  readonly waiting: (objects: number) => void;
  /** Milliseconds without anything arriving after which nothing more is expected; the largest object on its way adds to it. */
  readonly lateAfterMs: number;
  readonly archived: 'skip' | 'fail';
}

/** Half a minute between two looks at the most: objects of terabytes take hours. */
const LONGEST_MS = 30_000;

/** Bytes in a millisecond that a replication makes at the least: five and a half hours for a terabyte. */
const SLOWEST = 50_000;

/**
 * Once the run is to be stopped, nothing is listed any more, and no more than a page of what was told is looked at.
 *
 * @param items what the job was asked for, in key order
 * @param told what its report says of each, in key order: `copied` where S3 has taken the object up
 * @throws what the destination answers when it cannot be listed; StoppedError
 */
export async function untilArrived(
  items: Pages<CopyItem>,
  told: Pages<Outcome>,
  arrival: Arrival,
  record: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  const first = new Pending(arrival.scratch, 0);
  const both = withOutcome(mergeByKey(items, told, { left: 'The plan', right: 'What the job was told of' }));
  for await (const page of arrival.draining.aborted ? both : seenAfterwards(both, arrival)) {
    await each(page, arrival, async ({ item, outcome, there }) => {
      if (there) return record(arrived(item, there === true ? undefined : there.etag));
      if (outcome.result === 'skipped' || outcome.result === 'deleted') return record(outcome);
      return settle(item, outcome.result === 'failed' ? outcome : undefined, arrival, record, first);
    });
    if (page.length > 0 && arrival.draining.aborted) break;
  }
  await first.close();
  await waitFor(first, arrival, record);
}

async function waitFor(
  pending: Pending,
  arrival: Arrival,
  record: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  const { scratch, draining, waiting, lateAfterMs } = arrival;
  let left = pending;
  let moved = Date.now();
  for (let looks = 0; left.count > 0 && !draining.aborted; looks++) {
    waiting(left.count);
    await pause(looks, draining, LONGEST_MS);
    const patience = lateAfterMs + left.largest / SLOWEST;
    const isLate = Date.now() - moved > patience;
    const next = new Pending(scratch, looks + 1);
    for await (const page of left.items()) {
      if (draining.aborted) break;
      await each(page, arrival, item => settle(item, undefined, arrival, record, isLate ? patience : next));
    }
    await next.close();
    if (next.count < left.count) moved = Date.now();
    left = next;
  }
}

/**
 * Records what has become of an object, or keeps it for the next look.
 *
 * @param refused what the report of the job says against it
 * @param later for how many milliseconds nothing has arrived, when there is no next look
 * @throws StoppedError; FatalError for trouble that every other object would meet as well
 */
async function settle(
  item: CopyItem,
  refused: Outcome | undefined,
  arrival: Arrival,
  record: (outcome: Outcome) => Promise<void>,
  later: Pending | number,
): Promise<void> {
  const outcome = await fateOf(item, refused, arrival).catch(error => {
    if (error instanceof StoppedError) throw error;
    return refused ?? explain(item.key, error, arrival.archived);
  });
  if (outcome !== undefined) return record(outcome);
  if (typeof later !== 'number') return later.write(item);
  const ago = seconds(Math.round(later / 1000));
  const message = `S3 has taken the object up, and nothing has arrived for ${ago}.`;
  return record(failed(item, 'ReplicationLate', message));
}

interface Seen {
  readonly key: string;
  readonly item: CopyItem;
  readonly outcome: Outcome;
  /** The destination shows it; its entry, where it has one of its own. */
  readonly there: ObjectEntry | boolean;
}

/** What was told of, held against a listing of the destination. */
async function* seenAfterwards(
  told: Pages<Seen>,
  { destination, listing }: Arrival,
): AsyncGenerator<readonly Seen[]> {
  const names = { left: 'The plan', right: 'The destination listing' };
  for await (const page of mergeByKey(told, listed(listing(destination), destination), names)) {
    yield page.flatMap(({ left, right }) =>
      left === undefined ? [] : { ...left, there: shows(right, left.item) },
    );
  }
}

async function* withOutcome(meetings: Pages<Meeting<CopyItem, Outcome>>): AsyncGenerator<readonly Seen[]> {
  for await (const page of meetings) {
    yield page.flatMap(({ key, left: item, right: outcome }) =>
      item === undefined || outcome === undefined ? [] : { key, item, outcome, there: false },
    );
  }
}

/** What was there before tells nothing, however equal it is: the run was to replace it. */
function shows(there: ObjectEntry | undefined, item: CopyItem): ObjectEntry | boolean {
  if (there === undefined) return false;
  const { history } = there;
  if (history === undefined)
    return isSame(there, item.source) && !isAsBefore(there, item.destination) && there;
  return lackingOf(item).objects.every(object =>
    history.some(
      version => !isMarker(version) && version.versionId === object.versionId && isSame(version, object),
    ),
  );
}

function isSame(one: ObjectEntry, other: ObjectEntry): boolean {
  return one.etag === other.etag && one.size === other.size;
}

async function each<T>(
  page: readonly T[],
  { asking }: Arrival,
  does: (one: T) => Promise<void>,
): Promise<void> {
  const place = pLimit(asking);
  await Promise.all(page.map(one => place(() => does(one))));
}
