import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectRecord, RecordedAction } from '../../src/record.ts';
import { Digest } from '../../src/report/digest/digest.ts';
import { MOST_ROWS } from '../../src/report/digest/rows.ts';
import { BOUNDS } from '../../src/report/digest/sizes.ts';
import { LOOK_EVERY_MS, Throughput } from '../../src/report/throughput.ts';
import { compareKeys } from '../../src/sync/order.ts';
import { Tally } from '../../src/sync/totals.ts';

function record(key: string, differently: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    key,
    destinationKey: key,
    size: 1,
    action: 'copied',
    reason: 'missing',
    proof: 'etag',
    sourceEtag: 'e1',
    ...differently,
  };
}

function digestOf(records: Iterable<ObjectRecord>, sourcePrefix = ''): Digest {
  const digest = new Digest(sourcePrefix);
  for (const each of records) digest.count(each);
  return digest;
}

test('sizes fall into powers of four, from nothing to what has no limit', () => {
  const sizes = [0, 1, 1023, 1024, 4095, 4096, 5 * 1024 ** 4, 48 * 1024 ** 4];
  const classes = digestOf(sizes.map((size, index) => record(`${index}`, { size }))).distribution().sizes;
  assert.deepEqual(
    classes.filter(({ objects }) => objects > 0).map(({ from, below, objects }) => [from, below, objects]),
    [
      [0, 1, 1],
      [1, 1024, 2],
      [1024, 4096, 2],
      [4096, 16_384, 1],
      [4 * 1024 ** 4, undefined, 2],
    ],
  );
  assert.equal(classes.length, BOUNDS.length + 1);
  const [only, ...more] = digestOf([record('a', { size: 5000 })]).distribution().sizes;
  assert.deepEqual([only?.from, more.length], [4096, 0]);
  assert.deepEqual(digestOf([]).distribution().sizes, []);
});

test('a prefix ends at the first slash that tells parts of the source apart', () => {
  const keys = ['in/a/1', 'in/a/2', 'in/b/c/3', 'in/d'];
  const { prefixes } = digestOf(keys.map(key => record(key))).distribution();
  assert.deepEqual(
    [
      prefixes?.slashes,
      prefixes?.largest.map(({ prefix, objects }) => [prefix, objects]),
      prefixes?.without.objects,
    ],
    [
      2,
      [
        ['in/a/', 2],
        ['in/b/', 1],
      ],
      1,
    ],
  );
  const below = digestOf(
    keys.map(key => record(key)),
    'in/',
  ).distribution().prefixes;
  assert.deepEqual([below?.slashes, below?.largest.length], [1, 2]);
  assert.equal(digestOf(['a', 'b'].map(key => record(key))).distribution().prefixes, undefined);
});

test('of many prefixes the largest are named, and nothing of the others is lost', () => {
  const records = Array.from({ length: 1000 }, (_, index) =>
    record(`${String(index).padStart(4, '0')}/x`, { size: index }),
  );
  const { prefixes } = digestOf(records).distribution();
  assert.equal(prefixes?.largest.length, 20);
  assert.deepEqual([prefixes.largest[0]?.prefix, prefixes.largest.at(-1)?.prefix], ['0999/', '0980/']);
  assert.deepEqual([prefixes.others.prefixes, prefixes.others.objects], [980, 980]);
  assert.equal(prefixes.others.bytes, (979 * 980) / 2);
});

const ACTIONS: readonly RecordedAction[] = ['copied', 'unchanged', 'skipped', 'failed', 'kept', 'deleted'];

const RECORDS = fc
  .uniqueArray(
    fc.record({
      key: fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffee', '😀'), maxLength: 8 }),
      size: fc.integer({ min: 0, max: 2 ** 45 }),
      action: fc.constantFrom(...ACTIONS),
    }),
    { selector: ({ key }) => key, maxLength: 60 },
  )
  .map(some =>
    some
      .sort((a, b) => compareKeys(a.key, b.key))
      .map(({ key, size, action }): ObjectRecord => {
        const { sourceEtag: _, ...ofDestination } = record(key, { size, action });
        return action === 'kept' || action === 'deleted'
          ? ofDestination
          : { ...ofDestination, sourceEtag: 'e1' };
      }),
  );

test('sizes and prefixes each add up to the totals, and prefixes are counted exactly', () => {
  fc.assert(
    fc.property(RECORDS, records => {
      const tally = new Tally();
      for (const each of records) tally.count(each);
      const { listed, bytesListed, copied, failed } = tally.totals(
        records.filter(({ sourceEtag }) => sourceEtag !== undefined).length,
      );
      const { sizes, prefixes } = digestOf(records).distribution();
      const groups = [sizes];
      if (prefixes !== undefined)
        groups.push([...prefixes.largest, prefixes.others, prefixes.without] as never);
      for (const group of groups) {
        const sum = (pick: 'objects' | 'bytes' | 'copied' | 'failed') =>
          group.reduce((all, share) => all + share[pick], 0);
        assert.deepEqual(
          [sum('objects'), sum('bytes'), sum('copied'), sum('failed')],
          [listed, bytesListed, copied, failed],
        );
      }
      for (const { prefix, objects } of prefixes?.largest ?? []) {
        const below = records.filter(
          ({ key, sourceEtag }) => sourceEtag !== undefined && key.startsWith(prefix),
        );
        assert.equal(objects, below.length, JSON.stringify(prefix));
      }
    }),
  );
});

test('few objects are all among the rows, in order, each with its line of objects.ndjson', () => {
  const records = Array.from({ length: MOST_ROWS }, (_, index) =>
    record(`${index}`, index % 2 === 0 ? {} : { action: 'unchanged', reason: 'same-etag' }),
  );
  const { rows, inAll } = digestOf(records).rows();
  assert.equal(inAll, MOST_ROWS);
  assert.deepEqual(
    rows.map(({ key, line }) => [key, line]),
    records.map(({ key }, index) => [key, index + 1]),
  );
});

test('of many objects every kind is there, and more of what went wrong', () => {
  function* many(): Generator<ObjectRecord> {
    for (let index = 0; index < 100_000; index++) {
      if (index % 10 === 9) yield record(`${index}`, { action: 'failed', reason: 'denied' });
      else if (index % 50_000 === 30_000) yield record(`${index}`, { action: 'skipped', reason: 'archived' });
      else if (index === 99_998) yield record(`${index}`, { action: 'failed', reason: 'changed' });
      else yield record(`${index}`, { action: 'unchanged', reason: 'same-etag' });
    }
  }
  const { rows, inAll } = digestOf(many()).rows();
  assert.deepEqual([inAll, rows.length], [100_000, MOST_ROWS]);
  const counts = Object.groupBy(rows, ({ action, reason }) => `${action}: ${reason}`);
  assert.equal(counts['failed: changed']?.length, 1);
  assert.equal(counts['skipped: archived']?.length, 2);
  assert.equal(counts['failed: denied']?.length, 2999);
  assert.equal(counts['unchanged: same-etag']?.length, 1998);
});

test('a row holds nothing without bounds', () => {
  const version = { source: 'v', size: 1, proof: 'etag' } as const;
  const [row] = digestOf([
    record('a', {
      action: 'failed',
      reason: 'error',
      error: { code: 'E', message: 'x'.repeat(10_000) },
      versions: Array(1000).fill(version),
    }),
  ]).rows().rows;
  assert.ok(JSON.stringify(row).length < 1000);
});

test('a transfer has at most 200 samples however long it takes, evenly spaced, to its very end', () => {
  for (const looks of [0, 1, 3, 199, 200, 201, 777, 100_000]) {
    const throughput = new Throughput();
    throughput.look(0, 0, 0);
    for (let look = 1; look <= looks; look++) throughput.look(look * LOOK_EVERY_MS, look, look * 2);
    const ms = looks * LOOK_EVERY_MS + 10;
    const samples = throughput.end(ms, looks, looks * 2);
    assert.ok(samples.length <= 200 && (looks < 200 || samples.length > 90), `${looks}: ${samples.length}`);
    assert.deepEqual(samples.at(-1), { seconds: ms / 1000, objects: looks, bytes: looks * 2 });
    if (looks > 0) assert.deepEqual(samples[0], { seconds: 0, objects: 0, bytes: 0 });
    const gaps = samples.slice(1, -1).map(({ seconds }, index) => seconds - (samples[index]?.seconds ?? 0));
    assert.ok(Math.max(0, ...gaps) <= 1.001 * Math.min(...gaps), `${looks}: ${gaps}`);
  }
});

test('looks that come a little early count, and the last one stands for no instant of its own', () => {
  const throughput = new Throughput();
  for (const ms of [0, 250, 499, 751, 1000]) throughput.look(ms, ms, 0);
  const samples = throughput.end(1001, 2000, 0);
  assert.deepEqual(
    samples.map(({ seconds, objects }) => [seconds, objects]),
    [
      [0, 0],
      [0.25, 250],
      [0.499, 499],
      [0.751, 751],
      [1.001, 2000],
    ],
  );
});
