import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Evidence, provenByEtags, type Testimony, weigh } from '../../src/sync/evidence.ts';
import { E1, E2 } from './make.ts';

/** What the source says, what the destination says, and what follows from it. */
const SAID: readonly [string, Evidence | undefined, Evidence | undefined, ReturnType<typeof weigh>][] = [
  ['an algorithm in common, equal', { CRC32: 'x' }, { CRC32: 'x', SHA1: 'y' }, { same: true }],
  [
    'an algorithm in common, different',
    { CRC32: 'x' },
    { CRC32: 'y' },
    { same: false, algorithm: 'CRC32', source: 'x', destination: 'y' },
  ],
  [
    'two in common, one of them different',
    { CRC32: 'x', SHA256: 'p' },
    { CRC32: 'x', SHA256: 'q' },
    { same: false, algorithm: 'SHA256', source: 'p', destination: 'q' },
  ],
  ['checksums of the same parts', { SHA256: 'x-3' }, { SHA256: 'x-3' }, { same: true }],
  ['checksums of parts that may be others', { SHA256: 'x-3' }, { SHA256: 'y-3' }, undefined],
  ['a checksum of parts and one of the whole', { SHA256: 'x-3' }, { SHA256: 'x' }, undefined],
  [
    'one of the whole beside such',
    { CRC32: 'x', SHA256: 'p-3' },
    { CRC32: 'x', SHA256: 'q-3' },
    { same: true },
  ],
  ['none in common', { CRC32: 'x' }, { SHA1: 'x' }, undefined],
  ['nothing on either side', {}, {}, undefined],
  ['a source that will not say', undefined, { CRC32: 'x' }, undefined],
  ['a destination that will not say', { CRC32: 'x' }, undefined, undefined],
];

for (const [what, source, destination, expected] of SAID) {
  test(`${what}: ${expected === undefined ? 'nothing follows' : expected.same ? 'same' : 'different'}`, () => {
    assert.deepEqual(weigh({ source, destination }), expected);
  });
}

test('which side says what makes no difference', () => {
  const said = fc.option(
    fc.dictionary(fc.constantFrom('CRC32', 'SHA1', 'MD5'), fc.constantFrom('x', 'y', 'x-2', 'y-2')),
    {
      nil: undefined,
    },
  );
  fc.assert(
    fc.property(said, said, (source, destination) => {
      const turned: Testimony = { source: destination, destination: source };
      assert.equal(weigh(turned)?.same, weigh({ source, destination })?.same);
    }),
  );
});

/** Both ETags, and the grade that they have. */
const ETAGS: readonly [string, string, ReturnType<typeof provenByEtags>][] = [
  [E1, E1, 'etag'],
  [`${E1}-17`, `${E1}-17`, 'part-etag'],
  [E1, E2, undefined],
  [`${E1}-17`, `${E1}-18`, undefined],
  [E1, `${E1}-1`, undefined],
  ['', '', undefined],
  ['-', '-', undefined],
  ['0x8DCAFE', '0x8DCAFE', undefined],
];

for (const [source, destination, grade] of ETAGS) {
  test(`"${source}" and "${destination}" prove ${grade ?? 'nothing'}`, () => {
    assert.equal(provenByEtags(source, destination), grade);
  });
}
