/**
 * Outcomes arrive in the order in which requests end and are needed in key order. They are sorted on disk: full buffers
 * are sorted and written out, and read back as one merged stream.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '../model/outcome.ts';
import { NdjsonWriter, readNdjson } from '../ndjson.ts';
import type { Keyed, Pages } from './merge.ts';
import { compareKeys } from './order.ts';
import { type Span, tooMany } from './overlap.ts';
import { mergeRuns, type Run, type Telling, weightOf } from './runs.ts';

/** Outcomes held in memory, and versions that were sent; some 3 MB. */
const BUFFER = 10_000;

/** Runs on disk that are open at the same time, and what is read of each; together some 15 MB. */
const FAN_IN = 64;
const CHUNK_BYTES = 16 * 1024;

interface StoredRun<T> extends Run<T>, Span {
  readonly path: string;
}

/** For whatever else arrives as it comes and is needed by key, too. */
export class OutcomeLog<T extends Telling = Outcome> {
  readonly #folder: string;
  #runs: StoredRun<T>[] = [];
  #stored = 0;
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

  /** All outcomes so far in key order, to be read before they are asked for again. */
  async inKeyOrder(): Promise<Pages<T>> {
    await this.#spilling;
    await this.#narrow();
    const held = sorted(this.#buffer);
    return mergeRuns([...this.#runs, { first: held[0]?.key ?? '', open: () => onePage(held) }]);
  }

  async #spill(outcomes: T[]): Promise<void> {
    this.#runs.push(await this.#store(onePage(sorted(outcomes)), 1));
  }

  /** Until no more runs overlap than may be open. A run goes when all of it stands in the merged one. */
  async #narrow(): Promise<void> {
    for (;;) {
      const merged = tooMany(this.#runs, FAN_IN);
      if (merged.length === 0) return;
      const size = merged.reduce((sum, run) => sum + run.size, 0);
      const whole = await this.#store(mergeRuns(merged), size);
      this.#runs = [...this.#runs.filter(run => !merged.includes(run)), whole];
      await Promise.all(merged.map(({ path }) => rm(path)));
    }
  }

  async #store(pages: Pages<T>, size: number): Promise<StoredRun<T>> {
    const path = join(this.#folder, `outcomes-${this.#stored++}.ndjson`);
    const writer = new NdjsonWriter<T>(path);
    let first: string | undefined;
    let last = '';
    for await (const page of pages) {
      first ??= page[0]?.key;
      last = page.at(-1)?.key ?? last;
      await writer.writeAll(page);
    }
    await writer.close();
    return { first: first ?? '', last, size, path, open: () => readNdjson<T>(path, CHUNK_BYTES) };
  }
}

function sorted<T extends Keyed>(outcomes: T[]): T[] {
  return outcomes.sort((a, b) => compareKeys(a.key, b.key));
}

async function* onePage<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  yield page;
}
