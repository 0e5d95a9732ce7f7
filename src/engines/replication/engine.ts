/**
 * S3 Replication does the copying: the rule brings over what is new, and a job of S3 Batch Operations has what exists
 * already replicated by it, exactly what is planned. An object counts as copied when the destination has it.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoppedError } from '../../errors.ts';
import type { HowFar } from '../../model/log.ts';
import type { Job, Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import { thousands } from '../../report/text.ts';
import type { Ground } from '../../s3/replication/ground.ts';
import { listingsFor } from '../../s3/versions.ts';
import type { Pages } from '../../sync/merge.ts';
import { OutcomeLog } from '../../sync/outcomes.ts';
import type { Stop } from '../../sync/stop.ts';
import type { Engine } from '../engine.ts';
import { createJobEngine } from '../jobs/engine.ts';
import type { JobEngineOptions } from '../jobs/options.ts';
import { bothToTheirEnds } from '../load.ts';
import { askingAtOnce } from '../work.ts';
import { type Arrival, untilArrived } from './arrival.ts';
import { failed } from './fate.ts';
import { replicating } from './kind.ts';
import { MARKERS, MARKERS_LEFT } from './versions.ts';

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
    const kind = replicating(source, skipOrFail(settings));
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
    const folder = join(this.#options.scratch, 'arrival');
    await mkdir(folder, { recursive: true });
    const told = new OutcomeLog(folder);
    let isTold = false;
    const tell = (outcome: Outcome) => {
      isTold = true;
      return told.add(outcome);
    };
    const job = this.#jobs.transfer(items, tell, stop);
    // Whatever becomes of the job, what its report has told is looked into.
    const looking = Promise.allSettled([job]).then(() =>
      isTold ? this.#lookInto(told, folder, record, stop) : undefined,
    );
    await bothToTheirEnds(job, looking);
  }

  async #lookInto(
    told: OutcomeLog,
    folder: string,
    record: (outcome: Outcome) => Promise<void>,
    stop: Stop,
  ): Promise<void> {
    if (this.underWay() !== undefined) return await recordAll(told, record);
    try {
      const arrival = this.#arrival(folder, stop);
      await untilArrived(this.#options.planned(), await told.inKeyOrder(), arrival, record);
    } catch (error) {
      if (!(error instanceof StoppedError && stop.draining.aborted)) throw error;
    }
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
      archived: skipOrFail(settings),
    };
  }
}

function skipOrFail({ archived }: Settings): 'skip' | 'fail' {
  return archived === 'fail' ? 'fail' : 'skip';
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
      for (const item of page)
        await record(failed(item, MARKERS_LEFT, `No job replicates the object as it is: ${MARKERS}.`));
    }
  },
};
