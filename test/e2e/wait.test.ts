/** `wait: false`: one run starts a job, a later one collects what it did. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sparse } from '../../lab/s3/index.ts';
import { heldStage, left } from './batch-stage.ts';
import { contents, GIB, type Run } from './stage.ts';

const START = { wait: 'false' };

describe('a job that is started and not waited for', { concurrency: 3 }, () => {
  test('is collected by the next run as if that had waited', async t => {
    const { s, open } = await heldStage(t);
    for (const number of [0, 1, 2]) s.from.put(`object-${number}`, `content ${number}`);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.to.put('extra', 'x');
    const inputs = { delete: 'true', 'max-delete': '1' };

    const first = await s.run({ ...inputs, ...START });
    assert.equal(first.code, 0, first.log);
    const [job, ...none] = s.jobs();
    assert.deepEqual([job?.status, none.length], ['Active', 0]);
    assert.deepEqual(told(first), { complete: false, verified: false, job: job?.id });
    assert.deepEqual(first.report.totals.reasons, {
      'kept: delete-refused': 1,
      'skipped: under-way': 4,
    });
    assert.equal(first.outputs.job, job?.id);
    assert.match(first.summary, /Started; the next run with the same inputs verifies and reports/);
    assert.ok(first.summary.includes(job?.id ?? '?'));
    assert.deepEqual(s.to.keys(), ['extra']);

    const second = await s.run({ ...inputs, ...START });
    assert.equal(second.code, 0, second.log);
    assert.deepEqual(told(second), { complete: false, verified: false, job: job?.id });

    open();
    await s.lab.s3control.settled();
    const third = await s.run({ ...inputs, ...START });
    assert.equal(third.code, 0, third.log);
    assert.deepEqual(told(third), { complete: true, verified: true, job: undefined });
    assert.deepEqual(third.report.totals.reasons, { 'copied: missing': 4, 'deleted: extraneous': 1 });
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(s.jobs().length, 1);
    assert.deepEqual(left(s), []);
    assert.match(third.log, /Collecting what the job .* which https:.*\/runs\/4242.* started at 20/);
  });

  test('is waited for by a later run that waits, and cancelled by none of them', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    const first = await s.start(START);
    await first.finished;
    const post = await first.post();
    assert.match(post.log, /Nothing was left to do/);

    const stopped = await s.start(
      {},
      { onLine: line => /S3 Batch Operations Active/.test(line) && stopped_() },
    );
    const stopped_ = () => stopped.signal('SIGINT');
    const end = await stopped.finished;
    assert.equal(end.code, 1);
    assert.match(end.report.verdict.text, /stopped before it was done/);
    assert.equal(s.jobs()[0]?.status, 'Active');
    assert.equal(left(s).length, 2, 'the next run finds it again');

    setTimeout(open, 500);
    const last = await s.run();
    assert.equal(last.code, 0, last.log);
    assert.deepEqual(last.report.totals.reasons, { 'copied: missing': 1 });
    assert.equal(s.jobs().length, 1);
  });

  test('is judged by what has become of both sides since', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    s.to.put('back', 'x');
    s.to.put('extra', 'x');
    const inputs = { delete: 'true', 'max-delete': '2' };
    await s.run({ ...inputs, ...START });
    s.from.put('back', 'x');
    s.from.put('new', 'x');
    open();
    const run = await s.run(inputs);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(run.report.totals.reasons, {
      'copied: missing': 1,
      'deleted: extraneous': 1,
      'kept: no-longer-extraneous': 1,
    });
    assert.deepEqual(s.to.keys(), ['back', 'object']);
    assert.match(run.report.notes.join(' '), /appeared in the source after it was listed/);
    const next = await s.run(inputs);
    assert.deepEqual(next.report.totals.reasons, { 'copied: missing': 1, 'unchanged: same-etag': 2 });
  });

  test('deletes nothing that globs protect, whatever somebody has made of its plan', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    s.to.put('extra', 'x');
    s.to.put('protected', 'x');
    const inputs = { delete: 'true', 'max-delete': '100%', exclude: 'protected' };
    await s.run({ ...inputs, ...START });
    const key = left(s).find(one => one.endsWith('.plan.gz')) ?? '';
    const plan = gunzipSync(s.work.get(key)?.content.bytes() ?? '').toString();
    const forged = plan.replace('"keep","protected-by-filter"', '"delete","extraneous"');
    assert.notEqual(forged, plan);
    s.work.put(key, gzipSync(forged));
    open();
    const run = await s.run(inputs);
    assert.deepEqual([run.report.totals.deleted, run.report.complete], [1, false]);
    assert.deepEqual(s.to.keys(), ['object', 'protected']);
  });

  test('that fails on an object is told of once, and the object tried again', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object-0', 'content');
    s.from.put('object-1', 'content');
    const heal = s.fault({ operation: 'CopyObject', key: 'object-1' }, DENIED);
    await s.run(START);
    open();
    const failing = await s.run();
    assert.equal(failing.code, 1);
    assert.deepEqual(failing.report.totals.reasons, { 'copied: missing': 1, 'failed: denied': 1 });
    assert.deepEqual(left(s), []);
    heal();
    const well = await s.run();
    assert.equal(well.code, 0, well.log);
    assert.deepEqual(well.report.totals.reasons, { 'copied: missing': 1, 'unchanged: same-etag': 1 });
    assert.equal(s.jobs().length, 2);
  });

  test('that somebody has cancelled is not waited for for ever', async t => {
    const { s } = await heldStage(t);
    s.from.put('object', 'content');
    await s.run(START);
    const [job] = s.jobs();
    job?.cancel.abort();
    await s.lab.s3control.settled();
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, new RegExp(`cancelled the job ${job?.id}`));
    assert.deepEqual(left(s), []);
  });

  test('is nothing to runs that look, nor to one that is asked for something else', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    await s.run(START);
    for (const mode of ['dry-run', 'verify']) {
      const run = await s.run({ mode });
      assert.equal(run.report.totals.listed, 1);
      assert.equal(run.report.totals.reasons['skipped: under-way'], undefined);
    }
    const other = await s.run({ ...START, exclude: 'object' });
    assert.deepEqual(other.report.totals.reasons, { 'skipped: excluded': 1 });
    assert.equal(left(s).length, 2);
    open();
  });

  test('is not left where the next run could not find it', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    s.fault({ operation: 'PutObject', bucket: s.work.name, key: /under-way/ }, DENIED);
    const run = await s.run(START);
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /Leaving job .* to the next run at s3:.* failed \(AccessDenied/);
    assert.match(JSON.stringify(run.report.failures[0]?.fix), /S3SyncWork/);
    open();
    // Nobody has cancelled the job: what it copies is found there by whoever comes next, once it is over.
    const next = await s.run();
    assert.deepEqual(next.report.totals.reasons, { 'unchanged: same-etag': 1 });
  });
});

const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

function told({ report }: Run) {
  return { complete: report.complete, verified: report.verified, job: report.underWay?.id };
}
