import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateTaskCommandInput, Options } from '@aws-sdk/client-datasync';
import { gate, refused, scene } from './datasync-lab.ts';
import { allow } from './s3-lab.ts';

const SIMPLE_PATTERN = 'SIMPLE_PATTERN';

test('a task has the defaults of its mode', async t => {
  const { client, createTask } = await scene(t);
  const shared = {
    OverwriteMode: 'ALWAYS',
    PreserveDeletedFiles: 'PRESERVE',
    TransferMode: 'CHANGED',
    ObjectTags: 'PRESERVE',
    TaskQueueing: 'ENABLED',
    PosixPermissions: 'NONE',
    Uid: 'NONE',
    Gid: 'NONE',
  };
  const enhanced = await client.describeTask({ TaskArn: await createTask({ Name: 'nightly' }) });
  assert.partialDeepStrictEqual(enhanced, {
    Status: 'AVAILABLE',
    Name: 'nightly',
    TaskMode: 'ENHANCED',
    Options: { ...shared, VerifyMode: 'ONLY_FILES_TRANSFERRED' },
  });
  const basic = await client.describeTask({ TaskArn: await createTask({ TaskMode: undefined }) });
  assert.partialDeepStrictEqual(basic, {
    TaskMode: 'BASIC',
    Options: { ...shared, VerifyMode: 'POINT_IN_TIME_CONSISTENT' },
  });
});

test('a new task is CREATING, and is not started before it is AVAILABLE', async t => {
  const { client, createLocation } = await scene(t);
  const { TaskArn } = await client.createTask({
    SourceLocationArn: await createLocation('source'),
    DestinationLocationArn: await createLocation('destination'),
  });
  await refused(client.startTaskExecution({ TaskArn }), 'InvalidRequestException', /not AVAILABLE/);
  assert.equal((await client.describeTask({ TaskArn })).Status, 'CREATING');
  assert.equal((await client.describeTask({ TaskArn })).Status, 'AVAILABLE');
});

test('options that contradict each other, the mode or the buckets are refused', async t => {
  const { createTask, createLocation } = await scene(t);
  const SourceLocationArn = await createLocation('source');
  const DestinationLocationArn = await createLocation('destination');
  const frozen = await createLocation('destination', { S3StorageClass: 'DEEP_ARCHIVE' });
  const create = (TaskMode: 'BASIC' | 'ENHANCED', Options: Options, destination = DestinationLocationArn) =>
    createTask({ SourceLocationArn, DestinationLocationArn: destination, TaskMode, Options });
  const no = (call: Promise<unknown>, words: string) =>
    refused(call, 'InvalidRequestException', new RegExp(`^Invalid SyncOption value. Option: ${words}`));

  for (const mode of ['BASIC', 'ENHANCED'] as const) {
    const both = create(mode, { TransferMode: 'ALL', PreserveDeletedFiles: 'REMOVE' });
    await no(both, 'TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE.$');
    const posix = 'invalid for non-POSIX transfer. please use NONE.$';
    await no(create(mode, { PosixPermissions: 'PRESERVE' }), `PosixPermissions, Value: PRESERVE ${posix}`);
    await no(create(mode, { Uid: 'INT_VALUE' }), `Uid, Value: INT_VALUE ${posix}`);
    await no(create(mode, { Gid: 'BOTH' }), `Gid, Value: BOTH ${posix}`);
    await no(create(mode, { PreserveDevices: 'PRESERVE' }), 'PreserveDevices');
    await no(create(mode, { SecurityDescriptorCopyFlags: 'OWNER_DACL' }), 'SecurityDescriptorCopyFlags');
  }
  await no(create('BASIC', { Atime: 'NONE' }), 'Atime,Mtime, Value: NONE,PRESERVE');
  await no(create('BASIC', { Mtime: 'NONE' }), 'Atime,Mtime, Value: BEST_EFFORT,NONE');
  await no(create('BASIC', {}, frozen), 'VerifyMode, Value: POINT_IN_TIME_CONSISTENT');
  await no(create('ENHANCED', { VerifyMode: 'POINT_IN_TIME_CONSISTENT' }), 'VerifyMode');
  await no(create('ENHANCED', { Mtime: 'NONE' }), 'Mtime');
  await no(create('ENHANCED', { BytesPerSecond: 1 }), 'BytesPerSecond');

  await create('BASIC', { Atime: 'NONE', Mtime: 'NONE', BytesPerSecond: 1_048_576 });
  await create('ENHANCED', { Atime: 'NONE' });
  await create('ENHANCED', {}, frozen);
});

test('filters, manifests and reports that cannot be are refused', async t => {
  const { createTask, createLocation, role } = await scene(t);
  const locations = {
    SourceLocationArn: await createLocation('source'),
    DestinationLocationArn: await createLocation('destination'),
  };
  const no = (input: Partial<CreateTaskCommandInput>, words: RegExp, name = 'InvalidRequestException') =>
    refused(createTask({ ...locations, ...input }), name, words);
  const filter = (Value: string) => [{ FilterType: SIMPLE_PATTERN, Value }] as const;
  await no({ Includes: [...filter('/a|/b*/c')] }, /Include pattern \/b\*\/c /);
  await no(
    { Includes: [...filter('/a'), ...filter('/b')] },
    /at 'includes' .*length less than or equal to 1/,
  );
  await no({ Excludes: [...filter('a'.repeat(102_401))] }, /102400/);
  const S3 = {
    S3BucketArn: 'arn:aws:s3:::octo-source',
    ManifestObjectPath: 'manifest.csv',
    BucketAccessRoleArn: role,
  };
  const ManifestConfig = { Action: 'TRANSFER', Format: 'CSV', Source: { S3 } } as const;
  await no({ ManifestConfig: { Action: 'TRANSFER' } }, /IAM role/, 'ValidationException');
  await no({ ManifestConfig, Includes: [...filter('/a')] }, /manifest cannot be used together with filters/);
  await no({ ManifestConfig, Options: { PreserveDeletedFiles: 'REMOVE' } }, /manifest.*REMOVE/);
  await no({ TaskReportConfig: { OutputType: 'STANDARD' } }, /Destination and an OutputType/);
  await createTask({
    ...locations,
    Includes: [...filter('/a*|/with \\*star|/b')],
    Excludes: [...filter('*.tmp|*/x*')],
  });
  await createTask({ ...locations, ManifestConfig });
});

test('a task needs two locations, one of them in its Region', async t => {
  const { createTask, createLocation, clientOf } = await scene(t);
  const SourceLocationArn = await createLocation('source');
  const DestinationLocationArn = await createLocation('destination');
  await refused(
    createTask({ SourceLocationArn, DestinationLocationArn: SourceLocationArn }),
    'InvalidRequestException',
    /must be different/,
  );
  const elsewhere = clientOf({ region: 'us-east-1' });
  await refused(
    elsewhere.createTask({ SourceLocationArn, DestinationLocationArn }),
    'InvalidRequestException',
    /one of the locations must be in us-east-1/,
  );
  const nobody = SourceLocationArn.replace('111122223333', '999999999999');
  await refused(
    createTask({ SourceLocationArn: nobody, DestinationLocationArn }),
    'InvalidRequestException',
    /ARN account \(999999999999\) must match/,
  );
  const there = clientOf({ region: 'eu-west-1' });
  const { TaskArn } = await there.createTask({ SourceLocationArn, DestinationLocationArn });
  assert.match(TaskArn ?? '', /:eu-west-1:111122223333:task\/task-[0-9a-f]{17}$/);
});

test('who makes an Enhanced task may also make the service-linked role', async t => {
  const { createLocation, lab, world, clientOf } = await scene(t);
  const key = lab.iam.accounts.addUser(world.source.account, 'carla', {
    datasync: allow('datasync:CreateTask', '*'),
  });
  const locations = {
    SourceLocationArn: await createLocation('source'),
    DestinationLocationArn: await createLocation('destination'),
  };
  const carla = clientOf({ key });
  await carla.createTask({ ...locations, TaskMode: 'BASIC' });
  const enhanced = () => carla.createTask({ ...locations, TaskMode: 'ENHANCED' });
  await refused(enhanced(), 'AccessDeniedException', /iam:CreateServiceLinkedRole/);
  lab.iam.accounts.putPolicy(
    key.caller.arn,
    'linked',
    allow('iam:CreateServiceLinkedRole', `arn:aws:iam::${world.source.account}:role/aws-service-role/*`),
  );
  await enhanced();

  lab.iam.accounts.putPolicy(
    key.caller.arn,
    'datasync',
    allow('datasync:CreateTask', locations.SourceLocationArn),
  );
  await refused(enhanced(), 'AccessDeniedException', /datasync:CreateTask on resource: .*location\/loc-/);
});

test('the bucket of a report is tried before a task may name it', async t => {
  const { createTask, createLocation, lab, role, world, client, clientOf } = await scene(t);
  const reports = lab.s3.createBucket({
    name: 'octo-reports',
    account: world.source.account,
    region: 'eu-central-1',
  });
  const locations = {
    SourceLocationArn: await createLocation('source'),
    DestinationLocationArn: await createLocation('destination'),
  };
  const TaskReportConfig = {
    Destination: { S3: { S3BucketArn: reports.arn, Subdirectory: 'sync/', BucketAccessRoleArn: role } },
    OutputType: 'SUMMARY_ONLY',
  } as const;
  const create = () => createTask({ ...locations, TaskReportConfig });
  const words =
    /^DataSync bucket access test failed: could not perform s3:PutObject in bucket octo-reports\. Access denied/;
  await refused(create(), 'InvalidRequestException', words);
  const TaskArn = await createTask(locations);
  await refused(client.updateTask({ TaskArn, TaskReportConfig }), 'InvalidRequestException', words);
  await refused(client.startTaskExecution({ TaskArn, TaskReportConfig }), 'InvalidRequestException', words);

  lab.iam.accounts.putPolicy(role, 'reports', allow('s3:PutObject', `${reports.arn}/sync/*`));
  await create();
  assert.deepEqual(reports.keys(), []);

  const key = lab.iam.accounts.addUser(world.source.account, 'carla', {
    datasync: allow('datasync:*', '*'),
  });
  const unpassed = clientOf({ key }).startTaskExecution({ TaskArn, TaskReportConfig });
  await refused(unpassed, 'AccessDeniedException', /iam:PassRole/);
});

test('a task is changed in part, and an empty configuration removes one', async t => {
  const { client, createTask, role } = await scene(t);
  const TaskArn = await createTask({
    Name: 'old',
    Options: { LogLevel: 'BASIC', VerifyMode: 'NONE' },
    ManifestConfig: {
      Action: 'TRANSFER',
      Format: 'CSV',
      Source: {
        S3: {
          S3BucketArn: 'arn:aws:s3:::octo-source',
          ManifestObjectPath: 'm.csv',
          BucketAccessRoleArn: role,
        },
      },
    },
  });
  await client.updateTask({ TaskArn, Name: 'new', Options: { LogLevel: 'TRANSFER' }, ManifestConfig: {} });
  const { Name, Options, ManifestConfig } = await client.describeTask({ TaskArn });
  assert.deepEqual(
    [Name, Options?.LogLevel, Options?.VerifyMode, ManifestConfig],
    ['new', 'TRANSFER', 'NONE', undefined],
  );
});

test('tasks are listed in pages and by location', async t => {
  const { client, createTask, createLocation } = await scene(t);
  const DestinationLocationArn = await createLocation('destination', { Subdirectory: 'b' });
  const tasks = [await createTask(), await createTask({ DestinationLocationArn }), await createTask()];
  const first = await client.listTasks({ MaxResults: 2 });
  const { Tasks: second, NextToken } = await client.listTasks({ NextToken: first.NextToken });
  const listed = [...(first.Tasks ?? []), ...(second ?? [])];
  assert.deepEqual(
    listed.map(({ TaskArn }) => TaskArn),
    tasks,
  );
  assert.deepEqual([first.Tasks?.length, NextToken], [2, undefined]);
  const { Tasks } = await client.listTasks({
    Filters: [{ Name: 'LocationId', Operator: 'Equals', Values: [DestinationLocationArn] }],
  });
  assert.deepEqual(Tasks, [{ TaskArn: tasks[1], Status: 'AVAILABLE', TaskMode: 'ENHANCED' }]);
});

test('a task is deleted with its executions, but not while one is under way', async t => {
  const { client, createTask, start, describe, lab, source } = await scene(t);
  source.put('a', 'x');
  const TaskArn = await createTask();
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'TRANSFERRING' });
  const execution = await start(TaskArn);
  await refused(client.deleteTask({ TaskArn }), 'InvalidRequestException', /cannot be deleted/);
  open();
  await lab.datasync.settled();
  await client.deleteTask({ TaskArn });
  await refused(client.describeTask({ TaskArn }), 'InvalidRequestException', /Task task-.* is not found/);
  await refused(describe(execution), 'InvalidRequestException', /not found/);
  assert.deepEqual((await client.listTasks({})).Tasks, []);
});

test('every operation takes the permission of its name', async t => {
  const { client, createLocation, createTask, start, lab, role, world, clientOf } = await scene(t);
  const [SourceLocationArn, DestinationLocationArn] = [
    await createLocation('source'),
    await createLocation('destination'),
  ];
  const TaskArn = await createTask({ SourceLocationArn, DestinationLocationArn });
  const TaskExecutionArn = await start(TaskArn);
  const LocationArn = await createLocation('destination');
  const requests = {
    CreateLocationS3: {
      S3BucketArn: 'arn:aws:s3:::octo-destination',
      S3Config: { BucketAccessRoleArn: role },
    },
    UpdateLocationS3: { LocationArn },
    DescribeLocationS3: { LocationArn },
    DeleteLocation: { LocationArn },
    ListLocations: {},
    CreateTask: { SourceLocationArn, DestinationLocationArn },
    UpdateTask: { TaskArn },
    DescribeTask: { TaskArn },
    DeleteTask: { TaskArn },
    ListTasks: {},
    StartTaskExecution: { TaskArn },
    DescribeTaskExecution: { TaskExecutionArn },
    UpdateTaskExecution: { TaskExecutionArn, Options: {} },
    CancelTaskExecution: { TaskExecutionArn },
    ListTaskExecutions: { TaskArn },
    TagResource: { ResourceArn: TaskArn, Tags: [{ Key: 'a', Value: 'b' }] },
    UntagResource: { ResourceArn: TaskArn, Keys: ['a'] },
    ListTagsForResource: { ResourceArn: TaskArn },
  };
  const key = lab.iam.accounts.addUser(world.source.account, 'carla', { all: allow('*', '*') });
  const carla = clientOf({ key });
  for (const [operation, request] of Object.entries(requests)) {
    const statement = { Effect: 'Deny', Action: `datasync:${operation}`, Resource: '*' };
    lab.iam.accounts.putPolicy(key.caller.arn, 'deny', { Version: '2012-10-17', Statement: statement });
    const method = `${operation[0]?.toLowerCase()}${operation.slice(1)}` as 'listTasks';
    const denied = new RegExp(`not authorized to perform: datasync:${operation} .* explicit deny`);
    await refused(carla[method](request as object), 'AccessDeniedException', denied);
  }
  assert.equal((await client.describeTask({ TaskArn })).Status, 'AVAILABLE');
  assert.deepEqual([lab.datasync.tasks().length, lab.datasync.locations().length], [1, 3]);
});
