/**
 * The places of requests in flight: one limit for all of them. Large objects get half of it while small ones are at
 * hand, so that neither sort keeps the other from going on.
 */
import pLimit, { type LimitFunction } from 'p-limit';

/** Runs a request once there is a place for it. */
export type Place = <T>(request: () => Promise<T>) => Promise<T>;

export class Places {
  readonly #all: LimitFunction;
  readonly #large: LimitFunction;
  #nothingSmall = false;

  /** @param concurrency requests in flight, at most; may be changed at any time */
  constructor(concurrency: number) {
    this.#all = pLimit(concurrency);
    this.#large = pLimit(1);
    this.#share();
  }

  get concurrency(): number {
    return this.#all.concurrency;
  }

  set concurrency(concurrency: number) {
    this.#all.concurrency = concurrency;
    this.#share();
  }

  /** Whether large objects may have every place. */
  set nothingSmall(nothing: boolean) {
    this.#nothingSmall = nothing;
    this.#share();
  }

  /** How many small objects may be under way. */
  get forSmall(): number {
    return Math.max(1, this.#all.concurrency - this.#large.activeCount);
  }

  /** How many large objects may be under way, each with as many requests as it likes. */
  get forLarge(): number {
    return this.#large.concurrency;
  }

  /** For the one request of a small object. */
  readonly small: Place = request => this.#all(request);

  /** For a request of a large object. One that waits for others must not hold a place meanwhile. */
  readonly large: Place = request => this.#large(() => this.#all(request));

  #share(): void {
    const all = this.#all.concurrency;
    this.#large.concurrency = this.#nothingSmall ? all : Math.max(1, Math.floor(all / 2));
  }
}
