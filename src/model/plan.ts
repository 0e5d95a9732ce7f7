/** What is to become of each key, and why. */
import type { ObjectEntry, Pair } from './objects.ts';

/** Why a source object must move. */
export type CopyReason =
  | 'missing'
  | 'size-differs'
  | 'content-differs'
  | 'source-newer'
  // With histories: that of the destination ends before the one of the source, or is another one.
  | 'versions-missing'
  | 'versions-differ'
  // `compare: checksum` found nothing that proves the two equal.
  | 'unproven'
  | 'always';

/** Why it may stay. */
export type UnchangedReason =
  | 'same-etag'
  | 'same-checksum'
  | 'same-content'
  | 'same-size'
  | 'destination-newer'
  | 'exists';

/** Why it was left out on purpose. */
export type SkipReason =
  | 'excluded'
  | 'archived'
  // `archived: restore`: asked for now, asked for earlier and not there yet, and what only a sync would ask for.
  | 'restore-asked'
  | 'restoring'
  | 'would-restore'
  | 'key-empty'
  // `mode: health`: S3 has it on its way; it has come since the destination was listed.
  | 'replicating'
  | 'arrived'
  | 'vanished'
  // `wait: false`: a job that goes on has it.
  | 'under-way'
  | 'stopped';

/** Why it cannot move, known before or found while trying. */
export type FailReason =
  | 'archived'
  | 'restore-denied'
  | 'customer-key'
  | 'key-too-long'
  | 'key-empty'
  | 'denied'
  | 'changed'
  | 'unreadable-metadata'
  | 'checksum-not-kept'
  // S3 Replication did not bring it over, whatever the code says of why.
  | 'not-replicated'
  | 'error'
  // What the closing comparison found although the copy reported success, and what `mode: verify` finds.
  | CopyReason;

/** Why an object that only the destination has goes or stays. */
export type ExtraneousReason =
  | 'extraneous'
  | 'delete-not-asked'
  | 'protected-by-filter'
  | 'delete-refused'
  // The source has it again.
  | 'no-longer-extraneous'
  | 'delete-failed';

/** What the plan says of one key. `undecided` never leaves the planner. */
export type Decision =
  | ({ readonly action: 'copy'; readonly reason: CopyReason } & Continuation)
  | ({ readonly action: 'unchanged'; readonly reason: UnchangedReason } & Continuation)
  | { readonly action: 'skip'; readonly reason: SkipReason }
  | { readonly action: 'restore'; readonly reason: 'archived' }
  | { readonly action: 'fail'; readonly reason: FailReason }
  | { readonly action: 'delete'; readonly reason: 'extraneous' }
  | { readonly action: 'keep'; readonly reason: Exclude<ExtraneousReason, 'extraneous'> };

export type PlanItem = Decision & Pair;

export type CopyItem = { readonly action: 'copy'; readonly reason: CopyReason } & Continuation &
  Pair & {
    readonly source: ObjectEntry;
  };

/** How far a history has come at the destination. Absent where there is none on either side. */
export interface Continuation {
  /** Index of the oldest version that the destination lacks; all that come after it are sent, too. */
  readonly from?: number;
  /** Versions of the source and their copies, newest first. */
  readonly twins?: readonly Twins[];
  /** The two versions that show that the destination's history is another one. */
  readonly differing?: Twins;
}

/** A version of the source and one of the destination, by their indexes in the histories. */
export type Twins = readonly [source: number, destination: number];
