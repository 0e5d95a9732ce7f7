/** Runs, each in key order, become one stream in key order. */
import { Heap } from './heap.ts';
import { Cursor, type Keyed, type Pages } from './merge.ts';
import { compareKeys } from './order.ts';

const PAGE = 1_000;

/** What comes by key; some tells of versions. */
export interface Telling extends Keyed {
  readonly versions?: readonly unknown[];
}

/** What one counts for: itself, and each version that it tells of. */
export function weightOf({ versions }: Telling): number {
  return 1 + (versions?.length ?? 0);
}

/** In key order. */
export interface Run<T> {
  readonly first: string;
  readonly open: () => Pages<T>;
}

/** A run is open only from its first key to its last: runs that do not overlap are never open at the same time. */
export async function* mergeRuns<T extends Telling>(runs: readonly Run<T>[]): AsyncGenerator<T[]> {
  const waiting = runs.toSorted((a, b) => compareKeys(a.first, b.first));
  const open = new Heap<Cursor<T>>((a, b) => compareKeys(keyOf(a), keyOf(b)) < 0);
  let page: T[] = [];
  let weight = 0;
  try {
    for (;;) {
      for (let due = waiting[0]; due !== undefined && isDue(due, open.lowest); due = waiting[0]) {
        waiting.shift();
        const cursor = new Cursor(due.open(), 'A run of outcomes');
        await cursor.turnPage();
        if (cursor.current !== undefined) open.add(cursor);
      }
      const next = open.lowest;
      if (next?.current === undefined) break;
      page.push(next.current);
      weight += weightOf(next.current);
      next.step();
      if (next.needsPage) await next.turnPage();
      if (next.current === undefined) open.removeLowest();
      else open.settle();
      if (weight < PAGE) continue;
      yield page;
      page = [];
      weight = 0;
    }
    yield page;
  } finally {
    await Promise.all(open.items.map(cursor => cursor.close()));
  }
}

function isDue<T extends Keyed>({ first }: Run<T>, next: Cursor<T> | undefined): boolean {
  return next?.current === undefined || compareKeys(first, next.current.key) < 0;
}

function keyOf<T extends Keyed>({ current }: Cursor<T>): string {
  if (current === undefined) throw new RangeError('A run that has ended is not open.');
  return current.key;
}
