/** What every engine is to the job: something that carries planned copies and says what became of each. */
import type { HowFar } from '../model/log.ts';
import type { Job, Outcome } from '../model/outcome.ts';
import type { CopyItem } from '../model/plan.ts';
import type { EngineName } from '../model/settings.ts';
import type { Pages } from '../sync/merge.ts';
import type { Stop } from '../sync/stop.ts';

export interface Engine {
  readonly name: EngineName;
  /**
   * Carries the items and records one outcome for each; an item without an outcome was not attempted.
   *
   * @throws FatalError when going on makes no sense; what was recorded until then stands
   */
  transfer(items: Pages<CopyItem>, record: (outcome: Outcome) => Promise<void>, stop: Stop): Promise<void>;
  /** How far it is, where the outcomes come only at the end. */
  progress?(): HowFar;
  /** The job that goes on when `transfer` has ended, and has the items that were recorded as `under-way`. */
  underWay?(): Job | undefined;
  /** What the report should say of how it was done, one sentence each. */
  notes?(): readonly string[];
}
