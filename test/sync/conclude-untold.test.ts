/** Copies by a service that tells no ETags: what the closing listing shows is all there is to go by. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import type { ObjectRecord } from '../../src/record.ts';
import { recordAsSeen, settle } from '../../src/sync/conclude.ts';
import { collect, E1, E2, entry, pagesOf, settings } from './make.ts';

const PLACES = { source: settings().source.location, destination: settings().destination.location };
const source = entry('k', { size: 5 });
const untold: Outcome = { key: 'k', result: 'copied', bytes: 5, requestId: undefined };

/** The record of a copy without a word about its ETag. @param now what the source has by the end */
async function recordOf(
  before: ObjectEntry | undefined,
  seen: ObjectEntry | undefined,
  now = source,
): Promise<ObjectRecord> {
  const item = { key: 'k', action: 'copy', reason: 'always', source, ...(before && { destination: before }) };
  const settled = settle(pagesOf([item as CopyItem]), pagesOf([untold]));
  const pair = { key: 'k', source: now, ...(seen && { destination: seen }) };
  const [record, ...more] = await collect(
    recordAsSeen(settled, pagesOf([pair]), PLACES, { appeared: 0, movedOn: 0 }),
  );
  assert.deepEqual(more, []);
  assert.ok(record);
  return record;
}

const word = ({ action, reason, proof }: ObjectRecord) => `${action}: ${reason} (${proof})`;

test('the ETag that is seen stands in the record and proves what it can', async () => {
  const same = await recordOf(undefined, entry('k', { size: 5 }));
  assert.deepEqual([word(same), same.destinationEtag], ['copied: always (etag)', E1]);
  const other = await recordOf(undefined, entry('k', { size: 5, etag: E2 }));
  assert.deepEqual([word(other), other.destinationEtag], ['copied: always (size)', E2]);
});

test('an object of another size is no copy', async () => {
  assert.equal(
    word(await recordOf(undefined, entry('k', { size: 4, etag: E2 }))),
    'failed: size-differs (none)',
  );
});

test('an object that is not there is no copy', async () => {
  assert.equal(word(await recordOf(undefined, undefined)), 'failed: missing (none)');
});

test('the very object that was there before is no copy', async () => {
  const before = entry('k', { size: 5, etag: E2 });
  const record = await recordOf(before, before);
  assert.deepEqual([word(record), record.error?.code], ['failed: content-differs (none)', 'NotReplaced']);
});

test('the same content written anew is one', async () => {
  const before = entry('k', { size: 5, etag: E2 });
  assert.equal(word(await recordOf(before, { ...before, modified: 9_999 })), 'copied: always (size)');
});

test('an object that has moved on is judged by what it is now, where the copy is as large', async () => {
  const now = entry('k', { size: 7, etag: E2 });
  const record = await recordOf(undefined, entry('k', { size: 7, etag: E2 }), now);
  assert.deepEqual([word(record), record.size, record.sourceEtag], ['copied: always (etag)', 7, E2]);
  const earlier = await recordOf(undefined, entry('k', { size: 5 }), now);
  assert.deepEqual([word(earlier), earlier.size], ['copied: always (etag)', 5]);
  const neither = await recordOf(undefined, entry('k', { size: 6 }), now);
  assert.equal(word(neither), 'failed: size-differs (none)');
});

test('an object that was overwritten by one of the same size is judged by the one that was copied', async () => {
  const now = entry('k', { size: 5, etag: E2, modified: 2_000 });
  const of = async (etag: string) => {
    const record = await recordOf(undefined, entry('k', { size: 5, etag }), now);
    return [record.sourceEtag, record.destinationEtag, word(record)];
  };
  assert.deepEqual(await of(E1), [E1, E1, 'copied: always (etag)'], 'it was copied before');
  assert.deepEqual(await of(E2), [E2, E2, 'copied: always (etag)'], 'it was copied after');
  const key = 'e3'.repeat(16);
  assert.deepEqual(await of(key), [E1, key, 'copied: always (size)'], 'nobody can tell');
  const parts = `${key}-2`;
  assert.deepEqual(await of(parts), [E2, parts, 'copied: always (size)'], 'its checksums may tell');
});
