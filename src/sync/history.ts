/**
 * Two histories of one key laid on top of each other: from where on the destination lacks what the source has. Nothing
 * is remembered between runs; what is there says how far the last one got.
 */
import type { DeleteMarker, ObjectEntry, Version } from '../model/objects.ts';
import type { Twins } from '../model/plan.ts';

/** Whether two versions are the same; `undefined` when that has to be found out first. */
export type Same = (source: Version, destination: Version) => boolean | undefined;

export interface Alignment {
  /** Index of the oldest version that the destination lacks: what is to be appended begins here. */
  readonly from: number;
  /** Newest first. Of the versions before `from`, those whose copies the destination still keeps. */
  readonly twins: readonly Twins[];
  /** Where nothing fits: the first difference behind the longest row of equals. */
  readonly differing?: Twins;
}

/** Two versions whose equality decides how to go on. */
export interface Question {
  readonly ask: readonly [source: Version, destination: Version];
}

/**
 * The destination continues the source's history where it ends with the versions up to some place in it. Of several
 * places the one with most twins counts, and of those the oldest: it has more copied and loses nothing. Older versions
 * of its own stay beneath, and older ones of the source may be gone from it, as a lifecycle rule leaves them.
 *
 * @param source oldest first, at least one
 * @param destination oldest first
 */
export function align(
  source: readonly Version[],
  destination: readonly Version[],
  same: (...pair: Parameters<Same>) => boolean,
): Alignment;
export function align(
  source: readonly Version[],
  destination: readonly Version[],
  same: Same,
): Alignment | Question;
export function align(
  source: readonly Version[],
  destination: readonly Version[],
  same: Same,
): Alignment | Question {
  let best: Alignment | undefined;
  let longest: Row | undefined;
  for (const last of candidates(source.length, destination.length)) {
    const possible = Math.min(last + 1, destination.length);
    if (best !== undefined && best.twins.length >= possible) break;
    const row = rowOfTwins(source, destination, last, same);
    if ('ask' in row) return row;
    if (row.differing !== undefined) longest = longer(longest, row);
    else if (row.twins.length > (best?.twins.length ?? 0)) best = { from: last + 1, twins: row.twins };
  }
  return best ?? { from: 0, twins: [], ...(longest?.differing && { differing: longest.differing }) };
}

function longer(one: Row | undefined, other: Row): Row {
  return one === undefined || other.twins.length > one.twins.length ? other : one;
}

/** Indexes in the source's history at which the destination may stand, those that allow for most twins first. */
function* candidates(source: number, destination: number): Generator<number> {
  if (destination === 0) return;
  for (let last = destination - 1; last < source; last++) yield last;
  for (let last = Math.min(source, destination - 1) - 1; last >= 0; last--) yield last;
}

interface Row {
  readonly twins: readonly Twins[];
  readonly differing?: Twins;
}

/**
 * Backwards from a place in the source's history and from the end of the destination's, until one of them is exhausted.
 * A version that the destination has several times in a row counts once: the answer to its request was lost, and the
 * request sent again.
 */
function rowOfTwins(
  source: readonly Version[],
  destination: readonly Version[],
  last: number,
  same: Same,
): Row | Question {
  const twins: Twins[] = [];
  let ours = last;
  for (let theirs = destination.length - 1; theirs >= 0 && ours >= 0; theirs--) {
    const [version, copy] = [at(source, ours), at(destination, theirs)];
    const equal = same(version, copy);
    if (equal === undefined) return { ask: [version, copy] };
    if (equal) {
      twins.push([ours, theirs]);
      ours--;
      continue;
    }
    const repeated = twins.length > 0 && same(at(source, ours + 1), copy);
    if (repeated === undefined) return { ask: [at(source, ours + 1), copy] };
    if (!repeated) return { twins, differing: [ours, theirs] };
  }
  return { twins };
}

function at(history: readonly Version[], index: number): Version {
  const version = history[index];
  if (version === undefined) throw new RangeError(`A history without a version ${index}.`);
  return version;
}

export function isMarker(version: Version | ObjectEntry): version is DeleteMarker {
  return 'deleted' in version;
}

/** Whether the current version of the key is a delete marker. */
export function isDeleted(entry: ObjectEntry | undefined): boolean {
  const current = entry?.history?.at(-1);
  return current !== undefined && isMarker(current);
}

export function sizeOf(version: Version): number {
  return isMarker(version) ? 0 : version.size;
}

/** One entry for a whole history. */
export function entryOf(key: string, history: readonly Version[]): ObjectEntry {
  const current = at(history, history.length - 1);
  const { versionId, modified } = current;
  const { etag, storageClass, restored } = isMarker(current) ? MARKED : current;
  const size = history.reduce((sum, version) => sum + sizeOf(version), 0);
  return { key, size, etag, modified, storageClass, restored, versionId, history };
}

const MARKED = { etag: '', storageClass: 'STANDARD', restored: false };

/** What is to be sent of a history. */
export function versionsToSend({ history = [] }: ObjectEntry, from = 0): readonly Version[] {
  return history.slice(from);
}
