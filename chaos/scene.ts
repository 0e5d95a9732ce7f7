/** The two buckets of a schedule, what is in them, and who else goes about them. */
import { rm } from 'node:fs/promises';
import { startLab } from '../lab/lab.ts';
import type { Bucket } from '../lab/s3/index.ts';
import { batchStage } from '../test/e2e/batch-stage.ts';
import { dataSyncStage } from '../test/e2e/datasync-stage.ts';
import { replicationStage } from '../test/e2e/replication-stage.ts';
import { type Inputs, MINUTE, type Performance, type Stage, setStage } from '../test/e2e/stage.ts';
import { Chronicle } from './chronicle.ts';
import { Objects } from './objects.ts';
import type { Deed, Schedule } from './schedule.ts';
import { carriesHistories, type Engine } from './variants.ts';

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
  const versions = carriesHistories(settings.inputs);
  const { stage, work, goingOn = () => [] } = await stageFor(engine, versions, closing);
  const folders: string[] = [];
  stage.lab.clock.advance(buckets.skewMinutes * MINUTE);
  const objects = new Objects(stage, schedule);
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
async function stageFor(
  engine: Engine,
  versions: boolean,
  closing: (() => Promise<void> | void)[],
): Promise<Furnished> {
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
      return { stage: setStage(lab, { apart: engine === 'stream', versions }) };
    }
  }
}
