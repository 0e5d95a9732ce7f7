/**
 * Where the table of objects takes its rows from: the page itself, or a file of any length. What is sorted and filtered by
 * is kept in typed arrays, some 35 bytes an object of a file; the rest of a row is fetched when it is shown.
 *
 * The functions of this folder are put into the page as their own text. They use nothing that is not given to them.
 */
import type { Part } from './dom.ts';

/** Columns of words, kept as numbers: the index of the word in `words`. */
export interface Column {
  readonly words: string[];
  readonly codes: Uint8Array;
}

export type Worded = 'action' | 'reason' | 'proof';

export interface Shelf {
  readonly length: number;
  readonly columns: Readonly<Record<Worded, Column>>;
  readonly sizes: Float64Array;
  /** Which line of `objects.ndjson` each is: the order of the keys. */
  readonly lines: Float64Array;
  /** Rows of the table for these objects. */
  rows(indexes: readonly number[]): Promise<Part[]>;
  /**
   * Marks those that contain a text with 1; `undefined` when `told` said no.
   *
   * @param told how far it is, from 0 to 1; answers whether anybody still wants to know
   */
  search(text: string, told: (share: number) => boolean): Promise<Uint8Array | undefined>;
}

/** What is kept of each object, growing as objects are found. */
export function makeColumns() {
  const most = 255;
  const worded = () => ({
    words: [] as string[],
    known: new Map<string, number>(),
    codes: new Uint8Array(1024),
  });
  const columns = { action: worded(), reason: worded(), proof: worded() };
  let sizes = new Float64Array(1024);
  let lines = new Float64Array(1024);
  let length = 0;

  function codeOf(column: ReturnType<typeof worded>, word: string): number {
    const known = column.known.get(word);
    if (known !== undefined) return known;
    if (column.words.length === most) throw new RangeError('too many different words');
    column.known.set(word, column.words.length);
    return column.words.push(word) - 1;
  }

  function grow(): void {
    for (const column of Object.values(columns)) {
      const codes = new Uint8Array(column.codes.length * 2);
      codes.set(column.codes);
      column.codes = codes;
    }
    const wider = (numbers: Float64Array) => {
      const grown = new Float64Array(numbers.length * 2);
      grown.set(numbers);
      return grown;
    };
    [sizes, lines] = [wider(sizes), wider(lines)];
  }

  return {
    add(words: { action: string; reason: string; proof: string }, size: number, line: number): void {
      if (length === sizes.length) grow();
      columns.action.codes[length] = codeOf(columns.action, words.action);
      columns.reason.codes[length] = codeOf(columns.reason, words.reason);
      columns.proof.codes[length] = codeOf(columns.proof, words.proof);
      sizes[length] = size;
      lines[length] = line;
      length++;
    },
    /** All of them, once there are no more. */
    end: () => ({ length, columns, sizes, lines }),
  };
}
