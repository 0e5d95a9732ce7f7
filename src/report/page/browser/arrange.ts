/** Which objects of a shelf are shown, and in which order. */
import type { Column, Shelf, Worded } from './shelf.ts';

export interface Wish {
  /** Words to hold to; '' for any. */
  readonly action: string;
  readonly reason: string;
  readonly by: Worded | 'size' | 'line';
  readonly descending: boolean;
}

/**
 * The indexes that are wanted, in order; equals in the order of their keys.
 *
 * @param found marks those that a search has found; `undefined` for all
 * @param worstFirst the order of the actions
 */
export function arrange(
  { length, columns, sizes, lines }: Shelf,
  { action, reason, by, descending }: Wish,
  found: Uint8Array | undefined,
  worstFirst: readonly string[],
): Uint32Array {
  const [ofAction, ofReason] = [columns.action.words.indexOf(action), columns.reason.words.indexOf(reason)];
  const wanted = new Uint32Array(length);
  let count = 0;
  for (let index = 0; index < length; index++) {
    if (found !== undefined && found[index] === 0) continue;
    if (action !== '' && columns.action.codes[index] !== ofAction) continue;
    if (reason !== '' && columns.reason.codes[index] !== ofReason) continue;
    wanted[count++] = index;
  }

  const ranksOf = ({ words }: Column) => {
    const place = (word: string) => (by === 'action' ? worstFirst.indexOf(word) : 0);
    const sorted = [...words].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
    return words.map(word => sorted.indexOf(word));
  };
  const worded = by === 'size' || by === 'line' ? undefined : columns[by];
  const ranks = worded && ranksOf(worded);
  const sign = descending ? -1 : 1;
  // Worked out once for each: a comparison is made twenty times as often.
  const places = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const rank =
      worded === undefined ? (by === 'size' ? sizes : lines)[index] : ranks?.[worded.codes[index] ?? 0];
    places[index] = sign * (rank ?? 0);
  }
  return wanted
    .subarray(0, count)
    .sort(
      (a, b) => (places[a] as number) - (places[b] as number) || (lines[a] as number) - (lines[b] as number),
    );
}
