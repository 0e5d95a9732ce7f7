/**
 * The plain values every room of the house speaks in. Types only: nothing here does anything.
 */

export type Side = 'source' | 'destination';

/** A bucket and a prefix. The prefix is a string, not a folder: keys are mapped by replacing it byte for byte. */
export interface Location {
  readonly bucket: string;
  readonly prefix: string;
}

export const MODES = ['sync', 'dry-run', 'verify', 'preflight', 'health'] as const;
export type Mode = (typeof MODES)[number];

/** Engines that work today; `auto` stands for the choice among them. */
export const ENGINES = ['auto', 'copy', 'stream', 'datasync', 'batch', 'replication'] as const;
export type EngineName = Exclude<(typeof ENGINES)[number], 'auto'>;

export const COMPARES = ['auto', 'size', 'newer', 'checksum', 'missing', 'always'] as const;
export type Compare = (typeof COMPARES)[number];

/** How the result is proven, each with all that the one before it does. */
export const VERIFIES = ['none', 'listing', 'checksum', 'content'] as const;
export type Verify = (typeof VERIFIES)[number];

/** What becomes of source objects in an archive that have no restored copy. */
export const ARCHIVED = ['skip', 'fail', 'restore'] as const;
export type Archived = (typeof ARCHIVED)[number];

export const PRESERVABLE = [
  'metadata',
  'tags',
  'storage-class',
  'object-lock',
  'acl',
  'checksum',
  'website-redirect',
  'versions',
] as const;
export type Preserved = (typeof PRESERVABLE)[number];

/** How large `delete` may grow: a number of objects, or a share of the objects the destination holds. */
export type DeleteCap = { readonly count: number } | { readonly percent: number };

/** Everything a run was asked to do, checked and with defaults applied. Immutable. */
export interface Settings {
  readonly source: SideSettings;
  readonly destination: SideSettings;
  /** Whose identity signs the server-side copies. */
  readonly copyAs: Side;
  readonly audience: string;
  readonly sessionName: string | undefined;
  readonly sessionSeconds: number;
  readonly mode: Mode;
  readonly engine: (typeof ENGINES)[number];
  readonly filter: FilterSettings;
  readonly compare: Compare;
  readonly delete: boolean;
  readonly maxDelete: DeleteCap;
  readonly preserve: ReadonlySet<Preserved>;
  readonly storageClass: string | undefined;
  readonly encryption: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  readonly kmsKey: string | undefined;
  readonly acl: string | undefined;
  readonly archived: Archived;
  readonly requestPayer: boolean;
  /** Requests in flight; `auto` lets the engine choose. */
  readonly concurrency: number | 'auto';
  /** S3 requests a second, at most; `undefined` for no cap. */
  readonly maxRate: number | undefined;
  /** Bytes of a multipart part; `auto` keeps the source's own part boundaries where they can be found. */
  readonly partSize: number | 'auto';
  readonly verify: Verify;
  /** For manifests and reports of services: a bucket and a folder of it. */
  readonly workLocation: Location | undefined;
  readonly dataSync: DataSyncSettings;
  readonly batch: BatchSettings;
  readonly replication: ReplicationSettings;
  /** Versioning is enabled where replication needs it. */
  readonly enableVersioning: boolean;
  /** The run waits for the job that it starts; else the next one with the same inputs does. */
  readonly wait: boolean;
  readonly report: ReportSettings;
}

export interface SideSettings {
  readonly location: Location;
  readonly roleArn: string | undefined;
  readonly region: string | undefined;
  /** Expected 12-digit owner of the bucket; `undefined` = the account of the role or identity of this side. */
  readonly account: string | undefined;
}

export interface DataSyncSettings {
  /** ARN of the role that DataSync assumes. */
  readonly roleArn: string | undefined;
  readonly mode: DataSyncMode;
  /** What this run makes in DataSync stays for the next one. */
  readonly keep: boolean;
}

export interface BatchSettings {
  /** ARN of the role that S3 Batch Operations assumes. */
  readonly roleArn: string | undefined;
  /** Of the jobs; the higher comes first. */
  readonly priority: number;
}

export interface ReplicationSettings {
  /** ARN of the role that S3 replicates with. */
  readonly roleArn: string | undefined;
  /** What becomes of this run's rule once everything has arrived. */
  readonly rule: ReplicationRuleFate;
  /** Markers of deletions are replicated as well. */
  readonly deleteMarkers: boolean;
  /** Replication Time Control, which brings metrics with it. */
  readonly timeControl: boolean;
  readonly metrics: boolean;
  /** How long an object may be on its way before `mode: health` fails. */
  readonly maxLagSeconds: number;
}

export const REPLICATION_RULE_FATES = ['keep', 'remove'] as const;
export type ReplicationRuleFate = (typeof REPLICATION_RULE_FATES)[number];

export const DATASYNC_MODES = ['enhanced', 'basic'] as const;
export type DataSyncMode = (typeof DATASYNC_MODES)[number];

export interface FilterSettings {
  /** Globs over the key without its prefix; empty = everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Bytes, inclusive. */
  readonly minSize: number | undefined;
  readonly maxSize: number | undefined;
  readonly modifiedAfter: Date | undefined;
  readonly modifiedBefore: Date | undefined;
  /** The text of `modified-after` and of `modified-before`, '' where there is none: an age means another moment in each run. */
  readonly ages: readonly [after: string, before: string];
}

export interface ReportSettings {
  /** Folder, relative to the workspace or absolute. */
  readonly folder: string;
  /** Name of the uploaded artifact; `undefined` = no upload. */
  readonly artifact: string | undefined;
  readonly artifactRetentionDays: number | undefined;
  readonly summary: boolean;
  /** A comment on the pull request of the run is kept up to date. */
  readonly comment: boolean;
  /** Secret. Whose name the comment bears; `undefined` = there is none. */
  readonly githubToken: string | undefined;
}

/** One object as a listing shows it. */
export interface ObjectEntry {
  /** What remains of S3's key after the location's prefix; '' when the key is the prefix itself. */
  readonly key: string;
  /** Bytes; with a history, those of all its versions. */
  readonly size: number;
  /** Without quotes; '' where the current version is a delete marker. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** `STANDARD` when S3 names none. */
  readonly storageClass: string;
  /** The listing said that an archived object has a readable restored copy. */
  readonly restored: boolean;
  /** A restored copy is on its way. */
  readonly restoring?: true;
  /** Which version of the key this is, where versions are told apart; with a history, the current one. */
  readonly versionId?: string;
  /** With `preserve: versions`: every version of the key, oldest first; at least one. */
  readonly history?: readonly Version[];
}

/** One version of a key: an object, or the marker of its deletion. */
export type Version = ObjectVersion | DeleteMarker;
export interface ObjectVersion extends Omit<ObjectEntry, 'history'> {
  readonly versionId: string;
}
export interface DeleteMarker {
  readonly key: string;
  readonly versionId: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly deleted: true;
}

/** Two listings met: at least one side is there. */
export type Pair =
  | { readonly key: string; readonly source: ObjectEntry; readonly destination?: ObjectEntry }
  | { readonly key: string; readonly source?: never; readonly destination: ObjectEntry };

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
  readonly versions?: readonly SentVersion[];
  readonly requestId: string | undefined;
}

export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown';

/** The answer of one preflight check. */
export interface CheckResult {
  /** Stable id, kebab-case, for example `source-listable`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was seen, one sentence. */
  readonly seen: string;
  /** What to do about it; absent on pass. */
  readonly fix?: Fix;
}

/** An instruction, and where there is one the exact text to paste. */
export interface Fix {
  readonly todo: string;
  /** JSON policy statement(s), pretty-printed. */
  readonly paste?: string;
}

/** Who a side turned out to be. */
export interface IdentityProof {
  readonly side: Side;
  /** `undefined` behind an endpoint without STS. */
  readonly account: string | undefined;
  readonly arn: string | undefined;
  readonly how: 'oidc' | 'ambient';
}

/** Failures that share one cause. */
export interface FailureGroup {
  readonly code: string;
  readonly reason: string;
  readonly count: number;
  /** First message in full. */
  readonly message: string;
  /** Up to five keys. */
  readonly examples: readonly string[];
  readonly requestId?: string;
  readonly fix?: Fix;
}

/** How far a piece of work is. */
export interface HowFar {
  /** For people who wait. */
  readonly line: string;
  /** From 0 to 1; absent where nobody can tell. */
  readonly share?: number;
}

/** The voice of the job. The GitHub log, a terminal or nothing at all stand behind it. */
export interface Log {
  info(message: string): void;
  debug(message: string): void;
  warning(message: string, title?: string): void;
  error(message: string, title?: string): void;
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Says how far the work is for as long as it lasts, as often as is good where the log goes. */
  watch<T>(howFar: () => HowFar, work: () => Promise<T>): Promise<T>;
}
