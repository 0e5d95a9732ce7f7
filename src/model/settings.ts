/** Everything that a run can be asked to do. */
import type { Location, Side } from './objects.ts';

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
  /** USD that the run may cost by its estimate; `undefined` for no cap. */
  readonly maxCost: number | undefined;
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
  /** After the start of the process, when the run is to be over; `undefined` for no limit. */
  readonly timeLimitSeconds: number | undefined;
  /** For manifests and reports of services: a bucket and a folder of it. */
  readonly workLocation: Location | undefined;
  readonly dataSync: DataSyncSettings;
  readonly batch: BatchSettings;
  readonly replication: ReplicationSettings;
  /** Versioning is enabled where replication needs it. */
  readonly enableVersioning: boolean;
  /** What becomes of statements that a bucket policy lacks. */
  readonly grant: Grant;
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

/** They are to be pasted by somebody, or put in place for the run only. */
export const GRANTS = ['none', 'temporary'] as const;

export type Grant = (typeof GRANTS)[number];

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
