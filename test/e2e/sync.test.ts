/** What is copied, how it arrives, and what is left alone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readableBy } from '../../lab/worlds.ts';
import { FULL, METADATA, TAGS } from './full.ts';
import {
  ago,
  contents,
  DAY,
  HOUR,
  type Inputs,
  MINUTE,
  openLab,
  type Stage,
  seen,
  setStage,
} from './stage.ts';

const lab = await openLab();

const ODD_KEYS = [
  'a//b',
  './here',
  '../there',
  'a/./b/../c',
  '/leading slash',
  ' leading and trailing space ',
  'plus+sign',
  'percent%20encoded',
  'key?versionId=1&x=y#z',
  `quotes'"<>&;`,
  'star*[brackets]{braces}|\\back',
  'tab\tline\nreturn\r.txt',
  '\u0001\u001f\u007f',
  'ümlaut',
  'u\u0308mlaut decomposed',
  '日本語/ファイル',
  '\ue000 private',
  '😀 astral',
  'folder/',
  `long/${'k'.repeat(1019)}`,
];

describe('a copy', { concurrency: 3 }, () => {
  test('arrives with content, metadata, tags and content headers, whatever its key', async () => {
    const s = setStage(lab);
    s.from.put('full', 'every trait there is', FULL);
    s.from.put('plain', 'nothing but bytes');
    s.from.put('empty', '', { metadata: { empty: 'yes' }, tags: { size: '0' } });
    for (const key of ODD_KEYS) s.from.put(key, `content of ${key}`, { metadata: { key: 'odd' } });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(run.report.verified, true);
    assert.equal(run.report.totals.proofs.etag, ODD_KEYS.length + 3);
  });

  test('carries no metadata and no tags where `preserve` leaves them out', async () => {
    for (const [preserve, expected] of [
      ['metadata', { metadata: METADATA, tags: {} }],
      ['tags', { metadata: {}, tags: TAGS }],
    ] as const) {
      const s = setStage(lab);
      s.from.put('full', 'content', FULL);
      await s.run({ preserve });
      const { metadata, tags } = seen(s.to.get('full')) ?? {};
      assert.deepEqual({ metadata, tags }, expected, preserve);
    }
  });

  test('needs no right to read tags where tags are not to be kept', async () => {
    const s = setStage(lab);
    s.from.put('tagged', 'content', FULL);
    s.source.setBucketPolicy(withoutTagging(readableBy(s.destination.role, s.from.name)));
    const run = await s.run({ preserve: 'metadata' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(seen(s.to.get('tagged'))?.tags, {});
  });

  const CLASSES: readonly (readonly [Inputs, Readonly<Record<string, string>>])[] = [
    [{}, { standard: 'STANDARD', rare: 'STANDARD', tiered: 'STANDARD' }],
    [{ 'storage-class': 'GLACIER_IR' }, { standard: 'GLACIER_IR', rare: 'GLACIER_IR', tiered: 'GLACIER_IR' }],
    [
      { preserve: 'metadata, tags, storage-class' },
      { standard: 'STANDARD', rare: 'STANDARD_IA', tiered: 'INTELLIGENT_TIERING' },
    ],
  ];
  for (const [inputs, expected] of CLASSES) {
    test(`gets the storage class that is asked for with ${JSON.stringify(inputs)}`, async () => {
      const s = setStage(lab);
      s.from.put('standard', '1');
      s.from.put('rare', '2', { storageClass: 'STANDARD_IA' });
      s.from.put('tiered', '3', { storageClass: 'INTELLIGENT_TIERING' });
      await s.run(inputs);
      const classes = Object.fromEntries(s.to.keys().map(key => [key, s.to.get(key)?.storageClass]));
      assert.deepEqual(classes, expected);
    });
  }
});

describe('a prefix is a string that is replaced', { concurrency: 3 }, () => {
  const MAPPINGS: readonly {
    readonly source: string;
    readonly destination: string;
    readonly keys: Readonly<Record<string, string | undefined>>;
  }[] = [
    {
      source: 'photos',
      destination: 'pictures',
      keys: {
        photos: 'pictures',
        'photos/1.jpg': 'pictures/1.jpg',
        'photos-old/2.jpg': 'pictures-old/2.jpg',
        'photo/3.jpg': undefined,
        'my/photos/4.jpg': undefined,
      },
    },
    {
      source: '',
      destination: 'backup/',
      keys: { a: 'backup/a', '/a': 'backup//a', 'backup/a': 'backup/backup/a' },
    },
    {
      source: 'in/ü+ %2F/',
      destination: 'out?&/',
      keys: { 'in/ü+ %2F/x': 'out?&/x', 'in/ü+ %2F//x': 'out?&//x', 'in/ü+ %2F/': 'out?&/' },
    },
    { source: '/', destination: '', keys: { '/a': 'a', '//a': '/a', a: undefined } },
  ];
  for (const { source, destination, keys } of MAPPINGS) {
    test(`s3://…/${source} becomes s3://…/${destination}`, async () => {
      const s = setStage(lab);
      for (const key of Object.keys(keys)) s.from.put(key, `content of ${key}`, { tags: { key: 'yes' } });
      const run = await s.run({
        source: `s3://${s.from.name}/${source}`,
        destination: `s3://${s.to.name}/${destination}`,
      });
      assert.equal(run.code, 0, run.log);
      const mapped = Object.entries(keys).flatMap(([key, to]) =>
        to === undefined ? [] : [[to, seen(s.from.get(key))]],
      );
      assert.deepEqual(contents(s.to), Object.fromEntries(mapped));
    });
  }

  test('a key that cannot be mapped fails by name while all others arrive', async () => {
    const s = setStage(lab);
    for (const key of ['in/', 'in/fine']) s.from.put(key, key);
    const bare = await s.run({ source: `s3://${s.from.name}/in/` });
    assert.deepEqual([bare.code, s.to.keys()], [1, ['fine']]);
    assert.deepEqual([bare.record('in/').action, bare.record('in/').reason], ['failed', 'key-empty']);

    const long = `in/${'x'.repeat(1020)}`;
    s.from.put(long, 'long');
    const grown = await s.run({ source: `s3://${s.from.name}/in`, destination: `s3://${s.to.name}/longer` });
    assert.equal(grown.code, 1);
    assert.equal(grown.record(long).reason, 'key-too-long');
    assert.equal(grown.report.totals.copied, 2);
  });
});

describe('a further run', { concurrency: 3 }, () => {
  test('copies nothing when nothing has changed', async () => {
    const s = setStage(lab);
    for (let i = 0; i < 30; i++) s.from.put(`object-${i}`, `content ${i}`, FULL);
    await s.run();
    const before = s.requests('CopyObject').length;
    const again = await s.run();
    assert.equal(s.requests('CopyObject').length, before);
    assert.deepEqual([again.report.totals.copied, again.report.totals.unchanged], [0, 30]);
    assert.equal(s.requests('HeadObject').length, 0, 'the listings alone could tell');
  });

  test('takes what is new and what has changed, and nothing else', async () => {
    const s = setStage(lab);
    for (const key of ['same', 'bytes', 'grown']) s.from.put(key, `content of ${key}`);
    await s.run();
    s.from.put('bytes', 'CONTENT of bytes');
    s.from.put('grown', 'more content of grown');
    s.from.put('new', 'content of new');
    const run = await s.run();
    assert.deepEqual(
      Object.fromEntries(run.records.map(({ key, action, reason }) => [key, `${action}: ${reason}`])),
      {
        bytes: 'copied: content-differs',
        grown: 'copied: size-differs',
        new: 'copied: missing',
        same: 'unchanged: same-etag',
      },
    );
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  const SITUATIONS = {
    absent: [{ text: 'a', age: HOUR }, undefined],
    identical: [
      { text: 'b', age: HOUR },
      { text: 'b', age: DAY },
    ],
    'other bytes, source older': [
      { text: 'cc', age: DAY },
      { text: 'CC', age: HOUR },
    ],
    'other bytes, source newer': [
      { text: 'dd', age: HOUR },
      { text: 'DD', age: DAY },
    ],
    'other size, source older': [
      { text: 'ee', age: DAY },
      { text: 'eeee', age: HOUR },
    ],
  } as const;
  const COPIED_BY: Readonly<Record<string, readonly (keyof typeof SITUATIONS)[]>> = {
    auto: ['absent', 'other bytes, source older', 'other bytes, source newer', 'other size, source older'],
    size: ['absent', 'other size, source older'],
    newer: ['absent', 'identical', 'other bytes, source newer', 'other size, source older'],
    missing: ['absent'],
    always: [
      'absent',
      'identical',
      'other bytes, source older',
      'other bytes, source newer',
      'other size, source older',
    ],
  };
  for (const [compare, expected] of Object.entries(COPIED_BY)) {
    test(`with \`compare: ${compare}\` copies ${expected.join('; ')}`, async () => {
      const s = setStage(lab);
      for (const [key, [source, destination]] of Object.entries(SITUATIONS)) {
        s.from.put(key, source.text, { lastModified: ago(source.age) });
        if (destination) s.to.put(key, destination.text, { lastModified: ago(destination.age) });
      }
      const run = await s.run({ compare });
      assert.equal(run.code, 0, run.log);
      const copied = run.records.filter(({ action }) => action === 'copied').map(({ key }) => key);
      assert.deepEqual(copied.sort(), [...expected].sort());
      for (const key of copied) assert.deepEqual(seen(s.to.get(key)), seen(s.from.get(key)));
    });
  }

  test('`compare: missing` never overwrites, not even what appears meanwhile', async () => {
    const s = setStage(lab);
    s.from.put('raced', 'from the source');
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 700 });
    const run = await s.run(
      { compare: 'missing' },
      { onLine: line => line.startsWith('To copy') && s.to.put('raced', 'somebody else was first') },
    );
    assert.equal(s.to.get('raced')?.content.bytes().toString(), 'somebody else was first');
    assert.equal(run.code, 1);
    assert.equal(run.record('raced').action, 'failed');
  });
});

describe('filters', { concurrency: 3 }, () => {
  test('take the keys, sizes and times that are asked for and count the rest as excluded', async () => {
    const s = setStage(lab);
    const objects: Readonly<Record<string, readonly [size: number, age: number, taken: boolean]>> = {
      'in/logs/a.log': [10, DAY, true],
      'in/logs/deep/er/b.log': [100, DAY, true],
      'in/logs/deep/tmp/c.log': [10, DAY, false],
      'in/logs/small.log': [9, DAY, false],
      'in/logs/large.log': [101, DAY, false],
      'in/logs/old.log': [10, 8 * DAY, false],
      'in/logs/fresh.log': [10, MINUTE, false],
      'in/other.txt': [10, DAY, false],
      'in/.hidden/logs/d.log': [10, DAY, false],
    };
    for (const [key, [size, age]] of Object.entries(objects)) {
      s.from.put(key, 'x'.repeat(size), { lastModified: ago(age) });
    }
    const run = await s.run({
      source: `s3://${s.from.name}/in/`,
      include: 'logs/**\nnothing/*',
      exclude: '**/tmp/**',
      'min-size': '10',
      'max-size': '100',
      'modified-after': '7d',
      'modified-before': '1h',
    });
    assert.equal(run.code, 0, run.log);
    const taken = Object.keys(objects).filter(key => objects[key]?.[2]);
    assert.deepEqual(
      s.to.keys(),
      taken.map(key => key.slice('in/'.length)),
    );
    assert.deepEqual(run.report.totals.reasons, { 'copied: missing': 2, 'skipped: excluded': 7 });
  });
});

describe('archived objects', { concurrency: 3 }, () => {
  const archive = (s: Stage) => {
    s.from.put('frozen', '1', { storageClass: 'GLACIER' });
    s.from.put('deep', '2', { storageClass: 'DEEP_ARCHIVE' });
    s.from.put('tiered', '3', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
    s.from.put('thawing', '4', { storageClass: 'GLACIER', restoration: { readyAt: ago(-HOUR) } });
    s.from.put('thawed', '5', {
      storageClass: 'GLACIER',
      restoration: { readyAt: ago(HOUR), expiresAt: ago(-DAY) },
    });
    s.from.put('instant', '6', { storageClass: 'GLACIER_IR' });
    return { readable: ['instant', 'thawed'], archived: ['deep', 'frozen', 'thawing', 'tiered'] };
  };

  test('are skipped and counted unless they are restored', async () => {
    const s = setStage(lab);
    const { readable, archived } = archive(s);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.keys(), readable);
    for (const key of archived) {
      assert.deepEqual([run.record(key).action, run.record(key).reason], ['skipped', 'archived'], key);
    }
  });

  test('make the run fail with `archived: fail`, and the readable ones still arrive', async () => {
    const s = setStage(lab);
    const { readable, archived } = archive(s);
    const run = await s.run({ archived: 'fail' });
    assert.equal(run.code, 1);
    assert.deepEqual(s.to.keys(), readable);
    for (const key of archived) {
      assert.deepEqual([run.record(key).action, run.record(key).reason], ['failed', 'archived'], key);
    }
  });
});

describe('the accounts close', { concurrency: 3 }, () => {
  test('over everything that can become of an object in one run', async () => {
    const s = setStage(lab);
    for (const key of ['new', 'changed', 'same', 'excluded', 'denied', 'unlucky']) s.from.put(key, key);
    s.from.put('archived', 'x', { storageClass: 'DEEP_ARCHIVE' });
    s.to.put('same', 'same');
    s.to.put('changed', 'CHANGED');
    for (const key of ['extra', 'excluded-extra']) s.to.put(key, key);
    s.fault({ operation: 'CopyObject', key: 'denied' }, { kind: 'error', status: 403, code: 'AccessDenied' });
    s.fault(
      { operation: 'CopyObject', key: 'unlucky' },
      { kind: 'error', status: 400, code: 'InvalidRequest' },
    );
    const run = await s.run({ exclude: 'excluded*' });
    assert.equal(run.code, 1);
    assert.deepEqual(
      Object.fromEntries(run.records.map(({ key, action, reason }) => [key, `${action}: ${reason}`])),
      {
        archived: 'skipped: archived',
        changed: 'copied: content-differs',
        denied: 'failed: denied',
        excluded: 'skipped: excluded',
        'excluded-extra': 'kept: protected-by-filter',
        extra: 'kept: delete-not-asked',
        new: 'copied: missing',
        same: 'unchanged: same-etag',
        unlucky: 'failed: error',
      },
    );
    const { listed, copied, unchanged, skipped, failed, kept } = run.report.totals;
    assert.deepEqual([listed, copied, unchanged, skipped, failed, kept], [7, 2, 1, 2, 2, 2]);
  });

  test('over listings of short and empty pages, and over keys with a delete marker on top', async () => {
    const s = setStage(lab, { source: { versioning: 'Enabled' } });
    for (let i = 0; i < 100; i++) s.from.put(`object-${i}`, `content ${i}`);
    for (let i = 0; i < 100; i += 10) s.from.delete(`object-${i}`);
    for (let i = 0; i < 100; i += 7) s.to.put(`object-${i}`, `content ${i}`);
    s.from.paging = { limit: 7, emptyEvery: 3 };
    s.to.paging = { limit: 3, emptyEvery: 2 };
    const run = await s.run({ delete: 'true', 'max-delete': '100%' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    const { listed, copied, unchanged, deleted } = run.report.totals;
    assert.deepEqual([listed, copied, unchanged, deleted], [90, 77, 13, 2]);
  });
});

function withoutTagging(document: ReturnType<typeof readableBy>): ReturnType<typeof readableBy> {
  return JSON.parse(JSON.stringify(document).replaceAll(',"s3:GetObjectTagging"', ''));
}
