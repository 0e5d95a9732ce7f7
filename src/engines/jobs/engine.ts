/**
 * A job of S3 Batch Operations does the copying. The plan stays the one truth: the job gets exactly the planned objects as a
 * manifest, and its report becomes their outcomes. What no job can carry is copied meanwhile from here.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { StoppedError } from '../../errors.ts';
import type { CheckResult } from '../../model/checks.ts';
import type { HowFar } from '../../model/log.ts';
import type { Job, Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import { count } from '../../report/text.ts';
import type { Look } from '../../s3control/jobs.ts';
import { JobProgress } from '../../s3control/progress.ts';
import { explain } from '../../s3control/trouble.ts';
import type { Pages } from '../../sync/merge.ts';
import type { Stop } from '../../sync/stop.ts';
import type { Engine } from '../engine.ts';
import { assertCarriable, bothToTheirEnds, type Load, sortOut } from '../load.ts';
import { finish, type Watcher } from './finish.ts';
import { launch } from './launch.ts';
import { type JobEngineOptions, LABEL } from './options.ts';

export function createJobEngine(options: JobEngineOptions): Engine {
  return new JobEngine(options);
}

class JobEngine implements Engine {
  readonly name: Engine['name'];
  readonly #options: JobEngineOptions;
  readonly #progress = new JobProgress();
  readonly #notes: string[] = [];

  /** One that goes on without this run, or that was started by another and whose report is still to be read. */
  #underWay: Job | undefined;

  constructor(options: JobEngineOptions) {
    this.name = options.kind.name;
    this.#options = options;
    this.#underWay = options.collected;
  }

  underWay(): Job | undefined {
    return this.#underWay;
  }

  progress(): HowFar {
    return this.#progress.howFar();
  }

  notes(): readonly string[] {
    return this.#notes;
  }

  async transfer(
    items: Pages<CopyItem>,
    record: (outcome: Outcome) => Promise<void>,
    stop: Stop,
  ): Promise<void> {
    const { settings, others, cannotCopy, collected, log } = this.#options;
    const load = await sortOutForJob(items, this.#options, stop.draining);
    const obstacles = others === undefined ? [NOBODY] : cannotCopy;
    // What a job has done already is told all the same.
    if (collected === undefined) assertCarriable(load, LABEL, obstacles);
    if (load.others.count > 0)
      log.info(
        `${count(load.others.count, 'object')} that ${LABEL} cannot carry, copied from here: ${load.examples.join(', ')}.`,
      );
    try {
      const id = await this.#jobFor(load, stop);
      // A run that was stopped leaves nothing: it follows its job, which cancels it.
      const leaves = id !== undefined && !settings.wait && !stop.draining.aborted;
      if (leaves && (await this.#leave(id))) return await passOver(load, record);
      await bothToTheirEnds(
        id !== undefined && finish(id, load, this.#options, this.#watcher, record, stop),
        obstacles.length === 0 && others?.transfer(load.others.items(), record, stop),
      );
      if (collected !== undefined && !stop.draining.aborted)
        assertCarriable(load, LABEL, obstacles, `What the job ${collected.id} has done is in the report.`);
    } catch (error) {
      // What was recorded stands, and what was not is accounted for as stopped.
      if (!(error instanceof StoppedError && stop.draining.aborted)) throw error;
    }
  }

  /** `undefined` when there is nothing to do for one. */
  async #jobFor(load: Load, stop: Stop): Promise<string | undefined> {
    if (this.#options.collected !== undefined) return this.#options.collected.id;
    return load.listed.count > 0 && !stop.draining.aborted ? this.#launch(load, stop) : undefined;
  }

  /** Resolves to whether the job goes on without this run; a job of an earlier run may be over by now. */
  async #leave(id: string): Promise<boolean> {
    const { jobs, ground, collected, log } = this.#options;
    if (collected !== undefined) {
      const look = await jobs.look(id).catch(error => {
        throw explain(`Looking at the job ${id} of ${LABEL}`, error, ground);
      });
      this.#see(look);
      if (look.isOver) return false;
    }
    this.#underWay = { id, region: jobs.region };
    log.info(`The job ${id} goes on. The next run with the same inputs verifies and reports what it did.`);
    return true;
  }

  async #launch(load: Load, stop: Stop): Promise<string> {
    const { jobs, log } = this.#options;
    const id = await launch(load, randomUUID(), this.#options, stop.draining);
    const started = `${LABEL} copies ${count(load.listed.count, 'object')} as job ${id} in ${jobs.region}.`;
    log.info(started);
    this.#notes.push(started);
    return id;
  }

  get #watcher(): Watcher {
    return {
      told: look => this.#see(look),
      settled: () => {
        this.#underWay = undefined;
      },
    };
  }

  /** Every state is told when it begins. */
  #see(look: Look): void {
    if (this.#progress.see(look)) this.#options.log.info(this.#progress.line());
  }
}

/** What goes into the manifest and what does not, which the plan alone decides. */
function sortOutForJob(
  items: Pages<CopyItem>,
  { kind, source, scratch }: Pick<JobEngineOptions, 'kind' | 'source' | 'scratch'>,
  draining: AbortSignal,
): Promise<Load> {
  return sortOut(items, {
    hindrances: async page => page.map(kind.hindrance),
    lineOf: kind.lineOf,
    fullKey: key => source.fullKey(key),
    scratch: join(scratch, kind.name),
    draining,
  });
}

/** What a job has that goes on, and what is copied beside it once the job is collected. */
async function passOver(
  { listed, others }: Load,
  record: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  for (const pile of [listed, others])
    for await (const page of pile.items())
      for (const { key } of page)
        await record({ key, result: 'skipped', reason: 'under-way', requestId: undefined });
}

const NOBODY: CheckResult = {
  check: 'engine',
  verdict: 'fail',
  seen: 'beside this engine nothing else copies.',
};
