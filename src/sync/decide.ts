/**
 * What should happen to one key, and why. Pure: the same pair and rules always give the same decision.
 *
 * A decision that would need more than the two listings show is `undecided`; `decideWithEvidence` settles it once both
 * objects have been asked about themselves.
 */
import type { Compare, CopyReason, Decision, ObjectEntry, Pair, UnchangedReason } from '../model.ts';
import type { Filter } from './filter.ts';

export interface Rules {
  readonly compare: Compare;
  readonly filter: Filter;
  readonly archived: 'skip' | 'fail';
  readonly delete: boolean;
  /** Bytes of the destination prefix, which count towards S3's limit on a key. */
  readonly destinationPrefixBytes: number;
}

/** What an object says of its own content. Both listings' ETags alone cannot tell a change from another way of writing. */
export interface Evidence {
  /** Full-object checksums by algorithm, base64; empty when it has none. */
  readonly checksums: Readonly<Record<string, string>>;
  /** The ETag is the MD5 of the content: single part, not encrypted with KMS or a customer's key. */
  readonly etagIsMd5: boolean;
}

const UNDECIDED = { action: 'undecided' } as const;
export type Undecided = typeof UNDECIDED;

/** S3's limit on a key, bytes of UTF-8 (User Guide, "Naming Amazon S3 objects"). */
const KEY_BYTES = 1024;
const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function decide(pair: Pair, rules: Rules): Decision | Undecided {
  const { source, destination } = pair;
  if (source === undefined) return decideExtraneous(pair.key, rules);
  if (!rules.filter.object(source)) return { action: 'skip', reason: 'excluded' };
  if (destination === undefined) return decideCopy(source, 'missing', rules);
  const comparison = compareListed(source, destination, rules.compare);
  return comparison === undefined ? UNDECIDED : conclude(source, comparison, rules);
}

/** Settles an undecided pair. `undefined` evidence = the object could not be asked; then only the clocks are left. */
export function decideWithEvidence(
  source: ObjectEntry,
  destination: ObjectEntry,
  evidence: { readonly source: Evidence | undefined; readonly destination: Evidence | undefined },
  rules: Rules,
): Decision {
  return conclude(source, compareEvidence(source, destination, evidence), rules);
}

type Comparison = CopyReason | UnchangedReason;

/** `undefined` = the listings alone cannot tell. */
function compareListed(
  source: ObjectEntry,
  destination: ObjectEntry,
  compare: Compare,
): Comparison | undefined {
  if (compare === 'missing') return 'exists';
  if (compare === 'always') return 'always';
  if (source.size !== destination.size) return 'size-differs';
  if (compare === 'size') return 'same-size';
  if (compare === 'newer') return byClock(source, destination, 'destination-newer');
  return source.etag === destination.etag ? 'same-etag' : undefined;
}

function compareEvidence(
  source: ObjectEntry,
  destination: ObjectEntry,
  evidence: { readonly source: Evidence | undefined; readonly destination: Evidence | undefined },
): Comparison {
  const { source: ours, destination: theirs } = evidence;
  if (ours !== undefined && theirs !== undefined) {
    for (const [algorithm, checksum] of Object.entries(ours.checksums)) {
      const other = theirs.checksums[algorithm];
      if (other !== undefined) return other === checksum ? 'same-checksum' : 'content-differs';
    }
    if (ours.etagIsMd5 && theirs.etagIsMd5) return 'content-differs';
  }
  return byClock(source, destination, 'same-size');
}

/** A copy never keeps the time of its source, so a faithful copy is never older than what it was made from. */
function byClock(source: ObjectEntry, destination: ObjectEntry, otherwise: UnchangedReason): Comparison {
  return source.modified > destination.modified ? 'source-newer' : otherwise;
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
  'always',
]);
function isCopyReason(reason: Comparison): reason is CopyReason {
  return COPY_REASONS.has(reason);
}

function decideCopy(source: ObjectEntry, reason: CopyReason, rules: Rules): Decision {
  if (isArchived(source)) return { action: rules.archived, reason: 'archived' };
  const bytes = rules.destinationPrefixBytes + Buffer.byteLength(source.key);
  // A zero-byte object named exactly like the prefix is a folder marker, and the root of a bucket needs none.
  if (bytes === 0) return { action: source.size === 0 ? 'skip' : 'fail', reason: 'key-empty' };
  if (bytes > KEY_BYTES) return { action: 'fail', reason: 'key-too-long' };
  return { action: 'copy', reason };
}

/** In an archive class without a readable restored copy. The class alone does not tell: a restored object keeps it. */
export function isArchived(entry: ObjectEntry): boolean {
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
