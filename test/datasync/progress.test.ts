import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Look } from '../../src/datasync/execution.ts';
import { ExecutionProgress } from '../../src/datasync/progress.ts';

const LOOK: Look = {
  status: 'LAUNCHING',
  isOver: false,
  isWell: false,
  error: '',
  manifest: 'manifests/x.csv',
  objects: 0,
  bytes: 0,
  prepared: 0,
  transferred: 0,
  bytesTransferred: 0,
  verified: 0,
  skipped: 0,
  failed: 0,
  report: undefined,
};

test('before there is anything to count, the status stands alone', () => {
  const progress = new ExecutionProgress();
  assert.equal(progress.line(), 'DataSync is being set up.');
  assert.deepEqual(progress.howFar(), { line: 'DataSync is being set up.' });
  progress.see(LOOK);
  assert.equal(progress.line(), 'DataSync LAUNCHING.');
  assert.deepEqual(progress.howFar(), { line: 'DataSync LAUNCHING.' });
});

test('every phase is news once', () => {
  const progress = new ExecutionProgress();
  const statuses = ['QUEUED', 'QUEUED', 'LAUNCHED', 'PREPARING', 'PREPARING'];
  assert.deepEqual(
    statuses.map(status => progress.see({ ...LOOK, status })),
    [true, false, true, true, false],
  );
});

test('what is prepared, transferred, verified and failed is counted', () => {
  const progress = new ExecutionProgress();
  progress.see({ ...LOOK, status: 'PREPARING', prepared: 1200 });
  assert.equal(progress.line(), 'DataSync PREPARING: 1,200 objects prepared.');
  const under = {
    ...LOOK,
    status: 'VERIFYING',
    objects: 5000,
    transferred: 1200,
    bytes: 2048,
    bytesTransferred: 1024,
  };
  progress.see({ ...under, verified: 80, failed: 2 });
  assert.equal(
    progress.line(),
    'DataSync VERIFYING: 1,200 of 5,000 objects, 1 KiB of 2 KiB, 80 verified, 2 failed.',
  );
  assert.equal(progress.howFar().share, 0.24, 'the share of the objects, which is the smaller one');
});

test('rate and time left come from what was transferred since the first look at it', t => {
  t.mock.timers.enable({ apis: ['Date'] });
  let now = 1000;
  t.mock.method(performance, 'now', () => now);
  const progress = new ExecutionProgress();
  const under = { ...LOOK, status: 'TRANSFERRING', objects: 100, bytes: 100 * 1024 };
  progress.see({ ...under, transferred: 10, bytesTransferred: 10 * 1024 });
  now += 10_000;
  progress.see({ ...under, transferred: 60, bytesTransferred: 60 * 1024 });
  assert.match(progress.line(), /, 5 objects\/s, 5 KiB\/s, 8s left\.$/);
});
