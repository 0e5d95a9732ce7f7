/** All that both buckets have held, change by change, and who made it: the run, or others on purpose. */
import type { Bucket, StoredObject, Version } from '../lab/s3/index.ts';
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
  /** All versions of the key from now on, oldest first. */
  readonly history: History;
  readonly historyBefore: History;
  readonly byOthers: boolean;
}

/** Oldest first. */
export type History = readonly Version[];

export class Chronicle {
  readonly changes: Change[] = [];
  #byOthers = false;

  constructor(buckets: Readonly<Record<Side, Bucket>>) {
    for (const side of ['source', 'destination'] as const) {
      const { watchers, versions } = buckets[side];
      // What was there before counts as put by others.
      for (const key of versions.keys()) this.#note(side, key, versions.get(key) ?? [], [], true);
      watchers.push((key, now, before) => {
        // What S3 notes of a replication changes nothing that anybody reads.
        if (isSame(now, before)) return;
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
    return this.histories(side, key, since).map(shownBy);
  }

  /** The histories a key has had, oldest first: as it was when `since` changes had been made, and ever after. */
  histories(side: Side, key: string, since = 0): History[] {
    const of = this.changes.filter(change => change.side === side && change.key === key);
    const before = of.filter(({ at }) => at < since).at(-1)?.history ?? [];
    return [before, ...of.filter(({ at }) => at >= since).map(({ history }) => history)];
  }

  /** @param versions newest first, as a bucket has them */
  #note(
    side: Side,
    key: string,
    versions: readonly Version[],
    versionsBefore: readonly Version[],
    byOthers: boolean,
  ): void {
    const [history, historyBefore] = [versions.toReversed(), versionsBefore.toReversed()];
    const [now, before] = [shownBy(history), shownBy(historyBefore)];
    const at = this.changes.length;
    this.changes.push({ at, side, key, now, before, history, historyBefore, byOthers });
  }
}

function shownBy(history: History): StoredObject | undefined {
  const latest = history.at(-1);
  return latest?.kind === 'object' ? latest : undefined;
}

function isSame(now: readonly Version[], before: readonly Version[]): boolean {
  return now.length === before.length && now.every((version, n) => isSameVersion(version, before[n]));
}

function isSameVersion(one: Version, other: Version | undefined): boolean {
  return one === other || sight(one) === sight(other);
}

function sight(version: Version | undefined): string {
  return JSON.stringify([version?.versionId, version?.kind === 'object' && seen(version)]);
}
