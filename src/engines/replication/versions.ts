/** What of a planned object a rule or a job is to bring over: the object, or the versions that the destination lacks. */
import type { ObjectEntry } from '../../model/objects.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { type Standing, standingOf } from '../../s3/replication/status.ts';
import { isDeleted, isMarker, versionsToSend } from '../../sync/history.ts';

export interface Lacking {
  readonly objects: readonly ObjectEntry[];
  /** There are delete markers besides, which no job replicates. */
  readonly markers: boolean;
}

/** What no job replicates, and no rule that came later. */
export const MARKERS = 'its history has delete markers that the destination lacks';
export const MARKERS_LEFT = 'DeleteMarkersNotReplicated';

export function lackingOf({ source, destination, from }: CopyItem): Lacking {
  if (source.history === undefined) return { objects: [source], markers: false };
  const versions = versionsToSend(source, from);
  const objects = versions.flatMap(version => (isMarker(version) ? [] : version));
  if (objects.length === versions.length) return { objects, markers: false };
  // Without the markers the histories never become equal, and every run would ask for the same versions again.
  const there = new Set(destination?.history?.map(({ versionId }) => versionId));
  const isThere = (id: string) => id !== 'null' && there.has(id);
  return { objects: objects.filter(({ versionId }) => !isThere(versionId)), markers: true };
}

/**
 * Whether no job can bring anything over: there is nothing but delete markers, or the versions without the marker above them
 * would show at the destination what was deleted at the source.
 */
export function isOutOfReach(item: CopyItem): boolean {
  const { objects, markers } = lackingOf(item);
  return markers && (objects.length === 0 || isDeleted(item.source));
}

/** What stands in the way first: what has failed will not come by itself, what was never taken up neither. */
const WORST_FIRST = [
  'failed',
  'none',
  'pending',
  'replica',
  'gone',
  'done',
] as const satisfies Standing['state'][];

/** How far the worst of them is; `undefined` where there are only delete markers. */
export async function worstOf(
  source: Bucket,
  { objects }: Lacking,
): Promise<(Standing & { readonly object: ObjectEntry }) | undefined> {
  const found: (Standing & { readonly object: ObjectEntry })[] = [];
  // One after another, so that a long history does not push all others aside.
  for (const object of objects) found.push({ ...(await standingOf(source, object)), object });
  for (const state of WORST_FIRST) {
    const worst = found.find(one => one.state === state);
    if (worst !== undefined) return worst;
  }
  return undefined;
}
