import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectEntry, Pair } from '../../src/model/objects.ts';
import type { Decision } from '../../src/model/plan.ts';
import { COMPARES, type Compare } from '../../src/model/settings.ts';
import { decide, decideWithEvidence, isArchived, type Rules } from '../../src/sync/decide.ts';
import type { Evidence } from '../../src/sync/evidence.ts';
import { anyKey, E1, E2, entry, rules } from './make.ts';

const words = (decision: ReturnType<typeof decide>): string =>
  decision.action === 'undecided' ? 'undecided' : `${decision.action}: ${decision.reason}`;

function twins(source: Partial<ObjectEntry>, destination: Partial<ObjectEntry>): Pair {
  return { key: 'k', source: entry('k', source), destination: entry('k', destination) };
}

const OLD = { modified: 1_000 };
const NEW = { modified: 2_000 };

/** How a source object meets its twin. */
const SITUATIONS = {
  missing: { key: 'k', source: entry('k') },
  'larger source': twins({ size: 101, ...OLD }, NEW),
  'smaller source': twins({ size: 99, ...OLD }, NEW),
  'empty source': twins({ size: 0, ...OLD }, NEW),
  'same ETag, older source': twins(OLD, NEW),
  'same ETag, newer source': twins(NEW, OLD),
  'other ETag, older source': twins({ etag: E2, ...OLD }, NEW),
  'other ETag, same time': twins({ etag: E2, ...OLD }, OLD),
  'other ETag, newer source': twins({ etag: E2, ...NEW }, OLD),
} as const satisfies Record<string, Pair>;

const TRUTH: Record<keyof typeof SITUATIONS, Record<Compare, string>> = {
  missing: {
    auto: 'copy: missing',
    size: 'copy: missing',
    newer: 'copy: missing',
    checksum: 'copy: missing',
    missing: 'copy: missing',
    always: 'copy: missing',
  },
  'larger source': {
    auto: 'copy: size-differs',
    size: 'copy: size-differs',
    newer: 'copy: size-differs',
    checksum: 'copy: size-differs',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'smaller source': {
    auto: 'copy: size-differs',
    size: 'copy: size-differs',
    newer: 'copy: size-differs',
    checksum: 'copy: size-differs',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'empty source': {
    auto: 'copy: size-differs',
    size: 'copy: size-differs',
    newer: 'copy: size-differs',
    checksum: 'copy: size-differs',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'same ETag, older source': {
    auto: 'unchanged: same-etag',
    size: 'unchanged: same-size',
    newer: 'unchanged: destination-newer',
    checksum: 'unchanged: same-etag',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'same ETag, newer source': {
    auto: 'unchanged: same-etag',
    size: 'unchanged: same-size',
    newer: 'copy: source-newer',
    checksum: 'unchanged: same-etag',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'other ETag, older source': {
    auto: 'undecided',
    size: 'unchanged: same-size',
    newer: 'unchanged: destination-newer',
    checksum: 'undecided',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'other ETag, same time': {
    auto: 'undecided',
    size: 'unchanged: same-size',
    newer: 'unchanged: destination-newer',
    checksum: 'undecided',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
  'other ETag, newer source': {
    auto: 'undecided',
    size: 'unchanged: same-size',
    newer: 'copy: source-newer',
    checksum: 'undecided',
    missing: 'unchanged: exists',
    always: 'copy: always',
  },
};

for (const [situation, expected] of Object.entries(TRUTH)) {
  const pair: Pair = SITUATIONS[situation as keyof typeof SITUATIONS];
  for (const compare of COMPARES) {
    test(`compare ${compare}, ${situation}: ${expected[compare]}`, () => {
      assert.equal(words(decide(pair, rules({ compare }))), expected[compare]);
    });
  }
}

/**
 * What the source says of itself, what the destination says, and the decision when the source is older than the
 * destination, and when it is not.
 */
const EVIDENCE: readonly [string, Evidence | undefined, Evidence | undefined, string, string][] = [
  [
    'equal checksums prove equal content, whatever the clocks say',
    { CRC64NVME: 'x' },
    { CRC64NVME: 'x' },
    'unchanged: same-checksum',
    'unchanged: same-checksum',
  ],
  [
    'different checksums prove different content',
    { SHA256: 'x' },
    { SHA256: 'y' },
    'copy: content-differs',
    'copy: content-differs',
  ],
  [
    'one shared algorithm among several is enough',
    { CRC32: 'q', SHA1: 'x' },
    { SHA1: 'x', SHA256: 'z' },
    'unchanged: same-checksum',
    'unchanged: same-checksum',
  ],
  [
    'one difference beats all that is equal: short checksums can be made to be',
    { CRC32: 'x', MD5: 'p' },
    { CRC32: 'x', MD5: 'q' },
    'copy: content-differs',
    'copy: content-differs',
  ],
  [
    'checksums of different algorithms say nothing: the clocks decide',
    { CRC32: 'x' },
    { SHA1: 'x' },
    'unchanged: same-size',
    'copy: source-newer',
  ],
  ['one MD5 alone says nothing', { MD5: 'x' }, {}, 'unchanged: same-size', 'copy: source-newer'],
  ['no evidence at all: the clocks decide', {}, {}, 'unchanged: same-size', 'copy: source-newer'],
  [
    'a source that will not say: the clocks decide',
    undefined,
    { CRC32: 'x', MD5: 'x' },
    'unchanged: same-size',
    'copy: source-newer',
  ],
  [
    'a destination that will not say: the clocks decide',
    { CRC32: 'x', MD5: 'x' },
    undefined,
    'unchanged: same-size',
    'copy: source-newer',
  ],
];

for (const [what, source, destination, whenOlder, otherwise] of EVIDENCE) {
  const answer = (ours: Partial<ObjectEntry>, theirs: Partial<ObjectEntry>, compare: Compare) =>
    words(
      decideWithEvidence(
        entry('k', { etag: E2, ...ours }),
        entry('k', theirs),
        { source, destination },
        rules({ compare }),
      ),
    );

  test(`evidence: ${what}`, () => {
    assert.equal(answer(OLD, NEW, 'auto'), whenOlder);
    assert.equal(answer(OLD, OLD, 'auto'), otherwise, 'times of the same second do not tell');
    assert.equal(answer(NEW, OLD, 'auto'), otherwise);
  });

  test(`evidence for compare: checksum, which knows no clocks: ${what}`, () => {
    const expected = whenOlder === otherwise ? whenOlder : 'copy: unproven';
    assert.equal(answer(OLD, NEW, 'checksum'), expected);
    assert.equal(answer(OLD, OLD, 'checksum'), expected);
    assert.equal(answer(NEW, OLD, 'checksum'), expected);
  });
}

/** ETags that both sides share, and whether that says anything. */
const ETAGS: readonly [string, string, string][] = [
  ['of an object in one piece', E1, 'unchanged: same-etag'],
  ['of an object in parts', `${E1}-3`, 'unchanged: same-etag'],
  ['that a server left out', '', 'undecided'],
  ['of a form that S3 does not use', 'W/1734', 'undecided'],
];

for (const [what, etag, expected] of ETAGS) {
  test(`equal ETags ${what}: ${expected}`, () => {
    for (const compare of ['auto', 'checksum'] as const)
      assert.equal(words(decide(twins({ etag, ...NEW }, { etag, ...OLD }), rules({ compare }))), expected);
  });
}

test('evidence does not move what cannot be moved', () => {
  const differs = { source: { CRC32: 'x' }, destination: { CRC32: 'y' } };
  const archived = entry('k', { etag: E2, storageClass: 'GLACIER' });
  assert.equal(words(decideWithEvidence(archived, entry('k'), differs, rules())), 'skip: archived');
  const long = entry('k'.repeat(1024), { etag: E2 });
  const tight = rules({ destinationPrefixBytes: 1 });
  assert.equal(words(decideWithEvidence(long, entry(long.key), differs, tight)), 'fail: key-too-long');
});

/** Storage class, restored copy at hand, and whether the object can be read. */
const CLASSES: readonly [string, boolean, boolean][] = [
  ['GLACIER', false, false],
  ['DEEP_ARCHIVE', false, false],
  ['GLACIER', true, true],
  ['DEEP_ARCHIVE', true, true],
  ['GLACIER_IR', false, true],
  ['STANDARD', false, true],
  ['STANDARD_IA', false, true],
  // Whether it has gone to one of its archive tiers only the copy itself shows.
  ['INTELLIGENT_TIERING', false, true],
];

for (const [storageClass, restored, readable] of CLASSES) {
  const state = restored ? 'with a restored copy' : 'without a restored copy';
  test(`${storageClass} ${state} can ${readable ? '' : 'not '}be copied`, () => {
    const source = entry('k', { storageClass, restored });
    assert.equal(isArchived(source), !readable);
    for (const archived of ['skip', 'fail'] as const) {
      const copy = readable ? 'copy: missing' : `${archived}: archived`;
      assert.equal(words(decide({ key: 'k', source }, rules({ archived }))), copy);
      const overwrite = readable ? 'copy: always' : `${archived}: archived`;
      const pair: Pair = { key: 'k', source, destination: entry('k') };
      assert.equal(words(decide(pair, rules({ archived, compare: 'always' }))), overwrite);
      // What need not move is not in the way.
      assert.equal(words(decide(pair, rules({ archived }))), 'unchanged: same-etag');
    }
  });
}

/** The key without its prefix, the bytes of the destination prefix, and what becomes of the object. */
const KEYS: readonly [string, string, number, string][] = [
  ['1,024 bytes are the most', 'k'.repeat(1024), 0, 'copy: missing'],
  ['1,025 bytes are too many', 'k'.repeat(1025), 0, 'fail: key-too-long'],
  ['the prefix counts', 'k'.repeat(1000), 25, 'fail: key-too-long'],
  ['the prefix may fill the rest', 'k'.repeat(1000), 24, 'copy: missing'],
  ['bytes count, not characters', 'é'.repeat(513), 0, 'fail: key-too-long'],
  ['four bytes of an emoji count as four', '😀'.repeat(256), 0, 'copy: missing'],
  [
    'four bytes of an emoji count as four, and one more is too many',
    '😀'.repeat(256),
    1,
    'fail: key-too-long',
  ],
  ['the key may be all prefix', '', 7, 'copy: missing'],
  ['a prefix of 1,025 bytes is too long by itself', '', 1025, 'fail: key-too-long'],
  ['a key of no bytes is none', '', 0, 'fail: key-empty'],
];

for (const [what, key, destinationPrefixBytes, expected] of KEYS) {
  test(`keys: ${what}`, () => {
    assert.equal(words(decide({ key, source: entry(key) }, rules({ destinationPrefixBytes }))), expected);
  });
}

test('what the filter leaves out is skipped before anything else is looked at', () => {
  const leaveOut = rules({ exclude: ['k*'], compare: 'always', archived: 'fail' });
  const archived = entry('k', { storageClass: 'GLACIER' });
  assert.equal(words(decide({ key: 'k', source: archived }, leaveOut)), 'skip: excluded');
  assert.equal(words(decide(SITUATIONS['larger source'], leaveOut)), 'skip: excluded');
  const long = 'k'.repeat(1025);
  assert.equal(words(decide({ key: long, source: entry(long) }, leaveOut)), 'skip: excluded');
});

/** Asked to delete, the globs, and what becomes of an object `logs/x` that only the destination has. */
const EXTRANEOUS: readonly [boolean, { include?: string[]; exclude?: string[] }, string][] = [
  [false, {}, 'keep: delete-not-asked'],
  [true, {}, 'delete: extraneous'],
  [true, { exclude: ['logs/**'] }, 'keep: protected-by-filter'],
  [true, { include: ['data/**'] }, 'keep: protected-by-filter'],
  [true, { include: ['logs/**'] }, 'delete: extraneous'],
  [true, { include: ['logs/**'], exclude: ['**/x'] }, 'keep: protected-by-filter'],
  [false, { exclude: ['logs/**'] }, 'keep: protected-by-filter'],
];

for (const [asked, globs, expected] of EXTRANEOUS) {
  test(`only at the destination, delete: ${asked}, ${JSON.stringify(globs)}: ${expected}`, () => {
    const pair: Pair = { key: 'logs/x', destination: entry('logs/x') };
    for (const compare of COMPARES) {
      assert.equal(words(decide(pair, rules({ delete: asked, compare, ...globs }))), expected);
    }
  });
}

test('an extraneous object is not protected by its size or time, only by its name', () => {
  const narrow: Rules = { ...rules({ delete: true }), filter: { name: () => true, object: () => false } };
  assert.equal(words(decide({ key: 'k', destination: entry('k') }, narrow)), 'delete: extraneous');
});

const anyEntry = (key: string) =>
  fc.record({
    key: fc.constant(key),
    size: fc.nat(3),
    etag: fc.constantFrom(E1, E2),
    modified: fc.nat(3),
    storageClass: fc.constantFrom('STANDARD', 'GLACIER', 'DEEP_ARCHIVE'),
    restored: fc.boolean(),
  });
const anyTwins = anyKey.chain(key =>
  fc.record({ key: fc.constant(key), source: anyEntry(key), destination: anyEntry(key) }),
);
const anyRules = fc
  .record({
    compare: fc.constantFrom(...COMPARES),
    archived: fc.constantFrom('skip' as const, 'fail' as const),
    delete: fc.boolean(),
    destinationPrefixBytes: fc.constantFrom(0, 3, 1020),
    exclude: fc.constantFrom<string[]>([], ['a*']),
  })
  .map(choices => rules(choices));
const anyEvidence: fc.Arbitrary<Evidence | undefined> = fc.option(
  fc.dictionary(fc.constantFrom('CRC32', 'SHA256', 'MD5'), fc.constantFrom('x', 'y')),
  { nil: undefined },
);

/** The whole way: the listings, and where they cannot tell, the evidence. */
function decideFully(
  pair: Required<Pair>,
  rules: Rules,
  source?: Evidence,
  destination?: Evidence,
): Decision {
  const first = decide(pair, rules);
  if (first.action !== 'undecided') return first;
  return decideWithEvidence(pair.source, pair.destination, { source, destination }, rules);
}

test('the same objects, rules and evidence always lead to the same decision', () => {
  fc.assert(
    fc.property(anyTwins, anyRules, anyEvidence, anyEvidence, (pair, rules, ours, theirs) => {
      const first = decideFully(pair, rules, ours, theirs);
      assert.deepEqual(decideFully(structuredClone(pair), rules, ours, theirs), first);
    }),
  );
});

test('twins of different sizes are never called unchanged, unless nothing may be overwritten', () => {
  let met = 0;
  fc.assert(
    fc.property(anyTwins, anyRules, anyEvidence, anyEvidence, (pair, rules, ours, theirs) => {
      if (pair.source.size === pair.destination.size || rules.compare === 'missing') return;
      met++;
      assert.notEqual(decideFully(pair, rules, ours, theirs).action, 'unchanged');
    }),
    { numRuns: 1_000 },
  );
  assert.ok(met > 100, `only ${met} pairs had different sizes`);
});

test('what a checksum disproves is never called unchanged, whatever the clocks say', () => {
  const sums = fc.dictionary(fc.constantFrom('CRC32', 'SHA256', 'MD5'), fc.constantFrom('x', 'y'));
  let met = 0;
  fc.assert(
    fc.property(anyTwins, sums, sums, fc.constantFrom('auto', 'checksum'), (pair, ours, theirs, compare) => {
      if (!Object.entries(ours).some(([name, sum]) => (theirs[name] ?? sum) !== sum)) return;
      met++;
      const source = { ...pair.source, etag: E1, size: 1 };
      const destination = { ...pair.destination, etag: E2, size: 1 };
      const decision = decideFully({ ...pair, source, destination }, rules({ compare }), ours, theirs);
      assert.notEqual(decision.action, 'unchanged');
    }),
    { numRuns: 500 },
  );
  assert.ok(met > 100, `only ${met} pairs had different checksums`);
});

test('with compare missing, nothing that the destination has is ever written', () => {
  fc.assert(
    fc.property(anyTwins, anyRules, (pair, rules) => {
      assert.notEqual(decideFully(pair, { ...rules, compare: 'missing' }).action, 'copy');
    }),
  );
});

test('a replica of this very version needs no clock, which it shares with its source', () => {
  const [ours, theirs] = [entry('k', OLD), entry('k', { etag: E2, ...OLD })];
  const nothing = { source: {}, destination: {} };
  assert.equal(words(decideWithEvidence(ours, theirs, nothing, rules())), 'copy: source-newer');
  const replica = { ...nothing, isReplica: true };
  assert.equal(words(decideWithEvidence(ours, theirs, replica, rules())), 'unchanged: same-size');
  const differs = { source: { MD5: 'x' }, destination: { MD5: 'y' }, isReplica: true };
  assert.equal(words(decideWithEvidence(ours, theirs, differs, rules())), 'copy: content-differs');
  const strict = rules({ compare: 'checksum' });
  assert.equal(words(decideWithEvidence(ours, theirs, replica, strict)), 'copy: unproven');
});
