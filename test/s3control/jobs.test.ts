/** Jobs made, watched and cancelled, with a control plane that answers late, twice or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attend, follow } from '../../src/aws/follow.ts';
import type { Look } from '../../src/s3control/jobs.ts';
import { Stop } from '../../src/sync/stop.ts';
import { gate } from '../lab/datasync-lab.ts';
import { jobsOnLab } from './jobs-on-lab.ts';

const THROTTLED = { kind: 'error', status: 503, code: 'SlowDown', message: 'Slow down.' } as const;

test('a job is made and followed to its end, which tells how many objects went well', async t => {
  const { jobs, source, destination, wish, lab } = await jobsOnLab(t);
  for (const key of ['a', 'b', 'c']) source.put(key, key);
  const hurt = lab.faults.add({
    operation: 'CopyObject',
    key: 'b',
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
  });
  const id = await jobs.create(wish());
  const seen: Look[] = [];
  const end = await follow({ ...jobs.watch(id), told: look => seen.push(look), stop: new Stop() });
  hurt();
  assert.deepEqual([end.status, end.isWell, end.error], ['Complete', true, '']);
  assert.deepEqual([end.total, end.succeeded, end.failed], [3, 2, 1]);
  assert.deepEqual(seen.at(-1), end);
  assert.deepEqual(destination.keys(), ['a', 'c', 'manifest.csv']);
});

test('a request whose answer is lost makes one job, whichever answer comes', async t => {
  const { jobs, source, wish, lab, counts } = await jobsOnLab(t);
  source.put('a', 'x');
  lab.faults.add({ operation: 'CreateJob', times: 2, kind: 'cut', applied: true });
  const id = await jobs.create(wish());
  assert.deepEqual(
    lab.s3control.jobs().map(job => job.id),
    [id],
  );
  assert.deepEqual([counts.CreateJob, counts['s3control-retried']], [3, 2]);
});

test('a new job that is not known yet is asked for again', async t => {
  const { jobs, source, wish, lab, counts } = await jobsOnLab(t);
  source.put('a', 'x');
  const unknown = { kind: 'error', status: 404, code: 'NoSuchJob', message: 'No such job.' } as const;
  lab.faults.add({ operation: 'DescribeJob', times: 3, ...unknown });
  const id = await jobs.create(wish());
  const end = await follow({ ...jobs.watch(id), told: () => {}, stop: new Stop() });
  assert.equal(end.status, 'Complete');
  assert.ok((counts.DescribeJob ?? 0) >= 4);
});

test('throttling is waited out, and counted apart from that of S3 itself', async t => {
  const { jobs, source, wish, lab, counts } = await jobsOnLab(t);
  source.put('a', 'x');
  lab.faults.add({ operation: /^(CreateJob|DescribeJob)$/, times: 3, ...THROTTLED });
  const id = await jobs.create(wish());
  await jobs.look(id);
  assert.equal(counts['s3control-throttled'], 3);
});

test('a run that is stopped cancels its job and waits for the end', async t => {
  const { jobs, source, wish, lab } = await jobsOnLab(t);
  source.put('a', 'x');
  const { opened, open } = gate();
  t.after(open);
  lab.faults.add({ operation: 'Active', kind: 'hold', until: opened });
  const stop = new Stop();
  const id = await jobs.create(wish());
  const told = ({ status }: Look) => status === 'Active' && stop.drain();
  const end = await follow({ ...jobs.watch(id), told, stop });
  assert.deepEqual([end.status, end.isOver, end.isWell], ['Cancelled', true, false]);
});

test('a cancel that is refused for the moment is tried again', async t => {
  const { jobs, source, wish, lab, counts } = await jobsOnLab(t);
  source.put('a', 'x');
  const { opened, open } = gate();
  t.after(open);
  lab.faults.add({ operation: 'Active', kind: 'hold', until: opened });
  lab.faults.add({
    operation: 'UpdateJobStatus',
    times: 3,
    kind: 'error',
    status: 400,
    code: 'JobStatusException',
  });
  const stop = new Stop();
  const id = await jobs.create(wish());
  const told = ({ status }: Look) => status === 'Active' && stop.drain();
  const end = await follow({ ...jobs.watch(id), told, stop });
  assert.deepEqual([end.status, counts.UpdateJobStatus], ['Cancelled', 4]);
});

test('one who may not cancel is told so at once', async t => {
  const { jobs, source, wish, lab, counts } = await jobsOnLab(t);
  source.put('a', 'x');
  const { opened, open } = gate();
  t.after(open);
  lab.faults.add({ operation: 'Active', kind: 'hold', until: opened });
  lab.faults.add({ operation: 'UpdateJobStatus', kind: 'error', status: 403, code: 'AccessDenied' });
  const stop = new Stop();
  const id = await jobs.create(wish());
  const told = ({ status }: Look) => status === 'Active' && stop.drain();
  await assert.rejects(follow({ ...jobs.watch(id), told, stop }), { name: 'AccessDenied' });
  assert.ok((counts.UpdateJobStatus ?? 0) <= 2);
});

for (const state of ['Preparing', 'Ready'])
  test(`a job is cancelled while it is ${state}, too`, async t => {
    const { jobs, source, wish, lab } = await jobsOnLab(t);
    source.put('a', 'x');
    const { opened, open } = gate();
    t.after(open);
    lab.faults.add({ operation: state, kind: 'hold', until: opened });
    const stop = new Stop();
    const id = await jobs.create(wish());
    const seen: string[] = [];
    const told = ({ status }: Look) => {
      seen.push(status);
      if (status === state) stop.drain();
    };
    const end = await follow({ ...jobs.watch(id), told, stop });
    assert.deepEqual(
      [end.status, end.total, seen.includes('Active')],
      ['Cancelled', state === 'Ready' ? 1 : 0, false],
    );
  });

test('a job that is ending by itself is left to it when it should be cancelled', async t => {
  const { jobs, source, wish, lab, describe } = await jobsOnLab(t);
  source.put('a', 'x');
  const { opened, open } = gate();
  lab.faults.add({ operation: 'Completing', kind: 'hold', until: opened });
  const id = await jobs.create(wish());
  while ((await describe(id)).Status !== 'Completing');
  await jobs.cancel(id, AbortSignal.timeout(5_000));
  open();
  const end = await attend({ ...jobs.watch(id), told: () => {}, stop: new Stop() });
  assert.equal(end?.status, 'Complete');
  await jobs.cancel(id, AbortSignal.timeout(5_000));
});

test('what is under way is found by its description, over as many pages as there are', async t => {
  const { jobs, source, wish, lab, run } = await jobsOnLab(t);
  source.put('a', 'x');
  await run({ Description: 'ours, over' });
  const { opened, open } = gate();
  t.after(open);
  lab.faults.add({ operation: 'Active', kind: 'hold', until: opened });
  const ids: string[] = [];
  for (let n = 0; n < 1001; n++)
    ids.push(await jobs.create(wish({ Description: n % 500 === 0 ? `ours ${n}` : 'x' })));
  const found = await jobs.underWay(description => description.startsWith('ours'));
  assert.deepEqual(
    found,
    [0, 500, 1000].map(n => ({
      id: ids[n],
      description: `ours ${n}`,
      operation: 'S3PutObjectCopy',
      isEnding: false,
    })),
  );
});

test('why a job failed is told in its own words', async t => {
  const { jobs, source, wish } = await jobsOnLab(t);
  source.put('a', 'x');
  const { Manifest } = wish();
  const Location = { ObjectArn: '', ...Manifest?.Location, ETag: 'another' };
  const id = await jobs.create(wish({ Manifest: { Spec: undefined, ...Manifest, Location } }));
  const end = await follow({ ...jobs.watch(id), told: () => {}, stop: new Stop() });
  assert.deepEqual([end.status, end.isWell], ['Failed', false]);
  assert.match(end.error, /^InvalidManifest: Invalid Manifest Content: The ETag/);
});
