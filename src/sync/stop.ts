/**
 * Ways to stop early, each with all that the one before it does: drain takes no new work and lets what is in flight end,
 * cut ends that too, and abort leaves no time to look at what was done. Hurry says that somebody waits for the end.
 */
export class Stop {
  readonly #drain = new AbortController();
  readonly #cut = new AbortController();
  readonly #abort = new AbortController();
  readonly #hurry = new AbortController();

  /** Fires when no new work may start. */
  get draining(): AbortSignal {
    return this.#drain.signal;
  }

  /** Fires when work in flight must end; the run may still look at what it has done. */
  get cutting(): AbortSignal {
    return this.#cut.signal;
  }

  /** Fires when every request must end. */
  get aborting(): AbortSignal {
    return this.#abort.signal;
  }

  /** Fires when there are only seconds left for anything, however it ends. */
  get hurrying(): AbortSignal {
    return this.#hurry.signal;
  }

  drain(): void {
    this.#drain.abort();
  }

  cut(): void {
    this.drain();
    this.#cut.abort();
  }

  abort(): void {
    this.cut();
    this.#abort.abort();
  }

  hurry(): void {
    this.#hurry.abort();
    this.drain();
  }
}
