/** What a run leaves behind: the last word on each object, what all of them amount to, and the report of the run. */
import type { CheckResult, IdentityProof } from './model/checks.ts';
import type { Side } from './model/objects.ts';
import type { FailureGroup, Job } from './model/outcome.ts';
import type { CopyReason, ExtraneousReason, FailReason, SkipReason, UnchangedReason } from './model/plan.ts';
import type { EngineName, Mode } from './model/settings.ts';

/**
 * The evidence an object was verified with, strongest first: both sides were read and hashed; they hold equal full-object
 * checksums; equal ETags that are MD5s; equal ETags made of the MD5s of equal parts; equal sizes; nothing.
 */
export const PROOFS = ['content', 'checksum', 'etag', 'part-etag', 'size', 'none'] as const;
export type Proof = (typeof PROOFS)[number];

/** The last word on one object: one line of `objects.ndjson`. */
export interface ObjectRecord {
  /** Full key in the source bucket; for objects only the destination has, the full key there. */
  readonly key: string;
  readonly destinationKey: string;
  readonly size: number;
  readonly action: RecordedAction;
  readonly reason: CopyReason | UnchangedReason | SkipReason | FailReason | ExtraneousReason;
  readonly sourceEtag?: string;
  readonly destinationEtag?: string;
  /** Of a history, the weakest among its versions. */
  readonly proof: Proof;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    /** What was denied, where that could be found out: an action with its KMS key, `reading`, or `tags or writing`. */
    readonly denied?: string;
  };
  readonly requestId?: string;
  /** With `preserve: versions`: the source's history, oldest first. */
  readonly versions?: readonly VersionRecord[];
}

/** One version of the source, and where it stands at the destination. */
export interface VersionRecord {
  /** Its version id. */
  readonly source: string;
  /** The version id of its copy; absent where there is none, or none that the destination still keeps. */
  readonly destination?: string;
  readonly deleteMarker?: true;
  /** Sent by this run; where an object `would-copy`, that would be. */
  readonly copied?: true;
  readonly size: number;
  readonly sourceEtag?: string;
  readonly destinationEtag?: string;
  readonly proof: Proof;
}
export type RecordedAction =
  | 'copied'
  | 'would-copy'
  | 'unchanged'
  | 'skipped'
  | 'failed'
  | 'deleted'
  | 'would-delete'
  | 'kept';

/** Deletions that failed, and what only the destination has where it should not. */
export function isUndeleted({ action, reason }: ObjectRecord): boolean {
  return action === 'kept' && (reason === 'extraneous' || reason === 'delete-failed');
}

/** Whether a run fails for the sake of this object. */
export function isWrong(record: ObjectRecord): boolean {
  return record.action === 'failed' || isUndeleted(record);
}

/** `listed = copied + unchanged + skipped + failed` holds at the end of every run. In a dry run the same words stand in the conditional. */
export interface Totals {
  readonly listed: number;
  readonly copied: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly failed: number;
  readonly deleted: number;
  /** Objects only the destination has, left in place. */
  readonly kept: number;
  /** Those of `kept` that should be gone: a deletion failed, or `mode: verify` with `delete: true` found them. */
  readonly undeleted: number;
  readonly bytesListed: number;
  readonly bytesCopied: number;
  /** Versions and delete markers of the objects copied; absent where versions are not told apart, or none was. */
  readonly versionsCopied?: number;
  /** Older versions of objects copied or unchanged that the destination does not keep; absent where there are none. */
  readonly versionsNotKept?: number;
  /** Objects per `action: reason`, for example `copied: missing`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Objects per proof, over copied and unchanged ones. */
  readonly proofs: Readonly<Record<Proof, number>>;
}

/** Objects of the source that have something in common, and what became of them. In a dry run: what would. */
export interface Share {
  readonly objects: number;
  readonly bytes: number;
  readonly copied: number;
  readonly failed: number;
}

/** Objects of `from` bytes up to, but not including, `below`; without an end where there is none. */
export interface SizeClass extends Share {
  readonly from: number;
  readonly below?: number;
}

/** Where in the source the bytes are. */
export interface Prefixes {
  /** A prefix here is the text of a key up to its first, second or third `/` after the source's own prefix. */
  readonly slashes: number;
  /** Most bytes first. */
  readonly largest: readonly (Share & { readonly prefix: string })[];
  /** Those that have no place among the largest, together. */
  readonly others: Share & { readonly prefixes: number };
  /** Objects whose keys have fewer slashes. */
  readonly without: Share;
}

/** How far the transfer was at one moment. An object counts when all of it is done. */
export interface Moment {
  /** Since the transfer began. */
  readonly seconds: number;
  /** With an outcome, whichever. */
  readonly objects: number;
  /** Of those copied. */
  readonly bytes: number;
}

/** `report.json`, schema 1. */
export interface RunReport {
  readonly schema: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly mode: Mode;
  readonly engine: EngineName;
  /** Everything planned was attempted. */
  readonly complete: boolean;
  /** The independent comparison ran and found no difference. */
  readonly verified: boolean;
  /** `success`, or why the run failed, one sentence. */
  readonly verdict: { readonly ok: boolean; readonly text: string };
  readonly settings: Readonly<Record<string, unknown>>;
  readonly identities: readonly IdentityProof[];
  readonly regions: Readonly<Record<Side, string | undefined>>;
  readonly checks: readonly CheckResult[];
  readonly totals: Totals;
  /** Notable but not wrong, one sentence each, for example objects the source gained after it was listed. */
  readonly notes: readonly string[];
  readonly failures: readonly FailureGroup[];
  /** All objects of the source by size, from the smallest class that has any to the largest. */
  readonly sizes: readonly SizeClass[];
  /** Absent where no key of the source has a `/`. */
  readonly prefixes?: Prefixes;
  /** Absent where nothing was copied, and where a service that copies told of all objects only at its end. */
  readonly throughput?: readonly Moment[];
  readonly requests: Readonly<Record<string, number>>;
  /** Bytes that `verify: content` read from both sides together; absent when it read none. */
  readonly bytesRead?: number;
  /** Copies in flight that `concurrency: auto` went down to; absent when S3 did not make it. */
  readonly slowedTo?: number;
  /** With `grant: temporary`: what was put into bucket policies; absent where nothing was. */
  readonly grants?: readonly TemporaryGrant[];
  readonly started: string;
  readonly finished: string;
  /** Seconds per phase. */
  readonly timings: Readonly<Record<string, number>>;
  /** With `wait: false`: the job that goes on, which the next run with the same inputs collects. */
  readonly underWay?: Job;
  /** Absent where nothing is to be carried by this run's own plan: in other modes, and when it collects a job. */
  readonly engines?: Engines;
  /** Link to the workflow run, where there is one. */
  readonly runUrl: string | undefined;
  /** Of `mode: health` only. */
  readonly replication?: ReplicationHealth;
}

/** What each engine would make of the plan, and which one was taken. Of a sync or a dry run with a plan of its own. */
export interface Engines {
  /** Absent where none can do it. */
  readonly chosen?: EngineName;
  /** One sentence. */
  readonly why: string;
  readonly offers: readonly EngineOffer[];
  readonly prices: PricesUsed;
}

/** How one engine compares with the others. */
export interface EngineOffer {
  readonly engine: EngineName;
  /** `not-taken` without being asked for by name, or not looked at because another one was. */
  readonly verdict: 'chosen' | 'possible' | 'not-taken' | 'impossible';
  /** Why it is not possible or not taken: all reasons, a sentence each. */
  readonly reasons: readonly string[];
  /** What it does with the bytes, leaves behind or leaves to others, a sentence each. */
  readonly remarks: readonly string[];
  /** Estimated from the plan to the end of the run. */
  readonly seconds: number;
  /** Estimated for the whole run, with what was spent before the plan was made. */
  readonly usd: number;
  /** What `usd` is made of. */
  readonly costs: Costs;
  /** To S3, sent by this run from its beginning to its end, by the API's own names. */
  readonly requests: Readonly<Record<string, number>>;
  /** What a service of AWS does for the run; absent where there is nothing for it. */
  readonly service?: ServiceWork;
}

/** USD. */
export interface Costs {
  readonly requests: number;
  /** Between Regions, or out to the runner. */
  readonly transfer: number;
  /** Reading from classes that charge for it. */
  readonly retrieval: number;
  /** Fees of a service. */
  readonly service: number;
}

export interface ServiceWork {
  /** Jobs, or executions of a task. */
  readonly jobs: number;
  readonly objects: number;
  readonly bytes: number;
  /** That the service sends to S3. */
  readonly requests: Readonly<Record<string, number>>;
}

export interface PricesUsed {
  /** The oldest and the newest: years, months or days. */
  readonly dates: readonly [from: string, to: string];
  readonly regions: Readonly<Record<Side, string>>;
  /** By Region, what is priced as in us-east-1, because no price of its own is known: `requests`, `DataSync`. */
  readonly standIns: Readonly<Record<string, readonly string[]>>;
}

/** How far replication is behind, and why where it has stopped. */
export interface ReplicationHealth {
  /** Objects on their way, and their bytes. */
  readonly pending: number;
  readonly pendingBytes: number;
  /** Key without the prefix of the source, and seconds since it was written. */
  readonly oldestPending?: { readonly key: string; readonly seconds: number };
  /** Objects per code. */
  readonly failures: Readonly<Record<string, number>>;
}

/** A statement that was put into the policy of a bucket for the run. */
export interface TemporaryGrant {
  readonly bucket: string;
  /** ARN of who was allowed something. */
  readonly principal: string;
  readonly actions: readonly string[];
  /** Its name in the policy. */
  readonly sid: string;
  /** When it ends by itself, where nobody takes it away. */
  readonly until: string;
  readonly removed: boolean;
}
