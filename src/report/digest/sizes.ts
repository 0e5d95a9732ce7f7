/** How many objects there are of which size. */
import type { ObjectRecord, SizeClass } from '../../record.ts';
import { ShareCount } from './share.ts';

/**
 * Where one class ends and the next begins: nothing, less than 1 KiB, then every power of four to 4 TiB. Above that S3
 * has few objects, and histories of objects have no limit.
 */
export const BOUNDS: readonly number[] = [1, ...Array.from({ length: 17 }, (_, index) => 4 ** (index + 5))];

export class SizeCount {
  readonly #classes = Array.from({ length: BOUNDS.length + 1 }, () => new ShareCount());

  count(record: ObjectRecord): void {
    let index = 0;
    while (index < BOUNDS.length && record.size >= (BOUNDS[index] ?? 0)) index++;
    this.#classes[index]?.count(record);
  }

  /** From the smallest class that has an object to the largest, those between them included. */
  classes(): SizeClass[] {
    const first = this.#classes.findIndex(({ objects }) => objects > 0);
    const last = this.#classes.findLastIndex(({ objects }) => objects > 0);
    if (first < 0) return [];
    return this.#classes.slice(first, last + 1).map((share, offset) => {
      const below = BOUNDS[first + offset];
      return {
        from: BOUNDS[first + offset - 1] ?? 0,
        ...(below !== undefined && { below }),
        ...share.toShare(),
      };
    });
  }
}
