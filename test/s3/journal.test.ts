/** The journal of uploads on disk, which must be readable whatever ended the writing of it. */
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FatalError } from '../../src/errors.ts';
import { haltedBy } from '../../src/job/diary.ts';
import { FileJournal } from '../../src/s3/journal.ts';

const UPLOAD = { bucket: 'bucket', key: 'key', uploadId: 'one' };

async function pathFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'uploads.ndjson');
}

test('lines that were cut short hide none of the others', async t => {
  const path = await pathFor(t);
  const journal = new FileJournal(path);
  await journal.opened(UPLOAD);
  // As a disk leaves it that was full for a moment.
  await appendFile(path, '{"bucket":"buck');
  await journal.opened({ ...UPLOAD, uploadId: 'two' });
  await appendFile(path, '{"bucket":"bucket","key":"key","uploadId":"one","state":"clos');
  assert.deepEqual(
    (await journal.stillOpen()).map(({ uploadId }) => uploadId),
    ['one', 'two'],
  );
});

test('a disk without room for it is no fault of the object', {
  skip: process.platform === 'linux' ? false : 'needs /dev/full',
}, async () => {
  await assert.rejects(new FileJournal('/dev/full').opened(UPLOAD), error => {
    assert.ok(error instanceof FatalError);
    assert.match(error.message, /^\/dev\/full could not be written \(ENOSPC: /);
    assert.match(haltedBy(error).fix?.todo ?? '', /^The disk of this machine is full\./);
    return true;
  });
});
