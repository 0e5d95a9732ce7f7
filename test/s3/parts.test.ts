import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cutIntoParts,
  MAX_PART_BYTES,
  MAX_PARTS,
  MIN_PART_BYTES,
  type Part,
  sourcePartBytes,
} from '../../src/s3/parts.ts';

const KIB = 1024;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const TIB = 1024 ** 4;
/** 10,000 parts of 5 GiB: 48.8 TiB, the largest object there is. */
const LARGEST = MAX_PARTS * MAX_PART_BYTES;

const bytesOf = ({ first, last }: Part) => last - first + 1;

/** Sizes of every magnitude, and those around the places where something changes. */
const anySize = fc.oneof(
  fc.integer({ min: 1, max: LARGEST }),
  fc.integer({ min: 1, max: 100 * MIB }),
  fc
    .tuple(
      fc.integer({ min: 1, max: MAX_PARTS }),
      fc.constantFrom(MIN_PART_BYTES, 8 * MIB, 256 * MIB, MAX_PART_BYTES),
    )
    .chain(([count, bytes]) => fc.integer({ min: -1, max: 1 }).map(by => count * bytes + by))
    .filter(size => size <= LARGEST),
);
const anyWanted = fc.oneof(
  fc.integer({ min: 1, max: 6 * GIB }),
  fc.integer({ min: 1, max: 64 * MIB }),
  fc.constantFrom(MIN_PART_BYTES, MIN_PART_BYTES - 1, MAX_PART_BYTES, MAX_PART_BYTES + 1, 256 * MIB),
);

test('the parts of any object cover it without a gap, are numbered from 1, and S3 takes them', () => {
  fc.assert(
    fc.property(anySize, anyWanted, (size, wanted) => {
      const parts = cutIntoParts(size, wanted);
      assert.ok(parts.length >= 1 && parts.length <= MAX_PARTS, `${parts.length} parts`);
      let next = 0;
      for (const [index, part] of parts.entries()) {
        if (part.number !== index + 1 || part.first !== next)
          assert.fail(`part ${index + 1}: ${JSON.stringify(part)}`);
        next = part.last + 1;
      }
      assert.equal(next, size);
      const [first] = parts;
      const last = parts.at(-1);
      assert.ok(first && last);
      if (parts.length > 1) assert.ok(bytesOf(first) >= MIN_PART_BYTES, `parts of ${bytesOf(first)} bytes`);
      assert.ok(bytesOf(first) <= MAX_PART_BYTES, `parts of ${bytesOf(first)} bytes`);
      // All but the last are of one size, which the ETag of the whole depends on.
      assert.ok(parts.slice(0, -1).every(part => bytesOf(part) === bytesOf(first)));
      assert.ok(bytesOf(last) >= 1 && bytesOf(last) <= bytesOf(first));
    }),
    { numRuns: 300 },
  );
});

/** Size, wanted bytes, and the parts: how many, how large, and how large the last one is. */
const CUTS: readonly [string, number, number, number, number, number][] = [
  ['what is wanted is taken where it is allowed', 100 * MIB, 8 * MIB, 13, 8 * MIB, 4 * MIB],
  ['even where it is no round number', 20_000_001, 6_000_001, 4, 6_000_001, 1_999_998],
  ['the last part may be a single byte', 16 * MIB + 1, 8 * MIB, 3, 8 * MIB, 1],
  ['an object that ends with a part has no empty one', 16 * MIB, 8 * MIB, 2, 8 * MIB, 8 * MIB],
  ['an object smaller than a part is one', 1, 8 * MIB, 1, 1, 1],
  ['parts are not smaller than 5 MiB', 20 * MIB, 64 * KIB, 4, 5 * MIB, 5 * MIB],
  ['nor larger than 5 GiB', 12 * GIB, 6 * GIB, 3, 5 * GIB, 2 * GIB],
  ['5 GiB exactly is allowed', 12 * GIB, 5 * GIB, 3, 5 * GIB, 2 * GIB],
  ['10,000 parts are allowed', 10_000 * 8 * MIB, 8 * MIB, 10_000, 8 * MIB, 8 * MIB],
  [
    'where there would be more, parts grow to the next MiB',
    10_000 * 8 * MIB + 1,
    8 * MIB,
    8_889,
    9 * MIB,
    8 * MIB + 1,
  ],
  ['5 TiB in parts of 8 MiB is not possible', 5 * TIB, 8 * MIB, 9_987, 525 * MIB, 230 * MIB],
  ['the largest object takes the largest parts', LARGEST, 1, 10_000, 5 * GIB, 5 * GIB],
];

for (const [what, size, wanted, count, bytes, lastBytes] of CUTS) {
  test(`parts: ${what}`, () => {
    const parts = cutIntoParts(size, wanted);
    const [first] = parts;
    const last = parts.at(-1);
    assert.ok(first && last);
    assert.deepEqual([parts.length, bytesOf(first), bytesOf(last)], [count, bytes, lastBytes]);
  });
}

test('an object whose parts are all equal but the last keeps them, so that the copy gets the same ETag', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: MIN_PART_BYTES, max: 600 * MIB }),
      fc.integer({ min: 2, max: MAX_PARTS }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (bytes, count, share) => {
        const size = bytes * (count - 1) + Math.max(1, Math.round(bytes * share));
        const kept = sourcePartBytes(size, { bytes, count });
        assert.equal(kept, bytes);
        assert.equal(cutIntoParts(size, kept).length, count);
      },
    ),
    { numRuns: 200 },
  );
});

/** Sources whose parts cannot be repeated. */
const DEFAULTED: readonly [string, number, { bytes: number; count: number } | undefined][] = [
  ['nothing is known of its parts', 30 * MIB, undefined],
  ['it was written in one piece', 30 * MIB, { bytes: 30 * MIB, count: 1 }],
  ['it has more parts than its first would make', 30 * MIB, { bytes: 10 * MIB, count: 4 }],
  ['it has fewer', 30 * MIB, { bytes: 8 * MIB, count: 3 }],
  ['its first part is the small one', 30 * MIB, { bytes: 5 * MIB, count: 2 }],
];

for (const [what, size, first] of DEFAULTED) {
  test(`parts of 256 MiB are taken when, of the source, ${what}`, () => {
    assert.equal(sourcePartBytes(size, first), 256 * MIB);
  });
}
