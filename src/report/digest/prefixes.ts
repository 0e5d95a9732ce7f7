/**
 * Which parts of the source the bytes are in. The records come in the order of their keys, so that all keys with the same
 * beginning follow each other: one count is open at a time, and what it comes to is exact however many there are.
 */
import type { ObjectRecord, Prefixes } from '../../record.ts';
import { ShareCount } from './share.ts';

const LARGEST = 20;
const DEEPEST = 3;

export class PrefixCount {
  readonly #levels: readonly Level[];

  /** @param start length of the source's own prefix, which all keys begin with */
  constructor(start: number) {
    this.#levels = Array.from({ length: DEEPEST }, (_, index) => new Level(index + 1, start));
  }

  count(record: ObjectRecord): void {
    for (const level of this.#levels) level.count(record);
  }

  /** The first level that tells parts of the source apart; `undefined` where no key has a slash. */
  prefixes(): Prefixes | undefined {
    const levels = this.#levels.map(level => level.close()).filter(({ largest }) => largest.length > 0);
    return levels.find(({ largest }) => largest.length > 1) ?? levels.at(-1);
  }
}

type Named = ShareCount & { readonly prefix: string };

/** Keys by their text up to a certain slash. */
class Level {
  readonly #slashes: number;
  readonly #start: number;
  readonly #largest: Named[] = [];
  readonly #others = new ShareCount();
  #othersInAll = 0;
  readonly #without = new ShareCount();
  #open: Named | undefined;

  constructor(slashes: number, start: number) {
    this.#slashes = slashes;
    this.#start = start;
  }

  count(record: ObjectRecord): void {
    const { key } = record;
    if (this.#open === undefined || !key.startsWith(this.#open.prefix)) {
      const prefix = this.#prefixOf(key);
      if (prefix === undefined) {
        this.#without.count(record);
        return;
      }
      this.#settle();
      this.#open = Object.assign(new ShareCount(), { prefix });
    }
    this.#open.count(record);
  }

  close(): Prefixes {
    this.#settle();
    return {
      slashes: this.#slashes,
      largest: this.#largest.toSorted(byBytes).map(named => ({ prefix: named.prefix, ...named.toShare() })),
      others: { prefixes: this.#othersInAll, ...this.#others.toShare() },
      without: this.#without.toShare(),
    };
  }

  #prefixOf(key: string): string | undefined {
    let end = this.#start - 1;
    for (let slash = 0; slash < this.#slashes; slash++) {
      end = key.indexOf('/', end + 1);
      if (end < 0) return undefined;
    }
    return key.slice(0, end + 1);
  }

  #settle(): void {
    if (this.#open === undefined) return;
    this.#largest.push(this.#open);
    this.#open = undefined;
    if (this.#largest.length <= LARGEST) return;
    const smallest = this.#largest.reduce((least, each) => (byBytes(each, least) > 0 ? each : least));
    this.#largest.splice(this.#largest.indexOf(smallest), 1);
    this.#others.add(smallest);
    this.#othersInAll++;
  }
}

function byBytes(a: Named, b: Named): number {
  return b.bytes - a.bytes || b.objects - a.objects;
}
