import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { beyond } from '../../src/s3/ranges/beyond.ts';
import { Characters } from '../../src/s3/ranges/characters.ts';
import { compareKeys } from '../../src/sync/order.ts';
import { anyKeys } from '../sync/make.ts';

function learnt(keys: readonly string[]): Characters {
  const characters = new Characters();
  characters.learn(keys);
  return characters;
}

test('what is beyond is a well-formed key above, and no longer', () => {
  fc.assert(
    fc.property(
      anyKeys(),
      fc.nat(),
      fc.nat(),
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
      (keys, a, b, times) => {
        fc.pre(keys.length > 1);
        const [from = '', to = ''] = [keys[a % keys.length] ?? '', keys[b % keys.length] ?? ''].sort(
          compareKeys,
        );
        fc.pre(from !== to);
        const key = beyond(from, to, times, learnt(keys));
        if (key === undefined) return;
        assert.ok(compareKeys(key, to) > 0, JSON.stringify(key));
        assert.ok(key.isWellFormed(), JSON.stringify(key));
        assert.ok(Buffer.byteLength(key) <= Math.max(Buffer.byteLength(from), Buffer.byteLength(to)));
      },
    ),
    { numRuns: 1_000 },
  );
});

const counter = (count: number, step = 1) =>
  Array.from({ length: count }, (_, i) => `obj${String(i * step).padStart(7, '0')}`);
const hours = ['0900', '0910', '0920', '1000', '1010', '1020', '1100'];

/** What was seen, from, to, how often that distance, and what is expected. */
const CASES: readonly [string, readonly string[], string, string, number, string | undefined][] = [
  ['numbers are counted on', counter(100), 'obj0000010', 'obj0000040', 2, 'obj0000100'],
  [
    'digits not seen yet are those of the position next to it',
    counter(1_000),
    'obj0000000',
    'obj0000999',
    4,
    'obj0004995',
  ],
  ['a position that starts over carries', ['a0', 'a1', 'b0', 'b1', 'c0'], 'b0', 'b1', 2, 'c1'],
  ['what starts over early carries early', hours, '1000', '1010', 2, '1100'],
  ['characters going up go on as far apart', ['a', 'c', 'e'], 'a', 'e', 2, 'm'],
  ['surrogate pairs are one character', ['😀', '😁'], '😀', '😁', 1, '😂'],
  ['and are carried to as one', ['😀0', '😀1', '😁0'], '😀0', '😀1', 1, '😁0'],
  ['one that would be a surrogate comes after them', ['\ud7fd', '\ud7ff'], '\ud7fd', '\ud7ff', 1, '\ue000'],
  [
    'nothing is above the highest character',
    ['\u{10fffe}', '\u{10ffff}'],
    '\u{10fffe}',
    '\u{10ffff}',
    1,
    undefined,
  ],
  ['the only position there is goes on', ['0', '1'], '0', '1', 1, '2'],
  ['where every position starts over there is an end', ['a1', 'b0', 'b1'], 'a1', 'b1', 1, 'c1'],
];

for (const [title, seen, from, to, times, wanted] of CASES) {
  test(title, () => {
    const key = beyond(from, to, times, learnt(seen));
    assert.equal(key, wanted);
  });
}
