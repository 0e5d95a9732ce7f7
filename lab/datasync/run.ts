/** An execution under way, as its phases see it. */
import type { BucketAccess } from './bucket-access.ts';
import type { Findings } from './report-rows.ts';
import type { Execution, World } from './world.ts';

export interface Run {
  readonly world: World;
  readonly execution: Execution;
  readonly source: BucketAccess;
  readonly destination: BucketAccess;
  /** What the report will tell. */
  readonly findings: Findings;
  /** Called for each item: lets others have their turn, and ends the run when it is cancelled. */
  step(): Promise<void>;
}
