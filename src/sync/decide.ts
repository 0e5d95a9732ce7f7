/**
 * What should happen to one key, and why. Pure: the same pair and rules always give the same decision.
 *
 * A decision that would need more than the two listings show is `undecided`; `decideWithEvidence` settles it once both
 * objects have been asked about themselves.
 */
import type { ObjectEntry, Pair } from '../model/objects.ts';
import type { CopyReason, Decision, UnchangedReason } from '../model/plan.ts';
import type { Archived, Compare } from '../model/settings.ts';
import { provenByEtags, type Testimony, weigh } from './evidence.ts';
import type { Filter } from './filter.ts';
import { isMarker, versionsToSend } from './history.ts';

export interface Rules {
  readonly compare: Compare;
  readonly filter: Filter;
  readonly archived: Archived;
  readonly delete: boolean;
  /** Bytes of the destination prefix, which count towards S3's limit on a key. */
  readonly destinationPrefixBytes: number;
}

const TO_RESTORE = { action: 'restore', reason: 'archived' } as const;
const UNDECIDED = { action: 'undecided' } as const;
export type Undecided = typeof UNDECIDED;

/** S3's limit on a key, bytes of UTF-8 (User Guide, "Naming Amazon S3 objects"). */
const KEY_BYTES = 1024;
/** Classes that nobody reads from, unless a copy was restored for a while; what replicates never does. */
export const ARCHIVE_CLASSES: ReadonlySet<string | undefined> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function decide(pair: Pair, rules: Rules): Decision | Undecided {
  const { source, destination } = pair;
  if (source === undefined) return decideExtraneous(pair.key, rules);
  if (!rules.filter.object(source)) return { action: 'skip', reason: 'excluded' };
  if (destination === undefined) return decideCopy(source, 'missing', rules);
  if (source.history !== undefined) return UNDECIDED;
  const comparison = compareListed(source, destination, rules.compare);
  return comparison === undefined ? UNDECIDED : conclude(source, comparison, rules);
}

/** Settles an undecided pair. */
export function decideWithEvidence(
  source: ObjectEntry,
  destination: ObjectEntry,
  testimony: Testimony,
  rules: Rules,
): Decision {
  return conclude(source, compareEvidence(source, destination, testimony, rules.compare), rules);
}

export type Comparison = CopyReason | UnchangedReason;

/** `undefined` = the listings alone cannot tell. */
export function compareListed(
  source: ObjectEntry,
  destination: ObjectEntry,
  compare: Compare,
): Comparison | undefined {
  if (compare === 'missing') return 'exists';
  if (compare === 'always') return 'always';
  if (source.size !== destination.size) return 'size-differs';
  if (compare === 'size') return 'same-size';
  if (compare === 'newer') return isNewer(source, destination) ? 'source-newer' : 'destination-newer';
  return provenByEtags(source.etag, destination.etag) === undefined ? undefined : 'same-etag';
}

/** Where the two have no checksum in common, only `compare: auto` goes by the clocks. */
export function compareEvidence(
  source: ObjectEntry,
  destination: ObjectEntry,
  testimony: Testimony,
  compare: Compare,
): Comparison {
  const finding = weigh(testimony);
  if (finding !== undefined) return finding.same ? 'same-checksum' : 'content-differs';
  if (compare === 'checksum') return 'unproven';
  // A replica has the time of its source, by which nothing could be told.
  if (testimony.isReplica) return 'same-size';
  // S3's times are whole seconds: a copy and the next version of its source can share one, so equal times do not tell.
  return isNewer(destination, source) ? 'same-size' : 'source-newer';
}

/** A copy never keeps the time of its source, so a faithful copy is never older than what it was made from. */
function isNewer(one: ObjectEntry, other: ObjectEntry): boolean {
  return one.modified > other.modified;
}

function conclude(source: ObjectEntry, comparison: Comparison, rules: Rules): Decision {
  return isCopyReason(comparison)
    ? decideCopy(source, comparison, rules)
    : { action: 'unchanged', reason: comparison };
}

const COPY_REASONS: ReadonlySet<string> = new Set<CopyReason>([
  'missing',
  'size-differs',
  'content-differs',
  'source-newer',
  'versions-missing',
  'versions-differ',
  'unproven',
  'always',
]);
export function isCopyReason(reason: Comparison): reason is CopyReason {
  return COPY_REASONS.has(reason);
}

/** @param from index of the first version to send, where the source has a history */
export function decideCopy(source: ObjectEntry, reason: CopyReason, rules: Rules, from?: number): Decision {
  // One version of a history that cannot be read holds back all of it: the others would arrive out of order.
  const archived = source.history === undefined ? isArchived(source) : holdsArchived(source, from);
  if (archived && rules.archived !== 'restore') return { action: rules.archived, reason: 'archived' };
  const bytes = rules.destinationPrefixBytes + Buffer.byteLength(source.key);
  // A zero-byte object named exactly like the prefix is a folder marker, and the root of a bucket needs none.
  if (bytes === 0) return { action: source.size === 0 ? 'skip' : 'fail', reason: 'key-empty' };
  if (bytes > KEY_BYTES) return { action: 'fail', reason: 'key-too-long' };
  // Last, because a restore costs money and is for nothing where the copy could never be made.
  if (archived) return source.restoring ? { action: 'skip', reason: 'restoring' } : TO_RESTORE;
  return from === undefined ? { action: 'copy', reason } : { action: 'copy', reason, from };
}

function holdsArchived(source: ObjectEntry, from: number | undefined): boolean {
  return versionsToSend(source, from).some(version => !isMarker(version) && isArchived(version));
}

/** In an archive class without a readable restored copy. The class alone does not tell: a restored object keeps it. */
export function isArchived(entry: Pick<ObjectEntry, 'storageClass' | 'restored'>): boolean {
  return ARCHIVE_CLASSES.has(entry.storageClass) && !entry.restored;
}

/**
 * Only the globs protect: an object that no source key answers to is extraneous whatever its size and time, but what
 * the globs leave out is none of this run's business.
 */
function decideExtraneous(key: string, rules: Rules): Decision {
  if (!rules.filter.name(key)) return { action: 'keep', reason: 'protected-by-filter' };
  return rules.delete
    ? { action: 'delete', reason: 'extraneous' }
    : { action: 'keep', reason: 'delete-not-asked' };
}
