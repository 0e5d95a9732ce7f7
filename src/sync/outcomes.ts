/**
 * Outcomes arrive in the order in which requests end and are needed in key order. They are sorted on disk: full buffers
 * are sorted and written out, and read back as one merged stream.
 */
import { join } from 'node:path';
import type { Outcome } from '../model.ts';
import { NdjsonWriter, readNdjson } from '../ndjson.ts';
import { mergeByKey, type Pages } from './merge.ts';
import { compareKeys } from './order.ts';

/** Outcomes held in memory; some 15 MB. */
const BUFFER = 50_000;

export class OutcomeLog {
  readonly #folder: string;
  readonly #runs: string[] = [];
  #buffer: Outcome[] = [];
  #spilling: Promise<void> = Promise.resolve();

  /** @param folder an existing folder for the sorted runs */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Resolves when there is room for more. */
  async add(outcome: Outcome): Promise<void> {
    this.#buffer.push(outcome);
    if (this.#buffer.length < BUFFER) return;
    const full = this.#buffer;
    this.#buffer = [];
    this.#spilling = this.#spilling.then(() => this.#spill(full));
    await this.#spilling;
  }

  /** All outcomes so far in key order. */
  async inKeyOrder(): Promise<Pages<Outcome>> {
    await this.#spilling;
    const runs: Pages<Outcome>[] = this.#runs.map(path => readNdjson<Outcome>(path));
    return mergeRuns([...runs, onePage(sorted(this.#buffer))]);
  }

  async #spill(outcomes: Outcome[]): Promise<void> {
    const path = join(this.#folder, `outcomes-${this.#runs.length}.ndjson`);
    this.#runs.push(path);
    const writer = new NdjsonWriter<Outcome>(path);
    for (const outcome of sorted(outcomes)) await writer.write(outcome);
    await writer.close();
  }
}

function sorted(outcomes: Outcome[]): Outcome[] {
  return outcomes.sort((a, b) => compareKeys(a.key, b.key));
}

async function* onePage<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  yield page;
}

/** A balanced tree of two-way merges. */
function mergeRuns(runs: readonly Pages<Outcome>[]): Pages<Outcome> {
  const [only, ...others] = runs;
  if (only === undefined) return onePage([]);
  if (others.length === 0) return only;
  const middle = Math.ceil(runs.length / 2);
  return interleave(mergeRuns(runs.slice(0, middle)), mergeRuns(runs.slice(middle)));
}

async function* interleave(left: Pages<Outcome>, right: Pages<Outcome>): AsyncGenerator<Outcome[]> {
  const names = { left: 'The first half of the outcomes', right: 'The second half of the outcomes' };
  for await (const meetings of mergeByKey(left, right, names)) {
    yield meetings.flatMap(meeting => meeting.left ?? meeting.right ?? []);
  }
}
