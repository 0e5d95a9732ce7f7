/** Runs of the command line that are stopped: nothing they started goes on without them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sparse } from '../../lab/s3/index.ts';
import { gate } from '../lab/datasync-lab.ts';
import { runCli, startCli } from './cli-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { contents, GIB, openLab, type Stage, setStage } from './stage.ts';

const lab = await openLab();
const { opened: never } = gate();

async function until(what: string, happened: () => boolean): Promise<void> {
  for (let waited = 0; !happened(); waited += 20) {
    if (waited > 20_000) throw new Error(`Waited in vain: ${what}.`);
    await sleep(20);
  }
}

const answered = (s: Stage, operation: string, times: number) =>
  until(`${times} × ${operation}`, () => s.requests(operation).length >= times);

/** One object whose parts take longer than anybody waits. */
async function endless(): Promise<Stage> {
  const s = setStage(lab);
  s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
  s.fault({ operation: 'UploadPartCopy' }, { kind: 'slow', ms: 30_000 });
  return s;
}

const opened = (s: Stage) =>
  until('an open upload', () => [...s.to.uploads.values()].some(({ key }) => key === 'large')).then(() =>
    sleep(200),
  );

describe('Ctrl-C', { concurrency: 4 }, () => {
  test('once lets copies in flight end, starts no more, accounts for all, and the next run goes on', async () => {
    const s = setStage(lab);
    for (let i = 0; i < 60; i++) s.from.put(`object-${i}`, `content ${i}`);
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 400 });
    const { process: child, finished } = await startCli(s, ['--concurrency=5']);
    await answered(s, 'CopyObject', 10);
    child.kill('SIGINT');
    const run = await finished;
    assert.equal(run.code, 130, run.log);
    assert.match(run.log, /^Stopping: no new copies are started.* Ctrl-C again/m);
    const copies = s.requests('CopyObject');
    assert.ok(copies.length <= 25, `${copies.length} copies were started`);
    assert.ok(copies.every(({ status }) => status === 200));
    assert.deepEqual(run.report.totals.reasons, {
      'copied: missing': copies.length,
      'skipped: stopped': 60 - copies.length,
    });
    assert.match(run.stdout, /^Failed: The run was stopped before it was done\.\n60 listed = /);
    assert.deepEqual(run.remains, []);

    const again = await runCli(s);
    assert.equal(again.code, 0, again.log);
    assert.equal(again.report.totals.unchanged, copies.length);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('twice ends what is in flight within seconds and leaves no upload open', async () => {
    const s = await endless();
    const { process: child, finished } = await startCli(s);
    await opened(s);
    child.kill('SIGINT');
    await sleep(600);
    assert.equal(s.to.uploads.size, 1, 'the first waits');
    const before = Date.now();
    child.kill('SIGINT');
    const run = await finished;
    assert.ok(Date.now() - before < 6000);
    assert.equal(run.code, 130, run.log);
    assert.match(run.log, /^Stopping now\.$/m);
    assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
    assert.deepEqual(run.remains, []);
  });

  test('that npx hands on a second time is one', async () => {
    const s = setStage(lab);
    for (let i = 0; i < 20; i++) s.from.put(`object-${i}`, `content ${i}`);
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 600 });
    const { process: child, finished } = await startCli(s, ['--concurrency=2']);
    await answered(s, 'CopyObject', 2);
    await sleep(100);
    child.kill('SIGINT');
    await sleep(50);
    child.kill('SIGINT');
    const run = await finished;
    assert.equal(run.code, 130);
    assert.doesNotMatch(run.log, /Stopping now/);
    assert.equal(run.report.totals.copied, 4, run.log);
  });
});

describe('SIGTERM', { concurrency: 4 }, () => {
  test('ends what is in flight at once, and leaves no upload open', async () => {
    const s = await endless();
    const { process: child, finished } = await startCli(s);
    await opened(s);
    const before = Date.now();
    child.kill('SIGTERM');
    const run = await finished;
    assert.ok(Date.now() - before < 6000);
    assert.equal(run.code, 143, run.log);
    assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 1);
  });

  test('leaves no upload open even when it could not be aborted at first', async () => {
    const s = await endless();
    const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
    s.fault({ operation: 'AbortMultipartUpload', key: 'large', times: 1 }, denied);
    const { process: child, finished } = await startCli(s);
    await opened(s);
    child.kill('SIGTERM');
    const run = await finished;
    assert.equal(run.code, 143, run.log);
    assert.match(run.log, /^Aborted 1 multipart uploads that the run left open\.$/m);
    assert.equal(s.to.uploads.size, 0);
    assert.deepEqual(run.remains, []);
  });

  test('leaves no execution of DataSync going on, even when it could not be cancelled at first', async t => {
    const s = await dataSyncStage(t);
    s.from.put('object', 'content');
    s.trouble({ operation: 'TRANSFERRING', times: 1 }, { kind: 'hold', until: never });
    const denied = { kind: 'error', status: 400, code: 'AccessDeniedException' } as const;
    s.trouble({ operation: 'CancelTaskExecution', times: 1 }, denied);
    const flags = [
      '--engine=datasync',
      `--datasync-role=${s.role}`,
      `--work-location=s3://${s.work.name}/sync`,
    ];
    const { process: child, finished } = await startCli(s, flags);
    await until('the transfer', () => s.executions()[0]?.status === 'TRANSFERRING');
    child.kill('SIGTERM');
    const run = await finished;
    assert.equal(run.code, 143, run.log);
    assert.match(run.log, /^Cancelled arn:aws:datasync:.*, which the run left going on\.$/m);
    assert.notEqual(s.executions()[0]?.status, 'TRANSFERRING');
    assert.deepEqual(run.remains, []);
  });

  test('says what it could not clean up', async () => {
    const s = await endless();
    const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
    s.fault({ operation: 'AbortMultipartUpload', key: 'large' }, denied);
    const { process: child, finished } = await startCli(s);
    await opened(s);
    child.kill('SIGTERM');
    const run = await finished;
    assert.equal(run.code, 143, run.log);
    assert.match(run.log, /^warning: Clean-up did not finish: .*Access ?Denied/m);
  });
});
