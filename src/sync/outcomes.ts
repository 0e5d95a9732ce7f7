/**
 * Outcomes arrive in the order in which requests end and are needed in key order. They are sorted on disk: full buffers
 * are sorted and written out, and read back as one merged stream.
 */
import { join } from 'node:path';
import type { Outcome } from '../model.ts';
import { NdjsonWriter, readNdjson } from '../ndjson.ts';
import { Cursor, type Keyed, type Pages } from './merge.ts';
import { compareKeys } from './order.ts';

/** Outcomes held in memory, and versions that were sent; some 3 MB. */
const BUFFER = 10_000;
const PAGE = 1_000;

/** What comes by key; some tells of versions. */
interface Telling extends Keyed {
  readonly versions?: readonly unknown[];
}

/** What one counts for: itself, and each version that it tells of. */
function weightOf({ versions }: Telling): number {
  return 1 + (versions?.length ?? 0);
}

/** Outcomes in key order. */
interface Run<T> {
  readonly first: string;
  readonly open: () => Pages<T>;
}

/** For whatever else arrives as it comes and is needed by key, too. */
export class OutcomeLog<T extends Telling = Outcome> {
  readonly #folder: string;
  readonly #runs: Run<T>[] = [];
  #buffer: T[] = [];
  #weight = 0;
  #spilling: Promise<void> = Promise.resolve();

  /** @param folder an existing folder for the sorted runs */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves when there is room for more. */
  async add(outcome: T): Promise<void> {
    this.#buffer.push(outcome);
    this.#weight += weightOf(outcome);
    if (this.#weight < BUFFER) return;
    const full = this.#buffer;
    this.#buffer = [];
    this.#weight = 0;
    this.#spilling = this.#spilling.then(() => this.#spill(full));
    await this.#spilling;
  }

  /** All outcomes so far in key order. */
  async inKeyOrder(): Promise<Pages<T>> {
    await this.#spilling;
    const held = sorted(this.#buffer);
    return mergeRuns([...this.#runs, { first: held[0]?.key ?? '', open: () => onePage(held) }]);
  }

  async #spill(outcomes: T[]): Promise<void> {
    const path = join(this.#folder, `outcomes-${this.#runs.length}.ndjson`);
    const run = sorted(outcomes);
    this.#runs.push({ first: run[0]?.key ?? '', open: () => readNdjson<T>(path) });
    const writer = new NdjsonWriter<T>(path);
    await writer.writeAll(run);
    await writer.close();
  }
}

function sorted<T extends Keyed>(outcomes: T[]): T[] {
  return outcomes.sort((a, b) => compareKeys(a.key, b.key));
}

async function* onePage<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  yield page;
}

/**
 * Objects end in about the order in which they were started, so that runs overlap little: one is opened when its first key
 * is due, and done with soon after.
 */
async function* mergeRuns<T extends Telling>(runs: readonly Run<T>[]): AsyncGenerator<T[]> {
  const waiting = runs.toSorted((a, b) => compareKeys(a.first, b.first));
  const open: Cursor<T>[] = [];
  let page: T[] = [];
  let weight = 0;
  try {
    for (;;) {
      let next = lowest(open);
      for (let due = waiting[0]; due !== undefined && isDue(due, next); due = waiting[0]) {
        waiting.shift();
        const cursor = new Cursor(due.open(), 'A run of outcomes');
        await cursor.turnPage();
        if (cursor.current !== undefined) open.push(cursor);
        next = lowest(open);
      }
      if (next?.current === undefined) break;
      page.push(next.current);
      weight += weightOf(next.current);
      next.step();
      if (next.needsPage) await next.turnPage();
      if (next.current === undefined) open.splice(open.indexOf(next), 1);
      if (weight < PAGE) continue;
      yield page;
      page = [];
      weight = 0;
    }
    yield page;
  } finally {
    await Promise.all(open.map(cursor => cursor.close()));
  }
}

function isDue<T extends Keyed>({ first }: Run<T>, next: Cursor<T> | undefined): boolean {
  return next?.current === undefined || compareKeys(first, next.current.key) < 0;
}

function lowest<T extends Keyed>(cursors: readonly Cursor<T>[]): Cursor<T> | undefined {
  let [first] = cursors;
  for (const cursor of cursors) {
    if (cursor.current && first?.current && compareKeys(cursor.current.key, first.current.key) < 0)
      first = cursor;
  }
  return first;
}
