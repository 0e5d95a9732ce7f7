/** What the tests of this room are made from: entries, rules, keys and streams of pages. */
import fc from 'fast-check';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { Settings } from '../../src/model/settings.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import type { Rules } from '../../src/sync/decide.ts';
import { createFilter } from '../../src/sync/filter.ts';
import type { Pages } from '../../src/sync/merge.ts';

/** ETags as S3 writes them: those of objects in one piece. */
export const [E1, E2] = ['e1'.repeat(16), 'e2'.repeat(16)];

export function entry(key: string, differently: Partial<Omit<ObjectEntry, 'key'>> = {}): ObjectEntry {
  return {
    key,
    size: 100,
    etag: E1,
    modified: 1_000,
    storageClass: 'STANDARD',
    restored: false,
    ...differently,
  };
}

/** Settings as the inputs of a workflow give them. */
export function settings(inputs: Record<string, string> = {}): Settings {
  const given = { source: 's3://from/in/', destination: 's3://onto/out/', ...inputs };
  return parseSettings(new Map(Object.entries(given)), new Date('2026-11-20T12:00:00Z'));
}

export function rules(differently: Partial<Rules> & { include?: string[]; exclude?: string[] } = {}): Rules {
  const { include = [], exclude = [], ...rest } = differently;
  return {
    compare: 'auto',
    filter: createFilter({ ...settings().filter, include, exclude }),
    archived: 'skip',
    delete: false,
    destinationPrefixBytes: 0,
    ...rest,
  };
}

/** Characters whose order differs between UTF-16 and UTF-8, those that have a meaning somewhere, and any other. */
const character = fc.oneof(
  fc.constantFrom('a', 'b', '/', '.', ' ', '+', '%', '\n', '\\', '"', '\u2028'),
  fc.constantFrom('\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}', '\u{10ffff}'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);

/** Any text that S3 could hold as a key. */
export const anyKey = fc.string({ unit: character, maxLength: 12 });

/** Distinct keys in the order in which S3 lists them. */
export const anyKeys = (maxLength = 30) =>
  fc
    .uniqueArray(anyKey, { maxLength })
    .map(keys => keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));

/** How many items each page holds, over and over; zeros make empty pages. */
export const anyCuts = fc
  .array(fc.nat(4), { minLength: 1, maxLength: 6 })
  .filter(cuts => cuts.some(size => size > 0));

export function cut<T>(items: readonly T[], cuts: readonly number[]): T[][] {
  const result: T[][] = [];
  for (let at = 0, turn = 0; at < items.length; turn++) {
    const size = cuts[turn % cuts.length] ?? 1;
    result.push(items.slice(at, at + size));
    at += size;
  }
  return result;
}

export async function* pagesOf<T>(items: readonly T[], cuts: readonly number[] = [2]): AsyncGenerator<T[]> {
  yield* cut(items, cuts);
}

export async function collect<T>(pages: Pages<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

/** Long enough for everything that can go on without waiting for the test. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
}

/** Work that ends when the test says so, and what is known about it meanwhile. */
export class Bench<T> {
  readonly started: T[] = [];
  most = 0;
  readonly #open = new Map<T, { resolve: () => void; reject: (error: Error) => void }>();

  readonly work = (item: T): Promise<void> => {
    this.started.push(item);
    return new Promise<void>((resolve, reject) => {
      this.#open.set(item, { resolve, reject });
      this.most = Math.max(this.most, this.#open.size);
    });
  };

  get inFlight(): number {
    return this.#open.size;
  }

  get finished(): number {
    return this.started.length - this.#open.size;
  }

  /** Ends one piece of work, the oldest if none is named, and lets what follows from it happen. */
  async finish(item?: T): Promise<void> {
    const [chosen] = item === undefined ? this.#open.keys() : [item];
    if (chosen === undefined || !this.#open.has(chosen)) throw new Error('Nothing to finish.');
    this.#open.get(chosen)?.resolve();
    this.#open.delete(chosen);
    await settled();
  }

  async fail(item: T, error: Error): Promise<void> {
    this.#open.get(item)?.reject(error);
    this.#open.delete(item);
    await settled();
  }

  async finishAll(): Promise<void> {
    while (this.inFlight > 0) await this.finish();
  }
}
