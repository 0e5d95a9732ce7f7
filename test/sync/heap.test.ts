import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap } from '../../src/sync/heap.ts';

/** Something whose place in the order can change. */
interface Item {
  rank: number;
}

function filled(ranks: readonly number[]): Heap<Item> {
  const heap = new Heap<Item>((a, b) => a.rank < b.rank);
  for (const rank of ranks) heap.add({ rank });
  return heap;
}

test('what is taken out lowest first comes out in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), ranks => {
      const heap = filled(ranks);
      const out: number[] = [];
      for (let { lowest } = heap; lowest !== undefined; { lowest } = heap) {
        out.push(lowest.rank);
        heap.removeLowest();
      }
      assert.deepEqual(
        out,
        ranks.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('when the lowest has risen and is settled, the next lowest is at hand', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1 }), fc.array(fc.nat(20)), (ranks, rises) => {
      const heap = filled(ranks);
      for (const rise of rises) {
        const { lowest } = heap;
        assert.ok(lowest);
        lowest.rank += rise;
        heap.settle();
        assert.equal(heap.lowest?.rank, Math.min(...heap.items.map(({ rank }) => rank)));
      }
    }),
  );
});
