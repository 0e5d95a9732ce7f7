/** The plan sorted out for a service: what goes into its manifest, and what it cannot carry, which goes another way. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { FatalError } from '../errors.ts';
import type { CheckResult } from '../model/checks.ts';
import type { CopyItem } from '../model/plan.ts';
import { NdjsonWriter, readNdjson } from '../ndjson.ts';
import { bytes, count } from '../report/text.ts';
import { LARGEST_UPLOAD } from '../s3/upload.ts';
import type { Pages } from '../sync/merge.ts';
import { fromLine, type PlanLine, toLine } from '../sync/plan-line.ts';

const EXAMPLES = 3;

export interface Load {
  /** Objects of the manifest, in key order. */
  readonly listed: Pile;
  /** Bytes of the manifest. */
  readonly manifestBytes: number;
  /** The others, in key order. */
  readonly others: Pile;
  /** The first of the others, and why each is one. */
  readonly examples: readonly string[];
}

/** Items on disk, so that memory does not grow with them. */
export interface Pile {
  readonly count: number;
  items(): Pages<CopyItem>;
}

/** What of the manifest tells an item. */
export type LineOf = (item: CopyItem) => string;

export interface Sorting {
  /** Why the service cannot carry each item of a page; `undefined` where it can. */
  readonly hindrances: (page: readonly CopyItem[]) => Promise<readonly (string | undefined)[]>;
  readonly lineOf: LineOf;
  /** The key in the source bucket. */
  readonly fullKey: (key: string) => string;
  /** A folder for the piles. */
  readonly scratch: string;
  readonly draining: AbortSignal;
}

export async function sortOut(
  items: Pages<CopyItem>,
  { hindrances, lineOf, fullKey, scratch, draining }: Sorting,
): Promise<Load> {
  await mkdir(scratch, { recursive: true });
  const [listed, others] = [
    new PileWriter(join(scratch, 'listed.ndjson')),
    new PileWriter(join(scratch, 'others.ndjson')),
  ];
  const examples: string[] = [];
  let manifestBytes = 0;
  for await (const page of items) {
    if (draining.aborted) break;
    const reasons = await hindrances(page);
    for (const [index, item] of page.entries()) {
      const why = reasons[index];
      if (why === undefined) manifestBytes += Buffer.byteLength(lineOf(item));
      else if (examples.length < EXAMPLES) examples.push(`${JSON.stringify(fullKey(item.key))} (${why})`);
      await (why === undefined ? listed : others).write(item);
    }
  }
  return { listed: await listed.close(), manifestBytes, others: await others.close(), examples };
}

/**
 * Before anything is made, so that a run that cannot do all of its plan does nothing of it.
 *
 * @param service by its name
 * @param obstacles why the others cannot be carried from here either
 * @param soFar what was done by then, as a sentence
 * @throws FatalError
 */
export function assertCarriable(
  { others, examples, manifestBytes }: Load,
  service: string,
  [obstacle]: readonly CheckResult[],
  soFar = 'Nothing was copied.',
): void {
  if (others.count > 0 && obstacle !== undefined) {
    throw new FatalError(
      `${service} cannot carry ${count(others.count, 'planned object')}, the first of them ${examples.join(', ')}, and they cannot be copied from here: ${obstacle.seen} ${soFar}`,
      obstacle.fix,
    );
  }
  if (manifestBytes > LARGEST_UPLOAD) {
    throw new FatalError(
      `The manifest for ${service} would have ${bytes(manifestBytes)}, more than goes in one upload (${bytes(LARGEST_UPLOAD)}).`,
      { todo: 'Split the run by `include` or by prefixes.' },
    );
  }
}

/** Whatever becomes of either, the other goes on. @throws what the first of them that failed has thrown */
export async function bothToTheirEnds(...both: readonly unknown[]): Promise<void> {
  await Promise.allSettled(both);
  await Promise.all(both);
}

/** The manifest of what is listed, from its beginning. */
export function manifestOf({ listed }: Load, lineOf: LineOf): Readable {
  return Readable.from(manifestPages(listed, lineOf));
}

async function* manifestPages({ items }: Pile, lineOf: LineOf): AsyncGenerator<Buffer> {
  for await (const page of items()) {
    if (page.length > 0) yield Buffer.from(page.map(lineOf).join(''));
  }
}

export class PileWriter {
  readonly #writer: NdjsonWriter<PlanLine>;
  #count = 0;

  constructor(path: string) {
    this.#writer = new NdjsonWriter(path);
  }

  write(item: CopyItem): Promise<void> | undefined {
    this.#count++;
    return this.#writer.write(toLine(item));
  }

  async close(): Promise<Pile> {
    await this.#writer.close();
    const { path } = this.#writer;
    return { count: this.#count, items: () => readItems(path) };
  }
}

async function* readItems(path: string): AsyncGenerator<CopyItem[]> {
  for await (const page of readNdjson<PlanLine>(path)) yield page.map(line => fromLine(line) as CopyItem);
}
