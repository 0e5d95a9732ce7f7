/** Keys are opaque: whatever S3 takes for a key arrives under the key it should, and nothing else does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Bucket } from '../../lab/s3/index.ts';
import { openLab, seen, setStage } from './stage.ts';

const lab = await openLab();

const PREFIX = 'zu/ü+ %2B/';
const LONGEST = 1024 - Buffer.byteLength(PREFIX);

/** One character of each kind that some layer between here and there might take for something else. */
const character = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...'abcXYZ019-_.~') },
  { weight: 4, arbitrary: fc.constantFrom(...` !"#$%&'()*+,/:;<=>?@[\\]^\`{|}`) },
  { weight: 2, arbitrary: fc.integer({ min: 0x01, max: 0x1f }).map(code => String.fromCodePoint(code)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\u007f', '\u0085', '\u00a0', '\u2028', '\u2029', '\ufeff', '\ufffd'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\ud7ff', '\ue000', '\uf8ff', '\ufffe', '\uffff') },
  { weight: 2, arbitrary: fc.integer({ min: 0x80, max: 0xd7ff }).map(code => String.fromCodePoint(code)) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 0x10000, max: 0x10ffff }).map(code => String.fromCodePoint(code)),
  },
);

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: character, minLength: 1, maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      '.',
      '..',
      '...',
      ' ',
      '+',
      '%',
      '%2F',
      '%00',
      '%E0',
      'a b',
      '~',
      '*',
      '?',
      '#',
    ),
  },
);

const key = fc.oneof(
  { weight: 10, arbitrary: fc.array(segment, { minLength: 1, maxLength: 5 }).map(parts => parts.join('/')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.string({ unit: character, minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: LONGEST }))
      .map(([text, bytes]) => filledTo(text, bytes)),
  },
);

function filledTo(text: string, bytes: number): string {
  const size = Buffer.byteLength(text);
  return size >= bytes ? text : text.repeat(Math.floor(bytes / size)) + 'x'.repeat(bytes % size);
}

function legalKeys(count: number, seed: number): string[] {
  const keys = new Set<string>([
    filledTo('ü', LONGEST),
    filledTo('\u{1f600}', LONGEST),
    '/',
    '//',
    '.',
    '..',
    '\u0001',
  ]);
  for (const each of fc.sample(key, { seed, numRuns: 2 * count })) {
    if (keys.size === count) break;
    if (each !== '' && Buffer.byteLength(each) <= LONGEST) keys.add(each);
  }
  assert.equal(keys.size, count);
  return [...keys];
}

function furnish(bucket: Bucket, keys: readonly string[]): void {
  for (const [index, each] of keys.entries()) {
    bucket.put(each, `content ${index}`, {
      metadata: { index: String(index) },
      tags: { index: String(index) },
    });
  }
}

/** Keys of the source whose twin is not where it should be or not what it should be, and keys nobody asked for. */
function astray(from: Bucket, to: Bucket, keys: readonly string[]): string[] {
  const wrong = keys.filter(each => {
    const twin = seen(to.get(PREFIX + each));
    return JSON.stringify(twin) !== JSON.stringify(seen(from.get(each)));
  });
  const wanted = new Set(keys.map(each => PREFIX + each));
  return [...wrong, ...to.keys().filter(each => !wanted.has(each))].map(each => JSON.stringify(each));
}

test('2,500 legal keys of every kind arrive with content, metadata and tags, and those gone are deleted', async () => {
  const s = setStage(lab);
  const keys = legalKeys(2500, 20261121);
  furnish(s.from, keys);
  const inputs = { destination: `s3://${s.to.name}/${PREFIX}` };
  const run = await s.run(inputs);
  assert.equal(run.code, 0, run.log.slice(-4000));
  assert.deepEqual(astray(s.from, s.to, keys), []);
  assert.deepEqual(
    new Set(run.records.map(record => record.key)),
    new Set(keys),
    'the records name them letter by letter',
  );
  assert.ok(run.records.every(record => record.destinationKey === PREFIX + record.key));

  const gone = keys.filter((_, index) => index % 5 === 0);
  for (const each of gone) s.from.delete(each);
  const left = keys.filter((_, index) => index % 5 !== 0);
  const again = await s.run({ ...inputs, delete: 'true', 'max-delete': '20%' });
  assert.equal(again.code, 0, again.log.slice(-4000));
  assert.deepEqual(astray(s.from, s.to, left), []);
  const { unchanged, deleted } = again.report.totals;
  assert.deepEqual([unchanged, deleted], [left.length, gone.length]);
});

test('1,500 legal keys lose a prefix on the way, byte by byte', async () => {
  const s = setStage(lab);
  const keys = legalKeys(1500, 7);
  furnish(
    s.from,
    keys.map(each => PREFIX + each),
  );
  const run = await s.run({ source: `s3://${s.from.name}/${PREFIX}` });
  assert.equal(run.code, 0, run.log.slice(-4000));
  assert.deepEqual(new Set(s.to.keys()), new Set(keys));
  const wrong = keys.filter(
    each => JSON.stringify(seen(s.to.get(each))) !== JSON.stringify(seen(s.from.get(PREFIX + each))),
  );
  assert.deepEqual(wrong, []);
});
