/** How fast something goes whose amounts somebody else counts, and how long it will take. */
import prettyMs from 'pretty-ms';

export class Rate {
  /** Of the first time that something had been done. */
  #since: { readonly ms: number; readonly done: readonly number[] } | undefined;

  /** @param done amounts, each as far as it has come */
  see(...done: readonly number[]): void {
    if (done.some(amount => amount > 0)) this.#since ??= { ms: performance.now(), done };
  }

  /** Each amount a second; `undefined` as long as nobody can tell. */
  perSecond(...done: readonly number[]): readonly number[] | undefined {
    if (this.#since === undefined) return undefined;
    const seconds = (performance.now() - this.#since.ms) / 1000;
    const before = this.#since.done;
    return seconds < 1 ? undefined : done.map((amount, index) => (amount - (before[index] ?? 0)) / seconds);
  }
}

/**
 * `16s left`, by the slowest of the amounts; empty where there is no telling.
 *
 * @param left of each amount
 */
export function timeLeft(left: readonly number[], perSecond: readonly number[]): string[] {
  const estimates = left.flatMap((amount, index) => (amount > 0 ? amount / (perSecond[index] ?? 0) : []));
  const longest = Math.max(...estimates);
  return Number.isFinite(longest) ? [`${prettyMs(Math.max(1, longest) * 1000, { compact: true })} left`] : [];
}
