/** What a full disk of the runner is told as, wherever on the way it was met. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FatalError } from '../src/errors.ts';
import { haltedBy } from '../src/job/diary.ts';

const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const ADVICE = /^The disk of this machine is full\./;

test('a disk that is full halts a run with what to do', () => {
  assert.match(haltedBy(FULL).fix?.todo ?? '', ADVICE);
});

test('so it does while something is fetched from S3', () => {
  const error = new FatalError(`Reading the report at s3://work failed (ENOSPC).`, undefined, FULL);
  assert.match(haltedBy(error).fix?.todo ?? '', ADVICE);
});

test('what an error says itself is what to do', () => {
  assert.deepEqual(haltedBy(new FatalError('It failed.', { todo: 'Try this.' }, FULL)).fix, {
    todo: 'Try this.',
  });
  assert.equal(haltedBy(new FatalError('It failed.')).fix, undefined);
});
