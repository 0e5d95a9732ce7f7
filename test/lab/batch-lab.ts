/** A lab with two accounts and a role for S3 Batch Operations, and real clients of it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import {
  type CreateJobCommandInput,
  type JobDescriptor,
  type JobReport,
  S3Control,
  type S3CopyObjectOperation,
} from '@aws-sdk/client-s3-control';
import { batchRole } from '../../lab/batch-worlds.ts';
import type { AccessKey } from '../../lab/iam/keys.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Bucket, BucketSettings } from '../../lab/s3/index.ts';
import { type TwoAccounts, twoAccounts } from '../../lab/worlds.ts';
import { credentialsOf } from './clients.ts';

export interface Scene {
  readonly lab: Lab;
  readonly world: TwoAccounts;
  readonly source: Bucket;
  readonly destination: Bucket;
  readonly role: string;
  readonly AccountId: string;
  readonly client: S3Control;
  /** A client of somebody else or in another Region; by default the destination account's administrator in its Region. */
  clientOf(who?: { key?: AccessKey; region?: string }): S3Control;
  /** Stores a manifest in the destination bucket. */
  manifest(lines: readonly string[], fields?: readonly ('Bucket' | 'Key' | 'VersionId')[]): Manifest;
  /** A job that copies all the source's objects into the destination, if not told otherwise. */
  create(input?: Partial<CreateJobCommandInput>): Promise<string>;
  describe(JobId: string): Promise<JobDescriptor>;
  /** Makes a job and lets it run to its end. */
  run(input?: Partial<CreateJobCommandInput>): Promise<JobDescriptor>;
  /** Copies what lies at the source, with this said of the copies. */
  copy(operation?: Partial<S3CopyObjectOperation>): Promise<JobDescriptor>;
}

type Manifest = NonNullable<CreateJobCommandInput['Manifest']>;

export async function scene(
  t: TestContext,
  buckets: { source?: Partial<BucketSettings>; destination?: Partial<BucketSettings> } = {},
): Promise<Scene> {
  const lab = await startLab();
  const world = twoAccounts(lab, buckets);
  const role = batchRole(lab, world);
  const source = lab.s3.bucket(world.source.bucket);
  const destination = lab.s3.bucket(world.destination.bucket);
  const AccountId = world.destination.account;
  const clients: S3Control[] = [];
  t.after(() => {
    for (const client of clients) client.destroy();
    return lab.close();
  });
  const clientOf: Scene['clientOf'] = ({
    key = world.destination.admin,
    region = world.destination.region,
  } = {}) => {
    const client = controlClient(lab.endpoint, key, region);
    clients.push(client);
    return client;
  };
  const client = clientOf();
  const manifest: Scene['manifest'] = (lines, Fields = ['Bucket', 'Key']) => {
    const { etag } = destination.put('manifest.csv', lines.map(line => `${line}\n`).join(''), {
      encryption: { algorithm: 'AES256' },
    });
    return {
      Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: [...Fields] },
      Location: { ObjectArn: `${destination.arn}/manifest.csv`, ETag: etag },
    };
  };
  const create: Scene['create'] = async input => {
    const whole = () => ({
      Manifest: manifest(source.keys().map(key => `${source.name},${encoded(key)}`)),
    });
    const { JobId } = await client.createJob({
      AccountId,
      Operation: { S3PutObjectCopy: { TargetResource: destination.arn } },
      ...(!input?.Manifest && !input?.ManifestGenerator && whole()),
      Report: { Enabled: false },
      ClientRequestToken: randomUUID(),
      Priority: 10,
      RoleArn: role,
      ...input,
    });
    assert(JobId);
    return JobId;
  };
  const describe: Scene['describe'] = async JobId => {
    const { Job } = await client.describeJob({ AccountId, JobId });
    assert(Job);
    return Job;
  };
  const run: Scene['run'] = async input => {
    const id = await create(input);
    await lab.s3control.settled();
    return describe(id);
  };
  return {
    lab,
    world,
    source,
    destination,
    role,
    AccountId,
    client,
    clientOf,
    manifest,
    create,
    describe,
    run,
    copy: operation =>
      run({ Operation: { S3PutObjectCopy: { TargetResource: destination.arn, ...operation } } }),
  };
}

/**
 * A client that tries once. The endpoint rules put the account before the host, which no IP address allows and AWS does
 * not need: the account is in a header, too.
 */
export function controlClient(endpoint: string, key: AccessKey, region: string): S3Control {
  const client = new S3Control({ endpoint, region, credentials: credentialsOf(key), maxAttempts: 1 });
  const byRules = client.config.endpointProvider;
  client.config.endpointProvider = (parameters, context) =>
    byRules({ ...parameters, RequiresAccountId: false }, context);
  return client;
}

export const encoded = (key: string): string => encodeURIComponent(key).replaceAll('%2F', '/');

/** Tasks in all, done, and failed. */
export const tasksOf = ({ ProgressSummary }: JobDescriptor): readonly (number | undefined)[] => [
  ProgressSummary?.TotalNumberOfTasks,
  ProgressSummary?.NumberOfTasksSucceeded,
  ProgressSummary?.NumberOfTasksFailed,
];

export const failuresOf = ({ FailureReasons = [] }: JobDescriptor): readonly (string | undefined)[] =>
  FailureReasons.map(({ FailureCode, FailureReason }) => `${FailureCode}: ${FailureReason}`);

export const reportTo = (bucket: Bucket, report: Partial<JobReport> = {}): JobReport => ({
  Enabled: true,
  Bucket: bucket.arn,
  Format: 'Report_CSV_20180820',
  ReportScope: 'AllTasks',
  Prefix: 'reports',
  ...report,
});

interface Row {
  readonly key: string;
  readonly versionId: string;
  readonly status: string;
  readonly http: string;
  readonly code: string;
  readonly message: string;
}

/** The rows of a job's report in the order of its files, keys decoded. */
export function outcomesOf(bucket: Bucket, JobId: string | undefined, prefix = 'reports/'): readonly Row[] {
  const manifest = bucket.get(`${prefix}job-${JobId}/manifest.json`);
  assert(manifest, 'there is no report');
  const { Results } = JSON.parse(manifest.content.bytes().toString()) as { Results: { Key: string }[] };
  return Results.flatMap(({ Key }) => {
    const lines = bucket.get(Key)?.content.bytes().toString().trimEnd().split('\n') ?? [];
    return lines.map(line => {
      const [, key = '', versionId = '', status = '', http = '', code = '', ...message] = line.split(',');
      return { key: decodeURIComponent(key), versionId, status, http, code, message: message.join(',') };
    });
  });
}
