/** Two ways to stop early: drain takes no new work and lets what is in flight end, abort ends that too. */
export class Stop {
  readonly #drain = new AbortController();
  readonly #abort = new AbortController();

  /** Fires when no new work may start; also when everything must end. */
  get draining(): AbortSignal {
    return this.#drain.signal;
  }

  /** Fires when requests in flight must end. */
  get aborting(): AbortSignal {
    return this.#abort.signal;
  }

  drain(): void {
    this.#drain.abort();
  }

  abort(): void {
    this.#drain.abort();
    this.#abort.abort();
  }
}
