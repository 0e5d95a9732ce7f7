/** What is copied, how it arrives, and what is left alone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PutOptions } from '../../lab/s3/index.ts';
import { sparse } from '../../lab/s3/index.ts';
import { destinationRolePolicy, readableBy, sourceRolePolicy } from '../../lab/worlds.ts';
import {
  ago,
  allow,
  contents,
  DAY,
  GIB,
  HOUR,
  type Inputs,
  MIB,
  MINUTE,
  openLab,
  policy,
  type Stage,
  seen,
  setStage,
} from './stage.ts';

const lab = await openLab();

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-encoding': 'gzip',
  'content-language': 'de-AT',
  'content-disposition': `attachment; filename*=UTF-8''gr%C3%B6%C3%9Fe.html`,
  'cache-control': 'max-age=3600, must-revalidate',
  expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
};
const TAGS = { project: 'apollo', 'cost centre': 'a+b=c/d @ -_:.', empty: '' };
const METADATA = { author: 'octocat', note: 'größer als 日本', 'with-dash': 'a, b; c="d"' };
const FULL: PutOptions = { metadata: METADATA, headers: HEADERS, tags: TAGS };

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

describe('encryption', { concurrency: 3 }, () => {
  const withKey = (s: Stage) => {
    const key = lab.s3.createKey({ account: s.destination.account, region: s.destination.region });
    const base = destinationRolePolicy(s.to.name, s.from.name);
    const use = allow(['kms:GenerateDataKey', 'kms:Decrypt'], key.arn);
    s.destination.setRolePolicy(policy(...(base.Statement as object[]), use));
    return key.arn;
  };

  test('is what the inputs ask for: AES256', async () => {
    const s = setStage(lab);
    s.from.put('object', 'content', FULL);
    s.to.encryption = { algorithm: 'aws:kms' };
    const run = await s.run({ encryption: 'AES256' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.get('object')?.encryption, { algorithm: 'AES256' });
  });

  test('is what the inputs ask for: a KMS key, and the next run sees by checksum that nothing changed', async () => {
    const s = setStage(lab);
    const keyArn = withKey(s);
    s.from.put('object', 'content', FULL);
    s.from.put('changed', 'one');
    const inputs = { encryption: 'aws:kms', 'kms-key': keyArn };
    const first = await s.run(inputs);
    assert.equal(first.code, 0, first.log);
    const { algorithm, keyArn: used } = s.to.get('object')?.encryption ?? {};
    assert.deepEqual([algorithm, used], ['aws:kms', keyArn]);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(first.record('object').proof, 'size', 'the ETags cannot be equal');

    s.from.put('changed', 'two');
    const second = await s.run(inputs);
    assert.deepEqual(
      second.records.map(({ key, action, reason, proof }) => [key, action, reason, proof]),
      [
        ['changed', 'copied', 'content-differs', 'size'],
        ['object', 'unchanged', 'same-checksum', 'checksum'],
      ],
    );
  });

  test("is the bucket's own where nothing is asked for", async () => {
    const s = setStage(lab);
    const keyArn = withKey(s);
    s.to.encryption = { algorithm: 'aws:kms:dsse', keyArn };
    s.from.put('object', 'content');
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.get('object')?.encryption, { algorithm: 'aws:kms:dsse', keyArn });
  });
});

describe('`copy-as: source`', { concurrency: 3 }, () => {
  const signedBySource = (s: Stage, ...more: string[]) => {
    const objects = `${s.to.arn}/*`;
    const writes = ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload', ...more];
    const base = sourceRolePolicy(s.from.name).Statement as object[];
    s.source.setRolePolicy(policy(...base, allow(writes, objects)));
    s.source.setBucketPolicy(undefined);
    s.destination.setBucketPolicy(policy({ ...allow(writes, objects), Principal: { AWS: s.source.role } }));
  };

  test('needs a bucket policy at the destination and none at the source', async () => {
    const s = setStage(lab);
    signedBySource(s);
    s.from.put('object', 'content', FULL);
    const run = await s.run({ 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    const [copy] = s.requests('CopyObject');
    assert.match(copy?.caller ?? '', new RegExp(`:${s.source.account}:assumed-role/`));
    assert.equal(copy?.headers['x-amz-acl'], undefined, 'a bucket without ACLs is sent none');
  });

  test('hands the copies over with an ACL where the destination has ACLs enabled', async () => {
    const s = setStage(lab, { destination: { ownership: 'BucketOwnerPreferred' } });
    signedBySource(s, 's3:PutObjectAcl');
    s.from.put('object', 'content', FULL);
    const run = await s.run({ 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.requests('CopyObject')[0]?.headers['x-amz-acl'], 'bucket-owner-full-control');
    assert.equal(s.to.get('object')?.owner, s.destination.account);
  });

  test('warns where the copies will belong to the source account', async () => {
    const s = setStage(lab, { destination: { ownership: 'ObjectWriter' } });
    signedBySource(s, 's3:PutObjectAcl');
    s.from.put('object', 'content');
    const run = await s.run({ 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.to.get('object')?.owner, s.source.account);
    const check = run.report.checks.find(({ check }) => check === 'destination-ownership');
    assert.equal(check?.verdict, 'warn');
    assert.match(check?.seen ?? '', new RegExp(s.source.account));
  });
});

describe('an object above 5 GiB', { concurrency: 3 }, () => {
  test('is copied in the parts it was uploaded in, and keeps its ETag and all that belongs to it', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6.5 * GIB, 'uniform'), { ...FULL, parts: GIB });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(s.to.get('large')?.etag, s.from.get('large')?.etag);
    assert.equal(s.requests('UploadPartCopy').length, 7);
    assert.equal(s.requests('CopyObject').length, 0);
    assert.equal(run.record('large').proof, 'part-etag');
    assert.equal(s.to.uploads.size, 0);
  });

  test('is copied in parts of the size asked for, whatever those of the source, and found equal by checksum', async () => {
    const s = setStage(lab);
    const parts = [5 * GIB, 512 * MIB, 700 * MIB];
    s.from.put(
      'large',
      sparse(
        parts.reduce((a, b) => a + b),
        'uneven',
      ),
      { ...FULL, parts },
    );
    const run = await s.run({ 'part-size': '1GiB', 'storage-class': 'STANDARD_IA' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(s.requests('UploadPartCopy').length, 7);
    assert.equal(s.to.get('large')?.storageClass, 'STANDARD_IA');
    assert.equal(run.record('large').proof, 'size');
    const again = await s.run();
    assert.deepEqual(
      [again.record('large').action, again.record('large').reason, again.record('large').proof],
      ['unchanged', 'same-checksum', 'checksum'],
    );
  });

  test('of exactly 5 GiB goes in one request', async () => {
    const s = setStage(lab);
    s.from.put('edge', sparse(5 * GIB, 'edge'), FULL);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.requests('CopyObject').length, s.requests('UploadPartCopy').length], [1, 0]);
  });

  test('carries neither metadata nor tags where `preserve` leaves them out', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'bare'), { ...FULL, parts: GIB });
    await s.run({ preserve: 'storage-class' });
    const { metadata, tags } = seen(s.to.get('large')) ?? {};
    assert.deepEqual({ metadata, tags }, { metadata: {}, tags: {} });
  });

  test('whose metadata no header can carry fails rather than lose it', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'unreadable'), { metadata: { bell: 'a\u0007b' }, parts: GIB });
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.equal(run.record('large').reason, 'unreadable-metadata');
    assert.deepEqual([s.to.size, s.to.uploads.size], [0, 0]);
  });
});

describe('a source that moves during the run', { concurrency: 3 }, () => {
  const meanwhile = (s: Stage, change: () => void) => {
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 700 });
    return s.run({}, { onLine: line => line.startsWith('To copy') && change() });
  };

  test('is copied as it is now when an object is overwritten after it was listed', async () => {
    const s = setStage(lab);
    s.from.put('moving', 'as it was listed', { metadata: { version: '1' } });
    const run = await meanwhile(s, () => s.from.put('moving', 'as it is now, longer', { tags: { v: '2' } }));
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(run.record('moving').sourceEtag, s.from.get('moving')?.etag);
    assert.equal(run.record('moving').size, 20);
    assert.equal(run.report.verified, true);
  });

  test('fails by name when an object never keeps still', async () => {
    const s = setStage(lab);
    for (const key of ['restless', 'calm']) s.from.put(key, key);
    s.fault(
      { operation: 'CopyObject', key: 'restless' },
      { kind: 'error', status: 412, code: 'PreconditionFailed' },
    );
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual([run.record('restless').action, run.record('restless').reason], ['failed', 'changed']);
    assert.deepEqual(s.to.keys(), ['calm']);
  });

  test('has an object skipped that vanished after it was listed', async () => {
    const s = setStage(lab);
    for (const key of ['gone', 'still-there']) s.from.put(key, key);
    const run = await meanwhile(s, () => s.from.delete('gone'));
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.record('gone').action, run.record('gone').reason], ['skipped', 'vanished']);
    assert.deepEqual(s.to.keys(), ['still-there']);
  });

  test('is told of when objects appear or change behind their copy, and the run stays verified', async () => {
    const s = setStage(lab);
    for (const key of ['one', 'two', 'three']) s.from.put(key, key);
    // Three listings of the source come before the closing one: two checks and the plan.
    s.fault({ operation: 'ListObjectsV2', bucket: s.from.name, skip: 3 }, { kind: 'slow', ms: 700 });
    const run = await s.run(
      {},
      {
        onLine: line => {
          if (!line.startsWith('3 of 3 objects')) return;
          s.from.put('two', 'changed behind its copy');
          s.from.put('four', 'new');
        },
      },
    );
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.verified, true);
    assert.equal(run.report.totals.listed, 3);
    assert.match(run.report.notes.join('\n'), /1 objects? appeared/);
    assert.match(run.report.notes.join('\n'), /1 objects? (was|were) overwritten or removed/);
    assert.match(run.summary, /appeared/);
  });

  test('fails when somebody else overwrites a copy', async () => {
    const s = setStage(lab);
    for (const key of ['ours', 'raced']) s.from.put(key, key);
    s.fault({ operation: 'ListObjectsV2', bucket: s.to.name, skip: 2 }, { kind: 'slow', ms: 700 });
    const run = await s.run(
      {},
      { onLine: line => line.startsWith('2 of 2 objects') && s.to.put('raced', 'RACED') },
    );
    assert.equal(run.code, 1);
    assert.equal(run.report.verified, false);
    assert.deepEqual(
      [run.record('raced').action, run.record('raced').reason, run.record('raced').error?.code],
      ['failed', 'content-differs', 'EtagDiffers'],
    );
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

describe('a Requester Pays source', { concurrency: 3 }, () => {
  test('is refused with the input that accepts the charges, and read with it', async () => {
    const s = setStage(lab, { source: { requestPayer: 'Requester' } });
    s.from.put('object', 'content', FULL);
    s.from.put('large', sparse(6 * GIB, 'payer'), { ...FULL, parts: GIB });
    const refused = await s.run();
    assert.equal(refused.code, 1);
    assert.match(refused.log, /request-payer: true/);
    assert.deepEqual(s.to.keys(), []);
    const run = await s.run({ 'request-payer': 'true' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
  });
});

function withoutTagging(document: ReturnType<typeof readableBy>): ReturnType<typeof readableBy> {
  return JSON.parse(JSON.stringify(document).replaceAll(',"s3:GetObjectTagging"', ''));
}
