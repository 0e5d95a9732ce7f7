import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PACE, Pace } from '../../src/sync/pace.ts';

/** Rounds against a service that throttles above `capacity` requests in flight; resolves to the concurrency of each. */
function rounds(many: number, capacity: number, msOf: (concurrency: number) => number = () => 20): number[] {
  const throttle = { concurrency: 1 };
  const pace = new Pace(throttle);
  return Array.from({ length: many }, () => {
    const { concurrency } = throttle;
    for (let n = 0; n < concurrency; n++) pace.answered(msOf(concurrency), concurrency > capacity);
    return concurrency;
  });
}

test('an unthrottled run doubles up to the ceiling and stays there', () => {
  assert.deepEqual(rounds(6, Number.POSITIVE_INFINITY), [64, 128, 256, 512, 512, 512]);
});

test('a throttled run finds the capacity and stays around it', () => {
  fc.assert(
    fc.property(fc.integer({ min: PACE.floor, max: PACE.ceiling }), capacity => {
      const settled = rounds(200, capacity).slice(100);
      const mean = settled.reduce((sum, one) => sum + one, 0) / settled.length;
      assert.ok(mean > capacity * 0.5 && mean < capacity + PACE.step, `${mean} for ${capacity}`);
      assert.ok(Math.max(...settled) <= capacity + PACE.step);
    }),
  );
});

test('it never leaves its bounds, whatever is answered', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.boolean()), { maxLength: 3000 }),
      answers => {
        const throttle = { concurrency: 1 };
        const pace = new Pace(throttle);
        for (const [ms, throttled] of answers) {
          pace.answered(ms, throttled);
          assert.ok(throttle.concurrency >= PACE.floor && throttle.concurrency <= PACE.ceiling);
          assert.ok(Number.isInteger(throttle.concurrency));
        }
      },
    ),
  );
});

test('answers that queue up hold the pace without a word from S3', () => {
  const queueing = (concurrency: number) => (concurrency <= 128 ? 50 : (50 * concurrency) / 40);
  assert.deepEqual(rounds(6, Number.POSITIVE_INFINITY, queueing), [64, 128, 256, 256, 256, 256]);
});

test('how far it went down is remembered, once S3 has asked for it', () => {
  const throttle = { concurrency: 1 };
  const pace = new Pace(throttle);
  const round = (throttled: boolean) => {
    for (let left = throttle.concurrency; left > 0; left--) pace.answered(20, throttled);
  };
  round(false);
  assert.equal(pace.slowedTo, undefined);
  for (const throttled of [true, true, true, false, false, false, true]) round(throttled);
  assert.equal(throttle.concurrency, 20);
  assert.equal(pace.slowedTo, 16);
});

test('one round that is asked to slow down halves the pace once', () => {
  const throttle = { concurrency: 1 };
  const pace = new Pace(throttle);
  for (let n = 0; n < PACE.start; n++) pace.answered(20, n < 10);
  assert.equal(throttle.concurrency, PACE.start / 2);
  assert.equal(pace.slowedTo, PACE.start / 2);
});
