import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import pLimit from 'p-limit';
import type { ObjectRecord, VersionRecord } from '../../src/record.ts';
import type { Evidence, Testimony } from '../../src/sync/evidence.ts';
import { type Doubts, proveRecords, type Witnesses } from '../../src/sync/prove.ts';
import { anyCuts, anyKeys, Bench, collect, E1, E2, pagesOf, settings, settled } from './make.ts';

const PLACES = { source: settings().source.location, destination: settings().destination.location };

function record(differently: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    key: 'in/k',
    destinationKey: 'out/k',
    size: 5,
    action: 'copied',
    reason: 'missing',
    proof: 'size',
    sourceEtag: E1,
    destinationEtag: E2,
    ...differently,
  };
}

const say =
  (source: Evidence | undefined, destination: Evidence | undefined) => async (): Promise<Testimony> => ({
    source,
    destination,
  });
const NOBODY = () => Promise.reject(new Error('Nobody had to be asked.'));
const NOTHING = say({}, {});

async function prove(one: ObjectRecord, witnesses: Witnesses) {
  const doubts: Doubts = { open: 0, silent: 0, unread: 0, unasked: 0 };
  const [proven] = await collect(proveRecords(pagesOf([one]), witnesses, PLACES, pLimit(1), doubts));
  assert.ok(proven);
  return { proven, doubts, word: `${proven.action}: ${proven.reason} (${proven.proof})` };
}

const EQUAL = say({ CRC64NVME: 'x' }, { CRC64NVME: 'x' });
const DIFFERENT = say({ CRC64NVME: 'x' }, { CRC64NVME: 'y' });
const NO_DOUBT = { open: 0, silent: 0, unread: 0, unasked: 0 };

const versions: VersionRecord[] = [
  { source: 's1', destination: 'd1', size: 5, sourceEtag: E1, destinationEtag: E2, proof: 'size' },
  { source: 's2', destination: 'd2', size: 0, deleteMarker: true, proof: 'etag' },
  { source: 's3', destination: 'd3', size: 5, sourceEtag: E1, destinationEtag: E1, proof: 'etag' },
  { source: 's4', destination: 'd4', size: 7, sourceEtag: E1, destinationEtag: E2, proof: 'size' },
];

test('of a history each version that nothing proves yet is asked by its id, and the weakest grade counts', async () => {
  const asked: unknown[] = [];
  const checksums = async (source: unknown, destination: unknown) => {
    asked.push(source, destination);
    return EQUAL();
  };
  const { proven } = await prove(record({ versions }), { checksums, contents: undefined });
  assert.deepEqual(asked, [
    { key: 'k', versionId: 's1', etag: E1, size: 5 },
    { key: 'k', versionId: 'd1', etag: E2, size: 5 },
    { key: 'k', versionId: 's4', etag: E1, size: 7 },
    { key: 'k', versionId: 'd4', etag: E2, size: 7 },
  ]);
  assert.deepEqual(
    proven.versions?.map(({ proof }) => proof),
    ['checksum', 'etag', 'etag', 'checksum'],
  );
  assert.equal(proven.proof, 'etag');
});

test('a version that differs makes a failure of its key, and is named', async () => {
  const { proven } = await prove(record({ versions }), { checksums: DIFFERENT, contents: undefined });
  assert.deepEqual([proven.action, proven.reason, proven.proof], ['failed', 'content-differs', 'none']);
  assert.match(proven.error?.message ?? '', /^Version s1: The CRC64NVME /);
});

test('a history is in doubt once, however many of its versions are', async () => {
  const { proven, doubts } = await prove(record({ versions }), { checksums: NOTHING, contents: undefined });
  assert.deepEqual([proven.proof, doubts], ['size', { open: 1, silent: 0, unread: 0, unasked: 0 }]);
});

/** What was asked for, what the objects say, the last word, and what is left in doubt. */
const WORDS: readonly [string, Witnesses, string, Doubts][] = [
  ['equal checksums', { checksums: EQUAL, contents: NOBODY }, 'copied: missing (checksum)', NO_DOUBT],
  [
    'different checksums',
    { checksums: DIFFERENT, contents: NOBODY },
    'failed: content-differs (none)',
    NO_DOUBT,
  ],
  [
    'no checksum in common, and no reading',
    { checksums: NOTHING, contents: undefined },
    'copied: missing (size)',
    { open: 1, silent: 0, unread: 0, unasked: 0 },
  ],
  [
    'a side that does not tell, and no reading',
    { checksums: say(undefined, {}), contents: undefined },
    'copied: missing (size)',
    { open: 1, silent: 1, unread: 0, unasked: 0 },
  ],
  [
    'no checksum in common, equal content',
    { checksums: NOTHING, contents: EQUAL },
    'copied: missing (content)',
    NO_DOUBT,
  ],
  [
    'no checksum in common, different content',
    { checksums: NOTHING, contents: DIFFERENT },
    'failed: content-differs (none)',
    NO_DOUBT,
  ],
  [
    'no checksum in common, and a side that cannot be read',
    { checksums: NOTHING, contents: say({ SHA256: 'x' }, undefined) },
    'copied: missing (size)',
    { open: 1, silent: 0, unread: 1, unasked: 0 },
  ],
];

for (const [what, witnesses, word, doubts] of WORDS) {
  test(`${what}: ${word}`, async () => {
    const ending = await prove(record(), witnesses);
    assert.equal(ending.word, word);
    assert.deepEqual(ending.doubts, doubts);
  });
}

test('a difference names both checksums', async () => {
  const { proven } = await prove(record(), { checksums: DIFFERENT, contents: undefined });
  assert.deepEqual(proven.error, {
    code: 'ContentDiffers',
    message: 'The CRC64NVME of the source is x, that of the destination y.',
  });
});

test('the objects that are asked are those of the record, without the prefixes', async () => {
  const asked: unknown[] = [];
  const checksums: Witnesses['checksums'] = async (...pair) => {
    asked.push(...pair);
    return EQUAL();
  };
  await prove(record({ key: 'in/in/k', destinationKey: 'out/in/k' }), { checksums, contents: undefined });
  assert.deepEqual(asked, [
    { key: 'in/k', etag: E1, size: 5 },
    { key: 'in/k', etag: E2, size: 5 },
  ]);
});

/** Records of which nothing has to be asked. */
const SETTLED: readonly [string, Partial<ObjectRecord>][] = [
  ['proven by MD5', { proof: 'etag' }],
  ['proven by the MD5s of its parts', { proof: 'part-etag' }],
  [
    'proven by the checksums that the plan asked for',
    { action: 'unchanged', reason: 'same-checksum', proof: 'checksum' },
  ],
  ['left alone because it was there', { action: 'unchanged', reason: 'exists' }],
  ['failed', { action: 'failed', reason: 'denied', proof: 'none' }],
  ['found to be of another size', { action: 'failed', reason: 'size-differs', proof: 'none' }],
  ['skipped', { action: 'skipped', reason: 'excluded', proof: 'none' }],
  ['only in the destination', { action: 'kept', reason: 'delete-not-asked', proof: 'none' }],
];

for (const [what, differently] of SETTLED) {
  test(`nobody is asked about an object that was ${what}`, async () => {
    const before = record(differently);
    const { proven } = await prove(before, { checksums: NOBODY, contents: NOBODY });
    assert.deepEqual(proven, before);
  });
}

for (const reason of ['source-newer', 'unproven'] as const) {
  const drift = record({
    action: 'failed',
    reason,
    proof: 'none',
    error: { code: 'Newer', message: 'The source is newer.' },
  });

  test(`a difference that is only "${reason}" is none when the checksums are equal`, async () => {
    const { proven, word } = await prove(drift, { checksums: EQUAL, contents: undefined });
    assert.equal(word, 'unchanged: same-checksum (checksum)');
    assert.equal(proven.error, undefined);
  });

  test(`nor when the contents are: ${reason}`, async () => {
    const { word } = await prove(drift, { checksums: NOTHING, contents: EQUAL });
    assert.equal(word, 'unchanged: same-content (content)');
  });

  test(`it stands where nothing speaks against it: ${reason}`, async () => {
    const { proven, doubts } = await prove(drift, { checksums: NOTHING, contents: undefined });
    assert.deepEqual(proven, drift);
    assert.deepEqual(doubts, NO_DOUBT, 'what failed is not called equal by size');
  });
}

test('records stay in order and each is asked about once, however they are paged', async () => {
  await fc.assert(
    fc.asyncProperty(anyKeys(20), anyCuts, fc.infiniteStream(fc.nat(4)), async (keys, cuts, delays) => {
      const asked: string[] = [];
      const checksums: Witnesses['checksums'] = async ({ key }) => {
        asked.push(key);
        const { value: turns } = delays.next();
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        return EQUAL();
      };
      const records = keys.map(key => record({ key: `in/${key}`, destinationKey: `out/${key}` }));
      const doubts = { ...NO_DOUBT };
      const witnesses = { checksums, contents: undefined };
      const proven = await collect(
        proveRecords(pagesOf(records, cuts), witnesses, PLACES, pLimit(3), doubts),
      );
      assert.deepEqual(
        proven,
        records.map(one => ({ ...one, proof: 'checksum' })),
      );
      assert.deepEqual(asked.toSorted(), keys.toSorted());
    }),
  );
});

test('no more objects are asked about at once than there are places', async () => {
  const bench = new Bench<string>();
  const checksums: Witnesses['checksums'] = async ({ key }) => {
    await bench.work(key);
    return EQUAL();
  };
  const records = Array.from({ length: 12 }, (_, index) => record({ key: `in/k${index}` }));
  const witnesses = { checksums, contents: undefined };
  const proven = collect(proveRecords(pagesOf(records, [12]), witnesses, PLACES, pLimit(4), { ...NO_DOUBT }));
  await settled();
  await bench.finishAll();
  assert.equal(bench.most, 4);
  assert.equal((await proven).length, 12);
});

test('an error while asking ends the run', async () => {
  const checksums = () => Promise.reject(new Error('stopped'));
  await assert.rejects(prove(record(), { checksums, contents: undefined }), /stopped/);
});
