/** What a report tells of objects, in any order and more than once, becomes one outcome for each object of the manifest. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fold, Tellings } from '../../src/engines/fold.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { anyCuts, anyKeys, entry, pagesOf } from '../sync/make.ts';

const folder = await mkdtemp(join(tmpdir(), 'tellings-'));
after(() => rm(folder, { recursive: true }));
let reports = 0;

type Finding = 'good' | 'bad';
type Row = readonly [key: string, finding: Finding];

const outcome = (key: string, code: string): Outcome => ({
  key,
  result: 'failed',
  reason: 'error',
  code,
  message: '',
  requestId: undefined,
});

/** What becomes of each key; `silent` where the report does not say enough. */
async function folded(
  keys: readonly string[],
  rows: readonly Row[],
  { times = 1, cuts = [3] }: { times?: number; cuts?: readonly number[] } = {},
) {
  const tellings = new Tellings<Finding>(join(folder, String(reports++)), one => (one === 'bad' ? 0 : 1));
  for (const [key, finding] of rows) await tellings.add(key, finding);
  const items = keys.map((key): CopyItem => ({ key, action: 'copy', reason: 'missing', source: entry(key) }));
  const words = new Map<string, string>();
  const counts = await fold(
    pagesOf(items, cuts),
    {
      reporter: 'Somebody',
      tellings,
      outcomeOf: ({ key }, finding) => outcome(key, finding),
      isFailed: finding => finding === 'bad',
      timesOf: () => times,
      unmentioned: ({ key }) => outcome(key, 'silent'),
      asking: 4,
    },
    async one => {
      assert.equal(words.has(one.key), false, 'one outcome a key');
      assert.ok(one.result === 'failed');
      words.set(one.key, one.code);
    },
  );
  return { words: keys.map(key => words.get(key)), ...counts };
}

test('an object of several tasks needs all of them told, unless one has failed', async () => {
  const rows: Row[] = [
    ['all', 'good'],
    ['failed', 'good'],
    ['half', 'good'],
    ['all', 'good'],
    ['failed-alone', 'bad'],
    ['failed', 'bad'],
  ];
  const keys = ['all', 'failed', 'failed-alone', 'half', 'none'];
  const { words, unmentioned, failed } = await folded(keys, rows, { times: 2 });
  assert.deepEqual(words, ['good', 'bad', 'bad', 'silent', 'silent']);
  assert.deepEqual([unmentioned, failed], [2, 2]);
});

test('what is no object of the manifest is of no concern', async () => {
  const { words, unmentioned } = await folded(
    ['b'],
    [
      ['a', 'bad'],
      ['b', 'good'],
      ['c', 'bad'],
    ],
  );
  assert.deepEqual([words, unmentioned], [['good'], 0]);
});

test('whatever the keys and the order, every key gets the worst that was said of it', () =>
  fc.assert(
    fc.asyncProperty(anyKeys(), anyCuts, fc.infiniteStream(fc.nat(3)), async (any, cuts, fates) => {
      // Characters that order what is sorted on disk must not get in the way.
      const odd = any.map(key => `${key.toWellFormed()}\0`).flatMap(key => [key, `${key}\0`, `${key}\u0001`]);
      const keys = [...new Set(odd)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const fate = keys.map(() => fates.next().value ?? 0);
      const FATES: readonly (readonly Finding[])[] = [['good'], ['good', 'bad'], ['bad', 'good'], []];
      const rows = keys.flatMap((key, index) =>
        (FATES[fate[index] ?? 0] ?? []).map((finding): Row => [key, finding]),
      );
      const { words } = await folded(keys, rows.toReversed(), { cuts });
      assert.deepEqual(
        words,
        fate.map(one => ['good', 'bad', 'bad', 'silent'][one]),
      );
    }),
    { numRuns: 100 },
  ));
