/**
 * Every key of both sides with what should happen to it, in key order, as a stream. The totals it leaves behind are
 * what the guards, the choice of engine and the progress line are built on.
 */
import pLimit from 'p-limit';
import type { Location, ObjectEntry, Pair, Version } from '../model/objects.ts';
import type { PlanItem } from '../model/plan.ts';
import { decide, decideWithEvidence, type Rules } from './decide.ts';
import { decideHistory } from './decide-history.ts';
import type { GatherEvidence } from './evidence.ts';
import { isDeleted, sizeOf, versionsToSend } from './history.ts';
import { mergeByKey, type Pages } from './merge.ts';

/** Two listings as pairs of twins. */
export async function* pairListings(
  source: Pages<ObjectEntry>,
  destination: Pages<ObjectEntry>,
): AsyncGenerator<Pair[]> {
  for await (const meetings of mergeByKey(source, destination, {
    left: 'The source listing',
    right: 'The destination listing',
  })) {
    yield meetings.map(({ key, left, right }) => asPair(key, left, right));
  }
}

function asPair(key: string, source: ObjectEntry | undefined, destination: ObjectEntry | undefined): Pair {
  if (source !== undefined) return destination === undefined ? { key, source } : { key, source, destination };
  if (destination !== undefined) return { key, destination };
  throw new RangeError('A pair without either side.');
}

/** @param asking how many undecided pairs may be asked about at the same time */
export async function* planPairs(
  pairs: Pages<Pair>,
  rules: Rules,
  gather: GatherEvidence,
  asking: number,
): AsyncGenerator<PlanItem[]> {
  const limit = pLimit(asking);
  for await (const page of pairs) {
    const items = page.filter(isThere).map(pair => planPair(pair, rules, gather, limit));
    yield items.every(isDecided) ? items : await Promise.all(items);
  }
}

/** A key that only the destination has, and that is deleted there, is no object of either side. */
function isThere({ source, destination }: Pair): boolean {
  return source !== undefined || !isDeleted(destination);
}

/** Mostly the listings decide every pair of a page, and then there is nothing to wait for. */
function isDecided(item: PlanItem | Promise<PlanItem>): item is PlanItem {
  return !(item instanceof Promise);
}

function planPair(
  pair: Pair,
  rules: Rules,
  gather: GatherEvidence,
  limit: ReturnType<typeof pLimit>,
): PlanItem | Promise<PlanItem> {
  const decision = decide(pair, rules);
  if (decision.action !== 'undecided') return { ...pair, ...decision };
  return limit(async () => {
    const { source, destination } = pair;
    if (source === undefined || destination === undefined)
      throw new RangeError('Only twins can be undecided.');
    if (source.history !== undefined)
      return { ...pair, ...(await decideHistory(source, destination, rules, gather)) };
    const evidence = await gather(source, destination);
    return { ...pair, ...decideWithEvidence(source, destination, evidence, rules) };
  });
}

/** What a plan amounts to, counted while it streams by. */
export class PlanTotals {
  /** Source objects. */
  listed = 0;
  bytesListed = 0;
  /** Destination objects. */
  atDestination = 0;
  toCopy = 0;
  bytesToCopy = 0;
  /** Of the objects to copy; 0 where versions are not told apart. */
  versionsToCopy = 0;
  toDelete = 0;
  /** Of the objects to copy: keys whose history ends with a delete marker that hides a destination object. */
  toHide = 0;
  /** Archived objects to ask back. */
  toRestore = 0;
  /** Objects that cannot be carried, known before anything is tried. */
  toFail = 0;

  count(item: PlanItem): void {
    if (item.source !== undefined) {
      this.listed++;
      this.bytesListed += item.source.size;
    }
    if (item.destination !== undefined && !isDeleted(item.destination)) this.atDestination++;
    if (item.action === 'copy' && item.source !== undefined) {
      this.toCopy++;
      if (isDeleted(item.source) && item.destination !== undefined && !isDeleted(item.destination))
        this.toHide++;
      if (item.source.history === undefined) this.bytesToCopy += item.source.size;
      else this.#countVersions(versionsToSend(item.source, item.from));
    } else if (item.action === 'delete') this.toDelete++;
    else if (item.action === 'restore') this.toRestore++;
    else if (item.action === 'fail') this.toFail++;
  }

  #countVersions(versions: readonly Version[]): void {
    this.versionsToCopy += versions.length;
    for (const version of versions) this.bytesToCopy += sizeOf(version);
  }
}

/** `s3://bucket/prefix` */
export function uri(location: Location): string {
  return `s3://${location.bucket}/${location.prefix}`;
}
