/** What is in the buckets of a schedule, and what others put and delete there. */
import { randomBytes } from 'node:crypto';
import { AWKWARD_KEYS } from '../lab/awkward.ts';
import { type Bucket, type PutOptions, sparse } from '../lab/s3/index.ts';
import { GIB, HOUR, MIB, type Stage } from '../test/e2e/stage.ts';
import type { Side } from './chronicle.ts';
import type { Buckets, Schedule } from './schedule.ts';
import { carriesHistories, type Engine } from './variants.ts';

/** What is done to a key: one of its states is put there, or it is deleted. */
type Step = number | 'deletion';

/** Histories to take in turn, oldest first: a version, or a deletion. */
const HISTORIES = ['v', 'vv', 'vdv', 'vvd', 'd', 'vvvv', 'vddv'] as const;

/** How the destination can differ from a history of the source, to be taken in turn; `other` is of its own. */
const OUTDATED: readonly ((history: readonly Step[], other: Step) => readonly Step[])[] = [
  // It was stopped on the way.
  history => history.slice(0, 1),
  // Somebody else wrote there later.
  (history, other) => [...history, other],
  // Somebody else wrote there in between.
  (history, other) => history.with(history.length >> 1, other),
  // Somebody else wrote there before.
  (history, other) => [other, ...history.slice(0, -1)],
  // A lifecycle rule expired the oldest.
  history => history.slice(1),
];

/** Puts and deletes objects. No content and no size comes twice, so that every comparison can tell any two apart. */
export class Objects {
  readonly #stage: Stage;
  readonly #engine: Engine;
  readonly #prefixes: Readonly<Record<Side, string>>;
  readonly #histories: boolean;
  #states = 0;

  constructor(stage: Stage, { engine, settings }: Schedule) {
    this.#stage = stage;
    this.#engine = engine;
    this.#prefixes = settings.prefixes;
    this.#histories = carriesHistories(settings.inputs);
  }

  fill({ missing, large, unchanged, outdated, extraneous }: Buckets): void {
    const { lab } = this.#stage;
    const ago = (hours: number) => ({ lastModified: new Date(lab.clock.now().getTime() - hours * HOUR) });
    let object = 0;
    for (let n = 0; n < missing; n++, object++)
      this.#write('source', object, this.#history(object), { ...ago(2), large: n < large });
    for (let n = 0; n < unchanged; n++, object++) {
      const history = this.#history(object);
      this.#write('source', object, history, ago(2));
      this.#write('destination', object, history, ago(1));
    }
    for (let n = 0; n < outdated; n++, object++) {
      const other = ++this.#states;
      const history = this.#history(object);
      this.#write('destination', object, this.#outdated(object, history, other), ago(2));
      this.#write('source', object, history, ago(1));
    }
    for (let n = 0; n < extraneous; n++, object++)
      this.#write('destination', object, this.#history(object), ago(2));
    // A source that is empty is another matter, and so is what lies outside of the prefixes.
    this.#bucket('source').put(`${this.#prefixes.source}anchor`, 'never moves', ago(2));
    for (const bucket of [this.#stage.from, this.#stage.to])
      bucket.put(`!${bucket.name}`, 'outside of every prefix but the empty one', ago(2));
  }

  put(side: Side, object: number): void {
    this.#write(side, object, [++this.#states]);
  }

  delete(side: Side, object: number): void {
    const key = this.#key(side, object);
    if (this.#bucket(side).get(key) !== undefined) this.#bucket(side).delete(key);
  }

  #history(object: number): readonly Step[] {
    if (!this.#histories) return [++this.#states];
    const steps = HISTORIES[object % HISTORIES.length] ?? 'v';
    return [...steps].map(step => (step === 'd' ? 'deletion' : ++this.#states));
  }

  #outdated(object: number, history: readonly Step[], other: Step): readonly Step[] {
    const outdated = this.#histories && OUTDATED[object % OUTDATED.length];
    return outdated ? outdated(history, other) : [other];
  }

  /** @param large whether the oldest version takes a multipart copy */
  #write(
    side: Side,
    object: number,
    history: readonly Step[],
    { large = false, ...options }: PutOptions & { large?: boolean } = {},
  ): void {
    const [bucket, key] = [this.#bucket(side), this.#key(side, object)];
    for (const step of history) {
      if (step === 'deletion') {
        bucket.delete(key);
        continue;
      }
      const about: PutOptions = {
        metadata: { state: String(step) },
        tags: { state: String(step) },
        ...(step % 4 === 0 && { storageClass: 'STANDARD_IA' }),
        ...options,
      };
      if (!large || step !== history[0]) bucket.put(key, `${'x'.repeat(step)} of ${object}`, about);
      else if (this.#engine === 'stream')
        bucket.put(key, randomBytes(10 * MIB + step), { ...about, parts: 5 * MIB, checksum: 'SHA256' });
      else bucket.put(key, sparse(6 * GIB + step, `${object}/${step}`), { ...about, parts: GIB });
    }
  }

  #bucket(side: Side): Bucket {
    return side === 'source' ? this.#stage.from : this.#stage.to;
  }

  #key(side: Side, object: number): string {
    const name = object % 3 === 0 ? `${AWKWARD_KEYS[object % AWKWARD_KEYS.length]}` : 'data/';
    return `${this.#prefixes[side]}${name}${object}`;
  }
}
