/** All that both buckets have shown, change by change, and who made it: the run, or others on purpose. */
import type { Bucket, StoredObject } from '../lab/s3/index.ts';
import { seen } from '../test/e2e/stage.ts';

export type Side = 'source' | 'destination';

export interface Change {
  /** Changes before this one, on either side. */
  readonly at: number;
  readonly side: Side;
  readonly key: string;
  /** What the key shows from now on; `undefined` when it shows nothing. */
  readonly now: StoredObject | undefined;
  readonly before: StoredObject | undefined;
  readonly byOthers: boolean;
}

export class Chronicle {
  readonly changes: Change[] = [];
  #byOthers = false;

  constructor(buckets: Readonly<Record<Side, Bucket>>) {
    for (const side of ['source', 'destination'] as const) {
      const { watchers, versions } = buckets[side];
      // What was there before counts as put by others.
      for (const key of versions.keys()) this.#note(side, key, buckets[side].get(key), undefined, true);
      watchers.push((key, now, before) => {
        // What S3 notes of a replication changes nothing that anybody reads.
        if (now?.versionId === before?.versionId && isSame(now, before)) return;
        this.#note(side, key, now, before, this.#byOthers);
      });
    }
  }

  /** How many changes there have been. */
  get length(): number {
    return this.changes.length;
  }

  /** Everything that is changed by `does`, which must not wait for anything, is not the run's doing. */
  byOthers(does: () => void): void {
    this.#byOthers = true;
    try {
      does();
    } finally {
      this.#byOthers = false;
    }
  }

  /** What a key has shown, oldest first: as it was when `since` changes had been made, and ever after. */
  shown(side: Side, key: string, since = 0): (StoredObject | undefined)[] {
    const of = this.changes.filter(change => change.side === side && change.key === key);
    const before = of.filter(({ at }) => at < since).at(-1)?.now;
    return [before, ...of.filter(({ at }) => at >= since).map(({ now }) => now)];
  }

  #note(
    side: Side,
    key: string,
    now: StoredObject | undefined,
    before: StoredObject | undefined,
    byOthers: boolean,
  ): void {
    this.changes.push({ at: this.changes.length, side, key, now, before, byOthers });
  }
}

function isSame(one: StoredObject | undefined, other: StoredObject | undefined): boolean {
  return JSON.stringify(seen(one)) === JSON.stringify(seen(other));
}
