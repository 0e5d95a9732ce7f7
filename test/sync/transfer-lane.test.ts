import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Places } from '../../src/sync/places.ts';
import { Stop } from '../../src/sync/stop.ts';
import { type Carrier, LANE, transfer } from '../../src/sync/transfer.ts';
import { anyCuts, Bench, pagesOf, settled } from './make.ts';

const named = (name: string, length: number) => Array.from({ length }, (_, index) => `${name}${index + 1}`);
const large = (length: number) => named('large', length);
const small = (length: number) => named('small', length);
const isLarge = (item: string) => item.startsWith('large');

/** One request for each item, in a place of its sort. */
function carrier(places: Places, work: (item: string) => Promise<void>): Carrier<string> {
  return {
    places,
    isLarge,
    work: item => (isLarge(item) ? places.large : places.small)(() => work(item)),
  };
}

function begin(pages: AsyncIterable<readonly string[]>, places: Places) {
  const bench = new Bench<string>();
  const stop = new Stop();
  const running = { ended: false, error: undefined as unknown, bench, stop };
  transfer(pages, carrier(places, bench.work), stop.draining)
    .catch(error => {
      running.error = error;
    })
    .finally(() => {
      running.ended = true;
    });
  return running;
}

test('small ones go on past a cluster of large ones, which get half of the places', async () => {
  const running = begin(pagesOf([...large(20), ...small(20)], [7]), new Places(4));
  const { bench } = running;
  await settled();
  assert.deepEqual(bench.started, ['large1', 'large2', 'small1', 'small2']);
  for (const item of small(17)) {
    await bench.finish(item);
    assert.equal(bench.inFlight, 4);
    assert.deepEqual(bench.started.filter(isLarge), ['large1', 'large2']);
  }
  assert.deepEqual(bench.started.slice(2), small(19));
  await bench.finishAll();
  assert.deepEqual(bench.started.toSorted(), [...large(20), ...small(20)].sort());
  assert.equal(bench.most, 4);
  assert.ok(running.ended);
});

test('large ones go on while small ones keep coming', async () => {
  const running = begin(pagesOf([...small(3), ...large(3), ...named('s', 50)], [5]), new Places(2));
  const { bench } = running;
  await settled();
  for (let turn = 0; turn < 6; turn++) await bench.finish();
  assert.deepEqual(bench.started.filter(isLarge), large(3));
  await bench.finishAll();
  assert.ok(running.ended);
});

test('with a single place the two sorts take turns', async () => {
  const running = begin(pagesOf([...large(3), ...small(3)]), new Places(1));
  await settled();
  await running.bench.finishAll();
  assert.deepEqual(running.bench.started, ['large1', 'small1', 'large2', 'small2', 'large3', 'small3']);
  assert.equal(running.bench.most, 1);
});

test('large ones get every place when nothing else is left, and no more', async () => {
  const running = begin(pagesOf([...small(1), ...large(9)]), new Places(4));
  const { bench } = running;
  await settled();
  assert.deepEqual(bench.started, ['small1', ...large(3)]);
  await bench.finish('small1');
  assert.deepEqual(bench.started, ['small1', ...large(4)]);
  await bench.finishAll();
  assert.equal(bench.most, 4);
  assert.ok(running.ended);
});

test('the stream pauses for a full lane, where large ones then have every place', async () => {
  let pulled = 0;
  async function* pages(): AsyncGenerator<string[]> {
    for await (const page of pagesOf([...large(2 * LANE), ...small(5)], [10])) {
      pulled += page.length;
      yield page;
    }
  }
  const running = begin(pages(), new Places(4));
  const { bench } = running;
  await settled();
  assert.equal(bench.inFlight, 4);
  while (bench.inFlight > 0) {
    const waiting = pulled - bench.started.length;
    assert.ok(waiting <= LANE + 10, `${waiting} items wait`);
    await bench.finish();
  }
  assert.equal(bench.started.length, 2 * LANE + 5);
  assert.equal(bench.most, 4);
  assert.ok(running.ended);
});

test('what waits in the lane when draining fires is not started', async () => {
  const running = begin(pagesOf([...large(9), ...small(9)]), new Places(4));
  const { bench, stop } = running;
  await settled();
  stop.drain();
  await bench.finish('large1');
  assert.ok(!running.ended, 'three are still under way');
  await bench.finishAll();
  assert.deepEqual(bench.started, ['large1', 'large2', 'small1', 'small2']);
  assert.ok(running.ended);
  assert.equal(running.error, undefined);
});

test('what waits in the lane when the stream fails is not started', async () => {
  const broken = new Error('the plan cannot be read');
  async function* failing(): AsyncGenerator<string[]> {
    yield large(9);
    throw broken;
  }
  const running = begin(failing(), new Places(4));
  await settled();
  await running.bench.finishAll();
  assert.deepEqual(running.bench.started, ['large1', 'large2']);
  assert.equal(running.error, broken);
});

test('whatever comes, all of it is done, each request in one of so many places', async () => {
  /** Requests of an item: one when it is small; none holds a place for another. */
  const anyItem = fc.record({ requests: fc.nat(6), turns: fc.nat(4), large: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyItem, { maxLength: 40 }),
      anyCuts,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      async (items, cuts, limits) => {
        const places = new Places(limits[0] ?? 1);
        let [done, inFlight, most] = [0, 0, 0];
        const request = async (turns: number) => {
          most = Math.max(most, ++inFlight);
          for (let turn = turns; turn > 0; turn--) await Promise.resolve();
          inFlight--;
        };
        const work = async (item: (typeof items)[number]) => {
          if (item.large) {
            const one = () => places.large(() => request(item.turns));
            await Promise.all(Array.from({ length: item.requests }, one));
          } else await places.small(() => request(item.turns));
          places.concurrency = limits[++done % limits.length] ?? 1;
        };
        await transfer(
          pagesOf(items, cuts),
          { places, isLarge: item => item.large, work },
          new Stop().draining,
        );
        assert.equal(done, items.length);
        assert.ok(most <= Math.max(...limits), `${most} in flight`);
      },
    ),
    { numRuns: 300 },
  );
});
