import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectEntry } from '../../src/model/objects.ts';
import { listInRanges, type RangesOptions } from '../../src/s3/ranges/ranges.ts';
import type { Page } from '../../src/s3/ranges/segment.ts';
import { compareKeys } from '../../src/sync/order.ts';
import { anyKeys, collect, entry, settled } from '../sync/make.ts';

/** A bucket whose pages arrive when and in the order the test says, and a consumer that takes pages when it says. */
class Play {
  readonly taken: ObjectEntry[][] = [];
  error: unknown;
  isOver = false;
  requests = 0;
  mostInFlight = 0;
  /** When a page arrived, by its first entry, which is an object of that page alone. */
  readonly arrivals = new Map<ObjectEntry | undefined, number>();
  /** How many fetches were in flight after each event. */
  readonly inFlight: number[] = [];
  /** At which event each page was taken. */
  readonly takings: number[] = [];
  readonly pending: { after: string | undefined; arrive: () => void; fail: (error: Error) => void }[] = [];
  readonly pages: AsyncGenerator<ObjectEntry[]>;
  readonly #keys: readonly string[];
  readonly #sizes: readonly number[];
  #isWaiting = false;

  constructor(keys: readonly string[], sizes: readonly number[], options: RangesOptions) {
    this.#keys = keys;
    this.#sizes = sizes;
    this.pages = listInRanges(after => this.#fetch(after), options);
  }

  /** Lets one thing happen after the other, chosen by number, until the end or until `mayGoOn` objects. */
  async run(choices: readonly number[], mayGoOn = () => true): Promise<void> {
    for (let turn = 0; !this.isOver && mayGoOn(); turn++) {
      const count = this.pending.length + (this.#isWaiting ? 0 : 1);
      assert.ok(count > 0, 'nothing is in flight and the consumer waits');
      const chosen = this.pending[(choices[turn % choices.length] ?? 0) % count];
      if (chosen === undefined) this.ask();
      else chosen.arrive();
      await settled();
      this.inFlight.push(this.pending.length);
    }
  }

  ask(): void {
    this.#isWaiting = true;
    this.pages
      .next()
      .then(({ done, value }) => {
        this.#isWaiting = false;
        if (done) this.isOver = true;
        else {
          this.taken.push(value);
          this.takings.push(this.inFlight.length);
        }
      })
      .catch(error => {
        this.error = error;
        this.isOver = true;
      });
  }

  /** Pages in flight or waiting for the consumer, at most. Those thrown away were never taken and do not count. */
  get mostHeld(): number {
    return this.inFlight.reduce((most, flying, event) => {
      const waiting = this.taken.filter(
        ([first], index) => (this.arrivals.get(first) ?? 0) <= event && (this.takings[index] ?? 0) > event,
      );
      return Math.max(most, flying + waiting.length);
    }, 0);
  }

  #fetch(after: string | undefined): Promise<Page> {
    const size = this.#sizes[this.requests++ % this.#sizes.length] ?? 1;
    const above = this.#keys.filter(key => after === undefined || compareKeys(key, after) > 0);
    return new Promise((resolve, reject) => {
      const end = () => this.pending.splice(this.pending.indexOf(request), 1);
      const request = {
        after,
        arrive: () => {
          end();
          const entries = above.slice(0, size).map(key => entry(key));
          this.arrivals.set(entries[0], this.inFlight.length);
          resolve({ entries, more: above.length > entries.length });
        },
        fail: (error: Error) => {
          end();
          reject(error);
        },
      };
      this.pending.push(request);
      this.mostInFlight = Math.max(this.mostInFlight, this.pending.length);
    });
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i).padStart(4, '0'));
const sorted = (keys: readonly string[]) => [...new Set(keys)].sort(compareKeys);

/** Keys as people and programs make them, and keys as nobody does. */
const anyBucket = fc.oneof(
  anyKeys(60),
  fc
    .tuple(anyKeys(8), fc.nat(30))
    .map(([folders, count]) =>
      sorted(folders.flatMap(folder => numbers(count).map(number => `${folder}/${number}`))),
    ),
  fc
    .tuple(fc.constantFrom('x'.repeat(900), '😀'.repeat(225), '\u0000', ''), anyKeys(60))
    .map(([prefix, keys]) => keys.map(key => prefix + key)),
  fc
    .array(
      fc.string({ unit: fc.constantFrom('a', '\uffff', '\u{10000}', '\u{10ffff}', '\u0000'), maxLength: 6 }),
      { maxLength: 60 },
    )
    .map(sorted),
  fc.nat(150).map(numbers),
);
const anySizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
const anyOptions = fc.record({
  workers: fc.integer({ min: 1, max: 9 }),
  window: fc.integer({ min: 1, max: 24 }),
});
const anyChoices = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 50 });

test('every key comes once and in order, within the limits, whatever the keys and whatever arrives first', async () => {
  await fc.assert(
    fc.asyncProperty(anyBucket, anySizes, anyOptions, anyChoices, async (keys, sizes, options, choices) => {
      const play = new Play(keys, sizes, options);
      await play.run(choices);
      assert.ifError(play.error);
      assert.deepEqual(
        play.taken.flat().map(({ key }) => key),
        keys,
      );
      assert.ok(play.taken.every(page => page.length > 0));
      assert.ok(play.mostInFlight <= options.workers, `${play.mostInFlight} in flight`);
      assert.ok(play.mostHeld <= options.window, `${play.mostHeld} pages held`);
    }),
    { numRuns: 150 },
  );
});

test('the limits hold in a long listing of many folders', async () => {
  const folders = numbers(150).map(number => createHash('md5').update(number).digest('hex'));
  const keys = sorted(folders.flatMap(folder => numbers(7).map(number => `${folder}/${number}`)));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 3, max: 6 }), anyChoices, async (workers, choices) => {
      const window = workers * 2;
      const play = new Play(keys, [4], { workers, window });
      await play.run(choices);
      assert.deepEqual(
        play.taken.flat().map(({ key }) => key),
        keys,
      );
      assert.ok(play.mostInFlight <= workers, `${play.mostInFlight} in flight`);
      assert.ok(play.mostHeld <= window, `${play.mostHeld} pages held`);
    }),
    { numRuns: 6 },
  );
});

test('a fetch starts from a well-formed string that S3 takes as a key', async () => {
  await fc.assert(
    fc.asyncProperty(anyBucket, anySizes, anyChoices, async (keys, sizes, choices) => {
      const asked: (string | undefined)[] = [];
      const play = new Play(keys, sizes, { workers: 8, window: 16 });
      await play.run(choices, () => {
        for (const { after } of play.pending) asked.push(after);
        return true;
      });
      const longest = Math.max(0, ...keys.map(key => Buffer.byteLength(key)));
      for (const after of asked) {
        assert.ok(after === undefined || after.isWellFormed(), JSON.stringify(after));
        assert.ok(Buffer.byteLength(after ?? '') <= longest, JSON.stringify(after));
      }
    }),
    { numRuns: 25 },
  );
});

test('a consumer that does not come back fills the window, and takes no page less for it', async () => {
  const play = new Play(numbers(500), [5], { workers: 6, window: 24 });
  play.ask();
  await settled();
  for (let round = 0; play.pending.length > 0; round++) {
    for (const request of [...play.pending]) request.arrive();
    await settled();
    assert.ok(round < 30, 'fetches go on');
  }
  assert.ok(play.requests >= 20 && play.requests <= 32, `${play.requests} requests`);
  play.ask();
  await settled();
  assert.equal(play.pending.length, 1, 'the room of the page taken is not used at once');
  await play.run([0]);
  assert.equal(play.taken.flat().length, 500);
});

test('the window is worked on while the consumer is busy', async () => {
  const play = new Play(numbers(500), [5], { workers: 6, window: 24 });
  play.ask();
  for (let round = 0; round < 4; round++) {
    await settled();
    for (const request of [...play.pending]) request.arrive();
  }
  await settled();
  assert.equal(play.taken.length, 1);
  assert.ok(play.requests >= 10, `${play.requests} requests`);
});

test('after an early return nothing starts any more, and what is in flight is waited for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), anyChoices, async (count, choices) => {
      const play = new Play(numbers(200), [3], { workers: 6, window: 24 });
      await play.run(choices, () => play.taken.length < count);
      const { requests } = play;
      let isOver = play.pending.length === 0;
      const end = play.pages.return(undefined).then(() => {
        isOver = true;
      });
      while (play.pending.length > 0) {
        await settled();
        assert.ok(!isOver, 'over, though a fetch is in flight');
        play.pending[0]?.arrive();
      }
      await end;
      await settled();
      assert.equal(play.requests, requests);
    }),
    { numRuns: 25 },
  );
});

test('the first error surfaces once the other fetches have ended, and nothing starts after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 25 }), anyChoices, async (count, choices) => {
      const play = new Play(numbers(200), [3], { workers: 6, window: 24 });
      await play.run(choices, () => play.requests < count || play.pending.length === 0);
      const { requests } = play;
      const failed = new Error('SlowDown');
      play.pending[0]?.fail(failed);
      await settled();
      if (!play.isOver && play.error === undefined && play.pending.length > 0) {
        assert.equal(play.isOver, false, 'over, though a fetch is in flight');
        play.pending[0]?.fail(new Error('a later one'));
        await settled();
      }
      await play.run([0]);
      assert.equal(play.error, failed);
      assert.equal(play.requests, requests);
      assert.equal(play.pending.length, 0);
    }),
    { numRuns: 25 },
  );
});

test('a fetch that throws instead of rejecting is an error like any other', async () => {
  const pages = listInRanges(
    () => {
      throw new Error('at once');
    },
    { workers: 2, window: 4 },
  );
  await assert.rejects(collect(pages), /at once/);
});

/** Answers that would be asked for over and over. */
const STUCK: readonly [string, Page][] = [
  ['nothing and more', { entries: [], more: true }],
  ['the same page again', { entries: [entry('a'), entry('b')], more: true }],
];

for (const [title, page] of STUCK) {
  test(`a listing that shows ${title} is refused`, async () => {
    const pages = listInRanges(async () => page, { workers: 1, window: 4 });
    await assert.rejects(collect(pages), { name: 'FatalError', message: /does not show it/ });
  });
}

test('an empty bucket is one request and no page', async () => {
  const play = new Play([], [5], { workers: 4, window: 16 });
  await play.run([0]);
  assert.deepEqual(play.taken, []);
  assert.equal(play.requests, 1);
});
