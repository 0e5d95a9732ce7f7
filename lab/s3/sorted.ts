/**
 * Compares two strings as their UTF-8 bytes would compare, which is the order S3 lists in. JavaScript orders by UTF-16
 * code units instead and so puts U+10000 and above, written with surrogates, before U+E000..U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return bytewiseRank(left) - bytewiseRank(right);
  }
  return a.length - b.length;
}

const bytewiseRank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

/**
 * A map whose keys can be walked in UTF-8 order from any point. Insertions are only noted; the order is put right when
 * somebody asks for it, so that seeding a million keys costs one sort.
 */
export class SortedMap<V> {
  readonly #values = new Map<string, V>();
  #order: string[] = [];
  #fresh: string[] = [];
  #removed = 0;

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (!this.#values.has(key)) this.#fresh.push(key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.delete(key)) this.#removed++;
  }

  values(): Iterable<V> {
    return this.#values.values();
  }

  /** Keys in order. The array is the map's own and changes with the next insertion. */
  keys(): readonly string[] {
    if (this.#fresh.length > 0 || this.#removed > 0) this.#settle();
    return this.#order;
  }

  #settle(): void {
    const fresh = this.#fresh.sort(compareUtf8);
    const order = this.#order;
    const merged: string[] = [];
    const keep = (key: string) => {
      // A key deleted and inserted again is in both lists.
      if (this.#values.has(key) && merged[merged.length - 1] !== key) merged.push(key);
    };
    let next = 0;
    for (const key of fresh) {
      for (let old = order[next]; old !== undefined && compareUtf8(old, key) <= 0; old = order[++next])
        keep(old);
      keep(key);
    }
    for (; next < order.length; next++) keep(order[next] ?? '');
    this.#order = merged;
    this.#fresh = [];
    this.#removed = 0;
  }
}

/** Index of the first key for which `reached` holds; it must hold for all keys after that one too. */
export function firstIndex(keys: readonly string[], reached: (key: string) => boolean, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(keys[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
