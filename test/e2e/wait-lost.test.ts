/** `wait: false` when something comes between the run that starts a job and the one that collects it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sparse } from '../../lab/s3/index.ts';
import { gate } from '../lab/datasync-lab.ts';
import { type BatchStage, heldStage, left, onlyTheRole, until } from './batch-stage.ts';
import { ago, consistent, DAY, GIB } from './stage.ts';

const START = { wait: 'false' };

describe('a job is not taken for what a run is asked for', { concurrency: 3 }, () => {
  test('that looks back further than the one that started it', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('new', 'content', { lastModified: ago(DAY) });
    s.from.put('old', 'content', { lastModified: ago(30 * DAY) });
    await s.run({ ...START, 'modified-after': '7d' });
    open();
    const run = await s.run({ 'modified-after': '60d' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.keys(), ['new', 'old']);
    const same = await s.run({ 'modified-after': '7d' });
    assert.match(same.log, /Collecting what the job/);
  });

  test('that is to fail on what is archived', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    s.from.put('frozen', 'content', { storageClass: 'GLACIER' });
    await s.run(START);
    open();
    const run = await s.run({ archived: 'fail' });
    assert.equal(run.code, 1);
    assert.deepEqual(run.report.totals.reasons, { 'failed: archived': 1, 'unchanged: same-etag': 1 });
  });
});

describe('what an earlier run has left', { concurrency: 3 }, () => {
  test('is forgotten, and said to be, when S3 does not know the job any more', async t => {
    const s = await over(t);
    const [note = ''] = left(s).filter(key => key.endsWith('.json'));
    const { job, ...others } = JSON.parse(read(s, note));
    for (const differently of [{ id: '5f1c9a3e-0000-4000-8000-000000000000' }, { region: 'us-east-1' }]) {
      const started = ago(DAY).toISOString();
      s.work.put(note, JSON.stringify({ ...others, started, job: { ...job, ...differently } }));
      const run = await s.run();
      assert.equal(run.code, 0, run.log);
      assert.match(run.report.notes.join(' '), /The job \S+ .* is not known in eu-central-1 .* is forgotten/);
      assert.match(run.log, /::warning.*compared anew/);
      assert.deepEqual(run.report.totals.reasons, { 'unchanged: same-etag': 1 });
      assert.deepEqual(left(s), []);
    }
  });

  test('is forgotten when the plan is gone, and the job waited for all the same', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    await s.run(START);
    for (const key of left(s)) if (key.endsWith('.gz')) s.work.delete(key);
    const run = await s.run({}, { onLine: line => /An earlier run is still/.test(line) && open() });
    assert.equal(run.code, 0, run.log);
    assert.match(run.report.notes.join(' '), /The plan is gone by which .* is forgotten/);
    assert.deepEqual(run.report.totals.reasons, { 'unchanged: same-etag': 1 });
    assert.deepEqual([s.jobs().length, left(s)], [1, []]);
  });

  test('has nothing deleted that the later run was not asked to delete', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    s.to.put('theirs', 'x');
    await s.run(START);
    const [plan = ''] = left(s).filter(key => key.endsWith('.gz'));
    const lines = gunzipSync(s.work.get(plan)?.content.bytes() ?? '').toString();
    s.work.put(plan, gzipSync(lines.replace(/"theirs","keep","[^"]*"/, '"theirs","delete","extraneous"')));
    assert.match(lines, /"theirs","keep"/);
    open();
    const run = await s.run({ 'max-delete': '1' });
    assert.match(run.log, /Collecting what the job/);
    assert.deepEqual(s.to.keys(), ['object', 'theirs']);
  });

  test('is there for the next run when one could not read the report', async t => {
    const s = await over(t);
    const heal = s.fault({ operation: 'GetObject', bucket: s.work.name, key: /reports/ }, DENIED);
    const refused = await s.run();
    assert.match(refused.report.verdict.text, /Reading the report in .* failed \(AccessDenied/);
    assert.equal(left(s).length, 2);
    heal();
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(run.report.totals.reasons, { 'copied: missing': 1 });
    assert.deepEqual(left(s), []);
  });

  test('of which there is no report is told of once', async t => {
    const s = await over(t);
    for (const key of s.work.keys()) if (key.includes('/reports/')) s.work.delete(key);
    const run = await s.run();
    assert.match(run.report.verdict.text, /there is no report of it/);
    assert.deepEqual(left(s), []);
    assert.equal((await s.run()).code, 0);
  });

  test('that cannot be forgotten does not hide why the run failed', async t => {
    const s = await over(t);
    for (const key of s.work.keys()) if (key.includes('/reports/')) s.work.delete(key);
    s.fault({ operation: 'DeleteObject', bucket: s.work.name, key: /under-way/ }, DENIED);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /there is no report of it/);
  });

  test('is told of before what can no longer be copied beside it', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.from.put('object', 'content');
    await s.run(START);
    onlyTheRole(s);
    open();
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(
      run.report.verdict.text,
      /cannot carry 1 planned object.*What the job \S+ has done is in the report/,
    );
    assert.deepEqual(run.report.totals.reasons, { 'copied: missing': 1, 'skipped: stopped': 1 });
    assert.deepEqual(left(s), []);
  });
});

describe('a run that starts a job and is cut off before the next one could find it', {
  concurrency: 3,
}, () => {
  test('by SIGKILL leaves the job to the post step', async t => {
    const { s } = await heldStage(t);
    s.from.put('object', 'content');
    const { opened, open } = gate();
    t.after(open);
    s.fault(
      { operation: 'PutObject', bucket: s.work.name, key: /under-way/ },
      { kind: 'hold', until: opened },
    );
    const step = await s.start(START, { onLine: line => /goes on\. The next run/.test(line) && kill() });
    const kill = () => step.signal('SIGKILL');
    await step.finished;
    const post = await step.post();
    assert.match(post.log, /Cancelled the job \S+ of S3 Batch Operations, which the run left/);
    await s.lab.s3control.settled();
    assert.deepEqual([s.jobs()[0]?.status, left(s)], ['Cancelled', []]);
  });

  test('by S3 leaves the job to the post step, and no plan that nobody would find', async t => {
    const { s } = await heldStage(t);
    s.from.put('object', 'content');
    s.fault({ operation: 'PutObject', bucket: s.work.name, key: /under-way.*json$/ }, DENIED);
    const step = await s.start(START);
    const run = await step.finished;
    assert.match(run.report.verdict.text, /Leaving job \S+ to the next run .* failed \(AccessDenied/);
    assert.deepEqual(left(s), []);
    await step.post();
    await s.lab.s3control.settled();
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
  });

  test('by SIGINT cancels it itself', async t => {
    const { s } = await heldStage(t);
    s.from.put('object', 'content');
    const { opened, open } = gate();
    t.after(open);
    s.trouble({ operation: 'CreateJob' }, { kind: 'hold', until: opened });
    const step = await s.start(START);
    await until('the manifest', () => s.work.keys().some(key => key.includes('/manifests/')));
    step.signal('SIGINT');
    setTimeout(open, 500);
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(run.report.underWay, undefined);
    assert.deepEqual([s.jobs().map(({ status }) => status), left(s)], [['Cancelled'], []]);
  });
});

const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

/** A stage with a job that has come to its end and is not collected yet. */
async function over(t: Parameters<typeof heldStage>[0]): Promise<BatchStage> {
  const { s, open } = await heldStage(t);
  s.from.put('object', 'content');
  await s.run(START);
  open();
  await s.lab.s3control.settled();
  return s;
}

function read(s: BatchStage, key: string): string {
  return s.work.get(key)?.content.bytes().toString() ?? '';
}
