import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deadlines, TimeLimit } from '../../src/job/time-limit.ts';
import { Stop } from '../../src/sync/stop.ts';
import { QUIET } from './job-on-lab.ts';

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

test('after a long plan the run drains earlier, and what somebody else has stopped is not its doing', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stop = new Stop();
  const limit = new TimeLimit(1000, stop, QUIET);
  limit.planned(400_000);
  // After 300 seconds, less those since the process has started.
  t.mock.timers.tick(200_000);
  assert.deepEqual([stop.draining.aborted, limit.reached], [false, false]);
  t.mock.timers.tick(100_000);
  assert.deepEqual([stop.draining.aborted, stop.cutting.aborted, limit.reached], [true, false, true]);
  t.mock.timers.tick(50_000);
  assert.deepEqual([stop.cutting.aborted, stop.aborting.aborted], [true, false]);
  stop.hurry();
  assert.equal(limit.reached, false);
  limit.end();
  t.mock.timers.tick(1_000_000);
  assert.equal(stop.aborting.aborted, false, 'from its end on it stops nothing');
});
