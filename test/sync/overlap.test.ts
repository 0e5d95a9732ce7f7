import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Span, tooMany } from '../../src/sync/overlap.ts';

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

const spans = fc.array(
  fc
    .tuple(fc.string({ maxLength: 2 }), fc.string({ maxLength: 2 }), fc.integer({ min: 1, max: 9 }))
    .map(([a, b, size]): Span => {
      const [first = '', last = ''] = [a, b].sort(compare);
      return { first, last, size };
    }),
  { maxLength: 30 },
);

const over = (key: string) => (span: Span) => span.first <= key && key <= span.last;

/** How many of them must be open at the same time at the most. */
function depthOf(runs: readonly Span[]): number {
  return Math.max(0, ...runs.map(({ first }) => runs.filter(over(first)).length));
}

function merge(runs: readonly Span[], merged: readonly Span[]): Span[] {
  const [first = ''] = merged.map(span => span.first).sort(compare);
  const last =
    merged
      .map(span => span.last)
      .sort(compare)
      .at(-1) ?? '';
  const size = merged.reduce((sum, span) => sum + span.size, 0);
  return [...runs.filter(run => !merged.includes(run)), { first, last, size }];
}

/** Until none are too many. @returns what was merged, one by one, and what is left */
function mergeAll(runs: readonly Span[], fanIn: number): { merges: Span[][]; left: readonly Span[] } {
  const merges: Span[][] = [];
  let left = runs;
  for (let next = tooMany(left, fanIn); next.length > 0; next = tooMany(left, fanIn)) {
    merges.push(next);
    left = merge(left, next);
  }
  return { merges, left };
}

test('merging what is too many ends where no more overlap than may be open, and never opens more', () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 2, max: 6 }), (runs, fanIn) => {
      const { merges, left } = mergeAll(runs, fanIn);
      assert.ok(depthOf(left) <= fanIn);
      assert.equal(merges.length > 0, depthOf(runs) > fanIn);
      for (const merged of merges) {
        assert.ok(merged.length >= 2 && merged.length <= fanIn);
        assert.equal(depthOf(merged), merged.length, 'Merged together, they need not overlap.');
      }
    }),
  );
});

const same = (count: number): Span[] =>
  Array.from({ length: count }, () => ({ first: 'a', last: 'z', size: 1 }));

test('no more is merged than it takes', () => {
  const { merges, left } = mergeAll(same(120), 64);
  assert.deepEqual(
    merges.map(({ length }) => length),
    [57],
  );
  assert.equal(left.length, 64);
});

test('the shortest are merged first, so that a row is written again only a few times however many runs there are', () => {
  const { merges } = mergeAll(same(1_000), 10);
  const written = merges.flat().reduce((sum, { size }) => sum + size, 0);
  assert.ok(written <= 2 * 1_000, `${written}`);
});
