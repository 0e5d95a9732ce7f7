/** Runs that stop at their `time-limit`: what was done is proven and told, and the next run goes on. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import { heldStage, left } from './batch-stage.ts';
import { runCli } from './cli-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { consistent, contents, GIB, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

/** Nothing new is started after some ten seconds, and what is in flight ends after twelve. */
const SECONDS = 14;
const LIMIT = { 'time-limit': `${SECONDS}s` };
const DELETE = { delete: 'true', 'max-delete': '100%' };

/** More small objects than are copied in time. */
function fill(s: Stage): void {
  for (let i = 0; i < 60; i++) s.from.put(`object-${String(i).padStart(2, '0')}`, `content ${i}`);
  s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 600 });
}

const warnings = ({ raw }: Run) => [...raw.matchAll(/^::warning::(.*)$/gm)].map(([, text]) => text);

describe('a run that reaches its time limit', { concurrency: 3 }, () => {
  test('proves and reports what it has copied, and the next run copies the rest', async () => {
    const s = setStage(lab);
    fill(s);
    s.to.put('extra', 'x');
    const artifact = `limited-${s.to.name}`;
    const run = await s.run({ ...LIMIT, ...DELETE, concurrency: '2', artifact });
    assert.equal(run.code, 0, run.log);
    const copies = s.requests('CopyObject');
    assert.ok(copies.length > 3 && copies.length < 60, `${copies.length} copies were started`);
    assert.ok(copies.every(({ status }) => status === 200));
    assert.deepEqual(run.report.totals.reasons, {
      'copied: missing': copies.length,
      'skipped: stopped': 60 - copies.length,
      'kept: delete-refused': 1,
    });
    assert.equal(run.report.totals.proofs.etag, copies.length, 'the closing comparison has seen the copies');
    assert.deepEqual([run.report.complete, run.report.verified], [false, false]);
    const told = `Stopped at its time limit: ${copies.length} of 60 objects copied; the next run goes on`;
    assert.deepEqual(warnings(run), [`${told}.`]);
    assert.ok(run.summary.startsWith(`## ⚠️ ${told}\n`), run.summary);
    assert.ok(lab.github.results.artifact(artifact), 'nobody is in a hurry');
    assert.ok(Number(run.outputs['duration-seconds']) < SECONDS);

    const next = await s.run(DELETE);
    assert.equal(next.code, 0, next.log);
    assert.deepEqual([next.report.complete, next.report.verified], [true, true]);
    assert.equal(s.requests('CopyObject').length, 60, 'nothing is copied twice');
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('ends a copy in parts that takes longer, leaves no upload, and compares all the same', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.from.put('small', 'content');
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'slow', ms: 30_000 });
    const run = await s.run(LIMIT);
    assert.equal(run.code, 0, run.log);
    assert.ok(s.requests('AbortMultipartUpload').length > 0);
    assert.deepEqual([s.to.keys(), s.to.uploads.size], [['small'], 0]);
    assert.deepEqual(run.report.totals.reasons, { 'copied: missing': 1, 'skipped: stopped': 1 });
    assert.equal(run.record('small').proof, 'etag');
    assert.ok(Number(run.outputs['duration-seconds']) < SECONDS);
  });

  test('fails when nothing was copied in time: the next run would come no further', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'slow', ms: 30_000 });
    const run = await s.run(LIMIT);
    assert.equal(run.code, 1);
    assert.equal(run.report.verdict.text, 'The time limit of 14s was reached before anything was copied.');
    assert.match(run.summary, /Raise `?.*time-limit/);
    assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
  });

  for (const mode of ['sync', 'verify'])
    test(`in mode ${mode} before both sides are listed changes nothing and fails`, async () => {
      const s = setStage(lab);
      s.from.put('object', 'content');
      s.fault({ operation: 'ListObjectsV2', bucket: s.to.name, skip: 1 }, { kind: 'slow', ms: 30_000 });
      const run = await s.run({ ...LIMIT, mode });
      assert.equal(run.code, 1);
      assert.match(run.report.verdict.text, /^The time limit of 14s was reached before (anything|all) was/);
      assert.deepEqual([s.to.size, s.requests('CopyObject').length], [0, 0]);
      assert.deepEqual([run.report.complete, run.report.verified], [false, false]);
      assert.ok(Number(run.outputs['duration-seconds']) < SECONDS);
    });

  test('and is cancelled on top of it goes at once, like any other', async () => {
    const s = setStage(lab);
    fill(s);
    s.fault({ operation: 'CopyObject', skip: 10 }, { kind: 'slow', ms: 1500 });
    const step = await s.start(
      { ...LIMIT, concurrency: '2' },
      { onLine: line => line.startsWith('The time limit of 14s is near') && step.signal('SIGINT') },
    );
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /stopped before it was done/);
    const { copied } = run.report.totals;
    assert.ok(copied > 0 && copied < 60);
    assert.equal(run.report.totals.proofs.none, copied, 'there was no time for a comparison');
    const next = await s.run();
    assert.equal(next.report.totals.unchanged, copied, next.log);
  });

  test('says so to a shell by an exit code of its own', async () => {
    const s = setStage(lab);
    fill(s);
    const run = await runCli(s, ['--time-limit=14s', '--concurrency=2']);
    assert.equal(run.code, 3, run.log);
    assert.match(run.log, /^warning: Stopped at its time limit: \d+ of 60 objects copied/m);
    assert.match(
      run.stdout,
      /^Stopped at its time limit: \d+ of 60 objects copied; the next run goes on\.\n60/,
    );
    assert.deepEqual(run.remains, []);
  });
});

describe('where a service does the copying', { concurrency: 3 }, () => {
  test('the execution of DataSync is cancelled, and what it has copied is kept', async t => {
    const s = await dataSyncStage(t);
    for (const key of ['a', 'b', 'c']) s.from.put(key, key);
    const { promise: never } = Promise.withResolvers<void>();
    s.fault({ operation: 'GetObject', bucket: s.from.name, key: 'b' }, { kind: 'hold', until: never });
    const run = await s.run(LIMIT);
    assert.equal(s.requests('CancelTaskExecution').length, 1);
    assert.equal(run.code, 0, run.log);
    const { copied, skipped } = run.report.totals;
    assert.deepEqual([copied, skipped, run.report.complete], [2, 1, false]);
  });

  test('a job that this run has started is cancelled', async t => {
    const { s } = await heldStage(t);
    s.from.put('object', 'content');
    const run = await s.run(LIMIT);
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /before anything was copied/);
    assert.deepEqual(
      s.jobs().map(({ status }) => status),
      ['Cancelled'],
    );
  });

  test('a job that an earlier run has left goes on, and a later run collects it', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    assert.equal((await s.run({ wait: 'false' })).code, 0);
    const run = await s.run(LIMIT);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.report.complete, run.outputs.job], [false, s.jobs()[0]?.id]);
    open();
    await s.lab.s3control.settled();
    const last = await s.run(LIMIT);
    assert.deepEqual([last.code, last.report.complete, last.report.totals.copied], [0, true, 1], last.log);
    assert.deepEqual(left(s), []);
  });
});
