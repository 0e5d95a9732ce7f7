/** The stage with what jobs that copy need on it, in a lab of its own: faults of a control plane strike whoever asks it. */
import { rm } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkBucketOf, batchWorld } from '../../lab/batch-worlds.ts';
import type { Aim, Effect } from '../../lab/faults.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import type { Job } from '../../lab/s3control/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import {
  allow,
  type How,
  type Inputs,
  type Performance,
  policy,
  type Run,
  type Stage,
  setStage,
} from './stage.ts';

export interface BatchStage extends Stage {
  readonly lab: Lab;
  /** ARN of the role that jobs work with. */
  readonly role: string;
  readonly work: Bucket;
  jobs(): readonly Job[];
  /** Arms a fault for requests about jobs, and for their states by name. */
  trouble(aim: Pick<Aim, 'operation' | 'skip' | 'times'>, effect: Effect): () => void;
}

export async function batchStage(t: TestContext, options: TwoAccountsOptions = {}): Promise<BatchStage> {
  const lab = await startLab();
  const stage = setStage(lab, options);
  const role = batchWorld(lab, stage);
  const workspaces: string[] = [];
  t.after(async () => {
    await lab.close();
    await Promise.all(workspaces.map(folder => rm(folder, { recursive: true, force: true })));
  });
  const given: Inputs = {
    engine: 'batch',
    'batch-role': role,
    'work-location': `s3://${batchWorkBucketOf(stage)}/sync`,
  };
  const start = async (inputs: Inputs = {}, how: How = {}): Promise<Performance> => {
    const step = await stage.start({ ...given, ...inputs }, how);
    workspaces.push(step.workspace);
    return step;
  };
  return {
    ...stage,
    role,
    work: lab.s3.bucket(batchWorkBucketOf(stage)),
    start,
    run: (inputs, how): Promise<Run> => stage.run({ ...given, ...inputs }, how),
    jobs: () => lab.s3control.jobs(),
    trouble: (aim, effect) => lab.faults.add({ ...aim, ...effect }),
  };
}

/** A stage whose jobs stay active until they are let go. */
export async function heldStage(t: TestContext) {
  const s = await batchStage(t);
  const { promise: until, resolve } = Promise.withResolvers<void>();
  const remove = s.trouble({ operation: 'Active' }, { kind: 'hold', until });
  const open = () => {
    remove();
    resolve();
  };
  t.after(open);
  return { s, open };
}

/** What runs have left for the next ones. */
export function left(s: BatchStage): readonly string[] {
  return s.work.keys().filter(key => key.startsWith('sync/under-way/'));
}

/** The policy of the source bucket lets nobody in but the role of the jobs. */
export function onlyTheRole(s: BatchStage): void {
  const reads = ['s3:GetObject', 's3:GetObjectTagging'];
  s.source.setBucketPolicy(policy({ ...allow(reads, `${s.from.arn}/*`), Principal: { AWS: s.role } }));
}

export async function until(what: string, happened: () => boolean): Promise<void> {
  for (let waited = 0; !happened(); waited += 20) {
    if (waited > 20_000) throw new Error(`Waited in vain: ${what}.`);
    await sleep(20);
  }
}
