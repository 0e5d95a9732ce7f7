/** What `mode: health` counts: how much is on its way, since when, and what is not. */
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { ReplicationHealth } from '../../record.ts';

export class Backlog {
  #objects = 0;
  #bytes = 0;
  #oldest: { readonly key: string; readonly seconds: number } | undefined;
  readonly #failures = new Map<string, number>();

  /** @param age in seconds, of what is on its way */
  count({ key, source }: CopyItem, outcome: Outcome, age: number): void {
    if (isOnTheWay(outcome)) {
      this.#objects++;
      this.#bytes += source.size;
      if (this.#oldest === undefined || age > this.#oldest.seconds) this.#oldest = { key, seconds: age };
    }
    if (outcome.result === 'failed')
      this.#failures.set(outcome.code, (this.#failures.get(outcome.code) ?? 0) + 1);
  }

  health(): ReplicationHealth {
    return {
      pending: this.#objects,
      pendingBytes: this.#bytes,
      ...(this.#oldest !== undefined && { oldestPending: this.#oldest }),
      failures: Object.fromEntries([...this.#failures].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}

/** Code of objects that S3 has taken up and goes on trying to replicate, for longer than it should. */
export const LATE = 'ReplicationLate';

function isOnTheWay(outcome: Outcome): boolean {
  return outcome.result === 'failed'
    ? outcome.code === LATE
    : outcome.result === 'skipped' && outcome.reason === 'replicating';
}
