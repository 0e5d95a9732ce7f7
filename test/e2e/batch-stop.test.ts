/** Runs with jobs that are stopped, killed, cut off, throttled, taken up again, or given up by S3. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gate } from '../lab/datasync-lab.ts';
import { type BatchStage, batchStage, until } from './batch-stage.ts';
import { consistent, contents } from './stage.ts';

describe('a run that is stopped', { concurrency: 3 }, () => {
  test('by SIGINT cancels its job, waits for the end and tells what it did', async t => {
    const s = await batchStage(t);
    fill(s, 3);
    // The second of the three does not get any further by itself.
    s.fault({ operation: 'CopyObject', key: 'object-1' }, { kind: 'hold', until: never });
    const step = await s.start();
    await until('one object', () => s.to.size > 0);
    step.signal('SIGINT');
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
    const { copied, skipped, failed } = run.report.totals;
    assert.deepEqual([copied, skipped, failed], [2, 1, 0], 'the one on its way arrives');
    assert.match(run.report.verdict.text, /stopped before it was done/);
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.equal(s.requests('UpdateJobStatus').length, 1);
  });

  test('by SIGTERM leaves nothing running', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: never });
    const { opened, open } = gate();
    s.trouble({ operation: 'Cancelling' }, { kind: 'hold', until: opened });
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    step.signal('SIGTERM');
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 2);
    assert.equal(s.jobs()[0]?.status, 'Cancelling');
    const post = await step.post();
    assert.doesNotMatch(post.log, /::warning/);
    assert.equal(s.requests('UpdateJobStatus').length, 1, 'what is ending is left to end');
    open();
    await s.lab.s3control.settled();
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
    const again = await s.run();
    assert.deepEqual(contents(s.to), contents(s.from), again.log);
  });

  test('while the job is being prepared cancels it all the same', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Preparing' }, { kind: 'hold', until: never });
    s.trouble({ operation: 'UpdateJobStatus', times: 1 }, REFUSED);
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Preparing');
    step.signal('SIGINT');
    const run = consistent(await step.finished);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 2);
    assert.deepEqual([s.jobs()[0]?.status, s.to.keys()], ['Cancelled', []]);
  });

  test('by SIGKILL leaves the job to the post step, which tries until it is accepted', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: never });
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    step.signal('SIGKILL');
    await step.finished;
    s.trouble({ operation: 'UpdateJobStatus', times: 2 }, REFUSED);
    const post = await step.post();
    assert.match(post.log, /Cancelled the job/);
    await s.lab.s3control.settled();
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
  });

  test('by SIGKILL leaves the job to the post step, which cancels it', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: never });
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    step.signal('SIGKILL');
    await step.finished;
    assert.equal(s.jobs()[0]?.status, 'Active');
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    const [job] = s.jobs();
    assert.match(
      post.log,
      new RegExp(`Cancelled the job ${job?.id} of S3 Batch Operations, which the run left`),
    );
    await s.lab.s3control.settled();
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
    assert.equal((await s.run()).code, 0);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('by SIGKILL before it knows the id of its job: the post step finds it by its description', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active' }, { kind: 'hold', until: never });
    s.trouble({ operation: 'CreateJob' }, { kind: 'cut', applied: true });
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    step.signal('SIGKILL');
    await step.finished;
    const post = await step.post();
    assert.match(post.log, /Cancelled the job \S+ of S3 Batch Operations/);
    await s.lab.s3control.settled();
    assert.deepEqual(
      s.jobs().map(({ status }) => status),
      ['Cancelled'],
    );
  });

  test('cancels no job but its own', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active' }, { kind: 'hold', until: never });
    const one = await s.start({ include: 'object-0' });
    await until('the first job', () => s.jobs()[0]?.status === 'Active');
    const other = await s.start({ include: 'object-1' });
    await until('the second job', () => s.jobs()[1]?.status === 'Active');
    one.signal('SIGKILL');
    await one.finished;
    await one.post();
    await until('the first to end', () => s.jobs()[0]?.status === 'Cancelled');
    assert.equal(s.jobs()[1]?.status, 'Active');
    other.signal('SIGKILL');
    await other.finished;
  });
});

describe('a job that an earlier run has left', { concurrency: 3 }, () => {
  test('is waited for before anything is planned, when it was asked for the same', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    const { opened, open } = gate();
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: opened });
    const killed = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    killed.signal('SIGKILL');
    await killed.finished;
    const run = await s.run({}, { onLine: line => /An earlier run is still/.test(line) && open() });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      s.jobs().map(({ status }) => status),
      ['Complete'],
    );
    assert.deepEqual([run.report.totals.copied, run.report.totals.unchanged], [0, 2]);
  });

  test('is of no concern when it was asked for something else', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: never });
    const killed = await s.start({ include: 'object-0' });
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    killed.signal('SIGKILL');
    await killed.finished;
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.doesNotMatch(run.log, /An earlier run/);
  });

  test('is left alone by a run that is stopped meanwhile', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: never });
    const killed = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    killed.signal('SIGKILL');
    await killed.finished;
    const step = await s.start(
      {},
      { onLine: line => /An earlier run is still/.test(line) && step.signal('SIGINT') },
    );
    const run = consistent(await step.finished);
    assert.match(run.report.verdict.text, /Stopped while the job \S+ of an earlier run was waited for/);
    assert.equal(s.jobs()[0]?.status, 'Active');
  });
});

describe('a control plane in trouble', { concurrency: 3 }, () => {
  test('that throttles for a while is asked again', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: /^(ListJobs|CreateJob|DescribeJob)$/, times: 5 }, THROTTLED);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.requests['s3control-throttled'], 5);
    assert.equal(run.report.requests.throttled, undefined, 'S3 itself did not');
    assert.equal(s.jobs().length, 1);
  });

  test('that throttles for good ends the run with a named cause and what to do', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'CreateJob' }, THROTTLED);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(
      run.report.verdict.text,
      /Making a job of S3 Batch Operations in eu-central-1 failed \(TooManyRequestsException: Too many requests\)/,
    );
    assert.match(run.report.failures[0]?.fix?.todo ?? '', /Run again later/);
    assert.equal(run.report.totals.copied, 0);
  });

  test('whose answers are lost makes one job', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble({ operation: 'CreateJob', times: 2 }, { kind: 'cut', applied: true });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.jobs().length, s.requests('CreateJob').length], [1, 3]);
  });

  test('that does not know a new job yet is asked again', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    const unknown = { kind: 'error', status: 404, code: 'NoSuchJob', message: 'No such job.' } as const;
    s.trouble({ operation: 'DescribeJob', times: 3 }, unknown);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
  });

  test('and credentials that expire in the middle of a job do not end it', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    const { opened, open } = gate();
    s.trouble({ operation: 'Active' }, { kind: 'hold', until: opened });
    const refusals = () =>
      s.lab.requests.all().filter(({ operation, status }) => operation === 'DescribeJob' && status === 400)
        .length;
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    s.lab.iam.sessions.expire(s.destination.role);
    s.lab.iam.sessions.expire(s.source.role);
    await until('a refusal', () => refusals() >= 1);
    open();
    const run = consistent(await step.finished);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      s.jobs().map(({ status }) => status),
      ['Complete'],
    );
    assert.deepEqual(contents(s.to), contents(s.from));
  });
});

describe('a job that S3 gives up', { concurrency: 3 }, () => {
  test('because too much has failed is told with what failed, and nothing is deleted', async t => {
    const s = await batchStage(t);
    fill(s, 1010);
    s.to.put('extra', 'x');
    s.fault(
      { operation: 'CopyObject', key: /object/, skip: 100 },
      { kind: 'error', status: 403, code: 'AccessDenied' },
    );
    const run = await s.run({ delete: 'true', 'max-delete': '1' });
    assert.equal(run.code, 1);
    assert.equal(s.jobs()[0]?.status, 'Failed');
    assert.match(
      run.report.verdict.text,
      /^The job \S+ of S3 Batch Operations failed \(FailureThresholdExceeded/,
    );
    assert.match(run.report.failures[0]?.fix?.todo ?? '', /half of at least 1,000 objects/);
    const { copied, failed, skipped } = run.report.totals;
    assert.deepEqual([copied, failed, skipped], [100, 900, 10], 'what it did until then is known');
    assert.ok(s.to.get('extra'), 'it is still there');
  });

  test('for what it found in its manifest has a cause and a fix', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    const { opened, open } = gate();
    s.trouble({ operation: 'Preparing' }, { kind: 'hold', until: opened });
    const onLine = (line: string) => {
      if (!line.startsWith('S3 Batch Operations copies')) return;
      const [manifest = ''] = s.work.keys().filter(key => key.includes('/manifests/'));
      s.work.put(manifest, 'something else\n');
      open();
    };
    const run = await s.run({}, { onLine });
    assert.match(run.report.verdict.text, /failed \(InvalidManifest: Invalid Manifest Content: The ETag/);
    assert.match(run.report.failures[0]?.fix?.todo ?? '', /is not what this run has written/);
    assert.deepEqual([run.report.totals.copied, run.report.complete], [0, false]);
  });

  test('after the run was stopped, which could not end it any more, is told with its reason', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.trouble(
      { operation: 'Completing' },
      { kind: 'error', status: 500, code: 'InternalError', message: 'Oh.' },
    );
    const { opened, open } = gate();
    s.trouble({ operation: 'Failing' }, { kind: 'hold', until: opened });
    const step = await s.start();
    await until('the end', () => s.jobs()[0]?.status === 'Failing');
    step.signal('SIGINT');
    setTimeout(open, 1_000);
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.match(
      run.report.verdict.text,
      /^The job \S+ of S3 Batch Operations failed \(InternalError: Oh\.\)/,
    );
  });

  test('or that somebody else cancels is no success', async t => {
    const s = await batchStage(t);
    fill(s, 3);
    s.fault({ operation: 'CopyObject', key: 'object-1' }, { kind: 'hold', until: never });
    const step = await s.start();
    await until('one object', () => s.to.size > 0);
    const job = s.jobs()[0];
    assert.ok(job);
    job.status = 'Cancelling';
    job.cancel.abort();
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /^Somebody else has cancelled the job/);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 1);
  });
});

const REFUSED = {
  kind: 'error',
  status: 400,
  code: 'JobStatusException',
  message: 'The job cannot be changed.',
} as const;

const THROTTLED = {
  kind: 'error',
  status: 400,
  code: 'TooManyRequestsException',
  message: 'Too many requests',
} as const;

const { opened: never } = gate();

function fill(s: BatchStage, count: number): void {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
}
