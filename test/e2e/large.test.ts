/** Objects that one request cannot copy. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import { FULL } from './full.ts';
import { contents, GIB, MIB, openLab, seen, setStage } from './stage.ts';

const lab = await openLab();

describe('an object above 5 GiB', { concurrency: 3 }, () => {
  test('is copied in the parts it was uploaded in, and keeps its ETag and all that belongs to it', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6.5 * GIB, 'uniform'), { ...FULL, parts: GIB });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(s.to.get('large')?.etag, s.from.get('large')?.etag);
    assert.equal(s.requests('UploadPartCopy').length, 7);
    assert.equal(s.requests('CopyObject').length, 0);
    assert.equal(run.record('large').proof, 'part-etag');
    assert.equal(s.to.uploads.size, 0);
  });

  test('is copied in parts of the size asked for, whatever those of the source, and found equal by checksum', async () => {
    const s = setStage(lab);
    const parts = [5 * GIB, 512 * MIB, 700 * MIB];
    s.from.put(
      'large',
      sparse(
        parts.reduce((a, b) => a + b),
        'uneven',
      ),
      { ...FULL, parts },
    );
    const run = await s.run({ 'part-size': '1GiB', 'storage-class': 'STANDARD_IA' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(s.requests('UploadPartCopy').length, 7);
    assert.equal(s.to.get('large')?.storageClass, 'STANDARD_IA');
    assert.equal(run.record('large').proof, 'size');
    const again = await s.run();
    assert.deepEqual(
      [again.record('large').action, again.record('large').reason, again.record('large').proof],
      ['unchanged', 'same-checksum', 'checksum'],
    );
  });

  test('of exactly 5 GiB goes in one request', async () => {
    const s = setStage(lab);
    s.from.put('edge', sparse(5 * GIB, 'edge'), FULL);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.requests('CopyObject').length, s.requests('UploadPartCopy').length], [1, 0]);
  });

  test('carries neither metadata nor tags where `preserve` leaves them out', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'bare'), { ...FULL, parts: GIB });
    await s.run({ preserve: 'storage-class' });
    const { metadata, tags } = seen(s.to.get('large')) ?? {};
    assert.deepEqual({ metadata, tags }, { metadata: {}, tags: {} });
  });

  test('whose metadata no header can carry fails rather than lose it', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'unreadable'), { metadata: { bell: 'a\u0007b' }, parts: GIB });
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.equal(run.record('large').reason, 'unreadable-metadata');
    assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
  });

  test('whose upload somebody else has ended fails, and is not taken for gone', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'ended'), { parts: GIB });
    s.to.put('extra', 'x');
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'error', status: 404, code: 'NoSuchUpload' });
    const run = await s.run({ delete: 'true', 'max-delete': '1' });
    assert.equal(run.code, 1);
    const { action, reason, error } = run.record('large');
    assert.deepEqual([action, reason, error?.code], ['failed', 'error', 'NoSuchUpload']);
    assert.deepEqual(s.to.keys(), ['extra'], 'nothing is deleted after a failure');
  });
});
