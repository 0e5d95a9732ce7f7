/** What the engine works with. */
import type { Ground } from '../../datasync/ground.ts';
import type { DataSyncService } from '../../datasync/service.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { Log } from '../../model/log.ts';
import type { Settings } from '../../model/settings.ts';
import type { Bucket } from '../../s3/bucket.ts';
import type { Engine } from '../engine.ts';

export interface DataSyncEngineOptions {
  readonly settings: Settings;
  readonly service: DataSyncService;
  readonly ground: Ground;
  /** What stands between the folders of the locations and the keys of the plan. */
  readonly rest: string;
  /** What the tags of all that is made call this run. */
  readonly run: string;
  /** The source and the bucket of manifests and reports, both as the source's own identity sees them. */
  readonly source: Bucket;
  readonly work: Bucket;
  /** Copies what DataSync cannot carry. */
  readonly others: Engine;
  /** Why it could not. */
  readonly cannotCopy: readonly CheckResult[];
  /** An existing folder. */
  readonly scratch: string;
  /** File that says, for as long as it is there, which execution must not outlive the run. */
  readonly note: string;
  readonly log: Log;
}

/** What the note says. */
export interface ExecutionNote {
  readonly task: string;
  /** Key of the manifest, by which the execution is known before it has a name. */
  readonly manifest: string;
}
