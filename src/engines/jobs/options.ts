/** What the engine works with. */
import type { CheckResult } from '../../model/checks.ts';
import type { Log } from '../../model/log.ts';
import type { Job } from '../../model/outcome.ts';
import type { Settings } from '../../model/settings.ts';
import type { Bucket } from '../../s3/bucket.ts';
import type { Ground } from '../../s3control/ground.ts';
import type { Jobs } from '../../s3control/jobs.ts';
import type { Engine } from '../engine.ts';
import type { JobKind } from './kind.ts';

export interface JobEngineOptions {
  readonly settings: Settings;
  readonly kind: JobKind;
  readonly jobs: Jobs;
  readonly ground: Ground;
  /** What the tags of all that is made call this run. */
  readonly run: string;
  /** As its own side sees it. */
  readonly source: Bucket;
  /** The bucket of manifests and reports, as the one sees it who makes the jobs. */
  readonly work: Bucket;
  /** Carries what no job can; without it such a plan is refused. */
  readonly others: Engine | undefined;
  /** Why `others` could not. */
  readonly cannotCopy: readonly CheckResult[];
  /** A job that an earlier run has started by the same plan; it is not this run's to cancel. */
  readonly collected: Job | undefined;
  /** An existing folder. */
  readonly scratch: string;
  /** File that says, for as long as it is there, which job must not outlive the run. */
  readonly note: string;
  readonly log: Log;
}

/** What the note says. */
export interface JobNote {
  /** By which the job is known before it has an id. */
  readonly description: string;
}

export const LABEL = 'S3 Batch Operations';

/** Below the work location, where jobs write their reports. */
export const REPORTS = 'reports';
