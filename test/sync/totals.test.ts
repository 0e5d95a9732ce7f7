import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FatalError } from '../../src/errors.ts';
import type { ObjectRecord } from '../../src/record.ts';
import { Tally } from '../../src/sync/totals.ts';

function record(differently: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    key: 'k',
    destinationKey: 'k',
    size: 10,
    action: 'copied',
    reason: 'missing',
    proof: 'etag',
    sourceEtag: 'e1',
    ...differently,
  };
}

test('what was denied is told apart a thousand times, and counted beyond that', () => {
  const tally = new Tally();
  for (let index = 0; index < 1500; index++) {
    const error = { code: 'AccessDenied', message: 'Access Denied', denied: `kms:Decrypt on key ${index}` };
    tally.count(record({ action: 'failed', reason: 'denied', proof: 'none', error }));
  }
  const failures = tally.failures();
  assert.equal(failures.length, 1001);
  assert.deepEqual([failures[0]?.count, failures[0]?.denied], [500, undefined]);
});

/** A record about an object that only the destination has. */
function extraneous(differently: Partial<ObjectRecord>): ObjectRecord {
  const { sourceEtag: _, ...rest } = record({ proof: 'none', size: 999, ...differently });
  return rest;
}

function tallied(...records: ObjectRecord[]): Tally {
  const tally = new Tally();
  for (const one of records) tally.count(one);
  return tally;
}

test('each object is counted once, under what became of it, why, and how it was proven', () => {
  const totals = tallied(
    record({ size: 1 }),
    record({ size: 2, proof: 'size' }),
    record({ size: 4, action: 'unchanged', reason: 'same-checksum', proof: 'checksum' }),
    record({ size: 8, action: 'skipped', reason: 'excluded', proof: 'none' }),
    record({ size: 16, action: 'failed', reason: 'denied', proof: 'none' }),
    record({ size: 32, reason: 'size-differs', proof: 'none' }),
    extraneous({ action: 'deleted', reason: 'extraneous' }),
    extraneous({ action: 'kept', reason: 'delete-not-asked' }),
  ).totals(6);
  assert.deepEqual(totals, {
    listed: 6,
    copied: 3,
    unchanged: 1,
    skipped: 1,
    failed: 1,
    deleted: 1,
    kept: 1,
    undeleted: 0,
    bytesListed: 63,
    bytesCopied: 35,
    reasons: {
      'copied: missing': 2,
      'unchanged: same-checksum': 1,
      'skipped: excluded': 1,
      'failed: denied': 1,
      'copied: size-differs': 1,
      'deleted: extraneous': 1,
      'kept: delete-not-asked': 1,
    },
    proofs: { content: 0, checksum: 1, etag: 1, 'part-etag': 0, size: 1, none: 1 },
  });
});

test('in a dry run the same counts stand in the conditional, and prove nothing', () => {
  const totals = tallied(
    record({ action: 'would-copy', proof: 'none', size: 7 }),
    extraneous({ action: 'would-delete', reason: 'extraneous' }),
  ).totals(1);
  assert.deepEqual([totals.copied, totals.deleted, totals.bytesCopied], [1, 1, 7]);
  assert.deepEqual(totals.reasons, { 'would-copy: missing': 1, 'would-delete: extraneous': 1 });
  assert.ok(Object.values(totals.proofs).every(number => number === 0));
});

/** Records that do not add up to what the plan listed. */
const GAPS: readonly [string, ObjectRecord[], number][] = [
  ['an object has no record', [record()], 2],
  ['an object has two records', [record(), record()], 1],
  ['a record is about nothing that was listed', [record()], 0],
  ['a source object is called deleted', [record({ action: 'deleted', reason: 'extraneous' })], 1],
  ['an object only the destination has is called copied', [extraneous({ action: 'copied' })], 1],
];

for (const [what, records, planned] of GAPS) {
  test(`the accounts do not close when ${what}`, () => {
    assert.throws(
      () => tallied(...records).totals(planned),
      error => error instanceof FatalError && error.message.includes(`${planned} objects were listed`),
    );
  });
}

test('nothing at all closes', () => {
  assert.equal(new Tally().totals(0).listed, 0);
});

/** What is wrong although it is no failed source object. */
const KEPT: readonly [ObjectRecord['reason'], number][] = [
  ['extraneous', 1],
  ['delete-failed', 1],
  ['delete-refused', 0],
  ['delete-not-asked', 0],
  ['protected-by-filter', 0],
];

for (const [reason, undeleted] of KEPT) {
  test(`an object kept with the reason ${reason} ${undeleted ? 'should be gone' : 'may stay'}`, () => {
    const tally = tallied(extraneous({ action: 'kept', reason }));
    assert.equal(tally.totals(0).undeleted, undeleted);
    assert.equal(tally.failures().length, undeleted);
  });
}

test('failures are grouped by cause, the largest group first, with the first message and up to five keys', () => {
  const denied = (key: string) =>
    record({
      key,
      action: 'failed',
      reason: 'denied',
      proof: 'none',
      error: { code: 'AccessDenied', message: `No to ${key}` },
      requestId: `R-${key}`,
    });
  const slow = record({
    key: 's',
    action: 'failed',
    reason: 'error',
    proof: 'none',
    error: { code: 'SlowDown', message: 'Slow' },
  });
  const groups = tallied(slow, ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(denied), record()).failures();
  assert.deepEqual(groups, [
    {
      code: 'AccessDenied',
      reason: 'denied',
      count: 7,
      message: 'No to a',
      examples: ['a', 'b', 'c', 'd', 'e'],
      requestId: 'R-a',
    },
    { code: 'SlowDown', reason: 'error', count: 1, message: 'Slow', examples: ['s'] },
  ]);
});

test('one code for two reasons makes two groups, and so do two codes for one reason', () => {
  const failed = (reason: ObjectRecord['reason'], code: string) =>
    record({ action: 'failed', reason, proof: 'none', error: { code, message: 'm' } });
  assert.equal(
    tallied(
      failed('error', 'A'),
      failed('denied', 'A'),
      failed('error', 'B'),
      failed('error', 'A'),
    ).failures().length,
    3,
  );
});

/** Reasons that S3 says nothing about and that therefore need words of their own. */
const SILENT: readonly ObjectRecord['reason'][] = [
  'missing',
  'size-differs',
  'content-differs',
  'source-newer',
  'always',
  'archived',
  'key-too-long',
  'key-empty',
];

for (const reason of SILENT) {
  test(`a failure for the reason ${reason} explains itself where S3 says nothing`, () => {
    const [group] = tallied(record({ action: 'failed', reason, proof: 'none' })).failures();
    assert.match(group?.message ?? '', /^(`compare: always`|[A-Z]).+\.$/);
    assert.equal(group?.code, reason);
  });
}
