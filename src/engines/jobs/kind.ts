/** What tells one kind of jobs from another: what they do, with what, and what it means when they fail. */
import type { JobManifestFieldName, JobOperation } from '@aws-sdk/client-s3-control';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { EngineName } from '../../model/settings.ts';
import type { TaskResult } from '../../s3control/report.ts';
import type { LineOf } from '../load.ts';

export interface JobKind {
  readonly name: EngineName;
  readonly operation: JobOperation;
  /** Columns of the manifest. */
  readonly fields: JobManifestFieldName[];
  /** Whole lines of the manifest, of which no key can break one. By the plan alone: a later run must come to the same. */
  readonly lineOf: LineOf;
  /** Why no job can carry the item; `undefined` when it can. By the plan alone, too. */
  readonly hindrance: (item: CopyItem) => string | undefined;
  /** What became of an item of which all tasks succeeded. */
  readonly succeeded: (item: CopyItem) => Promise<Outcome> | Outcome;
  /** What it means for an item that a task of it failed. */
  readonly failed: (item: CopyItem, result: TaskResult) => Promise<Outcome> | Outcome;
}

/** How many tasks a job has for an item. */
export function tasksOf({ lineOf }: JobKind, item: CopyItem): number {
  return lineOf(item).split('\n').length - 1;
}
