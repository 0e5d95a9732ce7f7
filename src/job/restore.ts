/** `archived: restore`: archived objects are asked back, and the next run copies what has arrived. */
import { FatalError } from '../errors.ts';
import type { Log } from '../model/log.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Outcome } from '../model/outcome.ts';
import { restoreFix } from '../preflight/restorable.ts';
import type { Scene } from '../preflight/scene.ts';
import { count } from '../report/text.ts';
import { type Asked, restore, restoreUnlisted } from '../s3/restore.ts';
import type { OutcomeLog } from '../sync/outcomes.ts';
import { Places } from '../sync/places.ts';
import type { Stop } from '../sync/stop.ts';
import { transfer } from '../sync/transfer.ts';
import type { Plan } from './plan.ts';

/** RestoreObject requests in flight; S3 takes 1,000 a second of an account before it throttles. */
const ASKING = 32;

/** Denials before the first success that show a missing permission rather than an odd object. */
const HOPELESS = 50;

export class Restorer {
  readonly #scene: Scene;
  readonly #stop: Stop;
  #denied = 0;
  #asked = 0;

  constructor(scene: Scene, stop: Stop) {
    this.#scene = scene;
    this.#stop = stop;
  }

  /**
   * The last word on an object that an engine has been given: one that turned out to be archived is asked back.
   *
   * @returns `undefined` when the run was stopped before that
   */
  async settle(outcome: Outcome): Promise<Outcome | undefined> {
    const { settings, source } = this.#scene;
    const found = outcome.result === 'skipped' && outcome.reason === 'archived';
    if (!found || settings.archived !== 'restore') return outcome;
    if (this.#stop.draining.aborted) return undefined;
    return this.#noted(await restoreUnlisted(source, outcome.key));
  }

  /**
   * Asks back what the plan knows to be archived. They come after the copies, so that a restored copy does not expire
   * while a first run of many days is under way.
   *
   * @returns how many could not be asked for
   * @throws FatalError when going on makes no sense; what was recorded until then stands
   */
  async askAll(plan: Plan, outcomes: OutcomeLog, log: Log): Promise<number> {
    const { toRestore } = plan.totals;
    if (toRestore === 0 || this.#stop.draining.aborted) return 0;
    log.info(`Asking for the restore of ${count(toRestore, 'archived object')}.`);
    const places = new Places(ASKING);
    let failed = 0;
    const work = async (entry: ObjectEntry) => {
      const outcome = await places.small(() => restore(this.#scene.source, entry));
      if (outcome.result === 'failed') failed++;
      await outcomes.add(outcome);
      this.#noted(outcome);
    };
    await transfer(plan.restores(), { places, isLarge: () => false, work }, this.#stop.draining);
    return failed;
  }

  #noted(outcome: Asked): Asked {
    if (outcome.result === 'skipped') this.#asked++;
    if (outcome.result !== 'failed' || outcome.reason !== 'restore-denied') return outcome;
    if (++this.#denied >= HOPELESS && this.#asked === 0) {
      throw new FatalError(
        `The first ${this.#denied} restores were all denied (${outcome.message}); stopped trying.`,
        restoreFix(this.#scene.source, outcome.message),
      );
    }
    return outcome;
  }
}
