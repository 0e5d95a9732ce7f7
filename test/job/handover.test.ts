import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Handover } from '../../src/job/earlier/handover.ts';
import { readPlan } from '../../src/job/plan.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import { NdjsonWriter } from '../../src/ndjson.ts';
import { type PlanLine, toLine } from '../../src/sync/plan-line.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { entry } from '../sync/make.ts';

const { lab, source, close } = await bucketsOnLab();
const folder = await mkdtemp(join(tmpdir(), 's3-sync-test-'));
after(async () => {
  await close();
  await rm(folder, { recursive: true, force: true });
});

const JOB = { id: '5f1c9a3e-0000-4000-8000-000000000000', region: 'eu-west-1' };
const ITEMS: readonly PlanItem[] = [
  { key: 'a', action: 'copy', reason: 'missing', source: entry('a', { size: 7 }) },
  { key: 'b/ü, "c"', action: 'copy', reason: 'size-differs', source: entry('b/ü, "c"', { size: 5 }) },
  { key: 'z', action: 'delete', reason: 'extraneous', destination: entry('z') },
];

async function planOf(name: string) {
  const writer = new NdjsonWriter<PlanLine>(join(folder, name));
  await writer.writeAll(ITEMS.map(toLine));
  await writer.close();
  return readPlan(writer.path);
}

test('what one run leaves, the next one finds whole, and forgotten it is gone', async () => {
  const plan = await planOf('left.ndjson');
  await new Handover(source.here, '0123', 'https://example.com/runs/1').leave(JOB, plan);

  const other = new Handover(source.here, '0123', 'another');
  const found = await other.find();
  assert.ok(found?.note);
  assert.deepEqual(found.note.job, JOB);
  assert.equal(found.note.run, 'https://example.com/runs/1');
  const again = await other.take(found.note, await mkdtemp(join(folder, 'next-')));
  assert.ok(again);
  assert.equal(await readFile(again.path, 'utf8'), await readFile(plan.path, 'utf8'));
  assert.deepEqual(again.totals, plan.totals);
  assert.equal(again.totals.toCopy, 2);
  assert.equal(again.totals.bytesToCopy, 12);

  await other.forget(found);
  assert.equal(await other.find(), undefined);
  assert.deepEqual(source.there.keys(), []);
});

test('a run that was asked for something else finds nothing', async () => {
  const handover = new Handover(source.here, 'aaaa', 'a');
  await handover.leave(JOB, await planOf('other.ndjson'));
  assert.equal(await new Handover(source.here, 'bbbb', 'b').find(), undefined);
  assert.ok(await handover.find());
});

test('a note that is not one of ours, or of another version, tells of nothing and can be forgotten', async () => {
  const handover = new Handover(source.here, 'cccc', 'c');
  const ours = { schema: 1, job: JOB, plan: 'under-way/x', started: '2026-11-20T12:00:00Z', run: 'c' };
  const notes = [
    '',
    '{',
    'null',
    JSON.stringify({ ...ours, schema: undefined }),
    JSON.stringify({ ...ours, schema: 2 }),
    JSON.stringify({ ...ours, plan: '../secret' }),
    JSON.stringify({ ...ours, started: 'yesterday' }),
  ];
  for (const note of notes) {
    source.there.put('under-way/cccc.json', note);
    const found = await handover.find();
    assert.ok(found);
    assert.equal(found.note, undefined, note);
    await handover.forget(found);
    assert.equal(await handover.find(), undefined);
  }
  source.there.put('under-way/cccc.json', JSON.stringify(ours));
  assert.deepEqual((await handover.find())?.note, ours);
});

test('what another run has left meanwhile is not forgotten', async () => {
  const handover = new Handover(source.here, 'eeee', 'e');
  await handover.leave(JOB, await planOf('first.ndjson'));
  const found = await handover.find();
  assert.ok(found?.note);
  await handover.leave({ ...JOB, id: 'another' }, await planOf('second.ndjson'));
  await handover.forget(found);
  const left = await handover.find();
  assert.equal(left?.note?.job.id, 'another');
  assert.ok(await handover.take(left.note, await mkdtemp(join(folder, 'other-'))));
});

test('a plan that is gone, cut short, or none, is no plan', async () => {
  const handover = new Handover(source.here, 'ffff', 'f');
  await handover.leave(JOB, await planOf('whole.ndjson'));
  const note = (await handover.find())?.note;
  assert.ok(note);
  const scratch = await mkdtemp(join(folder, 'gone-'));
  const whole = source.there.get(note.plan)?.content.bytes() ?? Buffer.alloc(0);
  for (const content of ['', 'plain', whole.subarray(0, 40), gzipSync('{"half":'), gzipSync('nonsense\n')]) {
    source.there.put(note.plan, content);
    assert.equal(await handover.take(note, scratch), undefined);
  }
  source.there.delete(note.plan);
  assert.equal(await handover.take(note, scratch), undefined);
});

test('a connection that breaks while the plan is read is taken up again', async () => {
  const handover = new Handover(source.here, 'dddd', 'd');
  const plan = await planOf('broken.ndjson');
  await handover.leave(JOB, plan);
  const found = await handover.find();
  assert.ok(found?.note);
  lab.faults.add({ operation: 'GetObject', key: found.note.plan, times: 1, kind: 'break' });
  const again = await handover.take(found.note, await mkdtemp(join(folder, 'broken-')));
  assert.ok(again);
  assert.equal(await readFile(again.path, 'utf8'), await readFile(plan.path, 'utf8'));
});
