import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FatalError } from '../../src/errors.ts';
import { type Meeting, mergeByKey } from '../../src/sync/merge.ts';
import { anyCuts, anyKeys, collect, cut, pagesOf } from './make.ts';

interface Thing {
  readonly key: string;
  readonly from: string;
}

const NAMES = { left: 'The left stream', right: 'The right stream' };
const things = (keys: readonly string[], from: string): Thing[] => keys.map(key => ({ key, from }));

/** What a merge must give, worked out with everything in memory. */
function joined(left: readonly Thing[], right: readonly Thing[]): Meeting<Thing, Thing>[] {
  const ours = new Map(left.map(thing => [thing.key, thing]));
  const theirs = new Map(right.map(thing => [thing.key, thing]));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(key => ({ key, left: ours.get(key), right: theirs.get(key) }));
}

/** Two sets of keys that share some, have some alone, and may have none. */
const twoSides = anyKeys(40).chain(keys =>
  fc
    .array(fc.constantFrom('left', 'right', 'both'), { minLength: keys.length, maxLength: keys.length })
    .map(
      where =>
        [
          keys.filter((_, index) => where[index] !== 'right'),
          keys.filter((_, index) => where[index] !== 'left'),
        ] as const,
    ),
);

test('the merge of two streams is the join of everything in them, however they are cut into pages', async () => {
  await fc.assert(
    fc.asyncProperty(twoSides, anyCuts, anyCuts, async ([leftKeys, rightKeys], leftCuts, rightCuts) => {
      const left = things(leftKeys, 'left');
      const right = things(rightKeys, 'right');
      const merged = await collect(mergeByKey(pagesOf(left, leftCuts), pagesOf(right, rightCuts), NAMES));
      assert.deepEqual(merged, joined(left, right));
    }),
    { numRuns: 500 },
  );
});

test('streams that are empty, or hold only empty pages, merge to nothing', async () => {
  async function* emptyPages(): AsyncGenerator<Thing[]> {
    yield [];
    yield [];
  }
  assert.deepEqual(await collect(mergeByKey(emptyPages(), emptyPages(), NAMES)), []);
  assert.deepEqual(await collect(mergeByKey(pagesOf<Thing>([]), pagesOf<Thing>([]), NAMES)), []);
});

test('a page is fetched only when everything before it has been handed on', async () => {
  await fc.assert(
    fc.asyncProperty(twoSides, anyCuts, anyCuts, async ([leftKeys, rightKeys], leftCuts, rightCuts) => {
      const handedOn = { left: 0, right: 0 };
      async function* watched(keys: readonly string[], cuts: readonly number[], side: 'left' | 'right') {
        let before = 0;
        for (const page of cut(things(keys, side), cuts)) {
          assert.equal(handedOn[side], before, `the ${side} stream was pulled ahead`);
          yield page;
          before += page.length;
        }
      }
      const merge = mergeByKey(
        watched(leftKeys, leftCuts, 'left'),
        watched(rightKeys, rightCuts, 'right'),
        NAMES,
      );
      for await (const meetings of merge) {
        for (const { left, right } of meetings) {
          if (left !== undefined) handedOn.left++;
          if (right !== undefined) handedOn.right++;
        }
      }
      assert.deepEqual(handedOn, { left: leftKeys.length, right: rightKeys.length });
    }),
    { numRuns: 300 },
  );
});

/** Streams that nothing can be decided from: their pages, the key that came wrongly and the one before it. */
const DISORDER: readonly [string, string[][], string, string][] = [
  ['two keys are swapped within a page', [['a', 'c', 'b']], 'b', 'c'],
  ['a page begins before the end of the last one', [['a', 'c'], ['b']], 'b', 'c'],
  ['a key is repeated within a page', [['a', 'b', 'b']], 'b', 'b'],
  ['a key is repeated across pages, with an empty one between', [['a', 'b'], [], ['b', 'c']], 'b', 'b'],
  ['the order is that of UTF-16 units', [['\u{10000}', '\ue000']], '\ue000', '\u{10000}'],
  ['the key is the empty one and comes second', [['a', '']], '', 'a'],
];

for (const [what, pages, key, before] of DISORDER) {
  for (const side of ['left', 'right'] as const) {
    test(`a merge stops when, on the ${side}, ${what}`, async () => {
      async function* disorder(): AsyncGenerator<Thing[]> {
        for (const page of pages) yield things(page, side);
      }
      const orderly = () => pagesOf(things(['a', 'b', 'c', 'd'], 'other'));
      const merge =
        side === 'left' ? mergeByKey(disorder(), orderly(), NAMES) : mergeByKey(orderly(), disorder(), NAMES);
      await assert.rejects(collect(merge), error => {
        assert.ok(error instanceof FatalError);
        assert.ok(error.message.startsWith(`${NAMES[side]} is not in key order: `), error.message);
        assert.ok(error.message.includes(`${JSON.stringify(key)} came after ${JSON.stringify(before)}`));
        return true;
      });
    });
  }
}

/** A stream without end that remembers whether it was let go. */
function endless(prefix: string) {
  const stream = { released: 0, pulled: 0, pages };
  async function* pages(): AsyncGenerator<Thing[]> {
    try {
      for (;;) {
        stream.pulled++;
        yield things([`${prefix}${String(stream.pulled).padStart(6, '0')}`], prefix);
      }
    } finally {
      stream.released++;
    }
  }
  return stream;
}

test('a merge that is left early lets go of both streams', async () => {
  const left = endless('a');
  const right = endless('a');
  for await (const meetings of mergeByKey(left.pages(), right.pages(), NAMES)) {
    if (meetings.some(({ key }) => key === 'a000003')) break;
  }
  assert.deepEqual([left.released, right.released], [1, 1]);
  assert.deepEqual([left.pulled, right.pulled], [3, 3]);
});

test('a merge that fails lets go of the other stream', async () => {
  const left = endless('a');
  const broken = new Error('connection lost');
  async function* failing(): AsyncGenerator<Thing[]> {
    yield things(['a000001', 'a000002'], 'right');
    throw broken;
  }
  await assert.rejects(collect(mergeByKey(left.pages(), failing(), NAMES)), broken);
  assert.equal(left.released, 1);

  const right = endless('b');
  await assert.rejects(
    collect(mergeByKey(pagesOf(things(['b', 'a'], 'left')), right.pages(), NAMES)),
    FatalError,
  );
  assert.equal(right.released, 1);
});
