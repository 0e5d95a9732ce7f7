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
import { FatalError, messageOf, StoppedError } from '../../errors.ts';
import type { CopyItem, Outcome } from '../../model.ts';
import { bytes, count } from '../../report/text.ts';
import { list } from '../../s3/list.ts';
import { removeAll } from '../../s3/remove.ts';
import { LARGEST_UPLOAD } from '../../s3/upload.ts';
import type { Pages } from '../../sync/merge.ts';
import type { Stop } from '../../sync/stop.ts';
import type { Engine } from '../engine.ts';
import { finish } from './finish.ts';
import { launch } from './launch.ts';
import { type Load, sortOut } from './load.ts';
import { askingAtOnce, type DataSyncEngineOptions } from './options.ts';

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

  progress(): string {
    return this.#progress.line();
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
    const load = await sortOut(items, {
      source,
      rest,
      scratch: join(scratch, 'datasync'),
      draining: stop.draining,
      asking: askingAtOnce(settings),
    });
    this.#assertCarriable(load);
    this.#tell(load);
    let execution: string | undefined;
    try {
      if (load.listed.count > 0 && !stop.draining.aborted) execution = await this.#launch(load, stop);
      const both = [
        execution && finish(execution, load, this.#options, look => this.#see(look), record, stop),
        others.transfer(load.others.items(), record, stop),
      ];
      // Whatever becomes of either, the other goes on.
      await Promise.allSettled(both);
      await Promise.all(both);
    } catch (error) {
      // What was recorded stands, and what was not is accounted for as stopped.
      if (!(error instanceof StoppedError && stop.draining.aborted)) throw error;
    } finally {
      if (!settings.dataSync.keep && !stop.aborting.aborted) await this.#tidyUp(execution);
    }
  }

  /** Before anything is made, so that a run that cannot do all of its plan does nothing of it. */
  #assertCarriable({ others, examples, manifestBytes }: Load): void {
    const [obstacle] = this.#options.cannotCopy;
    if (others.count > 0 && obstacle !== undefined) {
      throw new FatalError(
        `DataSync cannot carry ${count(others.count, 'planned object')}, the first of them ${examples.join(', ')}, and they cannot be copied from here: ${obstacle.seen} Nothing was copied.`,
        obstacle.fix,
      );
    }
    if (manifestBytes > LARGEST_UPLOAD) {
      throw new FatalError(
        `The manifest for DataSync would have ${bytes(manifestBytes)}, more than goes in one upload (${bytes(LARGEST_UPLOAD)}).`,
        { todo: 'Split the run by `include` or by prefixes.' },
      );
    }
  }

  #tell({ others, examples, unasked }: Load): void {
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

  async #launch(load: Load, stop: Stop): Promise<string> {
    const execution = await launch(load, this.#manifest, this.#equipment, this.#options, stop.draining);
    const started = `DataSync copies ${count(load.listed.count, 'object')} as ${execution}.`;
    this.#options.log.info(started);
    this.#notes.push(started);
    return execution;
  }

  /** Every phase is told when it begins. */
  #see(look: Look): void {
    if (this.#progress.see(look)) this.#options.log.info(this.progress());
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
