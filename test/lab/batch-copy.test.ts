import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AWKWARD_KEYS } from '../../lab/awkward.ts';
import { canonicalId, sparse } from '../../lab/s3/index.ts';
import { outcomesOf, reportTo, scene, tasksOf } from './batch-lab.ts';
import { allow } from './s3-lab.ts';

const GIB = 1024 ** 3;

test('a job copies every object of its manifest into another account, awkward keys as they are', async t => {
  const { source, destination, run } = await scene(t);
  for (const key of AWKWARD_KEYS) source.put(key, `the content of ${key}`);
  const job = await run();
  assert.deepEqual([job.Status, tasksOf(job)], ['Complete', [AWKWARD_KEYS.length, AWKWARD_KEYS.length, 0]]);
  for (const key of AWKWARD_KEYS) {
    assert.equal(destination.get(key)?.content.bytes().toString(), `the content of ${key}`);
  }
});

test('an object above 5 GiB fails its task, and the job is Complete all the same', async t => {
  const { source, destination, run } = await scene(t);
  source.put('large', sparse(5 * GIB + 1, 'large'), { parts: GIB });
  source.put('largest', sparse(5 * GIB, 'largest'), { parts: GIB });
  const job = await run();
  assert.deepEqual([job.Status, tasksOf(job)], ['Complete', [2, 1, 1]]);
  assert.ok(destination.get('largest'));
  assert.equal(destination.get('large'), undefined);
});

test('a thousand objects take well under a second', async t => {
  const { source, destination, run } = await scene(t);
  for (let n = 0; n < 1000; n++) source.put(`${n}`, 'x');
  const start = performance.now();
  const job = await run();
  const milliseconds = performance.now() - start;
  assert.deepEqual(tasksOf(job), [1000, 1000, 0]);
  assert.equal(destination.size, 1001);
  assert.ok(milliseconds < 5000, `took ${milliseconds} ms`);
});

test('a version is copied by its id, and without one whatever is current', async t => {
  const { source, destination, manifest, run } = await scene(t, { source: { versioning: 'Enabled' } });
  const { versionId } = source.put('a', 'first');
  source.put('a', 'second');
  await run();
  assert.equal(destination.get('a')?.content.bytes().toString(), 'second');
  await run({
    Manifest: manifest([`${source.name},a,${versionId}`], ['Bucket', 'Key', 'VersionId']),
  });
  assert.equal(destination.get('a')?.content.bytes().toString(), 'first');
});

test('metadata, headers and tags are copied, or else replaced by those that are given', async t => {
  const { source, destination, copy } = await scene(t);
  source.put('a', 'x', {
    headers: { 'content-type': 'text/html', 'cache-control': 'no-store' },
    metadata: { city: 'Zürich' },
    tags: { team: 'data' },
  });
  await copy();
  const plain = destination.get('a');
  assert.deepEqual(
    [plain?.headers['cache-control'], plain?.metadata, [...(plain?.tags ?? [])]],
    ['no-store', { city: 'Zürich' }, [['team', 'data']]],
  );
  await copy({
    NewObjectMetadata: { ContentType: 'text/plain', UserMetadata: { Kind: 'copy' } },
    NewObjectTagging: [{ Key: 'cost center', Value: 'a+b=c/d' }],
  });
  const replaced = destination.get('a');
  assert.deepEqual(
    [replaced?.headers, replaced?.metadata, [...(replaced?.tags ?? [])]],
    [{ 'content-type': 'text/plain' }, { kind: 'copy' }, [['cost center', 'a+b=c/d']]],
  );
  await copy({
    NewObjectTagging: [],
    NewObjectMetadata: { SSEAlgorithm: 'AES256' },
    MetadataDirective: 'COPY',
  });
  const untagged = destination.get('a');
  assert.deepEqual([untagged?.tags.size, untagged?.metadata], [0, { city: 'Zürich' }]);
});

test('copies get a folder, a storage class, a checksum and a redirect when the job says so', async t => {
  const { source, destination, copy } = await scene(t);
  source.put('a', 'x', { storageClass: 'STANDARD_IA' });
  await copy();
  assert.equal(destination.get('a')?.storageClass, 'STANDARD');
  await copy({
    TargetKeyPrefix: 'folder',
    StorageClass: 'GLACIER_IR',
    ChecksumAlgorithm: 'SHA256',
    RedirectLocation: '/there',
  });
  assert.partialDeepStrictEqual(destination.get('folder/a'), {
    storageClass: 'GLACIER_IR',
    redirect: '/there',
    checksum: { algorithm: 'SHA256' },
  });
});

test('conditions on the time of a change fail the tasks they do not hold for', async t => {
  const { source, destination, copy } = await scene(t);
  source.put('a', 'x', { lastModified: new Date('2020-06-01') });
  const before = await copy({ UnModifiedSinceConstraint: new Date('2020-01-01') });
  const after = await copy({ ModifiedSinceConstraint: new Date('2021-01-01') });
  assert.deepEqual(
    [tasksOf(before), tasksOf(after)],
    [
      [1, 0, 1],
      [1, 0, 1],
    ],
  );
  await copy({ ModifiedSinceConstraint: new Date('2020-01-01') });
  assert.ok(destination.get('a'));
});

test('ACLs are given where the bucket takes them', async t => {
  const { source, destination, copy } = await scene(t, { destination: { ownership: 'ObjectWriter' } });
  source.put('a', 'x');
  const friend = canonicalId('999988887777');
  await copy({
    AccessControlGrants: [{ Grantee: { TypeIdentifier: 'id', Identifier: friend }, Permission: 'READ_ACP' }],
  });
  assert.deepEqual(destination.get('a')?.grants, [{ grantee: friend, permission: 'READ_ACP' }]);
  const owned = await copy({ CannedAccessControlList: 'bucket-owner-full-control' });
  assert.deepEqual(tasksOf(owned), [1, 1, 0]);
  destination.ownership = 'BucketOwnerEnforced';
  const enforced = await copy({ CannedAccessControlList: 'bucket-owner-read' });
  assert.deepEqual(tasksOf(enforced), [1, 0, 1]);
});

test('locks are set where the bucket has Object Lock', async t => {
  const { source, destination, copy, lab, role } = await scene(t, { destination: { objectLock: {} } });
  lab.iam.accounts.putPolicy(
    role,
    'lock',
    allow(['s3:PutObjectRetention', 's3:PutObjectLegalHold'], `${destination.arn}/*`),
  );
  source.put('a', 'x');
  const until = new Date('2099-01-01');
  await copy({
    ObjectLockMode: 'GOVERNANCE',
    ObjectLockRetainUntilDate: until,
    ObjectLockLegalHoldStatus: 'ON',
  });
  assert.partialDeepStrictEqual(destination.get('a'), {
    retention: { mode: 'GOVERNANCE', until },
    legalHold: true,
  });
});

test('objects encrypted with KMS take both keys', async t => {
  const { source, destination, copy, lab, role } = await scene(t);
  const from = lab.s3.createKey({ account: source.account, region: source.region });
  const to = lab.s3.createKey({ account: destination.account, region: destination.region });
  source.put('a', 'x', { encryption: { algorithm: 'aws:kms', keyArn: from.arn } });
  const wanted = {
    NewObjectMetadata: { SSEAlgorithm: 'KMS' as const },
    MetadataDirective: 'COPY' as const,
    SSEAwsKmsKeyId: to.arn,
    BucketKeyEnabled: true,
  };
  assert.deepEqual(tasksOf(await copy(wanted)), [1, 0, 1]);
  lab.iam.accounts.putPolicy(role, 'kms', allow(['kms:Decrypt', 'kms:GenerateDataKey'], [from.arn, to.arn]));
  assert.deepEqual(tasksOf(await copy(wanted)), [1, 0, 1]);
  const shared = lab.s3.createKey({
    account: source.account,
    region: source.region,
    policy: allow('kms:Decrypt', '*', { AWS: role }),
  });
  source.put('a', 'x', { encryption: { algorithm: 'aws:kms', keyArn: shared.arn } });
  lab.iam.accounts.putPolicy(
    role,
    'kms',
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [shared.arn, to.arn]),
  );
  assert.deepEqual(tasksOf(await copy(wanted)), [1, 1, 0]);
  assert.deepEqual(destination.get('a')?.encryption, {
    algorithm: 'aws:kms',
    keyArn: to.arn,
    bucketKey: true,
  });
});

test('each permission that is missing fails the tasks that need it', async t => {
  const { source, destination, run, lab, role, world } = await scene(t);
  source.put('tagged', 'x', { tags: { a: 'b' } });
  const all = {
    source: ['s3:GetObject', 's3:GetObjectTagging'],
    destination: ['s3:PutObject', 's3:PutObjectTagging'],
  };
  const tasksWithout = async (missing: string | undefined) => {
    const left = (actions: readonly string[]) => actions.filter(action => action !== missing);
    world.source.setBucketPolicy(allow(left(all.source), `${source.arn}/*`, { AWS: role }));
    lab.iam.accounts.putPolicy(role, 'source', allow('s3:*', `${source.arn}/*`));
    // The manifest is read there, whatever may be done besides.
    lab.iam.accounts.deletePolicy(role, 'work');
    lab.iam.accounts.putPolicy(
      role,
      'destination',
      allow([...left(all.destination), 's3:GetObject'], `${destination.arn}/*`),
    );
    return tasksOf(await run());
  };
  for (const missing of [...all.source, ...all.destination])
    assert.deepEqual([missing, await tasksWithout(missing)], [missing, [1, 0, 1]]);
  assert.deepEqual(await tasksWithout(undefined), [1, 1, 0]);
});

test('a job in another Region than its destination can write nothing there', async t => {
  const { source, destination, lab, clientOf, manifest, AccountId, role } = await scene(t);
  source.put('a', 'x');
  const region = 'eu-west-1';
  const near = lab.s3.createBucket({ name: 'near', account: AccountId, region });
  lab.iam.accounts.putPolicy(role, 'near', allow('s3:*', `${near.arn}/*`));
  const { Spec } = manifest([]);
  const { etag } = near.put('manifest.csv', `${source.name},a\n`);
  const { JobId } = await clientOf({ region }).createJob({
    AccountId,
    Operation: { S3PutObjectCopy: { TargetResource: destination.arn } },
    Manifest: { Spec, Location: { ObjectArn: `${near.arn}/manifest.csv`, ETag: etag } },
    Report: reportTo(near),
    ClientRequestToken: 'elsewhere',
    Priority: 1,
    RoleArn: role,
  });
  await lab.s3control.settled();
  assert.deepEqual(
    outcomesOf(near, JobId).map(({ key, status, code }) => [key, status, code]),
    [['a', 'failed', 'PermanentRedirect']],
  );
});
