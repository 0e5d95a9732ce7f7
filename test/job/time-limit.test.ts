import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deadlines } from '../../src/job/time-limit.ts';

const HOUR = 3_600_000;

test('a night of copying keeps five minutes, and a plan that took long keeps more', () => {
  assert.deepEqual(deadlines(5.5 * HOUR, 0), {
    drain: 5.5 * HOUR - 300_000,
    cut: 5.5 * HOUR - 150_000,
    abort: 5.5 * HOUR - 75_000,
  });
  assert.equal(deadlines(5.5 * HOUR, 100_000).drain, 5.5 * HOUR - 450_000);
});

test('draining comes before cutting, cutting before aborting, and a second is always left', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10_000, max: 24 * 24 * HOUR }), fc.nat(HOUR), (limit, plan) => {
      const { drain, cut, abort } = deadlines(limit, plan);
      assert.ok(drain < cut && cut < abort && abort <= limit - 1000);
    }),
  );
});
