/**
 * Lists any set of keys at many places at once and hands the pages on as one listing would.
 *
 * The key space is an ordered list of segments, each listed page by page. A free worker looks from the consumer onwards
 * for a segment that waits for its next page, or for one that promises enough to be split a few pages ahead, where what
 * was listed so far lets expect them. Wrong guesses cost requests and never keys: a boundary may be any string, and what
 * a page shows beyond its segment is left to the next one.
 */
import type { ObjectEntry } from '../../model/objects.ts';
import { type Page, Segment } from './segment.ts';

export interface RangesOptions {
  /** Fetches in flight, at most. */
  readonly workers: number;
  /** Pages in flight or not yet consumed, at most. Four times the workers serve well, twice as many suffice. */
  readonly window: number;
}

/**
 * Fetches the keys strictly above `after` in UTF-8 byte order, or from the very beginning: at least one, unless there
 * are no more.
 */
export type FetchPage = (after: string | undefined) => Promise<Page>;

/** Pages a segment should have, where the window allows: each segment wastes up to one request at its end. */
const STRIDE = 4;

/** Segments are cut a little shorter than whole pages, so that a few keys more than expected do not cost another one. */
const FILL = 0.94;

/**
 * Yields every key once, in order. When it ends, early or not, nothing is in flight any more.
 *
 * @throws the first error of a fetch
 * @throws FatalError when a page promises more and does not get on
 */
export async function* listInRanges(fetch: FetchPage, options: RangesOptions): AsyncGenerator<ObjectEntry[]> {
  const lister = new Lister(fetch, options);
  try {
    for (let page = await lister.next(); page !== undefined; page = await lister.next()) yield page;
  } finally {
    await lister.stop();
  }
}

class Lister {
  readonly #fetch: FetchPage;
  readonly #workers: number;
  readonly #window: number;
  readonly #stride: number;
  /** In key order, from the one the consumer is at. */
  readonly #segments = [new Segment()];
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  /** Pages not yet consumed. */
  #held = 0;
  /** Keys of a full page. */
  #pageSize = 1;
  /** How many fetches may be in flight for a segment to be split: earned by pages, so that little is spent on little. */
  #trust = 1;
  #isStopped = false;
  #wake = () => {};

  constructor(fetch: FetchPage, { workers, window }: RangesOptions) {
    this.#fetch = fetch;
    this.#workers = workers;
    this.#window = window;
    this.#stride = Math.min(STRIDE, Math.max(1, Math.floor(window / workers)));
  }

  /** The next page; `undefined` after the last. */
  async next(): Promise<ObjectEntry[] | undefined> {
    for (;;) {
      this.#fill();
      if (this.#failures.length > 0) throw this.#failures[0];
      const [head] = this.#segments;
      if (head === undefined) return undefined;
      const page = head.pages.shift();
      if (page !== undefined) {
        this.#held--;
        this.#fill();
        return page;
      }
      if (head.done) this.#segments.shift();
      else
        await new Promise<void>(resolve => {
          this.#wake = resolve;
        });
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  /** Starts what may be started. */
  #fill(): void {
    while (!this.#isStopped && this.#running.size < this.#workers) {
      const segment = this.#choose();
      if (segment === undefined) return;
      const task: Promise<void> = this.#list(segment).finally(() => {
        this.#running.delete(task);
        this.#fill();
        this.#wake();
      });
      this.#running.add(task);
    }
  }

  /** The segment nearest to the consumer that can take a page, as long as there is room for what comes before it. */
  #choose(): Segment | undefined {
    let taken = this.#held + this.#running.size;
    for (const [index, segment] of this.#segments.entries()) {
      if (taken >= this.#window) return undefined;
      if (segment.done) continue;
      if (!segment.busy) return segment;
      const right = this.#running.size < this.#trust ? this.#split(index, segment) : undefined;
      if (right !== undefined) return right;
      // Beside the page in flight.
      taken += Math.max(0, this.#stride - segment.listed - 1);
    }
    return undefined;
  }

  #split(index: number, segment: Segment): Segment | undefined {
    const right = segment.split(this.#stride * this.#pageSize * FILL);
    if (right !== undefined) this.#segments.splice(index + 1, 0, right);
    return right;
  }

  async #list(segment: Segment): Promise<void> {
    segment.busy = true;
    try {
      this.#arrive(segment, await this.#fetch(segment.after));
    } catch (error) {
      this.#failures.push(error);
      this.#isStopped = true;
    }
    segment.busy = false;
  }

  #arrive(segment: Segment, page: Page): void {
    const own = segment.take(page);
    if (own > 0) this.#held++;
    this.#pageSize = Math.max(this.#pageSize, page.entries.length);
    // One more for a page that was needed entirely, two less for one that was not needed at all.
    const needed = own / Math.max(1, page.entries.length);
    this.#trust = Math.min(this.#workers, Math.max(1, this.#trust + 3 * needed - 2));
    if (segment.done) this.#nextUnfinished(segment)?.join(segment);
  }

  #nextUnfinished(segment: Segment): Segment | undefined {
    return this.#segments.slice(this.#segments.indexOf(segment) + 1).find(({ done }) => !done);
  }
}
