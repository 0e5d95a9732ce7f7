/** The stage with what S3 Replication needs on it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { S3 as S3Api } from '@aws-sdk/client-s3';
import { workBucketOf } from '../../lab/datasync-worlds.ts';
import { replicationWorld } from '../../lab/replication-worlds.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { ruleIdOf } from '../../src/s3/replication/rule.ts';
import { credentialsOf } from '../lab/clients.ts';
import { type ServiceStage, serviceStage } from './service-stage.ts';
import { findings, type Run } from './stage.ts';

export interface ReplicationStage extends ServiceStage {
  /** ARN of the role that S3 replicates with, and of that of the jobs. */
  readonly role: string;
  readonly jobRole: string;
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
}

export async function replicationStage(
  t: Pick<TestContext, 'after'>,
  options: TwoAccountsOptions = {},
): Promise<ReplicationStage> {
  const [stage, { role, jobRole }] = await serviceStage(t, { versions: true, ...options }, (lab, stage) => {
    const { role, jobRole } = replicationWorld(lab, stage);
    const inputs = { engine: 'replication', 'replication-role': role, 'batch-role': jobRole };
    return { role, jobRole, work: workBucketOf(stage), inputs };
  });
  const { lab, source } = stage;
  const admin = new S3Api({
    endpoint: lab.endpoint,
    region: source.region,
    credentials: credentialsOf(source.admin),
    forcePathStyle: true,
  });
  t.after(() => admin.destroy());
  return {
    ...stage,
    role,
    jobRole,
    admin,
    rule: (prefix = '') => ruleIdOf({ bucket: stage.destination.bucket, prefix }),
    rules: () => stage.from.replication?.rules ?? [],
    jobs: () => lab.s3control.jobs(),
    settled: () => lab.s3.replication.settled(),
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
