/**
 * The README's quick start and the files of examples/, unchanged, as act runs them, in accounts that are set up by the
 * letter of the README and of docs/permissions.md. The lab is AWS, GitHub's OIDC provider, its API and its artifact service.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import type { Lab } from '../../lab/lab.ts';
import { type Bucket, sparse } from '../../lab/s3/index.ts';
import { allow, arnOf, policy } from '../../lab/worlds.ts';
import { until } from '../e2e/batch-stage.ts';
import { type Event, runWorkflow, startWorkflow, type WorkflowRun } from './act.ts';
import { batchRoles, dataSyncRoles, planRoles, replicationRoles } from './documented-roles.ts';
import { find } from './programs.ts';
import { blocksOf, DESTINATION, quickStart, SOURCE } from './quick-start.ts';

const GIB = 1024 ** 3;
const REPORT = ['report.html', 'report.json', 'objects.ndjson', 'summary.md'];

before(() => assert.ok(find('act'), 'act could not be had'));

test('the workflow of the quick start looks first, and copies once its `mode` line is gone', async t => {
  const lab = await quickStart(t);
  fill(lab, 3);
  const folder = await mkdtemp(join(tmpdir(), 'workflow-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'sync.yml');
  const [workflow = ''] = await blocksOf('yaml');
  for (const [text, arrived] of [
    [workflow, 0],
    [workflow.replace(/^ *mode: .*\n/m, ''), 3],
  ] as const) {
    await writeFile(path, text);
    const run = await runWorkflow(t, lab, path, { name: 'workflow_dispatch' });
    assert.equal(run.jobs.sync, 'success', run.text);
    assert.equal(destination(lab).size, arrived);
  }
});

test('nightly.yml: copies what it should, deletes what it may, and leaves summary, outputs and report', async t => {
  const lab = await quickStart(t);
  const [from, to] = [source(lab), destination(lab)];
  letDelete(lab);
  fill(lab, 40);
  for (let i = 0; i < 30; i++) to.put(`object-${i}`, `content ${i}`);
  from.put('tmp/scratch', 'x');
  from.put('deep/half.part', 'x');
  to.put('extra', 'x');

  const run = await runWorkflow(t, lab, example('nightly.yml'), { name: 'schedule' });
  green(run);
  assert.deepEqual(
    to.keys(),
    from.keys().filter(key => key.startsWith('object-')),
  );
  assert.deepEqual(counts(run), { listed: 42, copied: 10, unchanged: 30, skipped: 2, failed: 0, deleted: 1 });
  assert.match(run.summary, /^## ✅ Synced and verified\n/);
  assert.match(run.post, /^Nothing was left to do\.$/m);
  const artifact = lab.github.results.artifact('s3-sync-report');
  for (const name of REPORT) assert.ok(artifact?.bytes.includes(name), name);
  assert.match(
    run.outputs['artifact-url'] ?? '',
    /^https:\/\/github\.com\/octo-org\/octo-repo\/actions\/runs\//,
  );
});

test('manual.yml: does a dry run unless something else is chosen', async t => {
  const lab = await quickStart(t);
  fill(lab, 3);
  source(lab).put('photos/one', 'one');
  const first = await runWorkflow(t, lab, example('manual.yml'), { name: 'workflow_dispatch' });
  green(first);
  assert.deepEqual([destination(lab).size, counts(first).copied], [0, 4]);
  assert.match(first.summary, /^## ✅ Dry run: nothing was changed\n/);

  const inputs = { mode: 'sync', prefix: 'photos/' };
  const chosen = await runWorkflow(t, lab, example('manual.yml'), { name: 'workflow_dispatch', inputs });
  assert.equal(chosen.jobs.sync, 'success', chosen.text);
  assert.deepEqual(destination(lab).keys(), ['photos/one']);
});

test('pipeline.yml: waits for the job before, and the step after reads an output', async t => {
  const lab = await quickStart(t);
  source(lab).put('releases/1.0.tar', 'one');
  source(lab).put('drafts/1.1.tar', 'two');
  const run = await runWorkflow(t, lab, example('pipeline.yml'), { name: 'push' });
  green(run, 'publish', 'sync');
  assert.deepEqual(destination(lab).keys(), ['releases/1.0.tar']);
  assert.match(run.main, /^1 objects copied$/m);
  assert.ok(run.main.indexOf('build, and upload') < run.main.indexOf('Preflight'));
});

test('pull-request.yml: comments what merging would copy, with roles that cannot write', async t => {
  const lab = await quickStart(t);
  planRoles(lab);
  lab.github.oidc.claims.eventName = 'pull_request';
  fill(lab, 2);
  for (const _push of [1, 2]) {
    const run = await runWorkflow(t, lab, example('pull-request.yml'), pullRequest('octo-org/octo-repo'));
    assert.equal(run.jobs.plan, 'success', run.text);
    assert.equal(counts(run).copied, 2);
  }
  const [comment, ...others] = lab.github.comments.of(7);
  assert.deepEqual([others.length, comment?.edits], [0, 1]);
  assert.match(comment?.body ?? '', /object-0/);
  assert.equal(destination(lab).size, 0);
  assert.deepEqual(lab.requests.mutating(), []);
});

test('pull-request.yml: does nothing for a fork', async t => {
  const lab = await quickStart(t);
  const run = await runWorkflow(t, lab, example('pull-request.yml'), pullRequest('somebody/octo-repo'));
  assert.deepEqual([run.main, run.outputs], ['', {}]);
  assert.deepEqual(lab.requests.all(), []);
});

test('batch.yml: one line of the schedule starts the job, the other collects what it did', async t => {
  const lab = await quickStart(t);
  batchRoles(lab);
  fill(lab, 3);
  const cron = (schedule: string) =>
    runWorkflow(t, lab, example('batch.yml'), { name: 'schedule', payload: { schedule } });
  const night = await cron('0 1 * * *');
  green(night, 'move');
  const [job] = lab.s3control.jobs();
  assert.ok(job);
  assert.deepEqual([night.outputs.job, night.outputs.verified], [job.id, 'false']);
  await lab.s3control.settled();
  const noon = await cron('0 13 * * *');
  assert.equal(noon.jobs.move, 'success', noon.text);
  assert.deepEqual([noon.outputs.engine, noon.outputs.verified], ['batch', 'true']);
  assert.deepEqual([destination(lab).size, lab.s3control.jobs().length], [3, 1]);
});

test('datasync.yml: preflight unless something else is chosen, then a sync', async t => {
  const lab = await quickStart(t);
  dataSyncRoles(lab);
  fill(lab, 3);
  await preflightThenSync(t, lab, example('datasync.yml'), 'move');
});

test('replication.yml: preflight, sync, and every night a look whether it still replicates', async t => {
  const lab = await quickStart(t);
  replicationRoles(lab);
  fill(lab, 3);
  await preflightThenSync(t, lab, example('replication.yml'), 'replicate');
  source(lab).put('later', 'on');
  await lab.s3.replication.settled();
  assert.ok(destination(lab).get('later'), 'the rule stays');
  const night = await runWorkflow(t, lab, example('replication.yml'), { name: 'schedule' });
  assert.equal(night.jobs.replicate, 'success', night.text);
  assert.equal(night.outputs.verified, 'true');

  assert.ok(source(lab).replication);
  source(lab).replication = undefined;
  const broken = await runWorkflow(t, lab, example('replication.yml'), { name: 'schedule' });
  assert.equal(broken.jobs.replicate, 'failure', broken.text);
});

test('a job that is killed: the post step has its state, and ends the upload that was left open', async t => {
  const lab = await quickStart(t);
  letDelete(lab);
  source(lab).put('large', sparse(6 * GIB, 'large'), { parts: GIB });
  const { promise, resolve } = Promise.withResolvers<void>();
  t.after(() => resolve());
  lab.faults.add({ operation: 'UploadPartCopy', skip: 1, kind: 'hold', until: promise });
  const step = await startWorkflow(t, lab, example('nightly.yml'), { name: 'schedule' });
  // An upload is noted before its first part is sent.
  await until('a first part', () => lab.requests.count('UploadPartCopy') > 0);
  step.process.kill('SIGINT');
  const run = await step.finished;
  assert.notEqual(run.jobs.sync, 'success');
  assert.match(run.post, /^Aborted 1 multipart uploads that the run left open\.$/m);
  assert.equal(destination(lab).uploads.size, 0);
});

const example = (name: string): string => join(import.meta.dirname, '../../examples', name);
const source = (lab: Lab): Bucket => lab.s3.bucket(SOURCE.name);
const destination = (lab: Lab): Bucket => lab.s3.bucket(DESTINATION.name);

/** What the quick start leaves out, and `delete: true` needs. */
function letDelete(lab: Lab): void {
  const role = `arn:aws:iam::${DESTINATION.account}:role/s3-sync-destination`;
  const objects = `${arnOf(destination(lab).name)}/*`;
  lab.iam.accounts.putPolicy(role, 'delete', policy(allow('s3:DeleteObject', objects)));
}

function fill(lab: Lab, count: number): void {
  for (let i = 0; i < count; i++) source(lab).put(`object-${i}`, `content ${i}`);
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
function pullRequest(head: string): Event {
  const number = 7;
  const pull_request = {
    number,
    head: { repo: { full_name: head } },
    base: { repo: { full_name: 'octo-org/octo-repo' } },
  };
  return { name: 'pull_request', payload: { number, pull_request } };
}

/** As by hand: nothing chosen first, and then `sync`. */
async function preflightThenSync(t: TestContext, lab: Lab, path: string, job: string): Promise<void> {
  const name = 'workflow_dispatch';
  const first = await runWorkflow(t, lab, path, { name });
  assert.equal(first.jobs[job], 'success', first.text);
  assert.match(first.summary, /^## ✅ /);
  assert.equal(destination(lab).size, 0);
  const second = await runWorkflow(t, lab, path, { name, inputs: { mode: 'sync' } });
  assert.equal(second.jobs[job], 'success', second.text);
  assert.deepEqual([second.outputs.verified, destination(lab).keys()], ['true', source(lab).keys()]);
}

/** Every job went well, and nothing on the page of the run asks for attention. */
function green(run: WorkflowRun, ...jobs: string[]): void {
  const expected = jobs.length > 0 ? jobs : ['sync'];
  assert.deepEqual(run.jobs, Object.fromEntries(expected.map(job => [job, 'success'])), run.text);
  assert.deepEqual(run.annotations, []);
}

/** The outputs `objects-…`. */
function counts({ outputs }: WorkflowRun): Record<string, number> {
  const found = Object.entries(outputs).flatMap(([name, value]) => {
    const [, what] = /^objects-(.*)$/.exec(name) ?? [];
    return what === undefined ? [] : [[what, Number(value)]];
  });
  return Object.fromEntries(found);
}
