/**
 * What stands at each position of the keys, so that they can be counted with like numbers: which characters there are,
 * and which follow when those seen are used up. Positions are UTF-16 indices at which a whole character begins.
 */

const [FIRST_SURROGATE, LAST_SURROGATE] = [0xd800, 0xdfff];
const LAST_CODE_POINT = 0x10ffff;

/** Among how many positions to the right one is looked for whose characters are all known. */
const NEAR = 8;

export class Characters {
  readonly #columns: Column[] = [];

  /**
   * The characters of one position as digits. While they are still going up (the leading zeros of a counter, the first
   * character of a hash), they are expected to be those of a position nearby that started over already.
   */
  at(position: number): Column {
    const column = this.#column(position);
    if (column.startsOver) return column;
    const near = this.#columns.slice(position + 1, position + 1 + NEAR);
    return near.find(other => other?.startsOver && other.includes(column)) ?? column;
  }

  /** @param keys in order, out of one stretch that was listed without a gap */
  learn(keys: readonly string[]): void {
    let before = '';
    for (const key of keys) {
      // What both begin with has been learnt already.
      for (let at = sharedLength(before, key); at < key.length; at++) {
        const code = codeOf(key, at);
        this.#column(at).add(code);
        if (at < before.length && codeOf(before, at) > code) this.#column(at).startsOver = true;
        if (code > 0xffff) at++;
      }
      before = key;
    }
  }

  #column(position: number): Column {
    this.#columns[position] ??= new Column();
    return this.#columns[position];
  }
}

/** The characters seen at one position, as digits in ascending order. */
export class Column {
  /** A character was followed by a lower one: the last is followed by the first, as 9 is by 0. */
  startsOver = false;
  #codes: readonly number[] = [];

  get size(): number {
    return Math.max(1, this.#codes.length);
  }

  add(code: number): void {
    if (!this.#codes.includes(code)) this.#codes = [...this.#codes, code].sort((a, b) => a - b);
  }

  includes(other: Column): boolean {
    return other.#codes.every(code => this.#codes.includes(code));
  }

  /** Of a character not seen, that of the one below; of the end of a key, the lowest. */
  digitOf(code: number | undefined): number {
    const below = code === undefined ? -1 : this.#codes.findLastIndex(seen => seen <= code);
    return Math.max(0, below);
  }

  /** Beyond the last character seen they are assumed to go on as far apart as they are. `undefined`: there is none. */
  codeOf(digit: number): number | undefined {
    const seen = this.#codes[digit];
    if (seen !== undefined) return seen;
    const [first = 0, last = 0] = [this.#codes[0], this.#codes.at(-1)];
    const apart = Math.max(1, Math.round((last - first) / Math.max(1, this.size - 1)));
    const code = last + apart * (digit - this.size + 1);
    if (code > LAST_CODE_POINT) return undefined;
    return code >= FIRST_SURROGATE && code <= LAST_SURROGATE ? LAST_SURROGATE + 1 : code;
  }
}

/** How much two keys have in common, in UTF-16 units of whole characters. */
export function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return isWithinCharacter(a, length) || isWithinCharacter(b, length) ? length - 1 : length;
}

/** Whether cutting a key here would cut a surrogate pair in two. */
export function isWithinCharacter(key: string, position: number): boolean {
  const unit = key.charCodeAt(position);
  return unit >= 0xdc00 && unit <= LAST_SURROGATE;
}

export function codeOf(key: string, position = 0): number {
  return key.codePointAt(position) ?? 0;
}
