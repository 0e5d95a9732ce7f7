import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateJobCommandInput } from '@aws-sdk/client-s3-control';
import { sparse } from '../../lab/s3/index.ts';
import { failuresOf, outcomesOf, tasksOf } from './batch-lab.ts';
import { ruleTo, scene } from './replication-lab.ts';
import { allow } from './s3-lab.ts';

const GIB = 1024 ** 3;

test('a job replicates the versions that exist, in their order and under their ids', async t => {
  const { configure, status, source, destination, replicateExisting } = await scene(t);
  for (const text of ['first', 'second', 'third']) source.put('a', text);
  source.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
  source.put('archived', 'x', { storageClass: 'GLACIER' });
  await configure(ruleTo(destination));
  const job = await replicateExisting();
  assert.deepEqual([job.Status, tasksOf(job)], ['Complete', [4, 4, 0]]);
  const ids = (bucket: typeof source) => bucket.versions.get('a')?.map(({ versionId }) => versionId);
  assert.deepEqual(ids(destination), ids(source));
  assert.equal(destination.get('large')?.content.size, 6 * GIB);
  assert.equal(destination.get('archived'), undefined);
  const oldest = source.versions.get('a')?.at(-1)?.versionId;
  assert.deepEqual([await status('a', oldest), await status('archived')], ['COMPLETED', undefined]);
});

test('what is replicated already is left out, and what failed is taken up again', async t => {
  const { configure, put, source, destination, lab, replicateExisting } = await scene(t);
  await configure(ruleTo(destination));
  assert.equal(await put('done'), 'COMPLETED');
  lab.faults.add({
    kind: 'error',
    status: 500,
    code: 'InternalError',
    operation: 'ReplicateObject',
    times: 1,
  });
  assert.equal(await put('failed'), 'FAILED');
  const job = await replicateExisting();
  assert.deepEqual(tasksOf(job), [1, 1, 0]);
  assert.deepEqual(destination.keys(), ['done', 'failed']);
  const all = await replicateExisting({
    ManifestGenerator: {
      S3JobManifestGenerator: { SourceBucket: source.arn, EnableManifestOutput: false },
    },
  });
  assert.deepEqual(tasksOf(all), [2, 2, 0]);
  assert.equal(destination.versions.get('done')?.length, 1);
});

test('a generator tells eligible objects from others, by rules and by status', async t => {
  const { configure, put, source, destination, replicateExisting } = await scene(t);
  source.put('data/a', 'x');
  source.put('other/b', 'x');
  await configure(ruleTo(destination, { Filter: { Prefix: 'data/' } }));
  await put('data/c');
  const keysOf = async (Filter: object) => {
    const job = await replicateExisting({
      ManifestGenerator: {
        S3JobManifestGenerator: { SourceBucket: source.arn, EnableManifestOutput: false, Filter },
      },
    });
    return tasksOf(job);
  };
  assert.deepEqual(await keysOf({ EligibleForReplication: false }), [1, 0, 1]);
  assert.deepEqual(await keysOf({ ObjectReplicationStatuses: ['COMPLETED'] }), [1, 1, 0]);
  assert.deepEqual(
    await keysOf({ EligibleForReplication: true, ObjectReplicationStatuses: ['NONE', 'FAILED'] }),
    [1, 1, 0],
  );
  assert.deepEqual(destination.keys(), ['data/a', 'data/c']);
});

test('a manifest names versions, and those that cannot go are told apart in the report', async t => {
  const { configure, source, destination, work, replicateExisting } = await scene(t);
  const stays = source.put('stays', 'x', { storageClass: 'GLACIER' });
  const goes = source.put('goes', 'x');
  const deleted = source.put('deleted', 'x');
  await configure(ruleTo(destination));
  const rows = [stays, goes, deleted].map(({ key, versionId }) => `${source.name},${key},${versionId}\n`);
  rows.push(`${source.name},absent,0123\n`);
  const { etag } = work.put('manifest.csv', rows.join(''));
  const Manifest = {
    Spec: {
      Format: 'S3BatchOperations_CSV_20180820' as const,
      Fields: ['Bucket' as const, 'Key' as const, 'VersionId' as const],
    },
    Location: { ObjectArn: `${work.arn}/manifest.csv`, ETag: etag },
  };
  const codesOf = async () => {
    const job = await replicateExisting({ Manifest });
    return outcomesOf(work, job.JobId).map(({ key, status, code }) => [key, status, code]);
  };
  const failed = [
    ['stays', 'failed', 'SrcObjectNotEligible'],
    ['absent', 'failed', 'SrcVersionNotFound'],
  ];
  assert.deepEqual(await codesOf(), [['goes', 'succeeded', ''], ['deleted', 'succeeded', ''], ...failed]);
  destination.deleteVersion('deleted', deleted.versionId);
  assert.deepEqual(await codesOf(), [
    ['goes', 'succeeded', ''],
    failed[0],
    ['deleted', 'failed', 'DstObjectHardDeleted'],
    failed[1],
  ]);
});

test('a job replicates from buckets of its own account and Region alone', async t => {
  const { configure, source, destination, work, lab, jobRole, replicateExisting } = await scene(t);
  const { versionId } = source.put('a', 'x');
  await configure(ruleTo(destination));
  const { etag } = work.put('manifest.csv', `${source.name},a,${versionId}\n`);
  const Manifest: CreateJobCommandInput['Manifest'] = {
    Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key', 'VersionId'] },
    Location: { ObjectArn: `${work.arn}/manifest.csv`, ETag: etag },
  };
  const far = lab.s3.createBucket({
    name: 'far',
    account: source.account,
    region: 'us-east-1',
    versioning: 'Enabled',
  });
  far.replication = source.replication;
  lab.iam.accounts.putPolicy(jobRole, 'far', allow('s3:InitiateReplication', `${far.arn}/*`));
  const distant = far.put('a', 'x');
  assert.deepEqual(tasksOf(await replicateExisting({ Manifest })), [1, 1, 0]);
  const moved = work.put('manifest.csv', `far,a,${distant.versionId}\n`);
  const Location = { ObjectArn: `${work.arn}/manifest.csv`, ETag: moved.etag };
  const job = await replicateExisting({ Manifest: { Spec: Manifest.Spec, Location } });
  assert.deepEqual(
    outcomesOf(work, job.JobId).map(({ code, message }) => [code, message]),
    [['SrcObjectNotEligible', '"The job runs in another account or Region than its objects"']],
  );
});

test('replicas go on to where a job sends them, and stay replicas', async t => {
  const { configure, put, status, source, destination, lab, role, replicateExisting } = await scene(t);
  const { account, region } = source;
  await configure(ruleTo(destination));
  await put('a');
  const second = lab.s3.createBucket({ name: 'second', account, region, versioning: 'Enabled' });
  lab.iam.accounts.putPolicy(role, 'second', allow('s3:Replicate*', `${second.arn}/*`));
  const object = source.get('a');
  assert(object);
  source.amend(object, { replicationStatus: 'REPLICA' });
  await configure(ruleTo(second));
  const job = await replicateExisting({
    ManifestGenerator: {
      S3JobManifestGenerator: {
        SourceBucket: source.arn,
        EnableManifestOutput: false,
        Filter: { ObjectReplicationStatuses: ['REPLICA'] },
      },
    },
  });
  assert.deepEqual([tasksOf(job), second.keys(), await status('a')], [[1, 1, 0], ['a'], 'REPLICA']);
});

test('a job that has nothing to replicate fails, and says so', async t => {
  const { configure, put, destination, replicateExisting } = await scene(t);
  await configure(ruleTo(destination));
  await put('done');
  const job = await replicateExisting();
  assert.equal(job.Status, 'Failed');
  assert.match(failuresOf(job).join(), /found no keys matching the filter criteria/);
});

test('a job takes its own permissions, and a configuration to go by', async t => {
  const { configure, source, destination, work, lab, jobRole, replicateExisting } = await scene(t);
  source.put('a', 'x');
  assert.match(failuresOf(await replicateExisting()).join(), /replication configuration was not found/);
  await configure(ruleTo(destination));
  const actions = [
    's3:PutInventoryConfiguration',
    's3:GetReplicationConfiguration',
    's3:InitiateReplication',
    's3:PutObject',
  ];
  lab.iam.accounts.deletePolicy(jobRole, 'work');
  for (const missing of actions) {
    const left = actions.filter(action => action !== missing);
    lab.iam.accounts.putPolicy(
      jobRole,
      'source',
      allow(left, [source.arn, `${source.arn}/*`, `${work.arn}/*`]),
    );
    const job = await replicateExisting();
    if (missing === 's3:InitiateReplication') assert.deepEqual(tasksOf(job), [1, 0, 1]);
    else assert.match(failuresOf(job).join(), new RegExp(missing));
    if (missing !== 's3:PutObject') assert.equal(destination.get('a'), undefined, missing);
  }
});

test('a thousand versions are replicated by a job in seconds', async t => {
  const { configure, source, destination, replicateExisting } = await scene(t);
  for (let n = 0; n < 1000; n++) source.put(`${n}`, 'x');
  await configure(ruleTo(destination));
  const start = performance.now();
  const job = await replicateExisting();
  const milliseconds = performance.now() - start;
  assert.deepEqual([tasksOf(job), destination.size], [[1000, 1000, 0], 1000]);
  assert.ok(milliseconds < 10_000, `took ${milliseconds} ms`);
});
