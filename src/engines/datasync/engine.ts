/**
 * AWS DataSync does the copying. The plan stays the one truth: DataSync gets exactly the planned objects as a manifest, and
 * its report becomes their outcomes. What it cannot carry is copied meanwhile from here.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Equipment } from '../../datasync/equipment.ts';
import type { Look } from '../../datasync/execution.ts';
import { ExecutionProgress } from '../../datasync/progress.ts';
import { reportFolders } from '../../datasync/report.ts';
import { messageOf, StoppedError } from '../../errors.ts';
import type { HowFar } from '../../model/log.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import { count } from '../../report/text.ts';
import { list } from '../../s3/list.ts';
import { removeAll } from '../../s3/remove.ts';
import type { Pages } from '../../sync/merge.ts';
import type { Stop } from '../../sync/stop.ts';
import type { Engine } from '../engine.ts';
import { assertCarriable, bothToTheirEnds } from '../load.ts';
import { askingAtOnce } from '../work.ts';
import { finish } from './finish.ts';
import { launch } from './launch.ts';
import { type DataSyncLoad, sortOutForDataSync } from './load.ts';
import type { DataSyncEngineOptions } from './options.ts';

export function createDataSyncEngine(options: DataSyncEngineOptions): Engine {
  return new DataSyncEngine(options);
}

class DataSyncEngine implements Engine {
  readonly name = 'datasync';
  readonly #options: DataSyncEngineOptions;
  readonly #equipment: Equipment;
  readonly #manifest = `manifests/${randomUUID()}.csv`;
  readonly #progress = new ExecutionProgress();
  readonly #notes: string[] = [];

  constructor(options: DataSyncEngineOptions) {
    this.#options = options;
    this.#equipment = new Equipment(options.service, options.ground, options.run);
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
    const { source, rest, scratch, others, settings } = this.#options;
    const load = await sortOutForDataSync(items, {
      source,
      rest,
      scratch: join(scratch, 'datasync'),
      draining: stop.draining,
      asking: askingAtOnce(settings),
    });
    assertCarriable(load, 'DataSync', this.#options.cannotCopy);
    this.#tell(load);
    let execution: string | undefined;
    try {
      if (load.listed.count > 0 && !stop.draining.aborted) execution = await this.#launch(load, stop);
      await bothToTheirEnds(
        execution && finish(execution, load, this.#options, look => this.#see(look), record, stop),
        others.transfer(load.others.items(), record, stop),
      );
    } catch (error) {
      // What was recorded stands, and what was not is accounted for as stopped.
      if (!(error instanceof StoppedError && stop.draining.aborted)) throw error;
    } finally {
      if (!settings.dataSync.keep && !stop.cutting.aborted) await this.#tidyUp(execution);
    }
  }

  #tell({ others, examples, unasked }: DataSyncLoad): void {
    const { log, source } = this.#options;
    if (others.count > 0)
      log.info(
        `${count(others.count, 'object')} that DataSync cannot carry, copied from here: ${examples.join(', ')}.`,
      );
    if (unasked > 0) {
      const who = source.identity.principal ?? 'the identity of the source';
      this.#notes.push(
        `${count(unasked, 'object')} could not be asked for Cache-Control and Expires, which DataSync loses: ${who} needs s3:GetObject on the source.`,
      );
    }
  }

  async #launch(load: DataSyncLoad, stop: Stop): Promise<string> {
    const execution = await launch(load, this.#manifest, this.#equipment, this.#options, stop.draining);
    const started = `DataSync copies ${count(load.listed.count, 'object')} as ${execution}.`;
    this.#options.log.info(started);
    this.#notes.push(started);
    return execution;
  }

  /** Every phase is told when it begins. */
  #see(look: Look): void {
    if (this.#progress.see(look)) this.#options.log.info(this.#progress.line());
  }

  /** Removes what this run has made. What cannot be removed is told: the copies are done all the same. */
  async #tidyUp(execution: string | undefined): Promise<void> {
    const { work, log } = this.#options;
    try {
      await this.#equipment.removeMade();
      for (const prefix of [this.#manifest, ...(execution === undefined ? [] : reportFolders(execution))]) {
        const files = work.below(prefix);
        for await (const removals of removeAll(files, list(files))) {
          const left = removals.find(({ result }) => result === 'failed');
          if (left !== undefined) throw new Error(`${files.fullKey(left.key)} could not be deleted.`);
        }
      }
    } catch (error) {
      log.warning(`Not all that this run made for DataSync could be removed: ${messageOf(error)}`);
    }
  }
}
