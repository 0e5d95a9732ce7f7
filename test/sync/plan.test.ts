import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pair } from '../../src/model/objects.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import type { Evidence, GatherEvidence, Sighting } from '../../src/sync/evidence.ts';
import { PlanTotals, pairListings, planPairs, uri } from '../../src/sync/plan.ts';
import { anyCuts, anyKeys, Bench, collect, E1, E2, entry, pagesOf, rules, settled } from './make.ts';

const keysOf = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key);
const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `k${String(index).padStart(4, '0')}`);

/** Twins that the listings alone cannot decide. */
const undecided = (key: string): Pair => ({
  key,
  source: entry(key),
  destination: entry(key, { etag: E2 }),
});
const same: Evidence = { CRC32: 'x' };
const neverAsked: GatherEvidence = () => Promise.reject(new Error('Nobody had to be asked.'));

test('two listings are paired key by key, and a side that is not there is not named', async () => {
  const source = [entry('a'), entry('b', { size: 1 })];
  const destination = [entry('b', { size: 2 }), entry('c')];
  assert.deepEqual(await collect(pairListings(pagesOf(source), pagesOf(destination))), [
    { key: 'a', source: source[0] },
    { key: 'b', source: source[1], destination: destination[0] },
    { key: 'c', destination: destination[1] },
  ]);
});

test('a listing that is out of order is named', async () => {
  const good = () => pagesOf([entry('a')]);
  const bad = () => pagesOf([entry('b'), entry('a')]);
  await assert.rejects(
    collect(pairListings(bad(), good())),
    /^FatalError: The source listing is not in key order/,
  );
  await assert.rejects(
    collect(pairListings(good(), bad())),
    /^FatalError: The destination listing is not in key order/,
  );
});

test('what the listings decide asks nobody', async () => {
  const pairs: Pair[] = [
    { key: 'a', source: entry('a') },
    { key: 'b', source: entry('b'), destination: entry('b') },
    { key: 'c', source: entry('c'), destination: entry('c', { size: 1 }) },
    { key: 'd', destination: entry('d') },
  ];
  const items = await collect(planPairs(pagesOf(pairs), rules({ delete: true }), neverAsked, 4));
  assert.deepEqual(items, [
    { ...pairs[0], action: 'copy', reason: 'missing' },
    { ...pairs[1], action: 'unchanged', reason: 'same-etag' },
    { ...pairs[2], action: 'copy', reason: 'size-differs' },
    { ...pairs[3], action: 'delete', reason: 'extraneous' },
  ]);
});

test('the evidence that is gathered is about this pair and decides it', async () => {
  const pairs = numbered(6).map(undecided);
  const gather: GatherEvidence = async (source, destination) => {
    assert.equal(source.key, destination.key);
    assert.deepEqual([source.etag, destination.etag], [E1, E2]);
    const even = Number(source.key.slice(1)) % 2 === 0;
    return { source: same, destination: even ? same : { CRC32: 'y' } };
  };
  const items = await collect(planPairs(pagesOf(pairs, [3]), rules(), gather, 2));
  assert.deepEqual(
    items.map(({ key, action, reason }) => `${key} ${action} ${reason}`),
    numbered(6).map((key, index) =>
      index % 2 === 0 ? `${key} unchanged same-checksum` : `${key} copy content-differs`,
    ),
  );
});

test('the plan is in key order though the answers come in any order', async () => {
  await fc.assert(
    fc.asyncProperty(anyKeys(20), anyCuts, fc.infiniteStream(fc.nat(4)), async (keys, cuts, delays) => {
      const pairs = keys.map(
        (key, index): Pair => (index % 3 === 0 ? { key, source: entry(key) } : undecided(key)),
      );
      const gather: GatherEvidence = async () => {
        const { value: turns } = delays.next();
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        return { source: same, destination: same };
      };
      const plan = planPairs(pagesOf(pairs, cuts), rules({ destinationPrefixBytes: 4 }), gather, 3);
      const items = await collect(plan);
      assert.deepEqual(keysOf(items), keys);
      assert.ok(items.every(({ action }, index) => action === (index % 3 === 0 ? 'copy' : 'unchanged')));
    }),
  );
});

test('no more pairs are asked about at once than allowed, and as many as allowed', async () => {
  const bench = new Bench<Sighting>();
  const gather: GatherEvidence = async source => {
    await bench.work(source);
    return { source: same, destination: same };
  };
  const plan = collect(planPairs(pagesOf(numbered(20).map(undecided), [20]), rules(), gather, 4));
  await settled();
  while (bench.inFlight > 0) {
    assert.equal(bench.inFlight, Math.min(4, 20 - bench.finished));
    await bench.finish();
  }
  assert.equal(bench.most, 4);
  assert.deepEqual(keysOf(await plan), numbered(20));
});

test('an error while gathering ends the plan', async () => {
  const gather: GatherEvidence = () => Promise.reject(new Error('stopped'));
  await assert.rejects(
    collect(planPairs(pagesOf([undecided('a'), undecided('b')]), rules(), gather, 2)),
    /stopped/,
  );
});

test('the totals count each object on each side once, and what is planned for it', () => {
  const totals = new PlanTotals();
  const items: PlanItem[] = [
    { key: 'a', action: 'copy', reason: 'missing', source: entry('a', { size: 1 }) },
    {
      key: 'b',
      action: 'copy',
      reason: 'size-differs',
      source: entry('b', { size: 10 }),
      destination: entry('b', { size: 7_000_000 }),
    },
    {
      key: 'c',
      action: 'unchanged',
      reason: 'same-etag',
      source: entry('c', { size: 100 }),
      destination: entry('c'),
    },
    { key: 'd', action: 'skip', reason: 'excluded', source: entry('d', { size: 1_000 }) },
    { key: 'e', action: 'fail', reason: 'key-too-long', source: entry('e', { size: 10_000 }) },
    { key: 'f', action: 'delete', reason: 'extraneous', destination: entry('f', { size: 7_000_000 }) },
    { key: 'g', action: 'keep', reason: 'delete-not-asked', destination: entry('g', { size: 7_000_000 }) },
    { key: 'h', action: 'restore', reason: 'archived', source: entry('h', { size: 100_000 }) },
  ];
  for (const item of items) totals.count(item);
  assert.deepEqual(
    { ...totals },
    {
      listed: 6,
      bytesListed: 111_111,
      atDestination: 4,
      toCopy: 2,
      bytesToCopy: 11,
      versionsToCopy: 0,
      toDelete: 1,
      toHide: 0,
      toRestore: 1,
      toFail: 1,
    },
  );
});

test('a location is written as a URI, byte for byte', () => {
  assert.equal(uri({ bucket: 'b', prefix: '' }), 's3://b/');
  assert.equal(uri({ bucket: 'b', prefix: 'a//b c' }), 's3://b/a//b c');
});
