/**
 * Two streams in key order become one stream of meetings. Everything that must be brought together here is brought
 * together this way (two listings, a plan and its outcomes, what was done and what is seen afterwards), so that memory
 * stays at one page a side however many objects there are.
 */
import { FatalError } from '../errors.ts';
import { compareKeys } from './order.ts';

/** A stream arrives in pages, because one await per page instead of one per object is what makes millions cheap. */
export type Pages<T> = AsyncIterable<readonly T[]>;

export interface Keyed {
  readonly key: string;
}

/** What the two streams hold for one key; at least one side is there. */
export interface Meeting<L, R> {
  readonly key: string;
  readonly left: L | undefined;
  readonly right: R | undefined;
}

/**
 * @param names what to call each stream when it turns out not to be in key order
 * @throws FatalError when a stream is out of order or repeats a key: nothing decided from such a listing can be trusted,
 * least of all a deletion
 */
export async function* mergeByKey<L extends Keyed, R extends Keyed>(
  left: Pages<L>,
  right: Pages<R>,
  names: { readonly left: string; readonly right: string },
): AsyncGenerator<Meeting<L, R>[]> {
  const l = new Cursor(left, names.left);
  const r = new Cursor(right, names.right);
  try {
    await Promise.all([l.turnPage(), r.turnPage()]);
    while (l.current !== undefined || r.current !== undefined) {
      yield meetingsWithinPages(l, r);
      await Promise.all([l.turnPage(), r.turnPage()]);
    }
  } finally {
    await Promise.all([l.close(), r.close()]);
  }
}

/** Merges until one side needs its next page, or both have ended. */
function meetingsWithinPages<L extends Keyed, R extends Keyed>(l: Cursor<L>, r: Cursor<R>): Meeting<L, R>[] {
  const meetings: Meeting<L, R>[] = [];
  while (!l.needsPage && !r.needsPage) {
    const left = l.current;
    const right = r.current;
    if (left === undefined && right === undefined) break;
    const order = left === undefined ? 1 : right === undefined ? -1 : compareKeys(left.key, right.key);
    if (order < 0 && left !== undefined) {
      meetings.push({ key: left.key, left, right: undefined });
      l.step();
    } else if (order > 0 && right !== undefined) {
      meetings.push({ key: right.key, left: undefined, right });
      r.step();
    } else if (left !== undefined && right !== undefined) {
      meetings.push({ key: left.key, left, right });
      l.step();
      r.step();
    }
  }
  return meetings;
}

/** A place in a paged stream. `current` is undefined before the first page and after the last. */
export class Cursor<T extends Keyed> {
  current: T | undefined;
  readonly #pages: AsyncIterator<readonly T[]>;
  readonly #name: string;
  #page: readonly T[] = [];
  #index = 0;
  #ended = false;
  #last: string | undefined;

  constructor(pages: Pages<T>, name: string) {
    this.#pages = pages[Symbol.asyncIterator]();
    this.#name = name;
  }

  /** The page is used up and the stream may have more. */
  get needsPage(): boolean {
    return this.current === undefined && !this.#ended;
  }

  step(): void {
    this.#index++;
    this.#look();
  }

  /** Fetches pages until one has something in it or the stream ends; does nothing while the page lasts. */
  async turnPage(): Promise<void> {
    while (this.needsPage) {
      const next = await this.#pages.next();
      if (next.done) {
        this.#ended = true;
        return;
      }
      this.#page = next.value;
      this.#index = 0;
      this.#look();
    }
  }

  /** Lets the stream release what it holds when the merge ends early. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#pages.return?.();
  }

  #look(): void {
    this.current = this.#page[this.#index];
    if (this.current === undefined) return;
    if (this.#last !== undefined && compareKeys(this.#last, this.current.key) >= 0) {
      throw new FatalError(
        `${this.#name} is not in key order: ${JSON.stringify(this.current.key)} came after ${JSON.stringify(this.#last)}. ` +
          'Only general purpose buckets, which list in UTF-8 byte order, can be compared safely.',
      );
    }
    this.#last = this.current.key;
  }
}
