/** The stage with what DataSync needs on it, in a lab of its own: faults of a control plane strike whoever asks it. */

import { rm } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import type { Execution } from '../../lab/datasync/index.ts';
import { dataSyncWorld, workBucketOf } from '../../lab/datasync-worlds.ts';
import type { Aim, Effect } from '../../lab/faults.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { type How, type Inputs, type Performance, type Run, type Stage, setStage } from './stage.ts';

export interface DataSyncStage extends Stage {
  readonly lab: Lab;
  /** ARN of the role that DataSync assumes. */
  readonly role: string;
  readonly work: Bucket;
  /** Locations and tasks there are. */
  equipment(): string[];
  executions(): readonly Execution[];
  /** Arms a fault for DataSync's requests, and for its phases by their names. */
  trouble(aim: Pick<Aim, 'operation' | 'skip' | 'times'>, effect: Effect): () => void;
}

export async function dataSyncStage(
  t: TestContext,
  options: TwoAccountsOptions = {},
): Promise<DataSyncStage> {
  const lab = await startLab();
  const stage = setStage(lab, options);
  const role = dataSyncWorld(lab, stage);
  const workspaces: string[] = [];
  t.after(async () => {
    await lab.close();
    await Promise.all(workspaces.map(folder => rm(folder, { recursive: true, force: true })));
  });
  const given: Inputs = {
    engine: 'datasync',
    'datasync-role': role,
    'work-location': `s3://${workBucketOf(stage)}/sync`,
  };
  const start = async (inputs: Inputs = {}, how: How = {}): Promise<Performance> => {
    const step = await stage.start({ ...given, ...inputs }, how);
    workspaces.push(step.workspace);
    return step;
  };
  return {
    ...stage,
    role,
    work: lab.s3.bucket(workBucketOf(stage)),
    start,
    run: (inputs, how): Promise<Run> => stage.run({ ...given, ...inputs }, how),
    equipment: () => [...lab.datasync.locations(), ...lab.datasync.tasks()].map(({ arn }) => arn),
    executions: () => lab.datasync.executions(),
    trouble: (aim, effect) => lab.faults.add({ ...aim, ...effect }),
  };
}
