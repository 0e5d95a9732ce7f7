/** The two buckets of a schedule, what is in them, and who else goes about them. */

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { AWKWARD_KEYS } from '../lab/awkward.ts';
import { startLab } from '../lab/lab.ts';
import { type Bucket, type PutOptions, sparse } from '../lab/s3/index.ts';
import { batchStage } from '../test/e2e/batch-stage.ts';
import { dataSyncStage } from '../test/e2e/datasync-stage.ts';
import { replicationStage } from '../test/e2e/replication-stage.ts';
import {
  GIB,
  HOUR,
  type Inputs,
  MIB,
  MINUTE,
  type Performance,
  type Stage,
  setStage,
} from '../test/e2e/stage.ts';
import { Chronicle, type Side } from './chronicle.ts';
import type { Buckets, Deed, Schedule } from './schedule.ts';
import type { Engine } from './variants.ts';

export interface Scene {
  readonly schedule: Schedule;
  readonly stage: Stage;
  readonly chronicle: Chronicle;
  /** Given to every run. */
  readonly inputs: Inputs;
  /** Where services keep manifests and reports. */
  readonly work: Bucket | undefined;
  /** A run with these inputs and those that every run is given. */
  start(given: Inputs): Promise<Performance>;
  /** What others do. */
  does(deed: Exclude<Deed, { kind: 'signal' }>): void;
  /** What services still do for anybody, by name. */
  goingOn(): readonly string[];
  /** Rejects when the lab itself went wrong. */
  close(): Promise<void>;
}

export async function setScene(schedule: Schedule): Promise<Scene> {
  const { engine, buckets, settings } = schedule;
  const closing: (() => Promise<void> | void)[] = [];
  const { stage, work, goingOn = () => [] } = await stageFor(engine, closing);
  const folders: string[] = [];
  stage.lab.clock.advance(buckets.skewMinutes * MINUTE);
  const objects = new Objects(stage, engine, settings.prefixes);
  objects.fill(buckets);
  const chronicle = new Chronicle({ source: stage.from, destination: stage.to });
  for (const bucket of [stage.from, stage.to]) bucket.paging = { limit: buckets.pageLimit };
  const inputs = {
    ...settings.inputs,
    engine,
    source: `s3://${stage.from.name}/${settings.prefixes.source}`,
    destination: `s3://${stage.to.name}/${settings.prefixes.destination}`,
  };
  return {
    schedule,
    stage,
    chronicle,
    inputs,
    work,
    goingOn,
    start: async given => {
      const performance = await stage.start({ ...inputs, ...given });
      folders.push(performance.workspace);
      return performance;
    },
    does: deed => {
      switch (deed.kind) {
        case 'expire':
          return stage.lab.iam.sessions.expire(stage[deed.side].role);
        case 'clock':
          return stage.lab.clock.advance(deed.minutes * MINUTE);
        default:
          return chronicle.byOthers(() => objects[deed.kind](deed.side, deed.object));
      }
    },
    close: async () => {
      for (const close of closing) await close();
      await Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true })));
    },
  };
}

interface Furnished {
  readonly stage: Stage;
  readonly work?: Bucket;
  readonly goingOn?: () => readonly string[];
}

/** A lab of its own for each: faults strike whoever asks. */
async function stageFor(engine: Engine, closing: (() => Promise<void> | void)[]): Promise<Furnished> {
  const t = {
    after: (close?: unknown) => {
      if (typeof close === 'function') closing.push(close as () => Promise<void>);
    },
  };
  switch (engine) {
    case 'datasync': {
      const stage = await dataSyncStage(t);
      const ended = /^(SUCCESS|ERROR|CANCELLING)$/;
      const goingOn = () =>
        stage.executions().flatMap(({ arn, status }) => (ended.test(status) ? [] : [arn]));
      return { stage, work: stage.work, goingOn };
    }
    case 'batch':
    case 'replication': {
      const stage = engine === 'batch' ? await batchStage(t) : await replicationStage(t);
      const ended = /^(Complete|Failed|Failing|Cancelled|Cancelling)$/;
      const goingOn = () =>
        stage.lab.s3control.jobs().flatMap(({ id, status }) => (ended.test(status) ? [] : [id]));
      return { stage, work: stage.work, goingOn };
    }
    default: {
      const lab = await startLab();
      closing.push(() => lab.close());
      return { stage: setStage(lab, { apart: engine === 'stream' }) };
    }
  }
}

/** Puts and deletes objects. No content and no size comes twice, so that every comparison can tell any two apart. */
class Objects {
  readonly #stage: Stage;
  readonly #engine: Engine;
  readonly #prefixes: Readonly<Record<Side, string>>;
  #states = 0;

  constructor(stage: Stage, engine: Engine, prefixes: Readonly<Record<Side, string>>) {
    this.#stage = stage;
    this.#engine = engine;
    this.#prefixes = prefixes;
  }

  fill({ missing, large, unchanged, outdated, extraneous }: Buckets): void {
    const { lab } = this.#stage;
    const ago = (hours: number) => ({ lastModified: new Date(lab.clock.now().getTime() - hours * HOUR) });
    let object = 0;
    for (let n = 0; n < missing; n++) this.put('source', object++, { ...ago(2), large: n < large });
    for (let n = 0; n < unchanged; n++) {
      const { state } = this.put('source', object, ago(2));
      this.put('destination', object++, { ...ago(1), state });
    }
    for (let n = 0; n < outdated; n++) {
      this.put('destination', object, ago(2));
      this.put('source', object++, ago(1));
    }
    for (let n = 0; n < extraneous; n++) this.put('destination', object++, ago(2));
    // A source that is empty is another matter, and so is what lies outside of the prefixes.
    this.#bucket('source').put(`${this.#prefixes.source}anchor`, 'never moves', ago(2));
    for (const bucket of [this.#stage.from, this.#stage.to])
      bucket.put(`!${bucket.name}`, 'outside of every prefix but the empty one', ago(2));
  }

  put(
    side: Side,
    object: number,
    {
      large = false,
      state = ++this.#states,
      ...options
    }: PutOptions & { large?: boolean; state?: number } = {},
  ): { readonly state: number } {
    const about: PutOptions = {
      metadata: { state: String(state) },
      tags: { state: String(state) },
      ...(state % 4 === 0 && { storageClass: 'STANDARD_IA' }),
      ...options,
    };
    const key = this.#key(side, object);
    if (!large) this.#bucket(side).put(key, `${'x'.repeat(state)} of ${object}`, about);
    else if (this.#engine === 'stream')
      this.#bucket(side).put(key, randomBytes(10 * MIB + state), {
        ...about,
        parts: 5 * MIB,
        checksum: 'SHA256',
      });
    else this.#bucket(side).put(key, sparse(6 * GIB + state, `${object}/${state}`), { ...about, parts: GIB });
    return { state };
  }

  delete(side: Side, object: number): void {
    const key = this.#key(side, object);
    if (this.#bucket(side).get(key) !== undefined) this.#bucket(side).delete(key);
  }

  #bucket(side: Side): Bucket {
    return side === 'source' ? this.#stage.from : this.#stage.to;
  }

  #key(side: Side, object: number): string {
    const name = object % 3 === 0 ? `${AWKWARD_KEYS[object % AWKWARD_KEYS.length]}` : 'data/';
    return `${this.#prefixes[side]}${name}${object}`;
  }
}
