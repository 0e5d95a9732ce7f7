import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cutIntoParts,
  evenLengths,
  lengthsByEnds,
  MAX_PART_BYTES,
  MAX_PARTS,
  MIN_PART_BYTES,
  makeUp,
  mayHold,
  type Part,
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
      const parts = cutIntoParts(evenLengths(size, wanted));
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
    const parts = cutIntoParts(evenLengths(size, wanted));
    const [first] = parts;
    const last = parts.at(-1);
    assert.ok(first && last);
    assert.deepEqual([parts.length, bytesOf(first), bytesOf(last)], [count, bytes, lastBytes]);
  });
}

/** Lengths that a multipart upload can have, of any magnitude, often alike and often at a limit. */
const anyLength = fc.oneof(
  fc.constantFrom(MIN_PART_BYTES, 8 * MIB, MAX_PART_BYTES),
  fc.integer({ min: MIN_PART_BYTES, max: 6 * MIB }),
  fc.integer({ min: MIN_PART_BYTES, max: MAX_PART_BYTES }),
);
const anyLast = fc.oneof(
  fc.constantFrom(1, MIN_PART_BYTES, 8 * MIB, MAX_PART_BYTES),
  fc.integer({ min: 1, max: MAX_PART_BYTES }),
);
const anyLengths = fc
  .tuple(
    fc.oneof(
      fc.array(anyLength, { minLength: 1, maxLength: 40 }),
      fc
        .tuple(anyLength, fc.integer({ min: 1, max: MAX_PARTS - 1 }))
        .map(([bytes, count]) => new Array<number>(count).fill(bytes)),
    ),
    anyLast,
  )
  .map(([lengths, last]) => [...lengths, last]);

const sum = (lengths: readonly number[]) => lengths.reduce((a, b) => a + b, 0);
const endsOf = (lengths: readonly number[]) => ({
  count: lengths.length,
  first: lengths[0] ?? 0,
  last: lengths.at(-1) ?? 0,
});

test('any parts that an upload can have are cut again as they were, and taken to be possible', () => {
  fc.assert(
    fc.property(anyLengths, lengths => {
      const size = sum(lengths);
      const parts = cutIntoParts(lengths);
      assert.deepEqual(parts.map(bytesOf), lengths);
      for (const [index, { number, first }] of parts.entries()) {
        assert.equal(number, index + 1);
        assert.equal(first, index === 0 ? 0 : (parts[index - 1]?.last ?? 0) + 1);
      }
      assert.equal(parts.at(-1)?.last, size - 1);
      assert.equal(makeUp(size, lengths), true);
      assert.equal(mayHold(size, endsOf(lengths)), true);
    }),
    { numRuns: 300 },
  );
});

test('what the ends of an object tell of its parts is right, and no part of an even one has to be asked for', () => {
  fc.assert(
    fc.property(anyLengths, lengths => {
      const told = lengthsByEnds(sum(lengths), endsOf(lengths));
      const [first] = lengths;
      if (lengths.slice(0, -1).every(bytes => bytes === first)) assert.deepEqual(told, lengths);
      else if (told !== undefined) {
        // Only parts that make up for each other to the byte are mistaken for even ones.
        assert.equal(sum(told.slice(1, -1)), sum(lengths.slice(1, -1)));
        assert.equal(told.at(-1), lengths.at(-1));
      }
    }),
    { numRuns: 300 },
  );
});

test('parts that do not make up the object to the byte are not taken', () => {
  fc.assert(
    fc.property(anyLengths, fc.integer({ min: 1, max: GIB }), (lengths, by) => {
      const size = sum(lengths);
      assert.equal(makeUp(size + by, lengths), false);
      assert.equal(makeUp(size - by, lengths), false);
    }),
    { numRuns: 100 },
  );
});

/** Parts that S3 would not take, wherever they came from. */
const REFUSED: readonly [string, readonly number[]][] = [
  ['one before the last is smaller than 5 MiB', [8 * MIB, MIN_PART_BYTES - 1, 8 * MIB]],
  ['the first is', [MIN_PART_BYTES - 1, 8 * MIB]],
  ['one is larger than 5 GiB', [MAX_PART_BYTES + 1, MIB]],
  ['the last is', [8 * MIB, MAX_PART_BYTES + 1]],
  ['the last is empty', [8 * MIB, 8 * MIB, 0]],
  ['there are more than 10,000', new Array<number>(MAX_PARTS + 1).fill(MIN_PART_BYTES)],
];

for (const [what, lengths] of REFUSED) {
  test(`parts are not taken when ${what}`, () => {
    assert.equal(makeUp(sum(lengths), lengths), false);
  });
}

/** Size, and what the ends are said to be: the parts between them need not be asked for. */
const IMPOSSIBLE: readonly [string, number, { count: number; first: number; last: number }][] = [
  ['every part is the whole object', 30 * MIB, { count: 3, first: 30 * MIB, last: 30 * MIB }],
  ['two parts are more than the object', 30 * MIB, { count: 2, first: 20 * MIB, last: 11 * MIB }],
  ['two parts are less than the object', 30 * MIB, { count: 2, first: 20 * MIB, last: 9 * MIB }],
  ['too little is left for those between', 30 * MIB, { count: 4, first: 11 * MIB, last: 10 * MIB }],
  ['too much is left for those between', 6 * GIB, { count: 3, first: 8 * MIB, last: 8 * MIB }],
  ['the first could not be one again', 30 * MIB, { count: 4, first: MIB, last: 10 * MIB }],
];

for (const [what, size, ends] of IMPOSSIBLE) {
  test(`the ends of an object cannot be true when ${what}`, () => {
    assert.equal(mayHold(size, ends), false);
  });
}

test('parts of 256 MiB are taken when nothing else is wanted', () => {
  assert.deepEqual(evenLengths(600 * MIB), [256 * MIB, 256 * MIB, 88 * MIB]);
});
