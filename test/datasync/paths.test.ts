import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOwn, untransferable } from '../../lab/datasync/filters.ts';
import { parseManifest } from '../../lab/datasync/manifest.ts';
import { manifestLine } from '../../src/datasync/manifest.ts';
import { foldersOf, isFolder, whyUncarriable } from '../../src/datasync/paths.ts';

const FOLDERS: readonly (readonly [string, string, string, string, string])[] = [
  ['', '', '', '', ''],
  ['', 'copy/', '', 'copy/', ''],
  ['photos/', 'photos/', 'photos/', 'photos/', ''],
  ['a/dt=1/', 'b/dt=1/', 'a/', 'b/', 'dt=1/'],
  ['dt=1/', 'dt=1/', '', '', 'dt=1/'],
  ['in', 'in', '', '', 'in'],
  ['x/in', 'y/in', 'x/', 'y/', 'in'],
  ['a (1)/b+c/', 'z/', 'a (1)/b+c/', 'z/', ''],
  ['a//b/', 'c//b/', 'a/', 'c/', '/b/'],
];

for (const [source, destination, from, to, rest] of FOLDERS) {
  test(`${source} and ${destination} are ${from} and ${to} with ${rest}`, () => {
    assert.deepEqual(foldersOf(source, destination), { source: from, destination: to, rest });
  });
}

for (const [source, destination] of [
  ['photos', 'copy'],
  ['photos', ''],
  ['a/dt=1/', 'b/'],
  ['/', ''],
  ['a/../b/', 'c/'],
] as const) {
  test(`no folders stand for ${source} and ${destination}`, () => {
    assert.equal(foldersOf(source, destination), undefined);
  });
}

const piece = fc.constantFrom('a', 'b', '/', '//', '.', '..', '=', ' ', 'ü', '\n', '"', ',', 'x'.repeat(256));
const text = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''));

test('folders map as the prefixes do, are legal, and no longer ones are', () => {
  fc.assert(
    fc.property(text, text, text, (a, b, end) => {
      const [source, destination] = [a + end, b + end];
      const found = foldersOf(source, destination);
      for (let cut = 0; cut <= Math.min(source.length, destination.length); cut++) {
        const rest = source.slice(source.length - cut);
        const [from, to] = [
          source.slice(0, source.length - cut),
          destination.slice(0, destination.length - cut),
        ];
        if (!destination.endsWith(rest) || !isFolder(from) || !isFolder(to)) continue;
        assert.deepEqual(found, { source: from, destination: to, rest });
        return;
      }
      assert.equal(found, undefined);
    }),
  );
});

test('whatever DataSync does not take, be it as a key or as a name of its own, is uncarriable', () => {
  fc.assert(
    fc.property(text, path => {
      if (path === '' || untransferable(path) !== undefined || isOwn(path)) assert.ok(whyUncarriable(path));
    }),
  );
});

for (const path of ['a', 'a/b', 'a b ', '...', 'a/.b', 'ü/"quoted", comma', 'a.snapshots/b']) {
  test(`${JSON.stringify(path)} can be carried`, () => {
    assert.equal(whyUncarriable(path), undefined);
  });
}

for (const path of [
  '',
  'a/',
  '/a',
  'a//b',
  'a/./b',
  '..',
  '../a',
  'a/..',
  'a\nb',
  'a\u007f',
  'x.snapshot',
  'a.snapshot/b',
  'a/.zfs/b',
  '.zfs2',
]) {
  test(`${JSON.stringify(path)} cannot be carried`, () => {
    assert.notEqual(whyUncarriable(path), undefined);
  });
}

test('a folder is called one', () => {
  assert.equal(whyUncarriable('a/'), 'DataSync takes it for a folder');
});

test('a path of 255 bytes between its slashes is carried, one of 256 is not', () => {
  assert.equal(whyUncarriable(`a/${'ü'.repeat(127)}x`), undefined);
  assert.match(whyUncarriable(`a/${'ü'.repeat(128)}`) ?? '', /255 bytes/);
});

test('what is written into a manifest is read from it', () => {
  const paths = fc.uniqueArray(text.filter(path => whyUncarriable(path) === undefined));
  fc.assert(
    fc.property(paths, listed => {
      const read = parseManifest(listed.map(manifestLine).join(''));
      assert.deepEqual(
        read.map(({ path }) => path),
        listed,
      );
    }),
  );
});
