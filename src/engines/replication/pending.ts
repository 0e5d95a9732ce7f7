/** What is on its way, on disk between two looks. */
import { join } from 'node:path';
import type { CopyItem } from '../../model/plan.ts';
import type { Pages } from '../../sync/merge.ts';
import { type Pile, PileWriter } from '../load.ts';
import { lackingOf } from './versions.ts';

/** Two files are enough: what one round keeps the next one reads. */
export class Pending {
  count = 0;
  /** Bytes of the largest version among them. */
  largest = 0;
  readonly #writer: PileWriter;
  #pile: Pile | undefined;

  constructor(scratch: string, round: number) {
    this.#writer = new PileWriter(join(scratch, `pending-${round % 2}.ndjson`));
  }

  async write(item: CopyItem): Promise<void> {
    this.count++;
    for (const { size } of lackingOf(item).objects) this.largest = Math.max(this.largest, size);
    await this.#writer.write(item);
  }

  async close(): Promise<void> {
    this.#pile = await this.#writer.close();
  }

  items(): Pages<CopyItem> {
    if (this.#pile === undefined) throw new RangeError('Read before all was written.');
    return this.#pile.items();
  }
}
