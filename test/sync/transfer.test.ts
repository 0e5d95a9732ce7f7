import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Places } from '../../src/sync/places.ts';
import { Stop } from '../../src/sync/stop.ts';
import { type Carrier, transfer } from '../../src/sync/transfer.ts';
import { anyCuts, Bench, cut, pagesOf, settled } from './make.ts';

const count = (length: number) => Array.from({ length }, (_, index) => index + 1);

/** A stream that counts the items of the pages that were pulled from it. */
function counted(pages: readonly (readonly number[])[]) {
  const stream = { pulled: 0, released: false, pages: pull() };
  async function* pull(): AsyncGenerator<readonly number[]> {
    try {
      for (const page of pages) {
        stream.pulled += page.length;
        yield page;
      }
    } finally {
      stream.released = true;
    }
  }
  return stream;
}

/** Every item is small and takes one place. */
function smallOnly(places: Places, work: (item: number) => Promise<void>): Carrier<number> {
  return { places, isLarge: () => false, work: item => places.small(() => work(item)) };
}

/** A transfer under way, and whether it has ended. */
function begin(
  pages: AsyncIterable<readonly number[]>,
  bench: Bench<number>,
  places = new Places(3),
  stop = new Stop(),
) {
  const running = { ended: false, error: undefined as unknown, places, stop };
  transfer(pages, smallOnly(places, bench.work), stop.draining).then(
    () => {
      running.ended = true;
    },
    error => {
      running.ended = true;
      running.error = error;
    },
  );
  return running;
}

test('every item is worked on once, and never more at a time than the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(40),
      anyCuts,
      fc.integer({ min: 1, max: 6 }),
      fc.infiniteStream(fc.nat(5)),
      async (items, cuts, limit, delays) => {
        const done: number[] = [];
        let inFlight = 0;
        let most = 0;
        const work = async (item: number) => {
          most = Math.max(most, ++inFlight);
          for (let turn = delays.next().value; turn > 0; turn--) await Promise.resolve();
          inFlight--;
          done.push(item);
        };
        const carrier = smallOnly(new Places(limit), work);
        await transfer(pagesOf(count(items), cuts), carrier, new Stop().draining);
        assert.deepEqual(
          done.toSorted((a, b) => a - b),
          count(items),
        );
        assert.ok(most <= limit, `${most} at a time, ${limit} allowed`);
      },
    ),
    { numRuns: 200 },
  );
});

test('the limit is made use of: as many as allowed run, in the order of the stream', async () => {
  const bench = new Bench<number>();
  const running = begin(pagesOf(count(10), [4]), bench);
  await settled();
  assert.deepEqual(bench.started, [1, 2, 3]);
  await bench.finish(2);
  assert.deepEqual(bench.started, [1, 2, 3, 4]);
  await bench.finish(4);
  assert.deepEqual(bench.started, [1, 2, 3, 4, 5]);
  await bench.finishAll();
  assert.deepEqual(bench.started, count(10));
  assert.equal(bench.most, 3);
  assert.ok(running.ended);
});

test('an item starts only once there is a free place, and no more than one page waits for that', async () => {
  for (const pageSize of [1, 4]) {
    const bench = new Bench<number>();
    const stream = counted(cut(count(12), [pageSize]));
    const running = begin(stream.pages, bench);
    await settled();
    while (bench.inFlight > 0) {
      assert.equal(bench.started.length, Math.min(12, bench.finished + 3));
      const waiting = stream.pulled - bench.started.length;
      assert.ok(waiting <= pageSize, `${waiting} items pulled ahead from pages of ${pageSize}`);
      await bench.finish();
    }
    assert.ok(running.ended);
  }
});

test('an error stops the feeding, and is thrown only when what runs has ended', async () => {
  const bench = new Bench<number>();
  const stream = counted(cut(count(100), [10]));
  const running = begin(stream.pages, bench);
  await settled();
  const first = new Error('the disk is full');
  await bench.fail(2, first);
  assert.deepEqual(bench.started, [1, 2, 3]);
  assert.ok(!running.ended, 'two are still running');
  await bench.finish(1);
  await bench.fail(3, new Error('a later error'));
  assert.ok(running.ended);
  assert.equal(running.error, first);
  assert.deepEqual(bench.started, [1, 2, 3]);
  assert.equal(stream.pulled, 10);
  assert.ok(stream.released, 'the stream is let go');
});

test('an error thrown without a promise counts like any other', async () => {
  const broken = new Error('at once');
  const work = () => {
    throw broken;
  };
  await assert.rejects(
    transfer(pagesOf([1, 2]), { places: new Places(2), isLarge: () => false, work }, new Stop().draining),
    broken,
  );
});

test('when the stream itself fails, what runs is waited for before that is thrown', async () => {
  const bench = new Bench<number>();
  const broken = new Error('the plan cannot be read');
  async function* failing(): AsyncGenerator<number[]> {
    yield [1, 2];
    throw broken;
  }
  const running = begin(failing(), bench);
  await settled();
  assert.deepEqual(bench.started, [1, 2]);
  assert.ok(!running.ended, 'two are still running');
  await bench.finishAll();
  assert.equal(running.error, broken);
});

test('draining stops the feeding; what runs ends in peace and nothing is thrown', async () => {
  const bench = new Bench<number>();
  const stream = counted(cut(count(100), [10]));
  const running = begin(stream.pages, bench);
  await settled();
  running.stop.drain();
  await settled();
  assert.ok(!running.ended);
  await bench.finishAll();
  assert.deepEqual(bench.started, [1, 2, 3]);
  assert.ok(running.ended);
  assert.equal(running.error, undefined);
  assert.ok(stream.released, 'the stream is let go');
});

test('an error while draining is still thrown', async () => {
  const bench = new Bench<number>();
  const running = begin(pagesOf(count(9)), bench);
  await settled();
  running.stop.drain();
  const broken = new Error('late');
  await bench.fail(3, broken);
  await bench.finishAll();
  assert.equal(running.error, broken);
});

test('a transfer that begins while draining starts nothing', async () => {
  const bench = new Bench<number>();
  const stop = new Stop();
  stop.drain();
  const running = begin(pagesOf(count(9)), bench, new Places(3), stop);
  await settled();
  assert.ok(running.ended);
  assert.deepEqual(bench.started, []);
});

test('to abort is to drain as well; to drain is not to abort', () => {
  const [drained, aborted] = [new Stop(), new Stop()];
  drained.drain();
  aborted.abort();
  assert.deepEqual([drained.draining.aborted, drained.aborting.aborted], [true, false]);
  assert.deepEqual([aborted.draining.aborted, aborted.aborting.aborted], [true, true]);
});

test('a limit that is raised while work runs is used from the next end on', async () => {
  const bench = new Bench<number>();
  const running = begin(pagesOf(count(20), [6]), bench, new Places(2));
  await settled();
  assert.equal(bench.inFlight, 2);
  running.places.concurrency = 5;
  await bench.finish();
  assert.equal(bench.inFlight, 5);
  await bench.finishAll();
  assert.deepEqual(bench.started, count(20));
});

test('a limit that is lowered while work runs holds as soon as enough has ended', async () => {
  const bench = new Bench<number>();
  const running = begin(pagesOf(count(20), [6]), bench, new Places(5));
  await settled();
  assert.equal(bench.inFlight, 5);
  running.places.concurrency = 2;
  for (const left of [4, 3, 2, 2, 2]) {
    await bench.finish();
    assert.equal(bench.inFlight, left);
  }
  await bench.finishAll();
  assert.deepEqual(bench.started, count(20));
  assert.ok(running.ended);
});

test('an empty stream ends at once', async () => {
  const never = () => Promise.reject(new Error('never'));
  await transfer(pagesOf<number>([]), smallOnly(new Places(1), never), new Stop().draining);
});
