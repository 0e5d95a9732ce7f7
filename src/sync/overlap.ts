/**
 * Which runs are to be merged before the others. Objects end in about the order in which they were started, so that few runs
 * overlap. Reports of services are in no order at all, so that all do, and all would be open at the same time.
 */
import { compareKeys } from './order.ts';

/** What a run reaches over. */
export interface Span {
  readonly first: string;
  readonly last: string;
  /** What it takes to read it, beside others. */
  readonly size: number;
}

/**
 * The shortest of the runs that are too many to be open at the same time, and no more than it takes: what is long has been
 * merged before.
 *
 * @param fanIn most runs to be open at the same time, at least 2
 * @returns at most as many, to be merged into one; none when that is no longer needed
 */
export function tooMany<S extends Span>(runs: readonly S[], fanIn: number): S[] {
  const overlapping = deepest(runs);
  const surplus = overlapping.length - fanIn;
  if (surplus <= 0) return [];
  return overlapping.sort((a, b) => a.size - b.size).slice(0, Math.min(fanIn, surplus + 1));
}

/** Those that reach over the key that most of them do. */
function deepest<S extends Span>(runs: readonly S[]): S[] {
  const firsts = runs.map(({ first }) => first).sort(compareKeys);
  const lasts = runs.map(({ last }) => last).sort(compareKeys);
  let most = 0;
  let place = '';
  let ended = 0;
  for (const [index, first] of firsts.entries()) {
    while (compareKeys(lasts[ended] ?? first, first) < 0) ended++;
    const open = index + 1 - ended;
    if (open > most) [most, place] = [open, first];
  }
  return runs.filter(({ first, last }) => compareKeys(first, place) <= 0 && compareKeys(place, last) <= 0);
}
