/**
 * The last word on each object: what was planned, what became of it, and what an independent listing of both buckets
 * shows afterwards are brought together key by key.
 */
import type { Location, ObjectEntry, Pair } from '../model/objects.ts';
import type { Outcome } from '../model/outcome.ts';
import type { PlanItem } from '../model/plan.ts';
import type { Mode } from '../model/settings.ts';
import type { ObjectRecord, Proof, RecordedAction } from '../record.ts';
import { type Carried, historyAsPlanned, judgeHistory, lackingAsPlanned } from './conclude-history.ts';
import { deniedByEtags, provenByEtags } from './evidence.ts';
import { isDeleted } from './history.ts';
import { mergeByKey, type Pages } from './merge.ts';
import { failed, undeleted, type Verdict } from './verdict.ts';

export interface Settled extends Carried {
  readonly key: string;
}

export interface Places {
  readonly source: Location;
  readonly destination: Location;
}

/** Things that moved while the run was going on: worth a word, wrong of nobody. */
export interface Movements {
  /** In the source now, not when it was listed. */
  appeared: number;
  /** Overwritten or removed in the source after it was listed. */
  movedOn: number;
}

export async function* settle(plan: Pages<PlanItem>, outcomes: Pages<Outcome>): AsyncGenerator<Settled[]> {
  for await (const meetings of mergeByKey(plan, outcomes, {
    left: 'The plan',
    right: 'The list of outcomes',
  })) {
    yield meetings.map(({ key, left, right }) => {
      if (left === undefined) throw new RangeError(`An outcome without a plan: ${JSON.stringify(key)}.`);
      return { key, item: asCarried(left, right), outcome: right };
    });
  }
}

/** An object that was overwritten in the source after it was listed is judged by what was copied. */
function asCarried(item: PlanItem, outcome: Outcome | undefined): PlanItem {
  if (item.source === undefined || outcome?.result !== 'copied' || outcome.source === undefined) return item;
  return { ...item, source: outcome.source };
}

/** Records without a second look: dry runs, `mode: verify` (whose plan is the comparison) and `verify: none`. */
export async function* recordAsSettled(
  settled: Pages<Settled>,
  mode: Mode,
  places: Places,
): AsyncGenerator<ObjectRecord[]> {
  for await (const page of settled) {
    yield page.map(one => toRecord(one, asSettled(one, mode), places));
  }
}

/** Records checked against a fresh listing of both sides. */
export async function* recordAsSeen(
  settled: Pages<Settled>,
  seen: Pages<Pair>,
  places: Places,
  movements: Movements,
): AsyncGenerator<ObjectRecord[]> {
  const names = { left: 'The settled plan', right: 'The closing listing' };
  for await (const meetings of mergeByKey(settled, seen, names)) {
    const records: ObjectRecord[] = [];
    for (const { left, right } of meetings) {
      const before = left?.item.source;
      const now = right?.source;
      if (before === undefined && now !== undefined) movements.appeared++;
      if (before !== undefined && left?.item.action !== 'skip' && !isStill(before, now)) movements.movedOn++;
      if (left === undefined) continue;
      const settled = followed(left, right);
      records.push(toRecord(settled, asSeen(settled, right), places, right?.destination));
    }
    yield records;
  }
}

/**
 * Who copied without telling what may have copied what the source had by then: an object that has moved on is judged by
 * what it is now, where the copy is as large.
 */
function followed(settled: Settled, right: Pair | undefined): Settled {
  const { item, outcome } = settled;
  const { source: now, destination: seen } = right ?? {};
  if (item.action !== 'copy' || !item.source || now === undefined || now.history !== undefined)
    return settled;
  const untold = outcome?.result === 'copied' && outcome.etag === undefined && outcome.source === undefined;
  return untold && !isStill(item.source, now) && seen !== undefined && mayBeOf(now, item.source, seen)
    ? { ...settled, item: { ...item, source: now } }
    : settled;
}

/** Whether what is seen may be a copy of what the source has now, and not of what it had before. */
function mayBeOf(now: ObjectEntry, before: ObjectEntry, seen: ObjectEntry): boolean {
  if (now.size !== seen.size || seen.etag === before.etag) return false;
  return now.size !== before.size || !deniedByEtags(now.etag, seen.etag);
}

/** Whether an object is the one that was listed. */
function isStill(before: ObjectEntry, now: ObjectEntry | undefined): boolean {
  return before.etag === now?.etag && before.versionId === now.versionId;
}

function asSettled(settled: Settled, mode: Mode): Verdict {
  const verdict = asAttempted(settled, mode);
  return settled.item.source?.history === undefined ? verdict : historyAsPlanned(settled, verdict);
}

function asAttempted({ item, outcome }: Settled, mode: Mode): Verdict {
  if (outcome?.result === 'failed') {
    return item.action === 'delete' ? undeleted('delete-failed', outcome) : failed(outcome.reason, outcome);
  }
  switch (item.action) {
    case 'copy':
      if (mode === 'dry-run') return { action: 'would-copy', reason: item.reason, proof: 'none' };
      if (mode === 'verify') return failed(item.reason, lackingAsPlanned(item));
      if (outcome?.result === 'skipped') return { action: 'skipped', reason: outcome.reason, proof: 'none' };
      return outcome === undefined
        ? { action: 'skipped', reason: 'stopped', proof: 'none' }
        : { action: 'copied', reason: item.reason, proof: 'none' };
    case 'delete':
      if (mode === 'dry-run') return { action: 'would-delete', reason: item.reason, proof: 'none' };
      if (mode === 'verify') return undeleted('extraneous');
      // Deletions are no matter of replication's health.
      if (mode === 'health') return { action: 'kept', reason: 'delete-not-asked', proof: 'none' };
      return outcome === undefined
        ? { action: 'kept', reason: 'delete-refused', proof: 'none' }
        : { action: 'deleted', reason: item.reason, proof: 'none' };
    case 'restore':
      if (mode !== 'sync') return { action: 'skipped', reason: 'would-restore', proof: 'none' };
      return {
        action: 'skipped',
        reason: outcome?.result === 'skipped' ? outcome.reason : 'stopped',
        proof: 'none',
      };
    case 'unchanged':
      return {
        action: 'unchanged',
        reason: item.reason,
        proof: proofOf(item, item.source, item.destination),
      };
    default:
      return { action: PAST[item.action], reason: item.reason, proof: 'none' };
  }
}

const PAST = { skip: 'skipped', fail: 'failed', keep: 'kept' } as const satisfies Record<
  string,
  RecordedAction
>;

/** A copy or an unchanged object must be where and what it is said to be; a deleted one must be gone. */
function asSeen(settled: Settled, { source: now, destination: seen }: Partial<Pair> = {}): Verdict {
  const verdict = asSettled(settled, 'sync');
  const { item, outcome } = settled;
  if (item.action === 'delete' && outcome === undefined && now !== undefined)
    return { action: 'kept', reason: 'no-longer-extraneous', proof: 'none' };
  if (verdict.action === 'deleted' && seen !== undefined && !isDeleted(seen)) {
    return undeleted('delete-failed', {
      code: 'StillThere',
      message: 'The object was deleted and is there again.',
    });
  }
  if (verdict.action !== 'copied' && verdict.action !== 'unchanged') return verdict;
  if (seen === undefined) {
    return failed('missing', { code: 'Missing', message: 'The closing listing does not show the object.' });
  }
  if (seen.history !== undefined) return judgeHistory(settled, verdict, seen.history);
  if (outcome?.result === 'copied' && outcome.etag === undefined && isAsBefore(seen, item.destination)) {
    return failed('content-differs', {
      code: 'NotReplaced',
      message:
        'The copy was reported as done, but the closing listing shows the object that was there before.',
    });
  }
  // Who copied without telling an ETag has made what is there now.
  const expected = outcome?.result === 'copied' ? (outcome.etag ?? seen.etag) : item.destination?.etag;
  const untouched = seen.etag === expected;
  const size = item.source?.size;
  if (seen.size !== size && !(untouched && item.reason === 'exists')) {
    const message = `The source has ${size} bytes, the closing listing shows ${seen.size}.`;
    return failed('size-differs', { code: 'SizeDiffers', message });
  }
  if (!untouched && seen.etag !== item.source?.etag) {
    const message = `The destination's ETag was ${expected}, the closing listing shows ${seen.etag}: someone else wrote the object.`;
    return failed('content-differs', { code: 'EtagDiffers', message });
  }
  // What the plan learned of checksums was about the object that was there then.
  return { ...verdict, proof: untouched ? proofOf(item, item.source, seen) : byEtag(item.source, seen) };
}

/** Equal times alone would do: whoever writes an object dates it anew. */
export function isAsBefore(seen: ObjectEntry, before: ObjectEntry | undefined): boolean {
  return seen.etag === before?.etag && seen.modified === before.modified;
}

function proofOf(
  item: PlanItem,
  source: ObjectEntry | undefined,
  destination: ObjectEntry | undefined,
): Proof {
  return item.reason === 'same-checksum' ? 'checksum' : byEtag(source, destination);
}

function byEtag(source: ObjectEntry | undefined, destination: ObjectEntry | undefined): Proof {
  if (source === undefined || destination === undefined || source.size !== destination.size) return 'none';
  return provenByEtags(source.etag, destination.etag) ?? 'size';
}

function toRecord(
  { key, item, outcome }: Settled,
  verdict: Verdict,
  places: Places,
  seen?: ObjectEntry,
): ObjectRecord {
  const entry = item.source ?? item.destination;
  const destinationEtag =
    outcome?.result === 'copied' ? (outcome.etag ?? seen?.etag) : item.destination?.etag;
  return {
    key: (item.source === undefined ? places.destination : places.source).prefix + key,
    destinationKey: places.destination.prefix + key,
    size: entry?.size ?? 0,
    ...verdict,
    ...(item.source !== undefined && { sourceEtag: item.source.etag }),
    ...(destinationEtag !== undefined && { destinationEtag }),
    ...(outcome?.requestId !== undefined && { requestId: outcome.requestId }),
  };
}
