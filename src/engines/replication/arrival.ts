/**
 * Whether what a job has asked S3 to replicate is there. The job ends when everything has been tried or taken up; S3 may
 * still be at it, and a version can fail for one destination and be at the other. The destination is listed once, and
 * only what that does not show is asked about at the source, again and again while it is on its way.
 * (S3 User Guide, "Getting replication status information".)
 */
import { join } from 'node:path';
import pLimit from 'p-limit';
import { pause } from '../../aws/waiting.ts';
import type { CopyItem, ObjectEntry, Outcome } from '../../model.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { type Standing, shownAt } from '../../s3/replication/status.ts';
import { isMarker } from '../../sync/history.ts';
import { type Meeting, mergeByKey, type Pages } from '../../sync/merge.ts';
import { type Pile, PileWriter } from '../load.ts';
import { lackingOf, worstOf } from './versions.ts';

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
  /** Milliseconds without anything arriving after which nothing more is expected. */
  readonly lateAfterMs: number;
}

/** Half a minute between two looks at the most: objects of terabytes take hours. */
const LONGEST_MS = 30_000;

/**
 * @param items what the job was asked for, in key order
 * @param told what its report says of each, in key order: `copied` where S3 has taken the object up
 * @throws what the source or the destination answers when it cannot be asked at all
 */
export async function untilArrived(
  items: Pages<CopyItem>,
  told: Pages<Outcome>,
  arrival: Arrival,
  record: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  const first = pileIn(arrival, 0);
  for await (const page of seenAfterwards(items, told, arrival)) {
    await each(page, arrival, async ({ item, outcome, there }) => {
      if (there) return record(copied(item, there === true ? undefined : there.etag));
      if (outcome.result === 'skipped' || outcome.result === 'deleted') return record(outcome);
      return settle(item, outcome.result === 'failed' ? outcome : undefined, arrival, record, first);
    });
  }
  await waitFor(await first.close(), arrival, record);
}

async function waitFor(
  pending: Pile,
  arrival: Arrival,
  record: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  const { draining, waiting, lateAfterMs } = arrival;
  let left = pending;
  let moved = Date.now();
  for (let looks = 0; left.count > 0 && !draining.aborted; looks++) {
    waiting(left.count);
    await pause(looks, draining, LONGEST_MS);
    if (draining.aborted) return;
    const isLate = Date.now() - moved > lateAfterMs;
    const next = pileIn(arrival, looks + 1);
    for await (const page of left.items()) {
      await each(page, arrival, item => settle(item, undefined, arrival, record, isLate ? undefined : next));
    }
    const rest = await next.close();
    if (rest.count < left.count) moved = Date.now();
    left = rest;
  }
}

/**
 * Records what has become of an object, or keeps it for the next look.
 *
 * @param refused what the report of the job says against it
 * @param later `undefined` when there is no next look
 */
async function settle(
  item: CopyItem,
  refused: Outcome | undefined,
  { source, destination }: Arrival,
  record: (outcome: Outcome) => Promise<void>,
  later: PileWriter | undefined,
): Promise<void> {
  const standing = refused === undefined ? await worstOf(source, lackingOf(item)) : undefined;
  const state: Standing['state'] = standing?.state ?? 'failed';
  if (state === 'gone') return record({ ...at(item), result: 'skipped', reason: 'vanished' });
  if (state !== 'pending') {
    // Whatever its source says, which speaks of all destinations at once.
    const shown = item.source.history === undefined ? await shownAt(destination, item.source) : undefined;
    if (shown === 'another' && state === 'done') return record(failed(item, 'ReplicaHidden', HIDDEN));
    if (shown !== undefined && shown !== 'another') return record(copied(item, shown.etag));
    if (state === 'done') return record(copied(item));
    if (refused !== undefined) return record(refused);
    if (state === 'failed')
      return record(failed(item, 'ReplicationFailed', 'S3 has given up replicating the object.'));
  }
  if (later !== undefined) return later.write(item);
  const message = 'S3 has taken the object up, and nothing more of it has been seen for half an hour.';
  return record(failed(item, 'ReplicationLate', message));
}

const HIDDEN =
  'S3 has replicated the object, and the destination shows another one: a replica does not come above what was written there after its source.';

const at = ({ key }: CopyItem) => ({ key, requestId: undefined });

function failed(item: CopyItem, code: string, message: string): Outcome {
  return { ...at(item), result: 'failed', reason: 'not-replicated', code, message };
}

/** Replicas have the version ids of their sources. */
export function copied(item: CopyItem, etag?: string): Outcome {
  const { objects } = lackingOf(item);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const ids = objects.flatMap(({ versionId: id }) =>
    id === undefined ? [] : { source: id, destination: id },
  );
  const versions = item.source.history === undefined ? {} : { versions: ids };
  return { ...at(item), result: 'copied', bytes, ...(etag !== undefined && { etag }), ...versions };
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
  items: Pages<CopyItem>,
  told: Pages<Outcome>,
  { destination, listing }: Arrival,
): AsyncGenerator<Seen[]> {
  const both = mergeByKey(items, told, { left: 'The plan', right: 'What the job was told of' });
  const names = { left: 'The plan', right: 'The destination listing' };
  for await (const page of mergeByKey(withOutcome(both), listing(destination), names)) {
    yield page.flatMap(({ left, right }) =>
      left === undefined ? [] : { ...left, there: shows(right, left.item) },
    );
  }
}

async function* withOutcome(meetings: Pages<Meeting<CopyItem, Outcome>>) {
  for await (const page of meetings) {
    yield page.flatMap(({ key, left: item, right: outcome }) =>
      item === undefined || outcome === undefined ? [] : { key, item, outcome },
    );
  }
}

function shows(there: ObjectEntry | undefined, item: CopyItem): ObjectEntry | boolean {
  if (there === undefined) return false;
  const { history } = there;
  if (history === undefined) return isSame(there, item.source) && there;
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

/** Two of them are enough: what one round keeps the next one reads. */
function pileIn({ scratch }: Arrival, round: number): PileWriter {
  return new PileWriter(join(scratch, `pending-${round % 2}.ndjson`));
}
