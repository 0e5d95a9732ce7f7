/** What a report shows of all objects together, counted in constant memory while their records pass by. */
import type { ObjectRecord, RunReport } from '../../record.ts';
import { PrefixCount } from './prefixes.ts';
import { RowSample, type Rows } from './rows.ts';
import { SizeCount } from './sizes.ts';

export class Digest {
  readonly #sizes = new SizeCount();
  readonly #prefixes: PrefixCount;
  readonly #rows = new RowSample();

  /** @param sourcePrefix that the keys of the source begin with */
  constructor(sourcePrefix: string) {
    this.#prefixes = new PrefixCount(sourcePrefix.length);
  }

  /** @param record the next in key order */
  count(record: ObjectRecord): void {
    this.#rows.add(record);
    if (record.sourceEtag === undefined) return;
    this.#sizes.count(record);
    this.#prefixes.count(record);
  }

  rows(): Rows {
    return this.#rows.rows();
  }

  /** For the report. */
  distribution(): Pick<RunReport, 'sizes' | 'prefixes'> {
    const prefixes = this.#prefixes.prefixes();
    return { sizes: this.#sizes.classes(), ...(prefixes !== undefined && { prefixes }) };
  }
}
