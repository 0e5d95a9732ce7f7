import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DescribeTaskExecutionCommandOutput } from '@aws-sdk/client-datasync';
import { gate, refused, scene } from './datasync-lab.ts';
import { allow } from './s3-lab.ts';

const error = ({ Status, Result }: DescribeTaskExecutionCommandOutput) => [Status, Result?.ErrorCode];

test('an execution that is looked at half-way has done half', async t => {
  const { client, createTask, start, describe, lab, source, destination } = await scene(t);
  for (let n = 0; n < 1000; n++) source.put(`${1000 + n}`, 'ten bytes.');
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'PutObject', key: '1500' });
  const TaskArn = await createTask();
  const execution = await start(TaskArn);
  while (destination.size < 500) await new Promise(setImmediate);

  assert.partialDeepStrictEqual(await describe(execution), {
    Status: 'TRANSFERRING',
    EstimatedFilesToTransfer: 1000,
    EstimatedBytesToTransfer: 10_000,
    FilesTransferred: 500,
    BytesTransferred: 5000,
    FilesVerified: 0,
    Result: { PrepareStatus: 'SUCCESS', TransferStatus: 'PENDING', VerifyStatus: 'PENDING' },
  });
  assert.partialDeepStrictEqual(await client.describeTask({ TaskArn }), {
    Status: 'RUNNING',
    CurrentTaskExecutionArn: execution,
  });
  open();
  await lab.datasync.settled();
  const ended = await describe(execution);
  assert.partialDeepStrictEqual(ended, { Status: 'SUCCESS', FilesTransferred: 1000, FilesVerified: 1000 });
  assert.ok(ended.EndTime);
  assert.equal((await client.describeTask({ TaskArn })).Status, 'AVAILABLE');
});

test('an execution that is cancelled ends in ERROR, with what it has done so far', async t => {
  const { client, createTask, start, describe, lab, source, destination } = await scene(t);
  for (let n = 0; n < 100; n++) source.put(`${100 + n}`, 'x');
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'PutObject', key: '145' });
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'CANCELLING' });
  const TaskExecutionArn = await start(await createTask());
  while (destination.size < 45) await new Promise(setImmediate);
  await client.cancelTaskExecution({ TaskExecutionArn });
  assert.equal((await describe(TaskExecutionArn)).Status, 'CANCELLING');
  open();
  await lab.datasync.settled();
  const ended = await describe(TaskExecutionArn);
  assert.deepEqual(error(ended), ['ERROR', 'TaskExecutionCancelled']);
  assert.equal(ended.Result?.TransferStatus, 'ERROR');
  assert.equal(destination.size, 46);
  const again = client.cancelTaskExecution({ TaskExecutionArn });
  await refused(again, 'InvalidRequestException', /not in progress/);
});

test('executions of a task wait for each other, and can be cancelled while they wait', async t => {
  const { client, createTask, start, describe, lab } = await scene(t);
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'LAUNCHING', times: 1 });
  const TaskArn = await createTask();
  const [first, second, third] = [await start(TaskArn), await start(TaskArn), await start(TaskArn)];
  const statuses = async () => {
    const { TaskExecutions = [] } = await client.listTaskExecutions({ TaskArn });
    return TaskExecutions.map(({ Status }) => Status);
  };
  assert.deepEqual(await statuses(), ['LAUNCHING', 'QUEUED', 'QUEUED']);
  const exclusive = start(TaskArn, { OverrideOptions: { TaskQueueing: 'DISABLED' } });
  await refused(exclusive, 'InvalidRequestException', /already being executed/);
  await client.cancelTaskExecution({ TaskExecutionArn: second });
  lab.clock.advance(5000);
  open();
  await lab.datasync.settled();
  assert.deepEqual(await statuses(), ['SUCCESS', 'ERROR', 'SUCCESS']);
  assert.deepEqual(error(await describe(second)), ['ERROR', 'TaskExecutionCancelled']);
  const [one, three] = [await describe(first), await describe(third)];
  assert.ok(Number(three.LaunchTime) - Number(three.StartTime) >= 5000);
  assert.ok(Number(one.LaunchTime) - Number(one.StartTime) < 1000);
  await start(TaskArn, { OverrideOptions: { TaskQueueing: 'DISABLED' } });
});

test('fifty executions wait, and no more', async t => {
  const { createTask, start, lab } = await scene(t);
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'LAUNCHING' });
  const TaskArn = await createTask();
  for (let n = 0; n < 51; n++) await start(TaskArn);
  await refused(start(TaskArn), 'InvalidRequestException', /50 queued/);
});

test('the executions of an account are listed in pages', async t => {
  const { client, createTask, start, lab } = await scene(t);
  const [one, other] = [await createTask(), await createTask()];
  const all = [await start(one), await start(one), await start(other)];
  await lab.datasync.settled();
  const first = await client.listTaskExecutions({ MaxResults: 2 });
  const { TaskExecutions = [], NextToken } = await client.listTaskExecutions({ NextToken: first.NextToken });
  const listed = [...(first.TaskExecutions ?? []), ...TaskExecutions].map(entry => entry.TaskExecutionArn);
  assert.deepEqual([listed, NextToken, TaskExecutions.length], [all, undefined, 1]);
});

test('Basic mode times its phases, Enhanced mode only the whole', async t => {
  for (const [TaskMode, times] of [
    ['BASIC', [1, 2, 3, 6]],
    ['ENHANCED', [0, 0, 0, 6]],
  ] as const) {
    const { createTask, start, describe, lab, source } = await scene(t, {
      destination: { account: '111122223333' },
    });
    source.put('a', 'x');
    const phases = ['PREPARING', 'TRANSFERRING', 'VERIFYING'].map(operation => ({ operation, ...gate() }));
    for (const { operation, opened } of phases) lab.faults.add({ kind: 'hold', until: opened, operation });
    const execution = await start(await createTask({ TaskMode }));
    for (const [index, { operation, open }] of phases.entries()) {
      while ((await describe(execution)).Status !== operation) await new Promise(setImmediate);
      lab.clock.advance((index + 1) * 60_000);
      open();
    }
    await lab.datasync.settled();
    const { Result } = await describe(execution);
    const { PrepareDuration, TransferDuration, VerifyDuration, TotalDuration } = Result ?? {};
    const minutes = [PrepareDuration, TransferDuration, VerifyDuration, TotalDuration].map(duration =>
      Math.floor(Number(duration) / 60_000),
    );
    assert.deepEqual(minutes, times);
  }
});

test('a fault ends an execution in the phase it is aimed at', async t => {
  const { createTask, start, describe, lab, source } = await scene(t);
  source.put('a', 'x');
  const TaskArn = await createTask();
  const statuses: unknown[] = [];
  for (const operation of ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING']) {
    const fault = { kind: 'error', status: 400, code: 'NoMem', message: 'Cannot allocate memory' } as const;
    lab.faults.add({ ...fault, operation, times: 1 });
    const execution = await start(TaskArn);
    await lab.datasync.settled();
    const ended = await describe(execution);
    assert.deepEqual(
      [...error(ended), ended.Result?.ErrorDetail],
      ['ERROR', 'NoMem', 'Cannot allocate memory'],
    );
    const { PrepareStatus, TransferStatus, VerifyStatus } = ended.Result ?? {};
    statuses.push([PrepareStatus, TransferStatus, VerifyStatus]);
  }
  assert.deepEqual(statuses, [
    ['PENDING', 'PENDING', 'PENDING'],
    ['ERROR', 'PENDING', 'PENDING'],
    ['SUCCESS', 'ERROR', 'PENDING'],
    ['SUCCESS', 'SUCCESS', 'ERROR'],
  ]);
});

test('buckets that can no longer be reached end an execution with the code of their side', async t => {
  const { createTask, start, describe, lab, world, role, destination } = await scene(t);
  const TaskArn = await createTask();
  const ending = async () => {
    const execution = await start(TaskArn);
    await lab.datasync.settled();
    return error(await describe(execution));
  };
  const { policy } = destination;
  world.destination.setBucketPolicy(undefined);
  assert.deepEqual(await ending(), ['ERROR', 'FsS3HeadBucketFailed']);
  world.destination.setBucketPolicy(policy);
  lab.iam.accounts.setTrustPolicy(role, {
    Statement: {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'datasync.amazonaws.com' },
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:datasync:eu-west-1:*:*' } },
    },
  });
  assert.deepEqual(await ending(), ['ERROR', 'SyncTaskErrorLocationNotAdded']);
  lab.iam.accounts.removeRole(role);
  assert.deepEqual(await ending(), ['ERROR', 'SrcLocHitAccess']);
});

test('a Basic task of the source Region does not reach a bucket of another account and Region', async t => {
  const { clientOf, createLocation, lab } = await scene(t);
  const client = clientOf({ region: 'eu-west-1' });
  const ending = async (TaskMode: 'BASIC' | 'ENHANCED') => {
    const { TaskArn } = await client.createTask({
      SourceLocationArn: await createLocation('source'),
      DestinationLocationArn: await createLocation('destination'),
      TaskMode,
    });
    await client.describeTask({ TaskArn });
    const { TaskExecutionArn } = await client.startTaskExecution({ TaskArn });
    await lab.datasync.settled();
    return error(await client.describeTaskExecution({ TaskExecutionArn }));
  };
  assert.deepEqual(await ending('BASIC'), ['ERROR', 'FsS3UnableToConnectToEndpoint']);
  assert.deepEqual(await ending('ENHANCED'), ['SUCCESS', undefined]);
});

test('an execution outlives the session that started it', async t => {
  const { clientOf, createTask, lab, world, source, destination, describe } = await scene(t);
  source.put('a', 'x');
  const TaskArn = await createTask();
  lab.iam.accounts.putPolicy(world.source.role, 'datasync', allow('datasync:*', '*'));
  const role = lab.iam.accounts.role(world.source.role);
  assert(role);
  const client = clientOf({ key: lab.iam.sessions.issue(role, 'run-1', 900) });
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'PREPARING' });
  const { TaskExecutionArn = '' } = await client.startTaskExecution({ TaskArn });
  lab.iam.sessions.expire(role.arn);
  await refused(client.describeTaskExecution({ TaskExecutionArn }), 'ExpiredTokenException', /expired/);
  open();
  await lab.datasync.settled();
  assert.equal((await describe(TaskExecutionArn)).Status, 'SUCCESS');
  assert.deepEqual(destination.keys(), ['a']);
});

test('a status that no model knows can be shown, and an answer can be lost', async t => {
  const { client, createTask, describe, start, lab } = await scene(t);
  const TaskArn = await createTask();
  const execution = await start(TaskArn);
  await lab.datasync.settled();
  lab.faults.add({
    kind: 'overlay',
    members: { Status: 'LAUNCHED' },
    operation: 'DescribeTaskExecution',
    times: 1,
  });
  const { Status, TaskExecutionArn } = await describe(execution);
  assert.deepEqual([Status as string, TaskExecutionArn], ['LAUNCHED', execution]);
  assert.equal((await describe(execution)).Status, 'SUCCESS');

  lab.faults.add({ kind: 'cut', applied: true, operation: 'StartTaskExecution' });
  await assert.rejects(start(TaskArn));
  const { TaskExecutions } = await client.listTaskExecutions({ TaskArn });
  assert.equal(TaskExecutions?.length, 2);
});

test('of an execution under way only the bandwidth can be changed, in Basic mode', async t => {
  const { client, createTask, start, describe, lab } = await scene(t);
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'LAUNCHING' });
  const TaskExecutionArn = await start(await createTask({ TaskMode: 'BASIC' }));
  await client.updateTaskExecution({ TaskExecutionArn, Options: { BytesPerSecond: 1024 } });
  assert.equal((await describe(TaskExecutionArn)).Options?.BytesPerSecond, 1024);
  const other = client.updateTaskExecution({ TaskExecutionArn, Options: { LogLevel: 'OFF' } });
  await refused(other, 'InvalidRequestException', /LogLevel/);
  const enhanced = await start(await createTask());
  const limited = client.updateTaskExecution({
    TaskExecutionArn: enhanced,
    Options: { BytesPerSecond: 1024 },
  });
  await refused(limited, 'InvalidRequestException', /BytesPerSecond/);
});

test('an execution overrides what its task says, and not the other way round', async t => {
  const { client, createTask, start, describe, lab } = await scene(t);
  const Includes = [{ FilterType: 'SIMPLE_PATTERN', Value: '/a' }] as const;
  const TaskArn = await createTask({ Includes: [...Includes], Options: { LogLevel: 'BASIC' } });
  const execution = await start(TaskArn, {
    OverrideOptions: { VerifyMode: 'NONE' },
    Includes: [],
    Tags: [{ Key: 'run', Value: '7' }],
  });
  const overridden = await describe(execution);
  assert.deepEqual(
    [overridden.Options?.VerifyMode, overridden.Options?.LogLevel, overridden.Includes],
    ['NONE', 'BASIC', []],
  );
  const { Tags } = await client.listTagsForResource({ ResourceArn: execution });
  assert.deepEqual(Tags, [{ Key: 'run', Value: '7' }]);
  await lab.datasync.settled();
  const task = await client.describeTask({ TaskArn });
  assert.deepEqual([task.Options?.VerifyMode, task.Includes], ['ONLY_FILES_TRANSFERRED', Includes]);
  const both = start(TaskArn, { OverrideOptions: { TransferMode: 'ALL', PreserveDeletedFiles: 'REMOVE' } });
  await refused(both, 'InvalidRequestException', /ALL,REMOVE/);
});

test('what goes wrong in the lab itself ends the execution, and is told when the lab closes', async t => {
  const { createTask, start, describe, lab, role } = await scene(t);
  const TaskArn = await createTask();
  lab.iam.accounts.setTrustPolicy(role, { Statement: { Effect: 'Perhaps' } });
  const execution = await start(TaskArn);
  await lab.datasync.settled();
  assert.deepEqual(error(await describe(execution)), ['ERROR', 'LabBug']);
  await assert.rejects(lab.datasync.stop(), /The lab went wrong: .*cannot judge sts:AssumeRole/);
});

test('an execution that is cancelled in its last moment has not succeeded', async t => {
  const { client, createTask, start, describe, lab } = await scene(t);
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'VERIFYING' });
  const TaskExecutionArn = await start(await createTask());
  while ((await describe(TaskExecutionArn)).Status !== 'VERIFYING') await new Promise(setImmediate);
  await client.cancelTaskExecution({ TaskExecutionArn });
  await lab.datasync.settled();
  assert.deepEqual(error(await describe(TaskExecutionArn)), ['ERROR', 'TaskExecutionCancelled']);
});
