/** The stage with what jobs that copy need on it. */
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchWorkBucketOf, batchWorld } from '../../lab/batch-worlds.ts';
import type { Job } from '../../lab/s3control/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { type ServiceStage, serviceStage } from './service-stage.ts';
import { allow, policy } from './stage.ts';

export interface BatchStage extends ServiceStage {
  /** ARN of the role that jobs work with. */
  readonly role: string;
  jobs(): readonly Job[];
}

export async function batchStage(
  t: Pick<TestContext, 'after'>,
  options: TwoAccountsOptions = {},
): Promise<BatchStage> {
  const [stage, { role }] = await serviceStage(t, options, (lab, stage) => {
    const role = batchWorld(lab, stage);
    return { role, work: batchWorkBucketOf(stage), inputs: { engine: 'batch', 'batch-role': role } };
  });
  return { ...stage, role, jobs: () => stage.lab.s3control.jobs() };
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
