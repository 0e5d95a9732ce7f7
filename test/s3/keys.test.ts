import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copySource, decodeListed, unquote } from '../../src/s3/keys.ts';
import { anyKey } from '../sync/make.ts';

test('a copy source is the bucket and the key, percent-encoded but for slashes and unreserved characters', () => {
  fc.assert(
    fc.property(anyKey, key => {
      const source = copySource('from', key);
      assert.match(source, /^from\/(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
      assert.equal(decodeURIComponent(source), `from/${key}`);
      assert.equal(source.split('/').length, `from/${key}`.split('/').length);
    }),
    { numRuns: 1_000 },
  );
});

/** What would be understood as something else if it were sent as it is. */
const SOURCES: readonly [string, string][] = [
  ['a?versionId=x', 'b/a%3FversionId%3Dx'],
  ['a+b c', 'b/a%2Bb%20c'],
  ['100%', 'b/100%25'],
  ['%41', 'b/%2541'],
  ['/a', 'b//a'],
  ['a//b/', 'b/a//b/'],
  ['../a/./b', 'b/../a/./b'],
  ["!'()*", 'b/%21%27%28%29%2A'],
  ['~-_.', 'b/~-_.'],
  ['é😀', 'b/%C3%A9%F0%9F%98%80'],
  ['\r\n', 'b/%0D%0A'],
  ['', 'b/'],
];

for (const [key, expected] of SOURCES) {
  test(`copy source of ${JSON.stringify(key)} is ${expected}`, () => {
    assert.equal(copySource('b', key), expected);
  });
}

/** How S3 writes keys with `encoding-type=url`: as Java's URLEncoder does, from the bytes, with the slashes left. */
function urlEncoded(key: string, slashes: boolean): string {
  return [...Buffer.from(key)]
    .map(byte => {
      const character = String.fromCharCode(byte);
      if (/[A-Za-z0-9.*_-]/.test(character) || (slashes && character === '/')) return character;
      return character === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

test('a listed key is decoded to what it was, slashes encoded or not', () => {
  fc.assert(
    fc.property(anyKey, fc.boolean(), (key, slashes) => {
      assert.equal(decodeListed(urlEncoded(key, slashes)), key);
    }),
    { numRuns: 1_000 },
  );
});

test('servers that write %20 for a space and small hexadecimal digits are understood as well', () => {
  assert.equal(decodeListed('a%20b+c%2bd%c3%a9'), 'a b c+dé');
});

test('ETags lose their quotes and nothing else', () => {
  assert.equal(unquote('"abc-2"'), 'abc-2');
  assert.equal(unquote('abc'), 'abc');
  assert.equal(unquote('""'), '');
  assert.equal(unquote(undefined), '');
});
