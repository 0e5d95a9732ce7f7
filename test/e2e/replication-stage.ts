/** The stage with what S3 Replication needs on it, in a lab of its own. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { S3 as S3Api } from '@aws-sdk/client-s3';
import { workBucketOf } from '../../lab/datasync-worlds.ts';
import type { Aim, Effect } from '../../lab/faults.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { replicationWorld } from '../../lab/replication-worlds.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { ruleIdOf } from '../../src/s3/replication/rule.ts';
import { credentialsOf } from '../lab/clients.ts';
import { findings, type How, type Inputs, type Run, type Stage, setStage } from './stage.ts';

export interface ReplicationStage extends Stage {
  readonly lab: Lab;
  /** ARN of the role that S3 replicates with, and of that of the jobs. */
  readonly role: string;
  readonly jobRole: string;
  readonly work: Bucket;
  /** The source account's administrator, who goes about the buckets besides. */
  readonly admin: S3Api;
  /** Id of the rule for a prefix. */
  rule(prefix?: string): string;
  /** The rules of the source, as the lab holds them. */
  rules(): readonly { readonly id: string }[];
  /** Jobs there are. */
  jobs(): readonly { readonly status: string }[];
  /** Waits for all replication under way. */
  settled(): Promise<void>;
  trouble(aim: Pick<Aim, 'operation' | 'key' | 'skip' | 'times'>, effect: Effect): () => void;
}

export async function replicationStage(
  t: TestContext,
  options: TwoAccountsOptions = {},
): Promise<ReplicationStage> {
  const lab = await startLab();
  const stage = setStage(lab, { versions: true, ...options });
  const { role, jobRole } = replicationWorld(lab, stage);
  const { source } = stage;
  const admin = new S3Api({
    endpoint: lab.endpoint,
    region: source.region,
    credentials: credentialsOf(source.admin),
    forcePathStyle: true,
  });
  t.after(async () => {
    admin.destroy();
    await lab.close();
  });
  const given: Inputs = {
    engine: 'replication',
    'replication-role': role,
    'batch-role': jobRole,
    'work-location': `s3://${workBucketOf(stage)}/sync`,
  };
  return {
    ...stage,
    role,
    jobRole,
    work: lab.s3.bucket(workBucketOf(stage)),
    admin,
    start: (inputs: Inputs = {}, how: How = {}) => stage.start({ ...given, ...inputs }, how),
    run: (inputs, how): Promise<Run> => stage.run({ ...given, ...inputs }, how),
    rule: (prefix = '') => ruleIdOf({ bucket: stage.destination.bucket, prefix }),
    rules: () => stage.from.replication?.rules ?? [],
    jobs: () => lab.s3control.jobs(),
    settled: () => lab.s3.replication.settled(),
    trouble: (aim, effect) => lab.faults.add({ ...aim, ...effect }),
  };
}

/** All that a run found wrong, object by object, in codes. */
export function codes({ report }: Run): Record<string, number> {
  assert.ok(report);
  return Object.fromEntries(report.failures.map(({ code, count }) => [code, count]));
}

/** The checks that failed; what nobody may ask IAM about is unknown besides. */
export function refusals(run: Run): string[] {
  return findings(run).filter(found => found.endsWith(': fail'));
}
