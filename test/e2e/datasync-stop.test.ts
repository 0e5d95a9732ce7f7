/** Runs with DataSync that are stopped, killed, cut off, throttled or taken up again. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gate } from '../lab/datasync-lab.ts';
import { type DataSyncStage, dataSyncStage } from './datasync-stage.ts';
import { consistent, contents } from './stage.ts';

describe('a run that is stopped', { concurrency: 3 }, () => {
  test('by SIGINT cancels the execution, waits for its end and tells what it did', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    // The second of the three does not get any further by itself.
    s.fault({ operation: 'GetObject', bucket: s.from.name, key: 'object-1' }, { kind: 'hold', until: never });
    const step = await s.start({ 'datasync-keep': 'false' });
    await until('one object', () => s.to.size > 0);
    step.signal('SIGINT');
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(s.executions().length, 0, 'the task is gone with its executions');
    assert.deepEqual(s.equipment(), []);
    const { copied, skipped, failed } = run.report.totals;
    assert.deepEqual([copied, skipped, failed], [2, 1, 0], 'the one on its way arrives');
    assert.match(run.report.verdict.text, /stopped before it was done/);
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
  });

  test('by SIGTERM leaves nothing running', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble({ operation: 'TRANSFERRING', times: 1 }, { kind: 'hold', until: never });
    const { opened, open } = gate();
    s.trouble({ operation: 'CANCELLING' }, { kind: 'hold', until: opened });
    const step = await s.start();
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    step.signal('SIGTERM');
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 2);
    assert.equal(s.executions()[0]?.status, 'CANCELLING');
    const post = await step.post();
    assert.doesNotMatch(post.log, /::warning/);
    assert.equal(s.requests('CancelTaskExecution').length, 1, 'what is ending is left to end');
    open();
    await s.lab.datasync.settled();
    assert.equal(s.executions()[0]?.status, 'ERROR');
    const again = await s.run();
    assert.deepEqual(contents(s.to), contents(s.from), again.log);
  });

  test('by SIGKILL leaves the execution to the post step, which cancels it', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble({ operation: 'TRANSFERRING', times: 1 }, { kind: 'hold', until: never });
    const step = await s.start();
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    step.signal('SIGKILL');
    await step.finished;
    assert.equal(s.executions()[0]?.status, 'TRANSFERRING');
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.match(post.log, /Cancelled arn:aws:datasync:.*\/execution\/exec-\w+, which the run left going on/);
    await s.lab.datasync.settled();
    assert.equal(s.executions()[0]?.status, 'ERROR');
    assert.equal((await s.run()).code, 0);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('by SIGKILL before it knows what it has started: the post step finds it by its manifest', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble({ operation: 'TRANSFERRING' }, { kind: 'hold', until: never });
    s.trouble({ operation: 'StartTaskExecution' }, { kind: 'cut', applied: true });
    const heal = s.trouble({ operation: 'ListTaskExecutions', skip: 1 }, { kind: 'hold', until: never });
    const step = await s.start();
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    step.signal('SIGKILL');
    await step.finished;
    heal();
    const post = await step.post();
    assert.match(post.log, /Cancelled arn:aws:datasync/, post.log);
    await s.lab.datasync.settled();
    assert.deepEqual(
      s.executions().map(({ status }) => status),
      ['ERROR'],
    );
  });
});

describe('an execution that runs already', { concurrency: 3 }, () => {
  test('is waited for before anything is planned, and not cancelled by who did not start it', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const { opened, open } = gate();
    s.trouble({ operation: 'TRANSFERRING', times: 1 }, { kind: 'hold', until: opened });
    const killed = await s.start();
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    killed.signal('SIGKILL');
    await killed.finished;
    const run = await s.run(
      {},
      { onLine: line => /An earlier run is still being worked on/.test(line) && open() },
    );
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      s.executions().map(({ status }) => status),
      ['SUCCESS'],
    );
    assert.deepEqual([run.report.totals.copied, run.report.totals.unchanged], [0, 2]);
  });

  test('is left alone by a run that is stopped meanwhile', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble({ operation: 'TRANSFERRING', times: 1 }, { kind: 'hold', until: never });
    const killed = await s.start();
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    killed.signal('SIGKILL');
    await killed.finished;
    const step = await s.start(
      {},
      { onLine: line => /An earlier run is still being worked on/.test(line) && step.signal('SIGINT') },
    );
    const run = consistent(await step.finished);
    assert.match(
      run.report.verdict.text,
      /Stopped while arn:aws:datasync:.* of an earlier run was waited for/,
    );
    assert.equal(s.executions()[0]?.status, 'TRANSFERRING');
  });
});

describe('a control plane in trouble', { concurrency: 3 }, () => {
  test('that throttles for a while is asked again', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble(
      { operation: /^(ListLocations|CreateTask|StartTaskExecution|DescribeTaskExecution)$/, times: 6 },
      THROTTLED,
    );
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.requests['datasync-throttled'], 6);
    assert.equal(run.report.requests.throttled, undefined, 'S3 did not');
    assert.equal(s.executions().length, 1);
  });

  test('that throttles for good ends the run with a named cause and what to do', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble({ operation: 'CreateTask' }, THROTTLED);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(
      run.report.verdict.text,
      /Making a task of DataSync in eu-central-1 failed \(ThrottlingException: Rate exceeded\)/,
    );
    assert.match(run.report.failures[0]?.fix?.todo ?? '', /Run again later/);
    assert.equal(run.report.totals.copied, 0);
  });

  test('whose answers are lost makes nothing twice', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const { opened, open } = gate();
    s.trouble({ operation: 'TRANSFERRING' }, { kind: 'hold', until: opened });
    for (const operation of ['CreateLocationS3', 'CreateTask', 'StartTaskExecution'])
      s.trouble({ operation, times: 1 }, { kind: 'cut', applied: true });
    const run = await s.run(
      { 'datasync-keep': 'false' },
      { onLine: line => line.startsWith('DataSync copies') && open() },
    );
    assert.equal(run.code, 0, run.log);
    assert.equal(s.requests('StartTaskExecution').length, 1);
    assert.deepEqual(s.equipment(), [], 'what was made is known to have been made by this run');
  });

  test('and credentials that expire in the middle of an execution do not end it', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const { opened, open } = gate();
    s.trouble({ operation: 'TRANSFERRING' }, { kind: 'hold', until: opened });
    const answers = (wanted: number) =>
      s.lab.requests
        .all()
        .filter(({ operation, status }) => operation === 'DescribeTaskExecution' && status === wanted).length;
    const step = await s.start();
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    for (let times = 1; times <= 2; times++) {
      s.lab.iam.sessions.expire(s.source.role);
      s.lab.iam.sessions.expire(s.destination.role);
      await until('a refusal', () => answers(400) >= times);
      // Only then is there a renewed session that can expire as well.
      const looks = answers(200);
      await until('a look after it', () => answers(200) > looks);
    }
    open();
    const run = consistent(await step.finished);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      s.executions().map(({ status }) => status),
      ['SUCCESS'],
    );
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('and an execution that breaks off while it verifies fail the run, and nothing is deleted', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.to.put('extra', 'x');
    s.trouble({ operation: 'VERIFYING' }, { kind: 'error', status: 400, code: 'EniNotFound' });
    const run = await s.run({ delete: 'true', 'max-delete': '1' });
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /ended with an error \(EniNotFound/);
    assert.ok(s.to.get('extra'), 'it is still there');
  });

  for (const [code, words] of [
    ['FsS3UnableToConnectToEndpoint', /does not reach a bucket.*both Regions enabled/],
    ['FsS3HeadBucketFailed', /the bucket policy of octo-destination/],
    ['EniNotFound', /Run again/],
    ['NoMem', /datasync-mode: enhanced/],
  ] as const) {
    test(`and an execution that ends with ${code} have a cause and a fix`, async t => {
      const s = await dataSyncStage(t);
      fill(s, 2);
      s.trouble({ operation: 'LAUNCHING' }, { kind: 'error', status: 400, code });
      const run = await s.run();
      assert.equal(run.code, 1);
      assert.match(run.report.verdict.text, new RegExp(`exec-\\w+ ended with an error \\(${code}`));
      assert.match(run.report.failures[0]?.fix?.todo ?? '', words);
      assert.equal(run.report.complete, false);
    });
  }
});

const THROTTLED = {
  kind: 'error',
  status: 400,
  code: 'ThrottlingException',
  message: 'Rate exceeded',
} as const;

const { opened: never } = gate();

function fill(s: DataSyncStage, count: number): void {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
}

async function until(what: string, happened: () => boolean): Promise<void> {
  for (let waited = 0; !happened(); waited += 20) {
    if (waited > 20_000) throw new Error(`Waited in vain: ${what}.`);
    await sleep(20);
  }
}
