/**
 * S3 Replication does the copying: the rule brings over what is new, and a job of S3 Batch Operations has what exists
 * already replicated by it, exactly what is planned. An object counts as copied when the destination has it.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoppedError } from '../../errors.ts';
import type { CopyItem, HowFar, Job, Outcome } from '../../model.ts';
import { thousands } from '../../report/text.ts';
import type { Ground } from '../../s3/replication/ground.ts';
import { listingsFor } from '../../s3/versions.ts';
import type { Pages } from '../../sync/merge.ts';
import { OutcomeLog } from '../../sync/outcomes.ts';
import type { Stop } from '../../sync/stop.ts';
import type { Engine } from '../engine.ts';
import { createJobEngine } from '../jobs/engine.ts';
import type { JobEngineOptions } from '../jobs/options.ts';
import { askingAtOnce } from '../work.ts';
import { type Arrival, untilArrived } from './arrival.ts';
import { MARKERS, replicating } from './kind.ts';

export interface ReplicationEngineOptions extends Omit<JobEngineOptions, 'kind' | 'others'> {
  readonly replication: Ground;
  /** What is planned, from its beginning. */
  readonly planned: () => Pages<CopyItem>;
}

export function createReplicationEngine(options: ReplicationEngineOptions): Engine {
  return new ReplicationEngine(options);
}

/** Nothing more is expected when nothing has arrived for so long; with Time Control S3 promises half of it. */
const LATE_AFTER_MS = 30 * 60_000;

class ReplicationEngine implements Engine {
  readonly name = 'replication';
  readonly #options: ReplicationEngineOptions;
  readonly #jobs: Engine;
  #onTheWay = 0;

  constructor(options: ReplicationEngineOptions) {
    const { source, settings } = options;
    this.#options = options;
    const kind = replicating(source, settings.archived === 'fail' ? 'fail' : 'skip');
    this.#jobs = createJobEngine({ ...options, kind, others: LEFT_BEHIND });
  }

  progress(): HowFar {
    if (this.#onTheWay === 0) return this.#jobs.progress?.() ?? { line: '' };
    const line = `Waiting for ${thousands(this.#onTheWay)} objects that S3 has on their way to the destination.`;
    return { line };
  }

  underWay(): Job | undefined {
    return this.#jobs.underWay?.();
  }

  notes(): readonly string[] {
    return this.#jobs.notes?.() ?? [];
  }

  async transfer(
    items: Pages<CopyItem>,
    record: (outcome: Outcome) => Promise<void>,
    stop: Stop,
  ): Promise<void> {
    const { scratch, planned } = this.#options;
    const folder = join(scratch, 'arrival');
    await mkdir(folder, { recursive: true });
    const told = new OutcomeLog(folder);
    const job = this.#jobs.transfer(items, outcome => told.add(outcome), stop);
    // Whatever becomes of the job, what its report has told is looked into.
    await Promise.allSettled([job]);
    if (this.underWay() !== undefined) await recordAll(told, record);
    else
      await untilArrived(planned(), await told.inKeyOrder(), this.#arrival(folder, stop), record).catch(
        error => {
          if (!(error instanceof StoppedError && stop.draining.aborted)) throw error;
        },
      );
    await job;
  }

  #arrival(scratch: string, stop: Stop): Arrival {
    const { settings, replication } = this.#options;
    const { source, destination } = replication;
    return {
      source,
      destination,
      listing: listingsFor(settings).destination,
      scratch,
      asking: askingAtOnce(settings),
      draining: stop.draining,
      waiting: objects => {
        this.#onTheWay = objects;
      },
      lateAfterMs: LATE_AFTER_MS,
    };
  }
}

/** Of a job that goes on without this run there is nothing to be waited for. */
async function recordAll(told: OutcomeLog, record: (outcome: Outcome) => Promise<void>): Promise<void> {
  for await (const page of await told.inKeyOrder()) for (const outcome of page) await record(outcome);
}

/** What no job replicates is told of, and nothing else is done about it. */
const LEFT_BEHIND: Engine = {
  name: 'replication',
  async transfer(items, record) {
    for await (const page of items) {
      for (const { key } of page) {
        const message = `No job replicates the object as it is: ${MARKERS}.`;
        const code = 'DeleteMarkersNotReplicated';
        await record({
          key,
          result: 'failed',
          reason: 'not-replicated',
          code,
          message,
          requestId: undefined,
        });
      }
    }
  },
};
