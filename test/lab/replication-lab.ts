/** A lab with two accounts, versions on both sides and the roles for replication, and real clients of it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { ReplicationRule, S3 } from '@aws-sdk/client-s3';
import { S3 as S3Api } from '@aws-sdk/client-s3';
import type { CreateJobCommandInput, JobDescriptor, S3Control } from '@aws-sdk/client-s3-control';
import { type Lab, startLab } from '../../lab/lab.ts';
import { batchReplicationRole, replicationRole } from '../../lab/replication-worlds.ts';
import type { Bucket, BucketSettings } from '../../lab/s3/index.ts';
import { type TwoAccounts, twoAccounts } from '../../lab/worlds.ts';
import { controlClient, reportTo } from './batch-lab.ts';
import { credentialsOf } from './clients.ts';

export interface Scene {
  readonly lab: Lab;
  readonly world: TwoAccounts;
  readonly source: Bucket;
  readonly destination: Bucket;
  /** Where manifests and reports are. */
  readonly work: Bucket;
  readonly role: string;
  readonly jobRole: string;
  /** The source account's administrator, in its Region. */
  readonly client: S3;
  readonly control: S3Control;
  /** Replaces the configuration by these rules. */
  configure(...rules: readonly ReplicationRule[]): Promise<unknown>;
  /** What HEAD says of the replication of an object at the source, or of one of its versions. */
  status(Key: string, VersionId?: string): Promise<string | undefined>;
  /** Writes an object at the source and waits until its replication has come to an end; returns its status. */
  put(Key: string, Body?: string): Promise<string | undefined>;
  /** Has a job replicate what a filter picks, or else everything that is eligible and not replicated. */
  replicateExisting(input?: Partial<CreateJobCommandInput>): Promise<JobDescriptor>;
}

export async function scene(
  t: TestContext,
  buckets: { source?: Partial<BucketSettings>; destination?: Partial<BucketSettings> } = {},
): Promise<Scene> {
  const lab = await startLab();
  const world = twoAccounts(lab, { versions: true, ...buckets });
  const role = replicationRole(lab, world);
  const { admin, region, account } = world.source;
  // Apart from the source, where reports would be replicated themselves.
  const work = lab.s3.createBucket({ name: 'octo-work', account, region });
  const jobRole = batchReplicationRole(lab, world, work.name);
  const source = lab.s3.bucket(world.source.bucket);
  const destination = lab.s3.bucket(world.destination.bucket);
  const client = new S3Api({
    endpoint: lab.endpoint,
    region,
    credentials: credentialsOf(admin),
    maxAttempts: 1,
  });
  const control = controlClient(lab.endpoint, admin, region);
  t.after(() => {
    client.destroy();
    control.destroy();
    return lab.close();
  });
  const Bucket = source.name;
  const status: Scene['status'] = async (Key, VersionId) =>
    (await client.headObject({ Bucket, Key, VersionId })).ReplicationStatus;
  return {
    lab,
    world,
    source,
    destination,
    work,
    role,
    jobRole,
    client,
    control,
    configure: (...Rules) =>
      client.putBucketReplication({
        Bucket,
        ReplicationConfiguration: { Role: role, Rules: [...Rules] },
      }),
    status,
    put: async (Key, Body = 'x') => {
      await client.putObject({ Bucket, Key, Body });
      await lab.s3.replication.settled();
      return status(Key);
    },
    replicateExisting: async input => {
      const { JobId } = await control.createJob({
        AccountId: account,
        Operation: { S3ReplicateObject: {} },
        ...(!input?.Manifest && { ManifestGenerator: everythingIn(source) }),
        Report: reportTo(work),
        ClientRequestToken: randomUUID(),
        Priority: 1,
        RoleArn: jobRole,
        ...input,
      });
      await lab.s3control.settled();
      const { Job } = await control.describeJob({ AccountId: account, JobId });
      assert(Job);
      return Job;
    },
  };
}

const everythingIn = ({ arn }: Bucket): CreateJobCommandInput['ManifestGenerator'] => ({
  S3JobManifestGenerator: {
    SourceBucket: arn,
    EnableManifestOutput: false,
    Filter: { EligibleForReplication: true, ObjectReplicationStatuses: ['NONE', 'FAILED'] },
  },
});

/** A rule for everything, if not told otherwise. */
export const ruleTo = ({ arn }: Bucket, rule: Partial<ReplicationRule> = {}): ReplicationRule => ({
  ID: 's3sync-1',
  Priority: 1,
  Status: 'Enabled',
  Filter: { Prefix: '' },
  DeleteMarkerReplication: { Status: 'Disabled' },
  ...rule,
  Destination: { Bucket: arn, ...rule.Destination },
});
