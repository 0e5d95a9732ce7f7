/** Buckets without content: any number of objects named by their number, and what was copied since. */

export interface BucketSize {
  readonly name: string;
  /** Objects it has from the beginning. */
  readonly objects: number;
}

export interface Listed {
  readonly key: string;
  readonly etag: string;
}

/** Bytes of every object. */
export const SIZE = 1_024;

export class Bucket {
  readonly #objects: number;
  /** Keys copied here, in order once somebody lists. */
  #written: string[] = [];
  #isSorted = true;

  constructor({ objects }: BucketSize) {
    this.#objects = objects;
  }

  write(key: string): void {
    this.#written.push(key);
    this.#isSorted = false;
  }

  clear(): void {
    this.#written = [];
  }

  /** The first keys after one, and whether there are more. */
  list(prefix: string, after: string, limit: number): { readonly page: Listed[]; readonly more: boolean } {
    if (!this.#isSorted) this.#sort();
    const count = this.#objects + this.#written.length;
    const page: Listed[] = [];
    for (let index = this.#firstAfter(after, prefix); index < count; index++) {
      const key = this.#key(index);
      if (!key.startsWith(prefix)) break;
      if (page.length === limit) return { page, more: true };
      page.push({ key, etag: etagOf(key) });
    }
    return { page, more: false };
  }

  /** A bucket is either full from the beginning, and then copies only replace, or empty. */
  #key(index: number): string {
    return this.#objects > 0 ? keyOf(index) : (this.#written[index] ?? '');
  }

  #firstAfter(after: string, prefix: string): number {
    let [low, high] = [0, this.#objects > 0 ? this.#objects : this.#written.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const key = this.#key(middle);
      if (key > after && key >= prefix) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #sort(): void {
    if (this.#objects > 0) this.#written = [];
    this.#written = [...new Set(this.#written)].sort();
    this.#isSorted = true;
  }
}

/** All in one folder, which no delimiter tells apart. */
export function keyOf(index: number): string {
  return `object-${String(index).padStart(9, '0')}.bin`;
}

/** 32 hexadecimal digits, the same for a key wherever it is. */
export function etagOf(key: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0').repeat(4);
}
