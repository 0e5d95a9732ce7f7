/** A stretch of the key space, listed page by page from its beginning. */
import { FatalError } from '../../errors.ts';
import type { ObjectEntry } from '../../model/objects.ts';
import { compareKeys } from '../../sync/order.ts';
import { Characters } from './characters.ts';
import { expected, joined, type Knot, type Outlook } from './outlook.ts';

/** Keys in order, and whether there are any above them. */
export interface Page {
  readonly entries: ObjectEntry[];
  readonly more: boolean;
}

/** Keys of a page whose characters are learnt from. */
const SAMPLES = 32;

/** Expectations are of this quality: only what exceeds them by so much counts as different. */
const TOLERANCE = 1.5;

export class Segment {
  /** Listed and not yet consumed. */
  readonly pages: ObjectEntry[][] = [];
  /** A page is being fetched. */
  busy = false;
  /** Everything that belongs here has been listed. */
  done = false;
  /** How many pages brought something. */
  listed = 0;
  /** The next page has the keys above this one; `undefined` = from the very beginning. */
  after: string | undefined;
  /** The last key that can belong here; `undefined` = no end. */
  #until: string | undefined;
  #keys = 0;
  /** Nothing could be split off since the last page. */
  #isWhole = false;
  /** Until the first page comes, the segment it was split from knows best what is here. */
  readonly #inherited: Outlook | undefined;
  /** What was listed before this segment; holes are filled with what is expected there. */
  #history: readonly Knot[] = [];
  #trail: readonly Knot[] = [];
  /** What keys look like in this part of the bucket, and in this segment alone. */
  readonly #around: Characters;
  readonly #here = new Characters();

  constructor(after?: string, until?: string, inherited?: Outlook) {
    this.after = after;
    this.#until = until;
    this.#inherited = inherited;
    this.#around = inherited?.characters ?? new Characters();
    if (inherited && after !== undefined)
      this.#history = joined(inherited.trail, [{ key: after, keys: inherited.ahead }]);
  }

  /**
   * Takes from the page that was fetched what belongs here.
   *
   * @returns how many entries that was
   * @throws FatalError when the listing turns on the spot, which would never end
   */
  take({ entries, more }: Page): number {
    const reached = entries.at(-1)?.key;
    if (
      more &&
      (reached === undefined || (this.after !== undefined && compareKeys(reached, this.after) <= 0))
    )
      throw new FatalError(
        `The listing promises more after ${JSON.stringify(this.after)} and does not show it.`,
      );

    const own = this.#until === undefined ? entries.length : countUpTo(this.#until, entries);
    this.done = !more || own < entries.length || reached === this.#until;
    const kept = entries.slice(0, own);
    if (own > 0) {
      this.#learn(kept.map(({ key }) => key));
      this.pages.push(kept);
      this.listed++;
    }
    return own;
  }

  /** What lies before this segment has been listed without a gap, the last of it by `before`. */
  join(before: Segment): void {
    this.#history = joined(before.#history, before.#trail);
  }

  /**
   * Gives away what lies beyond the next so many keys, if there seems to be enough of it.
   *
   * @returns the segment to the right; `undefined` where there is none
   */
  split(keys: number): Segment | undefined {
    if (this.#isWhole) return undefined;
    const until = this.#until;
    for (const outlook of this.#outlooks(keys)) {
      const boundary = expected(outlook, keys);
      if (boundary === undefined || !this.#isInside(boundary)) continue;
      if (until !== undefined && !this.#isInside(expected(outlook, keys * TOLERANCE))) continue;
      this.#until = boundary;
      return new Segment(boundary, until, { ...outlook, ahead: outlook.ahead + keys });
    }
    this.#isWhole = true;
    return undefined;
  }

  /**
   * What was seen on the way here is the better guide, because it knows what comes between folders. But where the segment
   * turned out larger than that made expect, something new has begun, and only what was seen of it counts.
   */
  #outlooks(keys: number): Outlook[] {
    if (this.listed === 0) return this.#inherited ? [this.#inherited] : [];
    const all = { trail: joined(this.#history, this.#trail), ahead: 0, characters: this.#around };
    const own = { trail: this.#trail, ahead: 0, characters: this.#here };
    return this.#keys > keys * TOLERANCE ? [all, own] : [all];
  }

  #isInside(key: string | undefined): boolean {
    return (
      key !== undefined &&
      (this.after === undefined || compareKeys(key, this.after) > 0) &&
      (this.#until === undefined || compareKeys(key, this.#until) < 0)
    );
  }

  #learn(keys: readonly string[]): void {
    const [first = ''] = keys;
    const last = keys.at(-1) ?? first;
    if (this.listed === 0) this.#trail = [{ key: first, keys: 1 }];
    this.#trail = joined(this.#trail, [
      { key: last, keys: this.listed === 0 ? keys.length - 1 : keys.length },
    ]);
    const step = Math.ceil(keys.length / SAMPLES);
    const sample = keys.filter((_, index) => index % step === 0);
    this.#around.learn(sample);
    this.#here.learn(sample);
    this.#keys += keys.length;
    this.#isWhole = false;
    this.after = last;
  }
}

/** How many of the entries, which are in order, do not come after a key. */
function countUpTo(key: string, entries: readonly ObjectEntry[]): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && compareKeys(entry.key, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
