/** Runs that are ended from outside: by a cancelled job, by a time limit, by a machine that goes away. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sparse } from '../../lab/s3/index.ts';
import { consistent, contents, GIB, openLab, type Stage, setStage } from './stage.ts';

const lab = await openLab();

async function until(what: string, happened: () => boolean): Promise<void> {
  for (let waited = 0; !happened(); waited += 20) {
    if (waited > 20_000) throw new Error(`Waited in vain: ${what}.`);
    await sleep(20);
  }
}

function fill(s: Stage, count: number): void {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
}

const answered = (s: Stage, operation: string, times: number) =>
  until(`${times} × ${operation}`, () => s.requests(operation).length >= times);

const opened = (s: Stage) =>
  until('an open upload', () => [...s.to.uploads.values()].some(({ key }) => key.startsWith('large')));

describe('SIGINT, as a cancelled job sends it first', { concurrency: 4 }, () => {
  test('lets copies in flight end, starts no more, and accounts for all; post saves the report', async () => {
    const s = setStage(lab);
    fill(s, 60);
    s.to.put('extra', 'x');
    const artifact = `stopped-${s.to.name}`;
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 400 });
    const inputs = { concurrency: '5', artifact, delete: 'true', 'max-delete': '100%' };
    const step = await s.start(inputs);
    await answered(s, 'CopyObject', 10);
    step.signal('SIGINT');
    const run = consistent(await step.finished, inputs);
    assert.equal(run.code, 1);
    const copies = s.requests('CopyObject');
    assert.ok(copies.length <= 25, `${copies.length} copies were started`);
    assert.ok(copies.every(({ status }) => status === 200));
    const { listed, copied, reasons } = run.report.totals;
    assert.deepEqual([listed, copied], [60, copies.length]);
    assert.equal(reasons['skipped: stopped'], 60 - copies.length);
    assert.deepEqual([run.report.complete, run.report.verified], [false, false]);
    assert.match(run.report.verdict.text, /stopped before it was done/);
    assert.match(run.summary, /stopped before it was done/);
    assert.equal(s.to.get('extra')?.content.size, 1, 'nothing is deleted on the way out');
    assert.equal(lab.github.results.artifact(artifact), undefined, 'seconds are too dear for an upload');

    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.ok(lab.github.results.artifact(artifact));

    const again = await s.run({ delete: 'true', 'max-delete': '100%' });
    assert.equal(again.code, 0, again.log);
    assert.equal(again.report.totals.unchanged, copies.length);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('lets a copy in parts end', async () => {
    const s = setStage(lab);
    for (let i = 0; i < 3; i++) s.from.put(`large-${i}`, sparse(6 * GIB, i), { parts: GIB });
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'slow', ms: 400 });
    const step = await s.start({ concurrency: '1' });
    await opened(s);
    step.signal('SIGINT');
    const run = consistent(await step.finished);
    assert.deepEqual([s.to.keys(), s.to.uploads.size], [['large-0'], 0]);
    assert.deepEqual(run.report.totals.reasons, { 'copied: missing': 1, 'skipped: stopped': 2 });
  });

  test('before the first copy leaves a report in which everything was skipped', async () => {
    const s = setStage(lab);
    fill(s, 10);
    s.fault({ operation: 'ListObjectsV2', bucket: s.to.name, skip: 1 }, { kind: 'slow', ms: 600 });
    const step = await s.start({}, { onLine: line => line === '::endgroup::' && step.signal('SIGINT') });
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(s.to.size, 0);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 10);
  });

  test('after the last copy, before the deletions, leaves them to the next run and says so', async () => {
    const s = setStage(lab);
    fill(s, 3);
    s.to.put('extra', 'x');
    s.fault({ operation: 'CopyObject', key: 'object-2' }, { kind: 'slow', ms: 800 });
    const step = await s.start({ delete: 'true', 'max-delete': '100%' });
    await answered(s, 'CopyObject', 2);
    step.signal('SIGINT');
    const run = consistent(await step.finished);
    assert.equal(run.report.totals.copied, 3);
    assert.ok(s.to.get('extra'));
    assert.equal(run.report.complete, false, 'a planned deletion was not attempted');
    assert.equal(run.code, 1);
  });
});

describe('SIGTERM, as the runner sends it 7.5 seconds later', { concurrency: 4 }, () => {
  test('ends a copy in parts at once and aborts its upload', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'slow', ms: 15_000 });
    const step = await s.start();
    await opened(s);
    await sleep(200);
    const before = Date.now();
    step.signal('SIGTERM');
    const run = consistent(await step.finished);
    assert.ok(Date.now() - before < 6000, 'the runner would have killed it');
    assert.equal(run.code, 1);
    assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 1);
    assert.match(run.summary, /stopped before it was done/);
  });

  test('after SIGINT ends what SIGINT was still waiting for', async () => {
    const s = setStage(lab);
    fill(s, 20);
    s.fault({ operation: 'CopyObject', skip: 5 }, { kind: 'slow', ms: 15_000 });
    const step = await s.start({ concurrency: '5' });
    await answered(s, 'CopyObject', 5);
    step.signal('SIGINT');
    await sleep(500);
    const before = Date.now();
    step.signal('SIGTERM');
    const run = consistent(await step.finished);
    assert.ok(Date.now() - before < 6000);
    assert.deepEqual(run.report.totals.reasons, { 'copied: missing': 5, 'skipped: stopped': 15 });
  });

  test('ends a run that waits for its turn', async () => {
    const s = setStage(lab);
    fill(s, 3);
    const step = await s.start({ 'max-rate': '1' });
    await until('a request', () => s.requests().length > 0);
    const before = Date.now();
    step.signal('SIGTERM');
    const run = consistent(await step.finished);
    assert.ok(Date.now() - before < 6000);
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /^Stopped/);
    assert.equal(s.to.size, 0);
  });

  test('ends a run that waits between its retries', async () => {
    const s = setStage(lab);
    fill(s, 3);
    s.fault({ operation: 'CopyObject' }, { kind: 'error', status: 503, code: 'SlowDown' });
    const step = await s.start();
    await answered(s, 'CopyObject', 15);
    const before = Date.now();
    step.signal('SIGTERM');
    const run = consistent(await step.finished);
    assert.ok(Date.now() - before < 6000);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 3);
  });
});

describe('SIGKILL', { concurrency: 4 }, () => {
  test('during a copy in parts leaves an upload open, which the post step aborts; a rerun completes', async () => {
    const s = setStage(lab);
    fill(s, 5);
    for (const key of ['large-1', 'large-2']) s.from.put(key, sparse(6 * GIB, key), { parts: GIB });
    const heal = s.fault({ operation: 'UploadPartCopy', skip: 3 }, { kind: 'slow', ms: 15_000 });
    const step = await s.start();
    await opened(s);
    await answered(s, 'UploadPartCopy', 3);
    step.signal('SIGKILL');
    const killed = await step.finished;
    assert.equal(killed.code, null);
    assert.ok(s.to.uploads.size > 0);

    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.equal(s.to.uploads.size, 0, post.log);
    assert.match(post.log, /Aborted 2 multipart uploads/);
    heal();
    const again = await s.run();
    assert.equal(again.code, 0, again.log);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('before it knows what it has opened leaves an upload that the post step finds', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.fault({ operation: 'CreateMultipartUpload', key: 'large' }, { kind: 'stall', ms: 15_000 });
    const step = await s.start();
    await opened(s);
    step.signal('SIGKILL');
    await step.finished;
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.equal(s.to.uploads.size, 0, post.log);
  });

  test('before anything is planned leaves no file behind', async () => {
    const s = setStage(lab);
    fill(s, 1);
    s.fault({ operation: 'ListObjectsV2', bucket: s.to.name }, { kind: 'slow', ms: 15_000 });
    const step = await s.start();
    await answered(s, 'GetBucketVersioning', 2);
    step.signal('SIGKILL');
    await step.finished;
    const scratch = () => readdirSync(step.workspace).filter(name => /^s3-sync-(?!report)/.test(name));
    assert.equal(scratch().length, 1);
    await step.post();
    assert.deepEqual(scratch(), []);
  });

  test('among small copies leaves nothing that a rerun does not complete', async () => {
    const s = setStage(lab);
    fill(s, 40);
    const heal = s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 300 });
    const step = await s.start({ concurrency: '4' });
    await answered(s, 'CopyObject', 8);
    step.signal('SIGKILL');
    await step.finished;
    heal();
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    const again = await s.run();
    assert.ok(again.report.totals.unchanged >= 8);
    assert.deepEqual(contents(s.to), contents(s.from));
  });
});

describe('the post step', { concurrency: 4 }, () => {
  test('has nothing to do after a run that came to its end', async () => {
    const s = setStage(lab);
    fill(s, 2);
    const step = await s.start({ artifact: `ended-${s.to.name}` });
    await step.finished;
    const before = s.requests().length;
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.match(post.log, /Nothing was left to do/);
    assert.equal(s.requests().length, before);
  });

  test('fails no job, whatever it cannot clean up', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'slow', ms: 15_000 });
    s.fault(
      { operation: 'AbortMultipartUpload', key: 'large' },
      { kind: 'error', status: 403, code: 'AccessDenied' },
    );
    const step = await s.start();
    await opened(s);
    await sleep(200);
    step.signal('SIGKILL');
    await step.finished;
    const post = await step.post();
    assert.equal(post.code, 0);
    assert.match(post.log, /::warning::.*AccessDenied|::warning::.*Access Denied|::warning::Clean-up/);
  });
});
