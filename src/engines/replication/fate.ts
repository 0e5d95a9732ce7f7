/** What has become of an object that S3 was asked to replicate, as the source and the destination say. */
import type { Side } from '../../model/objects.ts';
import type { CopiedOutcome, FailedOutcome, Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { isReplicaAt, type Shown, type Standing, shownAt } from '../../s3/replication/status.ts';
import { lackingOf, MARKERS, MARKERS_LEFT, worstOf } from './versions.ts';

/** Both as their own sides see them. */
type Sides = Readonly<Record<Side, Bucket>>;

/** @returns `undefined` as long as the object is on its way */
export async function fateOf(
  item: CopyItem,
  refused: Outcome | undefined,
  sides: Sides,
): Promise<Outcome | undefined> {
  const standing = refused === undefined ? await worstOf(sides.source, lackingOf(item)) : undefined;
  const state: Standing['state'] = standing?.state ?? 'failed';
  if (state === 'gone') return vanished(item);
  if (state === 'pending') return undefined;
  // Whatever its source says, which speaks of all destinations at once.
  const shown = await shownOf(item, sides);
  if (typeof shown === 'object') return arrived(item, shown.etag);
  if (shown === 'gone') return vanished(item);
  // What is there is judged by what the source has by then.
  if (shown === 'successor') return copied(item);
  if (state === 'done') {
    if (shown === 'another') return failed(item, 'ReplicaHidden', HIDDEN);
    if (shown === 'nothing') return failed(item, MISSING, DELETED);
    return arrived(item);
  }
  if (state !== 'failed') return undefined;
  return refused ?? failed(item, 'ReplicationFailed', 'S3 has given up replicating the object.');
}

/** Of a history `nothing` when a version of it is not there, and no ETag when all are. */
async function shownOf(
  item: CopyItem,
  sides: Sides,
): Promise<Exclude<Shown, object> | { readonly etag: string | undefined }> {
  if (item.source.history === undefined) return shownAt(sides, item.source);
  // One after another, so that a long history does not push all others aside.
  for (const object of lackingOf(item).objects) {
    const there = await isReplicaAt(sides.destination, object, object);
    if (!there) return there === undefined ? 'unknown' : 'nothing';
  }
  return { etag: undefined };
}

const HIDDEN =
  'S3 has replicated the object, and the destination shows another one: a replica does not come above what was written there after its source.';

/** What S3 has replicated, and the destination has not, and why. */
export const MISSING = 'ReplicaMissing';
export const DELETED =
  'S3 says that the object was replicated, and the destination does not have it: it was deleted there.';

const at = ({ key }: CopyItem) => ({ key, requestId: undefined });

export function failed(item: CopyItem, code: string, message: string): FailedOutcome {
  return { ...at(item), result: 'failed', reason: 'not-replicated', code, message };
}

function vanished(item: CopyItem): Outcome {
  return { ...at(item), result: 'skipped', reason: 'vanished' };
}

/** All that could be asked for is there. */
export function arrived(item: CopyItem, etag?: string): Outcome {
  const all = copied(item, etag);
  if (!lackingOf(item).markers) return all;
  const what = failed(item, MARKERS_LEFT, `The versions are there, and ${MARKERS}.`);
  return { ...what, ...(all.versions && { versions: all.versions }) };
}

/** Replicas have the version ids of their sources. */
export function copied(item: CopyItem, etag?: string): CopiedOutcome {
  const { objects } = lackingOf(item);
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const ids = objects.flatMap(({ versionId: id }) =>
    id === undefined ? [] : { source: id, destination: id },
  );
  const versions = item.source.history === undefined ? {} : { versions: ids };
  return { ...at(item), result: 'copied', bytes, ...(etag !== undefined && { etag }), ...versions };
}
