/** What became of what was planned. */
import type { Fix } from './checks.ts';
import type { ObjectEntry } from './objects.ts';
import type { FailReason, SkipReason } from './plan.ts';

/** A version that was sent, and the id that S3 gave to its copy. */
export interface SentVersion {
  readonly source: string;
  readonly destination: string;
}

/** A job of S3 Batch Operations. */
export interface Job {
  readonly id: string;
  readonly region: string;
}

/** What became of one planned copy or deletion. Without an outcome it was not attempted. */
export type Outcome = CopiedOutcome | SkippedOutcome | DeletedOutcome | FailedOutcome;

export interface CopiedOutcome {
  readonly key: string;
  readonly result: 'copied';
  /** ETag S3 answered with, without quotes; absent where a service did the copying and did not tell. */
  readonly etag?: string;
  readonly bytes: number;
  /** The object that was copied, where the source had overwritten the one that was listed. */
  readonly source?: ObjectEntry;
  /** Of a history: what was sent of it, oldest first. */
  readonly versions?: readonly SentVersion[];
  readonly requestId: string | undefined;
}

export interface SkippedOutcome {
  readonly key: string;
  readonly result: 'skipped';
  readonly reason: SkipReason;
  readonly versions?: readonly SentVersion[];
  readonly requestId: string | undefined;
}

export interface DeletedOutcome {
  readonly key: string;
  readonly result: 'deleted';
  readonly requestId: string | undefined;
}

export interface FailedOutcome {
  readonly key: string;
  readonly result: 'failed';
  readonly reason: FailReason;
  readonly code: string;
  readonly message: string;
  /** What was denied, as far as that could be found out. */
  readonly denied?: string;
  readonly versions?: readonly SentVersion[];
  readonly requestId: string | undefined;
}

/** Failures that share one cause. */
export interface FailureGroup {
  readonly code: string;
  readonly reason: string;
  /** What was denied to all of them, as far as that could be found out. */
  readonly denied?: string;
  readonly count: number;
  /** First message in full. */
  readonly message: string;
  /** Up to five keys. */
  readonly examples: readonly string[];
  readonly requestId?: string;
  readonly fix?: Fix;
}
