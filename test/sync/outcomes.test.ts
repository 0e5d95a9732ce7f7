import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { Outcome } from '../../src/model/outcome.ts';
import { OutcomeLog } from '../../src/sync/outcomes.ts';
import { anyKeys, collect } from './make.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'outcomes-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** One of each kind, in turn. */
function outcome(key: string, index: number): Outcome {
  const requestId = index % 2 === 0 ? `R${index}` : undefined;
  switch (index % 4) {
    case 0:
      return { key, result: 'copied', etag: `e${index}`, bytes: index, requestId };
    case 1:
      return { key, result: 'skipped', reason: 'vanished', requestId };
    case 2:
      return { key, result: 'deleted', requestId };
    default:
      return { key, result: 'failed', reason: 'denied', code: 'AccessDenied', message: 'no', requestId };
  }
}

test('outcomes come back in key order, whatever the order in which they were added', async t => {
  const path = await folder(t);
  await fc.assert(
    fc.asyncProperty(
      anyKeys().chain(keys =>
        fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length })),
      ),
      async ([keys, shuffled]) => {
        const log = new OutcomeLog(path);
        await Promise.all(shuffled.map(key => log.add(outcome(key, keys.indexOf(key)))));
        assert.deepEqual(await collect(await log.inKeyOrder()), keys.map(outcome));
      },
    ),
  );
});

test('without outcomes there is nothing to come back', async t => {
  assert.deepEqual(await collect(await new OutcomeLog(await folder(t)).inKeyOrder()), []);
});

test('120,000 outcomes pass through the disk and come back complete and in key order', async t => {
  const path = await folder(t);
  const log = new OutcomeLog(path);
  const total = 120_000;
  // A step that shares no divisor with the total visits every number once, far from key order.
  const step = 77_777;
  const key = (number: number) =>
    `${number % 2 === 0 ? '\u{1f600}' : '\uffff'}${String(number).padStart(6, '0')}`;
  // Eight at a time, as a transfer adds them.
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let turn = worker; turn < total; turn += 8) {
        const number = (turn * step) % total;
        await log.add(outcome(key(number), number));
      }
    }),
  );
  assert.equal((await readdir(path)).length, 12);

  // U+FFFF comes before U+1F600 in UTF-8: the odd numbers first, then the even ones.
  let seen = 0;
  for await (const page of await log.inKeyOrder()) {
    for (const one of page) {
      const number = seen < total / 2 ? seen * 2 + 1 : (seen - total / 2) * 2;
      assert.equal(JSON.stringify(one), JSON.stringify(outcome(key(number), number)));
      seen++;
    }
  }
  assert.equal(seen, total);
});

test('a disk that refuses the outcomes is heard of', async t => {
  const log = new OutcomeLog(join(await folder(t), 'not', 'there'));
  const adding = async () => {
    for (let number = 0; number < 50_000; number++) await log.add(outcome(String(number), number));
  };
  await assert.rejects(adding(), { code: 'ENOENT' });
  await assert.rejects(log.inKeyOrder(), { code: 'ENOENT' });
});

test('the versions of long histories count: they pass through the disk, and come back in small pages', async t => {
  const path = await folder(t);
  const log = new OutcomeLog(path);
  const versions = Array.from({ length: 999 }, (_, index) => ({
    source: `s${index}`,
    destination: `d${index}`,
  }));
  const keys = Array.from({ length: 40 }, (_, index) => String(index).padStart(2, '0'));
  for (const key of keys.toReversed()) {
    await log.add({ key, result: 'copied', etag: 'e', bytes: 1, versions, requestId: 'R' });
  }
  assert.equal((await readdir(path)).length, 4);
  const sizes: number[] = [];
  const back: Outcome[] = [];
  for await (const page of await log.inKeyOrder()) {
    sizes.push(page.length);
    back.push(...page);
  }
  assert.deepEqual(
    back.map(({ key }) => key),
    keys,
  );
  assert.deepEqual(back[0], { key: '00', result: 'copied', etag: 'e', bytes: 1, versions, requestId: 'R' });
  assert.equal(Math.max(...sizes), 1);
});

/** So heavy that two of them fill a buffer. */
const HALF_A_BUFFER = Array.from({ length: 4_999 }, () => 0);

test('where more runs overlap than may be open, some are merged first, and all outcomes come back once', async t => {
  const path = await folder(t);
  const log = new OutcomeLog<{ key: string; versions: readonly number[] }>(path);
  const total = 400;
  const key = (number: number) => String(number).padStart(3, '0');
  // Each run has one of the first half and one of the second.
  for (let number = 0; number < total / 2; number++)
    for (const half of [0, total / 2]) await log.add({ key: key(number + half), versions: HALF_A_BUFFER });
  assert.equal((await readdir(path)).length, 200);

  const keys: string[] = [];
  const files = new Set<number>();
  for await (const page of await log.inKeyOrder()) {
    keys.push(...page.map(outcome => outcome.key));
    files.add((await readdir(path)).length);
  }
  assert.deepEqual(
    keys,
    Array.from({ length: total }, (_, number) => key(number)),
  );
  assert.deepEqual([...files], [64]);
  // Whoever asks again, after a listing that failed perhaps, gets all of them again.
  assert.equal((await collect(await log.inKeyOrder())).length, total);
});

test('runs that do not overlap stay as they are, however many', async t => {
  const path = await folder(t);
  const log = new OutcomeLog<{ key: string; versions: readonly number[] }>(path);
  const keys = Array.from({ length: 300 }, (_, number) => String(number).padStart(3, '0'));
  for (const key of keys) await log.add({ key, versions: HALF_A_BUFFER });
  const before = await readdir(path);
  assert.equal(before.length, 150);
  assert.deepEqual(
    (await collect(await log.inKeyOrder())).map(({ key }) => key),
    keys,
  );
  assert.deepEqual(await readdir(path), before);
});
