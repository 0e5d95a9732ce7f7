import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../../src/s3control/jobs.ts';
import { JobProgress } from '../../src/s3control/progress.ts';

const LOOK: Look = {
  id: 'x',
  status: 'Preparing',
  isOver: false,
  isWell: false,
  error: '',
  total: 0,
  succeeded: 0,
  failed: 0,
};

test('before there is anything to count, the state stands alone', () => {
  const progress = new JobProgress();
  assert.equal(progress.line(), 'S3 Batch Operations is being set up.');
  progress.see(LOOK);
  assert.equal(progress.line(), 'S3 Batch Operations Preparing.');
});

test('every state is news once', () => {
  const progress = new JobProgress();
  const statuses = ['New', 'New', 'Preparing', 'Active', 'Active'];
  assert.deepEqual(
    statuses.map(status => progress.see({ ...LOOK, status })),
    [true, false, true, true, false],
  );
});

test('tasks are counted, with rate and time left as long as it goes on', t => {
  let now = 1000;
  t.mock.method(performance, 'now', () => now);
  const progress = new JobProgress();
  const active = { ...LOOK, status: 'Active', total: 5000 };
  progress.see({ ...active, succeeded: 1000 });
  now += 10_000;
  progress.see({ ...active, succeeded: 1990, failed: 10 });
  assert.equal(
    progress.line(),
    'S3 Batch Operations Active: 2,000 of 5,000 objects, 10 failed, 100 objects/s, 30s left.',
  );
  progress.see({ ...active, status: 'Complete', isOver: true, succeeded: 4990, failed: 10 });
  assert.equal(progress.line(), 'S3 Batch Operations Complete: 5,000 of 5,000 objects, 10 failed.');
});
