import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failuresOf, outcomesOf, reportTo, scene, tasksOf } from './batch-lab.ts';
import { gate } from './datasync-lab.ts';
import { refused } from './s3-lab.ts';

test('a job goes through its states, each of which can be held', async t => {
  const { lab, source, create, describe } = await scene(t);
  source.put('a', 'x');
  const phases = ['Preparing', 'Ready', 'Active', 'Completing'].map(operation => ({ operation, ...gate() }));
  for (const { operation, opened } of phases) lab.faults.add({ kind: 'hold', until: opened, operation });
  const id = await create();
  const seen: unknown[] = [];
  for (const { operation, open } of phases) {
    let job = await describe(id);
    while (job.Status !== operation) job = await describe(id);
    seen.push([job.Status, tasksOf(job)]);
    open();
  }
  await lab.s3control.settled();
  const ended = await describe(id);
  assert.deepEqual(seen, [
    ['Preparing', [0, 0, 0]],
    ['Ready', [1, 0, 0]],
    ['Active', [1, 0, 0]],
    ['Completing', [1, 1, 0]],
  ]);
  assert.deepEqual([ended.Status, tasksOf(ended)], ['Complete', [1, 1, 0]]);
  assert.ok(ended.TerminationDate);
});

test('progress and the time spent are told while a job is active', async t => {
  const { lab, source, destination, create, describe } = await scene(t);
  for (let n = 0; n < 100; n++) source.put(`${100 + n}`, 'x');
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'CopyObject', key: '150' });
  const id = await create();
  while (destination.size < 51) await new Promise(setImmediate);
  lab.clock.advance(90_000);
  const job = lab.s3control.jobs()[0];
  assert.deepEqual([job?.status, job?.outcomes.length], ['Active', 50]);
  lab.clock.advance(-90_000);
  assert.deepEqual(tasksOf(await describe(id)), [100, 50, 0]);
  lab.clock.advance(90_000);
  open();
  await lab.s3control.settled();
  lab.clock.advance(-90_000);
  const { ProgressSummary } = await describe(id);
  const seconds = ProgressSummary?.Timers?.ElapsedTimeInActiveSeconds ?? 0;
  assert.ok(seconds >= 90 && seconds < 100, `${seconds} s`);
});

test('a job that takes confirmation waits in Suspended until it is confirmed', async t => {
  const { lab, client, AccountId, source, destination, create, describe } = await scene(t);
  source.put('a', 'x');
  const JobId = await create({ ConfirmationRequired: true });
  await lab.s3control.settled();
  const waiting = await describe(JobId);
  assert.deepEqual(
    [waiting.Status, waiting.SuspendedCause, tasksOf(waiting)],
    ['Suspended', 'AWAITING_CONFIRMATION', [1, 0, 0]],
  );
  assert.equal(destination.get('a'), undefined);
  const asked = (RequestedJobStatus: string, StatusUpdateReason: string) =>
    client.updateJobStatus({
      AccountId,
      JobId,
      RequestedJobStatus: RequestedJobStatus as 'Ready',
      StatusUpdateReason,
    });
  await refused(asked('Active', 'go'), 400, 'BadRequestException');
  await refused(asked('Ready', 'x'.repeat(257)), 400, 'BadRequestException');
  const confirmation = { AccountId, JobId, RequestedJobStatus: 'Ready', StatusUpdateReason: 'go' } as const;
  assert.equal((await client.updateJobStatus(confirmation)).Status, 'Ready');
  await lab.s3control.settled();
  const done = await describe(JobId);
  assert.deepEqual([done.Status, done.StatusUpdateReason, tasksOf(done)], ['Complete', 'go', [1, 1, 0]]);
  await refused(client.updateJobStatus(confirmation), 400, 'JobStatusException');
});

test('a job that is cancelled keeps what it has done, and reports it', async t => {
  const { lab, client, AccountId, source, destination, create, describe } = await scene(t);
  for (let n = 0; n < 100; n++) source.put(`${100 + n}`, 'x');
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'CopyObject', key: '145' });
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'Cancelling' });
  const JobId = await create({ Report: reportTo(destination) });
  while (destination.size < 46) await new Promise(setImmediate);
  const cancellation = { AccountId, JobId, RequestedJobStatus: 'Cancelled' } as const;
  assert.equal((await client.updateJobStatus(cancellation)).Status, 'Cancelling');
  await refused(client.updateJobStatus(cancellation), 400, 'JobStatusException');
  open();
  await lab.s3control.settled();
  const ended = await describe(JobId);
  assert.deepEqual([ended.Status, tasksOf(ended), failuresOf(ended)], ['Cancelled', [100, 46, 0], []]);
  assert.equal(outcomesOf(destination, JobId).length, 46);
  await refused(client.updateJobStatus(cancellation), 400, 'JobStatusException');
});

test('a job can be cancelled before it runs', async t => {
  const { lab, client, AccountId, source, destination, create, describe } = await scene(t);
  source.put('a', 'x');
  const cancelled = async (JobId: string) => {
    await client.updateJobStatus({ AccountId, JobId, RequestedJobStatus: 'Cancelled' });
    await lab.s3control.settled();
    const { Status, ProgressSummary } = await describe(JobId);
    return [Status, ProgressSummary?.NumberOfTasksSucceeded];
  };
  const waiting = await create({ ConfirmationRequired: true });
  await lab.s3control.settled();
  assert.deepEqual(await cancelled(waiting), ['Cancelled', 0]);
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'Preparing' });
  assert.deepEqual(await cancelled(await create()), ['Cancelled', 0]);
  assert.equal(destination.get('a'), undefined);
});

test('more than half of a thousand tasks failed end a job', async t => {
  const { source, destination, run, manifest } = await scene(t);
  source.put('there', 'x');
  const lines = (failing: number, succeeding: number) => [
    ...Array.from({ length: failing }, () => `${source.name},absent`),
    ...Array.from({ length: succeeding }, () => `${source.name},there`),
  ];
  const Report = reportTo(destination);
  const few = await run({ Manifest: manifest(lines(999, 0)), Report });
  assert.deepEqual([few.Status, tasksOf(few), failuresOf(few)], ['Complete', [999, 0, 999], []]);
  const half = await run({ Manifest: manifest(lines(500, 500)) });
  assert.deepEqual([half.Status, tasksOf(half)], ['Complete', [1000, 500, 500]]);
  const many = await run({ Manifest: manifest(lines(501, 600)), Report });
  assert.deepEqual([many.Status, tasksOf(many)], ['Failed', [1101, 499, 501]]);
  assert.match(failuresOf(many).join(), /^FailureThresholdExceeded: More than 50%/);
  assert.equal(outcomesOf(destination, many.JobId).length, 1000);
});

test('a role that does not trust the service fails the job', async t => {
  const { lab, role, source, run } = await scene(t);
  source.put('a', 'x');
  const trusting = (Service: string, account: string) => ({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
  });
  for (const [service, account, status] of [
    ['s3.amazonaws.com', '444455556666', 'Failed'],
    ['batchoperations.s3.amazonaws.com', '111122223333', 'Failed'],
    ['batchoperations.s3.amazonaws.com', '444455556666', 'Complete'],
  ] as const) {
    lab.iam.accounts.setTrustPolicy(role, trusting(service, account));
    const job = await run();
    assert.equal(job.Status, status);
    if (status === 'Failed') assert.match(failuresOf(job).join(), /^AccessDenied: .* cannot assume /);
  }
});

test('a fault ends a job in the phase it is aimed at', async t => {
  const { lab, source, run } = await scene(t);
  source.put('a', 'x');
  for (const operation of ['Preparing', 'Ready', 'Active', 'Completing']) {
    lab.faults.add({
      kind: 'error',
      status: 500,
      code: 'InternalError',
      message: operation,
      operation,
      times: 1,
    });
    const job = await run();
    assert.deepEqual([job.Status, failuresOf(job)], ['Failed', [`InternalError: ${operation}`]]);
  }
});

test('the priority of a job can be changed', async t => {
  const { client, AccountId, create, describe } = await scene(t);
  const JobId = await create();
  assert.equal((await client.updateJobPriority({ AccountId, JobId, Priority: 0 })).Priority, 0);
  assert.equal((await describe(JobId)).Priority, 0);
  await refused(client.updateJobPriority({ AccountId, JobId, Priority: -1 }), 400, 'BadRequestException');
  assert.equal((await describe(JobId)).Priority, 0);
});

test('a lab that closes cancels the jobs under way', async t => {
  const { lab, source, create } = await scene(t);
  source.put('a', 'x');
  lab.faults.add({ kind: 'hold', until: gate().opened, operation: 'CopyObject' });
  await create();
  while (lab.s3control.jobs()[0]?.status !== 'Active') await new Promise(setImmediate);
  await lab.s3control.stop();
  assert.equal(lab.s3control.jobs()[0]?.status, 'Cancelled');
});
