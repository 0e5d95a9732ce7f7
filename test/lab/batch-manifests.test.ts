import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AWKWARD_KEYS } from '../../lab/awkward.ts';
import { encoded, failuresOf, scene, tasksOf } from './batch-lab.ts';
import { allow } from './s3-lab.ts';

test('what is wrong in a manifest fails the job before its first task', async t => {
  const { source, manifest, run } = await scene(t);
  const { name } = source;
  const BOTH = ['Bucket', 'Key'] as const;
  const VERSIONED = ['Bucket', 'Key', 'VersionId'] as const;
  for (const [lines, fields, words] of [
    [[`${name},a`, '', `${name},b`], BOTH, /not properly formatted.* Line 2 has 1 columns and not 2/],
    [[`${name},a,b`], BOTH, /Line 1 has 3 columns and not 2/],
    [[`${name},a`], VERSIONED, /Line 1 has 2 columns and not 3/],
    [[`\ufeff${name},a`], BOTH, /byte order mark/],
    [[`${name},`], BOTH, /lacks a bucket or a key/],
    [[`${name},a,v1`, `${name},b,`], VERSIONED, /for all objects or for none/],
    [[`${name},a,not a version`], VERSIONED, /Invalid version ID format in line 1/],
    [[`${name},a`, 'other,b'], BOTH, /All objects must be in one bucket/],
    [[], BOTH, /Line 1 has 1 columns/],
  ] as const) {
    const job = await run({ Manifest: manifest(lines, fields) });
    assert.deepEqual([job.Status, tasksOf(job)], ['Failed', [0, 0, 0]]);
    assert.match(failuresOf(job).join(), words);
  }
});

test('keys are decoded: percent escapes, and a plus that stands for a space', async t => {
  const { source, destination, manifest, run } = await scene(t);
  source.put('a b+c', 'x');
  for (const line of ['a%20b%2Bc', 'a+b%2bc']) {
    destination.delete('a b+c');
    await run({ Manifest: manifest([`${source.name},${line}`]) });
    assert.ok(destination.get('a b+c'), line);
  }
  const raw = await run({ Manifest: manifest([`${source.name},a b+c`]) });
  assert.deepEqual(tasksOf(raw), [1, 0, 1]);
});

test('a key that is not encoded is another key or no line at all', async t => {
  const { source, destination, manifest, run } = await scene(t);
  const unharmed: string[] = [];
  for (const key of AWKWARD_KEYS) {
    source.put(key, 'x');
    if (encoded(key) === key) continue;
    await run({ Manifest: manifest([`${source.name},${key}`]) });
    if (destination.get(key)) unharmed.push(key);
  }
  // What needs no escape and happens to hold a character that encodings escape all the same.
  assert.deepEqual(unharmed, [
    '/leading slash',
    'trailing space ',
    'quotes\'"`<&>;|$*[]{}',
    'control\u0001\u001f\u007f',
    'umlaut ü and its twin u\u0308',
    'emoji 😀 and the last of the plane \uffee',
    'right to \u202eleft',
    '::error::not a command',
  ]);
});

test('a manifest must be the very object that is named, and readable by S3 alone', async t => {
  const { source, destination, manifest, run, lab } = await scene(t);
  source.put('a', 'x');
  const good = manifest([`${source.name},a`]);
  const located = (Location: Partial<NonNullable<typeof good.Location>>) =>
    run({
      Manifest: {
        Spec: good.Spec,
        Location: { ObjectArn: undefined, ETag: '', ...good.Location, ...Location },
      },
    });
  assert.equal((await located({})).Status, 'Complete');

  const ETag = good.Location?.ETag ?? '';
  assert.match(failuresOf(await located({ ETag: `"${ETag}"` })).join(), /The ETag of the manifest is/);
  assert.match(failuresOf(await located({ ETag: 'another' })).join(), /The ETag of the manifest is/);
  const absent = await located({ ObjectArn: `${destination.arn}/absent.csv` });
  assert.match(failuresOf(absent).join(), /^AccessDenied: Failed to read manifest/);

  const { arn: keyArn } = lab.s3.createKey({ account: destination.account, region: destination.region });
  lab.iam.accounts.putPolicy('arn:aws:iam::444455556666:role/s3-batch', 'kms', allow('kms:Decrypt', '*'));
  const { etag } = destination.put('kms.csv', `${source.name},a\n`, {
    encryption: { algorithm: 'aws:kms', keyArn },
  });
  const encrypted = await located({ ObjectArn: `${destination.arn}/kms.csv`, ETag: etag });
  assert.match(failuresOf(encrypted).join(), /SSE-S3/);
});

test('one version of a manifest can be named', async t => {
  const { source, destination, manifest, run } = await scene(t, { destination: { versioning: 'Enabled' } });
  source.put('a', 'x');
  const good = manifest([`${source.name},a`]);
  const ObjectVersionId = destination.get('manifest.csv')?.versionId;
  manifest(['another manifest']);
  const Location = { ...good.Location, ObjectArn: good.Location?.ObjectArn, ETag: good.Location?.ETag };
  assert.equal((await run({ Manifest: { ...good, Location } })).Status, 'Failed');
  const named = await run({ Manifest: { ...good, Location: { ...Location, ObjectVersionId } } });
  assert.deepEqual(tasksOf(named), [1, 1, 0]);
});

test('a generated manifest holds the current objects that pass its filter', async t => {
  const { lab, world, destination, run, role } = await scene(t);
  const { region, account } = world.destination;
  const near = lab.s3.createBucket({ name: 'near', account, region, versioning: 'Enabled' });
  near.put('logs/1.json', 'old', { lastModified: new Date('2020-01-01') });
  near.put('logs/2.json', 'two', { storageClass: 'STANDARD_IA' });
  near.put('logs/3.txt', 'three, which is larger');
  near.put('data/4.json', 'four');
  near.put('gone.json', 'x');
  near.delete('gone.json');
  lab.iam.accounts.putPolicy(role, 'near', allow('s3:*', [near.arn, `${near.arn}/*`]));
  const generate = async (Filter: object) => {
    for (const key of destination.keys()) destination.delete(key);
    const SourceBucket = near.arn;
    const job = await run({
      ManifestGenerator: { S3JobManifestGenerator: { SourceBucket, EnableManifestOutput: false, Filter } },
    });
    assert.equal(job.Status, 'Complete');
    return destination.keys();
  };
  assert.deepEqual(await generate({}), ['data/4.json', 'logs/1.json', 'logs/2.json', 'logs/3.txt']);
  assert.deepEqual(
    await generate({ KeyNameConstraint: { MatchAnyPrefix: ['logs/'], MatchAnySuffix: ['.json'] } }),
    ['logs/1.json', 'logs/2.json'],
  );
  assert.deepEqual(await generate({ KeyNameConstraint: { MatchAnySubstring: ['/3'] } }), ['logs/3.txt']);
  assert.deepEqual(await generate({ CreatedBefore: new Date('2021-01-01') }), ['logs/1.json']);
  assert.deepEqual(await generate({ CreatedAfter: new Date('2021-01-01'), ObjectSizeLessThanBytes: 10 }), [
    'data/4.json',
    'logs/2.json',
  ]);
  assert.deepEqual(await generate({ ObjectSizeGreaterThanBytes: 10 }), ['logs/3.txt']);
  assert.deepEqual(await generate({ MatchAnyStorageClass: ['STANDARD_IA'] }), ['logs/2.json']);
});

test('a manifest is not generated from another Region, for another owner, or without permission', async t => {
  const { lab, world, source, run, role } = await scene(t);
  const { region, account } = world.destination;
  const near = lab.s3.createBucket({ name: 'near', account, region });
  const generate = (SourceBucket: string, more = {}) =>
    run({
      ManifestGenerator: { S3JobManifestGenerator: { SourceBucket, EnableManifestOutput: false, ...more } },
    });
  const unpermitted = await generate(near.arn);
  assert.match(failuresOf(unpermitted).join(), /s3:PutInventoryConfiguration/);
  lab.iam.accounts.putPolicy(role, 'near', allow('s3:*', '*'));
  const mistaken = await generate(near.arn, { ExpectedBucketOwner: source.account });
  assert.match(failuresOf(mistaken).join(), /not owned by 111122223333/);
  source.policy = allow('s3:*', source.arn, { AWS: role });
  const distant = await generate(source.arn);
  assert.match(failuresOf(distant).join(), /Cross-Region/);
});
