/** Two accounts, a role for DataSync to copy with, and a client of the source account in the destination's Region. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  CreateLocationS3Command,
  type CreateLocationS3CommandInput,
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DataSync,
  DescribeTaskCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  StartTaskExecutionCommand,
  type StartTaskExecutionCommandInput,
} from '@aws-sdk/client-datasync';
import { dataSyncRole } from '../../lab/datasync-worlds.ts';
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
  readonly client: DataSync;
  /** A client of somebody else or in another Region; by default the source account's administrator in the destination's. */
  clientOf(who?: { key?: AccessKey; region?: string; maxAttempts?: number }): DataSync;
  createLocation(
    side: 'source' | 'destination',
    input?: Partial<CreateLocationS3CommandInput>,
  ): Promise<string>;
  /** An Enhanced task between two new locations, if not told otherwise, that is ready to be started. */
  createTask(input?: Partial<CreateTaskCommandInput>): Promise<string>;
  start(TaskArn: string, input?: Partial<StartTaskExecutionCommandInput>): Promise<string>;
  describe(TaskExecutionArn: string): Promise<DescribeTaskExecutionCommandOutput>;
  /** Makes a task and has it executed to its end. */
  run(
    task?: Partial<CreateTaskCommandInput>,
    execution?: Partial<StartTaskExecutionCommandInput>,
  ): Promise<DescribeTaskExecutionCommandOutput>;
}

export async function scene(
  t: TestContext,
  buckets: { source?: Partial<BucketSettings>; destination?: Partial<BucketSettings> } = {},
): Promise<Scene> {
  const lab = await startLab();
  const world = twoAccounts(lab, buckets);
  const role = dataSyncRole(lab, world);
  const clients: DataSync[] = [];
  t.after(() => {
    for (const client of clients) client.destroy();
    return lab.close();
  });
  const clientOf: Scene['clientOf'] = ({
    key = world.source.admin,
    region = world.destination.region,
    maxAttempts = 1,
  } = {}) => {
    const client = new DataSync({
      endpoint: lab.endpoint,
      region,
      credentials: credentialsOf(key),
      maxAttempts,
    });
    clients.push(client);
    return client;
  };
  const client = clientOf();
  const sides = { source: clientOf({ region: world.source.region }), destination: client };

  const createLocation: Scene['createLocation'] = async (side, input) => {
    const { LocationArn } = await sides[side].send(
      new CreateLocationS3Command({
        S3BucketArn: `arn:aws:s3:::${world[side].bucket}`,
        S3Config: { BucketAccessRoleArn: role },
        ...input,
      }),
    );
    assert(LocationArn);
    return LocationArn;
  };
  const createTask: Scene['createTask'] = async input => {
    const { TaskArn } = await client.send(
      new CreateTaskCommand({
        SourceLocationArn: input?.SourceLocationArn ?? (await createLocation('source')),
        DestinationLocationArn: input?.DestinationLocationArn ?? (await createLocation('destination')),
        TaskMode: 'ENHANCED',
        ...input,
      }),
    );
    assert(TaskArn);
    await client.send(new DescribeTaskCommand({ TaskArn }));
    return TaskArn;
  };
  const start: Scene['start'] = async (TaskArn, input) => {
    const { TaskExecutionArn } = await client.send(new StartTaskExecutionCommand({ TaskArn, ...input }));
    assert(TaskExecutionArn);
    return TaskExecutionArn;
  };
  const describe: Scene['describe'] = TaskExecutionArn =>
    client.send(new DescribeTaskExecutionCommand({ TaskExecutionArn }));
  return {
    lab,
    world,
    source: lab.s3.bucket(world.source.bucket),
    destination: lab.s3.bucket(world.destination.bucket),
    role,
    client,
    clientOf,
    createLocation,
    createTask,
    start,
    describe,
    run: async (task, execution) => {
      const arn = await start(await createTask(task), execution);
      await lab.datasync.settled();
      return describe(arn);
    },
  };
}

/** The error a call must end in, by its name and words of its message. */
export async function refused(call: Promise<unknown>, name: string, words: RegExp): Promise<void> {
  await assert.rejects(call, (error: Error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, words);
    return true;
  });
}

/** A promise that a fault can hold requests with, and the way to keep it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
