/**
 * How many requests to have in flight when nobody said: as many as S3 answers gladly. Grows step by step while answers
 * come as fast as ever, holds when they take longer, and halves when S3 says to slow down, the way TCP shares a line.
 */

/** What is paced. */
export interface Throttle {
  concurrency: number;
}

export const PACE = { start: 64, floor: 8, ceiling: 512, step: 8 } as const;

/** Answers that take this many times as long as the fastest round did are a queue, not a distance. */
const QUEUEING = 2;
/** Below this, ms, differences are noise. */
const NOISE_MS = 25;

export class Pace {
  readonly #throttle: Throttle;
  /** No throttling was met yet: the limit is far off, and doubling finds it sooner. */
  #searching = true;
  #round = { answers: 0, ms: 0, throttled: false };
  #fastestMs = Number.POSITIVE_INFINITY;
  #slowedTo: number | undefined;

  constructor(throttle: Throttle) {
    this.#throttle = throttle;
    throttle.concurrency = PACE.start;
  }

  /** The lowest concurrency that S3 asked for; `undefined` when it never did. */
  get slowedTo(): number | undefined {
    return this.#slowedTo;
  }

  /**
   * One request is done. The pace changes once a round, which is as many answers as there are places, because a change
   * shows only in what is sent after it.
   *
   * @param ms from sending to the answer, repetitions included
   * @param throttled whether S3 asked to slow down since the last answer
   */
  answered(ms: number, throttled: boolean): void {
    this.#round.answers++;
    this.#round.ms += ms;
    this.#round.throttled ||= throttled;
    if (this.#round.answers < this.#throttle.concurrency) return;
    const { answers, ms: inAll, throttled: slowDown } = this.#round;
    this.#round = { answers: 0, ms: 0, throttled: false };
    this.#throttle.concurrency = this.#next(inAll / answers, slowDown);
  }

  #next(meanMs: number, slowDown: boolean): number {
    const now = this.#throttle.concurrency;
    if (slowDown) {
      this.#searching = false;
      const next = Math.max(PACE.floor, Math.floor(now / 2));
      this.#slowedTo = Math.min(next, this.#slowedTo ?? next);
      return next;
    }
    this.#fastestMs = Math.min(this.#fastestMs, meanMs);
    if (meanMs > this.#fastestMs * QUEUEING + NOISE_MS) return now;
    return Math.min(PACE.ceiling, this.#searching ? now * 2 : now + PACE.step);
  }
}
