import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FatalError } from '../../src/errors.ts';
import { Handover } from '../../src/job/handover.ts';
import { readPlan } from '../../src/job/plan.ts';
import type { PlanItem } from '../../src/model.ts';
import { NdjsonWriter } from '../../src/ndjson.ts';
import { type PlanLine, toLine } from '../../src/sync/plan-line.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { entry } from '../sync/make.ts';
import { QUIET } from './job-on-lab.ts';

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
const content = (key: string) => source.there.get(key)?.content.bytes().toString() ?? '';

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
  assert.deepEqual(found?.job, JOB);
  assert.equal(found?.run, 'https://example.com/runs/1');
  const again = await other.take(found, { scratch: await mkdtemp(join(folder, 'next-')), log: QUIET });
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

test('a note that is not one of ours ends the run with what to do, and is not acted on', async () => {
  const handover = new Handover(source.here, 'cccc', 'c');
  const notes = [
    '',
    '{',
    'null',
    '{"job":{"id":"x","region":"eu-west-1"},"plan":"../secret","started":"","run":""}',
  ];
  for (const note of notes) {
    source.there.put('under-way/cccc.json', note);
    await assert.rejects(handover.find(), (error: unknown) => {
      assert.ok(error instanceof FatalError, String(error));
      assert.match(error.message, /not one of ours/);
      assert.match(error.fix?.todo ?? '', /s3:\/\/.*under-way\/cccc\.json/);
      return true;
    });
    assert.equal(content('under-way/cccc.json'), note);
  }
});

test('a connection that breaks while the plan is read is taken up again', async () => {
  const handover = new Handover(source.here, 'dddd', 'd');
  const plan = await planOf('broken.ndjson');
  await handover.leave(JOB, plan);
  const found = await handover.find();
  assert.ok(found);
  lab.faults.add({ operation: 'GetObject', key: found.plan, times: 1, kind: 'break' });
  const again = await handover.take(found, { scratch: await mkdtemp(join(folder, 'broken-')), log: QUIET });
  assert.equal(await readFile(again.path, 'utf8'), await readFile(plan.path, 'utf8'));
});
