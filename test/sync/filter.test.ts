import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFilter } from '../../src/sync/filter.ts';
import { anyKey, entry, settings } from './make.ts';

const EVERYTHING = settings().filter;
const including = (...include: string[]) => createFilter({ ...EVERYTHING, include });
const excluding = (...exclude: string[]) => createFilter({ ...EVERYTHING, exclude });

/** Keys that are nothing special to S3 and often are to file systems. */
const ODD_KEYS = [
  '',
  '.',
  '..',
  '/',
  '//',
  '/leading',
  'trailing/',
  'a//b',
  '../up',
  'a/../b',
  './here',
  '.hidden',
  'a/.git/config',
  'two\nlines',
  '\n',
  'carriage\r',
  '\u2028',
  '\0',
  'a b ',
  '{a,b}',
  '[ab]',
  '*',
  '!not',
  '#hash',
  'back\\slash',
  'é',
  'e\u0301',
  '😀/😀',
];

test('without globs every key is let in', () => {
  const filter = createFilter(EVERYTHING);
  for (const key of ODD_KEYS) assert.ok(filter.name(key), JSON.stringify(key));
});

test('** is every key there can be', () => {
  const filter = including('**');
  for (const key of ODD_KEYS) assert.ok(filter.name(key), JSON.stringify(key));
  fc.assert(
    fc.property(anyKey, key => {
      assert.ok(filter.name(key));
      assert.ok(!excluding('**').name(key));
    }),
    { numRuns: 500 },
  );
});

test('* is every key without a slash', () => {
  const plain = anyKey.filter(key => !key.includes('\\') && !key.endsWith('/'));
  fc.assert(
    fc.property(plain, key => {
      assert.equal(including('*').name(key), !key.includes('/'));
      assert.equal(including('a/*').name(`a/${key}`), !key.includes('/'));
    }),
    { numRuns: 500 },
  );
});

test('a slash at the end of a key is a slash: neither * nor the name before it takes it', () => {
  assert.ok(!including('*').name('folder/'), '*');
  assert.ok(!including('folder').name('folder/'), 'folder');
  assert.ok(including('*/').name('folder/'), '*/');
});

test('a backslash in a key is a character like any other', () => {
  assert.ok(including('*').name('back\\slash'), '*');
  assert.ok(!including('back/*').name('back\\slash'), 'back/*');
  assert.ok(!including('back/**').name('back\\slash'), 'back/**');
});

test('? is one character, one above U+FFFF too', () => {
  assert.ok(including('?').name('é'), 'é');
  assert.ok(!including('?').name('/'), '/');
  assert.ok(!including('?').name('ab'), 'ab');
  assert.ok(including('?').name('😀'), '😀');
});

/** A glob, keys it lets in, and keys it does not. */
const GLOBS: readonly [string, string[], string[]][] = [
  ['logs/**', ['logs/a', 'logs/a/b', 'logs/../x', 'logs/\n'], ['log', 'logsx', 'old/logs/a', '/logs/a']],
  ['**/x', ['x', 'a/x', 'a/b/x', '/x', '../x'], ['ax', 'x/a', 'a/xx']],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/bb', 'x/a/b']],
  ['*.txt', ['a.txt', '.txt', 'a b.txt', 'a\nb.txt'], ['a.TXT', 'atxt', 'a/b.txt', 'a.txt.gz']],
  ['*.{jpg,png}', ['a.jpg', 'a.png'], ['a.gif', 'a.jpg,png', 'a/b.jpg']],
  ['[a-c]1', ['a1', 'b1', 'c1'], ['d1', 'A1', '1', '/1']],
  ['[!a]', ['b', '.', '\n'], ['a', '/', 'bb']],
  ['[^a]', ['b', '^'], ['a', '/']],
  ['/a', ['/a'], ['a', '//a']],
  ['./a', ['./a'], ['a']],
  ['../a', ['../a'], ['a', 'x/../a']],
  ['a.b+c(d)|e$^', ['a.b+c(d)|e$^'], ['axb+c(d)|e$^', 'a.bbc(d)|e$^']],
  ['\\*', ['*'], ['a', '\\*']],
  ['\\[a\\]', ['[a]'], ['a']],
  [' a ', [' a '], ['a', ' a']],
  ['é', ['é'], ['e\u0301']],
  ['日*', ['日', '日本'], ['本日']],
];

for (const [glob, within, without] of GLOBS) {
  test(`glob ${glob}`, () => {
    for (const key of within) {
      assert.ok(including(glob).name(key), `${JSON.stringify(key)} should be let in`);
      assert.ok(!excluding(glob).name(key), `${JSON.stringify(key)} should be left out`);
    }
    for (const key of without) {
      assert.ok(!including(glob).name(key), `${JSON.stringify(key)} should not be let in`);
      assert.ok(excluding(glob).name(key), `${JSON.stringify(key)} should not be left out`);
    }
  });
}

test('a backslash in a glob makes the next character stand for itself, whatever it is', () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const wrong = [...printable, 'é', '😀'].filter(character => {
    try {
      const filter = including(`a\\${character}b`);
      return !filter.name(`a${character}b`) || filter.name('a1b') !== (character === '1');
    } catch {
      return true;
    }
  });
  assert.deepEqual(wrong, []);
});

test('one of several globs is enough, and exclude wins over include', () => {
  const filter = createFilter({
    ...EVERYTHING,
    include: ['a/**', 'b/**'],
    exclude: ['**/secret', 'b/tmp/**'],
  });
  assert.ok(filter.name('a/x'));
  assert.ok(filter.name('b/x'));
  assert.ok(!filter.name('c/x'));
  assert.ok(!filter.name('a/secret'));
  assert.ok(!filter.name('b/tmp/x'));
  assert.ok(!createFilter({ ...EVERYTHING, include: ['**'], exclude: ['**'] }).name('a'));
});

test('sizes are inclusive at both ends, and concern objects, not names', () => {
  const filter = createFilter({ ...EVERYTHING, minSize: 10, maxSize: 20 });
  const letIn = [0, 9, 10, 11, 19, 20, 21].filter(size => filter.object(entry('k', { size })));
  assert.deepEqual(letIn, [10, 11, 19, 20]);
  assert.ok(filter.name('k'));
});

test('one bound alone leaves the other side open, and zero is a bound', () => {
  const sizes = [0, 1, 5 * 1024 ** 4];
  const letIn = (bounds: object) =>
    sizes.filter(size => createFilter({ ...EVERYTHING, ...bounds }).object(entry('k', { size })));
  assert.deepEqual(letIn({}), sizes);
  assert.deepEqual(letIn({ minSize: 1 }), sizes.slice(1));
  assert.deepEqual(letIn({ maxSize: 1 }), sizes.slice(0, 2));
  assert.deepEqual(letIn({ maxSize: 0 }), [0]);
});

test('modified-after is inclusive and modified-before is not, so that windows side by side share no object', () => {
  const times = [999, 1_000, 1_001, 1_999, 2_000, 2_001];
  const letIn = (bounds: object) =>
    times.filter(modified => createFilter({ ...EVERYTHING, ...bounds }).object(entry('k', { modified })));
  assert.deepEqual(
    letIn({ modifiedAfter: new Date(1_000), modifiedBefore: new Date(2_000) }),
    [1_000, 1_001, 1_999],
  );
  assert.deepEqual(letIn({ modifiedAfter: new Date(1_000) }), times.slice(1));
  assert.deepEqual(letIn({ modifiedBefore: new Date(2_000) }), times.slice(0, 4));
});

test('an object must satisfy globs, size and time together', () => {
  const filter = createFilter({
    ...EVERYTHING,
    include: ['a/**'],
    minSize: 1,
    modifiedAfter: new Date(1_000),
  });
  assert.ok(filter.object(entry('a/k')));
  assert.ok(!filter.object(entry('b/k')));
  assert.ok(!filter.object(entry('a/k', { size: 0 })));
  assert.ok(!filter.object(entry('a/k', { modified: 999 })));
});
