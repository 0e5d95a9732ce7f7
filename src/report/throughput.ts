/** How a transfer went on, in at most so many samples however long it takes. */
import type { Moment } from '../record.ts';

/** Milliseconds between two looks at the counts. */
export const LOOK_EVERY_MS = 250;
const MOST_SAMPLES = 200;

/** Every sample stands for the same time. When there are too many, every other one goes and the time doubles. */
export class Throughput {
  #samples: Moment[] = [];
  #everyMs = LOOK_EVERY_MS;
  #dueMs = 0;

  /**
   * Called every now and then with what has been counted until then.
   *
   * @param ms since the transfer began
   */
  look(ms: number, objects: number, bytes: number): void {
    // Timers come a little early or late.
    if (ms < this.#dueMs - LOOK_EVERY_MS / 2) return;
    this.#take(ms, objects, bytes);
    if (this.#samples.length === MOST_SAMPLES) {
      this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
      this.#everyMs *= 2;
    }
    this.#dueMs = (this.#samples.at(-1)?.seconds ?? 0) * 1000 + this.#everyMs;
  }

  /** With what had been counted at the end, in place of the last look if that was just before. */
  end(ms: number, objects: number, bytes: number): readonly Moment[] {
    if (this.#samples.length > 1 && ms < this.#dueMs - this.#everyMs / 2) this.#samples.pop();
    this.#take(ms, objects, bytes);
    return this.#samples;
  }

  #take(ms: number, objects: number, bytes: number): void {
    this.#samples.push({ seconds: Math.round(ms) / 1000, objects, bytes });
  }
}
