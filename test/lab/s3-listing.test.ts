import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { take, urlEncode, walk } from '../../lab/s3/listing.ts';
import { compareUtf8, SortedMap } from '../../lab/s3/sorted.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Short keys over few characters meet often; the characters lie on all sides of the surrogates. */
const key = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '/',
      '\u{7f}',
      'é',
      '\u{d7ff}',
      '\u{e000}',
      '\u{ffff}',
      '\u{10000}',
      '\u{1f600}',
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map(chars => chars.join(''));

const mapOf = (keys: Iterable<string>) => {
  const map = new SortedMap<true>();
  for (const each of keys) map.set(each, true);
  return map;
};

test('keys compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      assert.equal(Math.sign(compareUtf8(a, b)), Math.sign(byBytes(a, b)));
    }),
  );
});

test('a sorted map stays sorted through insertions and deletions', () => {
  // Few keys, so that they are deleted and inserted again.
  const few = fc.constantFrom('a', 'b', '\u{e000}', '\u{1f600}');
  const step = fc.record({ key: few, remove: fc.boolean(), look: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step), steps => {
      const map = new SortedMap<true>();
      const expected = new Set<string>();
      for (const each of steps) {
        if (each.remove) map.delete(each.key);
        else map.set(each.key, true);
        if (each.remove) expected.delete(each.key);
        else expected.add(each.key);
        if (each.look) assert.deepEqual(map.keys(), [...expected].sort(byBytes));
      }
      assert.deepEqual(map.keys(), [...expected].sort(byBytes));
    }),
  );
});

test('pages of any size join to the listing one gets by hand', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 40 }),
      fc.oneof(fc.constant(''), key),
      fc.constantFrom('', '/', 'a', '\u{1f600}'),
      fc.oneof(fc.constant(''), key),
      fc.integer({ min: 1, max: 7 }),
      (keys, prefix, delimiter, startAfter, size) => {
        const map = mapOf(keys);
        const listed: string[] = [];
        let after = startAfter;
        for (let more = true; more; after = listed.at(-1) ?? after) {
          const result = take(walk(map, { prefix, delimiter, after }), size);
          listed.push(...result.page.map(stop => stop.key));
          more = result.more;
        }
        assert.deepEqual(listed, listedByHand(keys, prefix, delimiter, startAfter));
      },
    ),
  );
});

function listedByHand(keys: string[], prefix: string, delimiter: string, startAfter: string): string[] {
  const names = keys
    .filter(each => each.startsWith(prefix) && byBytes(each, startAfter) > 0)
    .map(each => {
      const at = delimiter ? each.indexOf(delimiter, prefix.length) : -1;
      return at < 0 ? each : each.slice(0, at + delimiter.length);
    })
    .filter(name => byBytes(name, startAfter) > 0);
  return [...new Set(names)].sort(byBytes);
}

test('encoding-type=url is undone by reading plus as space and percent-decoding', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), name => {
      const encoded = urlEncode(name);
      assert.match(encoded, /^[A-Za-z0-9.*_+%/-]*$/);
      assert.equal(decodeURIComponent(encoded.replaceAll('+', ' ')), name);
    }),
  );
});

test('encoding-type=url writes what Java writes, slashes apart', () => {
  assert.equal(urlEncode("a b+c/d~e!'()*-._ü\n"), 'a+b%2Bc/d%7Ee%21%27%28%29*-._%C3%BC%0A');
});
