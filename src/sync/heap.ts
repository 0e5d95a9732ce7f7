/** The lowest of many, however often it changes: a binary heap. */
export class Heap<T> {
  /** No item comes before the one at half its place. */
  readonly #items: T[] = [];
  readonly #comesBefore: (a: T, b: T) => boolean;

  constructor(comesBefore: (a: T, b: T) => boolean) {
    this.#comesBefore = comesBefore;
  }

  get lowest(): T | undefined {
    return this.#items[0];
  }

  /** In no order to rely on. */
  get items(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    let place = this.#items.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      if (!this.#isBefore(place, above)) return;
      this.#swap(place, above);
      place = above;
    }
  }

  /** To be called when the lowest may no longer be it. */
  settle(): void {
    for (let place = 0; ; ) {
      let lowest = place;
      for (const below of [2 * place + 1, 2 * place + 2])
        if (below < this.#items.length && this.#isBefore(below, lowest)) lowest = below;
      if (lowest === place) return;
      this.#swap(place, lowest);
      place = lowest;
    }
  }

  removeLowest(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.settle();
  }

  #isBefore(a: number, b: number): boolean {
    return this.#comesBefore(this.#items[a] as T, this.#items[b] as T);
  }

  #swap(a: number, b: number): void {
    const held = this.#items[a] as T;
    this.#items[a] = this.#items[b] as T;
    this.#items[b] = held;
  }
}
