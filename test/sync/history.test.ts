import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Version } from '../../src/model/objects.ts';
import { type Alignment, align, entryOf, isDeleted, isMarker } from '../../src/sync/history.ts';

/** A history with a letter for the content of each version, oldest first; `-` is a delete marker. */
function history(letters: string): Version[] {
  return [...letters].map((letter, index): Version => {
    const common = { key: 'k', versionId: `${letter}${index}`, modified: index };
    return letter === '-'
      ? { ...common, deleted: true }
      : { ...common, size: 1, etag: letter, storageClass: 'STANDARD', restored: false };
  });
}

const letterOf = (version: Version) => (isMarker(version) ? '-' : version.etag);
const same = (one: Version, other: Version) => letterOf(one) === letterOf(other);

function aligned(source: string, destination: string): Alignment {
  return align(history(source), history(destination), same);
}

/** What is to be appended. */
const lacks = (source: string, destination: string) => source.slice(aligned(source, destination).from);

const EXAMPLES: readonly [what: string, source: string, destination: string, lacking: string][] = [
  ['nothing is there', 'ab-c', '', 'ab-c'],
  ['all is there', 'ab-c', 'ab-c', ''],
  ['the run before was stopped', 'ab-c', 'ab', '-c'],
  ['the source went on', 'ab-c-', 'ab-c', '-'],
  ['the destination has older versions of its own', 'ab', 'xyab', ''],
  ['it has them, and the run before was stopped', 'abc', 'xya', 'bc'],
  ['it has nothing but versions of its own', 'ab', 'xy', 'ab'],
  ['it has a newer version of its own', 'ab', 'abx', 'ab'],
  ['it has another one in between', 'abc', 'axbc', 'abc'],
  ['a lifecycle rule took the older ones', 'abcd', 'cd', ''],
  ['it took them, and the source went on', 'abcd', 'bc', 'd'],
  ['it may stand at several places', 'xyx', 'x', 'yx'],
  ['it may stand at several places, one of which more speaks for', 'xyzyx', 'xyzy', 'x'],
  ['delete markers follow each other', 'a--', 'a-', '-'],
  ['all is a delete marker', '-', '-', ''],
  ['a version arrived twice', 'abc', 'abbc', ''],
  ['the last version arrived twice', 'abc', 'abb', 'c'],
  ['the first version arrived twice', 'abc', 'aabc', ''],
  ['a delete marker arrived twice', 'a-b', 'a--b', ''],
  ['the source itself has a version twice', 'abb', 'ab', 'b'],
  ['the source has it twice, and a lifecycle rule took what was before', 'abb', 'bb', ''],
];

for (const [what, source, destination, lacking] of EXAMPLES) {
  test(`where ${what}: ${destination || 'nothing'} lacks ${lacking || 'nothing'} of ${source}`, () => {
    assert.equal(lacks(source, destination), lacking);
  });
}

test('twins are told newest first, by their places', () => {
  assert.deepEqual(aligned('abc', 'xab'), {
    from: 2,
    twins: [
      [1, 2],
      [0, 1],
    ],
  });
});

test('of two that differ, those are told which stand behind the longest row of equals', () => {
  assert.deepEqual(aligned('abcd', 'axcd').differing, [1, 1]);
  assert.deepEqual(aligned('abcd', 'xyzb').differing, [0, 2]);
  assert.equal(aligned('ab', '').differing, undefined);
});

test('what decides is asked for, one pair at a time, and nothing else', () => {
  const [source, destination] = [history('ab'), history('ab')];
  const known = new Map<string, boolean>();
  const asked: string[] = [];
  for (;;) {
    const answer = align(source, destination, (one, other) => known.get(one.versionId + other.versionId));
    if (!('ask' in answer)) {
      assert.equal(answer.from, 2);
      break;
    }
    const [one, other] = answer.ask;
    asked.push(one.versionId + other.versionId);
    known.set(one.versionId + other.versionId, same(one, other));
  }
  assert.deepEqual(asked, ['b1b1', 'a0a0']);
});

const anyHistory = (minLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), minLength, maxLength: 8 });

test('once appended, nothing is lacking, also not after a stop on the way', () => {
  fc.assert(
    fc.property(anyHistory(1), anyHistory(0), fc.nat(8), (source, destination, stop) => {
      const stopped = destination + lacks(source, destination).slice(0, stop);
      const done = stopped + lacks(source, stopped);
      assert.equal(lacks(source, done), '');
      // The first run and the second may not see it alike, but neither takes the order from the source's versions.
      assert.equal(done.endsWith(source.slice(aligned(source, stopped).from)), true);
    }),
  );
});

test('once appended, the destination ends with the history of the source, as far as it reaches', () => {
  const withoutRepeats = anyHistory(0).map(letters => letters.replace(/(.)\1+/g, '$1'));
  fc.assert(
    fc.property(anyHistory(1), withoutRepeats, (source, destination) => {
      const done = destination + lacks(source, destination);
      const shorter = Math.min(source.length, done.length);
      assert.equal(done.slice(-shorter), source.slice(-shorter));
    }),
  );
});

test('what the destination has is never counted more than it is there', () => {
  fc.assert(
    fc.property(anyHistory(1), anyHistory(0), (source, destination) => {
      const { from, twins } = aligned(source, destination);
      const ours = twins.map(([index]) => index);
      const theirs = twins.map(([, index]) => index);
      assert.deepEqual(
        ours,
        ours.map((_, index) => from - 1 - index),
      );
      assert.deepEqual(
        theirs,
        [...new Set(theirs)].sort((a, b) => b - a),
      );
      for (const [one, other] of twins) assert.equal(source[one], destination[other]);
      assert.ok(from === 0 || twins[0]?.[1] === destination.length - 1, 'it stands at the end');
    }),
  );
});

test('the source continues where it was left, where no version is like another', () => {
  const distinct = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 }).map(all => all.join(''));
  fc.assert(
    fc.property(
      distinct,
      fc.nat(8),
      fc.string({ unit: fc.constantFrom('x', 'y') }),
      (source, sent, before) => {
        const left = sent > 0 || before === '' ? source.slice(sent) : source;
        assert.equal(lacks(source, before + source.slice(0, sent)), left);
      },
    ),
  );
});

test('the entry of a history has the bytes of all versions, and is otherwise the current one', () => {
  const entry = entryOf('k', history('ab'));
  assert.deepEqual([entry.size, entry.etag, entry.versionId, isDeleted(entry)], [2, 'b', 'b1', false]);
  const deleted = entryOf('k', history('ab-'));
  assert.deepEqual([deleted.size, deleted.etag, deleted.versionId, isDeleted(deleted)], [2, '', '-2', true]);
});
