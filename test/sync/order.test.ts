import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareKeys } from '../../src/sync/order.ts';
import { anyKey } from './make.ts';

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('keys are in the order of their UTF-8 bytes, whatever characters they are made of', () => {
  fc.assert(
    fc.property(anyKey, anyKey, anyKey, (prefix, a, b) => {
      assert.equal(Math.sign(compareKeys(a, b)), byBytes(a, b));
      assert.equal(Math.sign(compareKeys(prefix + a, prefix + b)), byBytes(prefix + a, prefix + b));
    }),
    { numRuns: 3_000 },
  );
});

/** The first comes before the second in a listing. */
const BEFORE: readonly [string, string, string][] = [
  [
    '\ue000',
    '\u{10000}',
    'a private-use character and a supplementary one, which UTF-16 has the other way round',
  ],
  ['\uffff', '\u{1f600}', 'the end of the basic plane and an emoji'],
  ['\ud7ff', '\ue000', 'the two sides of the surrogates'],
  ['\ud7ff', '\u{10000}', 'the character below the surrogates and the first that needs a pair'],
  ['\u{10000}', '\u{103ff}', 'two that share their first half'],
  ['\u{103ff}', '\u{10400}', 'two that differ in their first half'],
  ['', 'a', 'nothing and something'],
  ['a', 'a/', 'a key and one that goes on'],
  ['a!', 'a/', 'punctuation below the slash and the slash'],
  ['Z', 'a', 'capitals and small letters'],
];

for (const [first, second, what] of BEFORE) {
  test(`order: ${what}`, () => {
    assert.ok(compareKeys(first, second) < 0);
    assert.ok(compareKeys(second, first) > 0);
    assert.equal(compareKeys(first, first), 0);
  });
}
