/** The stage with what DataSync needs on it. */
import type { TestContext } from 'node:test';
import type { Execution } from '../../lab/datasync/index.ts';
import { dataSyncWorld, workBucketOf } from '../../lab/datasync-worlds.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { type ServiceStage, serviceStage } from './service-stage.ts';

export interface DataSyncStage extends ServiceStage {
  /** ARN of the role that DataSync assumes. */
  readonly role: string;
  /** Locations and tasks there are. */
  equipment(): string[];
  executions(): readonly Execution[];
}

export async function dataSyncStage(
  t: Pick<TestContext, 'after'>,
  options: TwoAccountsOptions = {},
): Promise<DataSyncStage> {
  const [stage, { role }] = await serviceStage(t, options, (lab, stage) => {
    const role = dataSyncWorld(lab, stage);
    return { role, work: workBucketOf(stage), inputs: { engine: 'datasync', 'datasync-role': role } };
  });
  const { datasync } = stage.lab;
  return {
    ...stage,
    role,
    equipment: () => [...datasync.locations(), ...datasync.tasks()].map(({ arn }) => arn),
    executions: () => datasync.executions(),
  };
}
