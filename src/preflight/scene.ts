/** What the checks look at: both buckets, through the eyes of every identity that will use them. */

import { accountOf } from '../aws/arn.ts';
import { grantOn, isStranger } from '../aws/grant.ts';
import type { Identity } from '../aws/identity.ts';
import type { Statement } from '../aws/policies.ts';
import type { Ground } from '../datasync/ground.ts';
import type { Folders } from '../datasync/paths.ts';
import type { DataSyncService } from '../datasync/service.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import type { EngineName, Settings } from '../model/settings.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { UploadJournal } from '../s3/journal.ts';
import type { Network } from '../s3/network.ts';
import type { Ground as ReplicationGround } from '../s3/replication/ground.ts';
import type { Ground as JobGround } from '../s3control/ground.ts';
import type { Jobs } from '../s3control/jobs.ts';
import type { Facts } from './facts.ts';

export interface Scene {
  readonly settings: Settings;
  /** Each bucket as its own side sees it: lists, configuration, deletions. */
  readonly source: Bucket;
  readonly destination: Bucket;
  readonly engine: EngineName;
  /**
   * Both buckets as seen by whoever moves the objects: the signer of the copies, or with `stream` each side's own
   * identity; with a service, whoever copies what the service cannot carry.
   */
  readonly from: Bucket;
  readonly to: Bucket;
  readonly facts: Facts;
  /** How AWS is reached by what is neither of the buckets. */
  readonly network: Network;
  /** Told of every multipart upload, also of those that checks open. */
  readonly journal: UploadJournal;
  /** With that engine only. */
  readonly datasync?: DataSyncScene;
  /** With the engines that have jobs of S3 Batch Operations: `batch` and `replication`. */
  readonly jobs?: JobScene;
  /** With that engine only: what its rule is between. */
  readonly replication?: ReplicationGround;
}

/** What there is where a service does the copying. */
interface ServiceScene {
  /** The bucket of manifests and reports, as seen by the identity that calls the service. */
  readonly work: Bucket;
  /** What the tags of all that is made call this run. */
  readonly run: string;
  /** The engine for what the service cannot carry. */
  readonly besides: 'copy' | 'stream';
  /** Checks that stand against that. */
  readonly cannotCopy: readonly CheckResult[];
}

export interface DataSyncScene extends ServiceScene {
  readonly service: DataSyncService;
  readonly ground: Ground;
  readonly folders: Folders;
}

export interface JobScene extends ServiceScene {
  readonly jobs: Jobs;
  readonly ground: JobGround;
}

export type SceneWithJobs = Scene & { readonly jobs: JobScene };

/** A service does the copying, and not this process. */
export function isServed({ datasync, jobs }: Pick<Scene, 'datasync' | 'jobs'>): boolean {
  return datasync !== undefined || jobs !== undefined;
}

/** One prerequisite. Answers, never throws: what it cannot find out is `unknown`. */
export type Check = (scene: Scene) => Promise<CheckResult[]> | CheckResult[];

/** Whether whoever reads or writes belongs to another account than the bucket. */
export function isForeign(identity: Pick<Identity, 'account'>, bucket: Bucket): boolean {
  return isStranger(identity, bucket);
}

/** Whose account reads the source and writes the copies; where a service does it, that of the role it assumes. */
export function workersOf({ from, to, datasync, jobs }: Pick<Scene, 'from' | 'to' | 'datasync' | 'jobs'>): {
  readonly reader: Pick<Identity, 'account'>;
  readonly writer: Pick<Identity, 'account'>;
} {
  const served = datasync ?? jobs;
  if (served === undefined) return { reader: from.identity, writer: to.identity };
  const role = { account: accountOf(served.ground.role) };
  return { reader: role, writer: role };
}

/** What to add after `identity` was denied on `bucket`. */
export function grant(identity: Identity, bucket: Bucket, statement: Statement, message: string): Fix {
  return grantOn(identity, { bucket: bucket.location.bucket, owner: bucket.owner }, statement, message);
}
