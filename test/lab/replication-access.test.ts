import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalId } from '../../lab/s3/index.ts';
import { ruleTo, scene } from './replication-lab.ts';
import { allow } from './s3-lab.ts';

const AT_SOURCE = [
  ['s3:GetReplicationConfiguration', 'SrcGetObjectNotPermitted'],
  ['s3:ListBucket', 'SrcGetObjectNotPermitted'],
  ['s3:GetObjectVersionForReplication', 'SrcGetObjectNotPermitted'],
  ['s3:GetObjectVersionAcl', 'SrcGetObjectNotPermitted'],
  ['s3:GetObjectVersionTagging', 'SrcGetTaggingNotPermitted'],
  ['s3:GetObjectRetention', 'SrcGetObjectNotPermitted'],
  ['s3:GetObjectLegalHold', 'SrcGetObjectNotPermitted'],
] as const;
const AT_DESTINATION = [
  ['s3:ReplicateObject', 'DstPutObjectNotPermitted'],
  ['s3:ReplicateTags', 'DstPutTaggingNotPermitted'],
  ['s3:ObjectOwnerOverrideToBucketOwner', 'DstPutAclNotPermitted'],
] as const;

test('each permission that is missing fails a replication, on either side', async t => {
  const { client, configure, status, source, destination, lab, role, world } = await scene(t, {
    source: { objectLock: {} },
    destination: { objectLock: {}, ownership: 'BucketOwnerPreferred' },
  });
  const { account } = destination;
  await configure(
    ruleTo(destination, {
      Destination: {
        Bucket: destination.arn,
        Account: account,
        AccessControlTranslation: { Owner: 'Destination' },
      },
    }),
  );
  const buckets = (bucket: typeof source) => [bucket.arn, `${bucket.arn}/*`];
  const actions = [...AT_SOURCE, ...AT_DESTINATION].map(([action]) => action);
  /** Allows the role, or the policy of the destination, everything but one action. */
  const allowing = (missing: string | undefined, on: 'role' | 'policy') => {
    const left = actions.filter(action => action !== missing);
    const all = [...buckets(source), ...buckets(destination)];
    lab.iam.accounts.putPolicy(role, 'source', allow(on === 'role' ? left : actions, all));
    lab.iam.accounts.deletePolicy(role, 'destination');
    world.destination.setBucketPolicy(
      allow(on === 'policy' ? left : actions, buckets(destination), { AWS: role }),
    );
  };
  const codeOf = async () => {
    const before = lab.s3.replication.failures.length;
    await client.putObject({
      Bucket: source.name,
      Key: 'a',
      Body: 'x',
      Tagging: 'a=b',
      ChecksumAlgorithm: 'CRC32',
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date('2099-01-01'),
      ObjectLockLegalHoldStatus: 'ON',
    });
    await lab.s3.replication.settled();
    return [await status('a'), lab.s3.replication.failures[before]?.code];
  };
  for (const [action, code] of [...AT_SOURCE, ...AT_DESTINATION]) {
    allowing(action, 'role');
    assert.deepEqual([action, ...(await codeOf())], [action, 'FAILED', code]);
  }
  for (const [action, code] of AT_DESTINATION) {
    allowing(action, 'policy');
    assert.deepEqual([action, ...(await codeOf())], [action, 'FAILED', code]);
  }
  assert.equal(destination.size, 0);
  allowing(undefined, 'role');
  assert.deepEqual(await codeOf(), ['COMPLETED', undefined]);
  assert.partialDeepStrictEqual(destination.get('a'), {
    legalHold: true,
    retention: { mode: 'GOVERNANCE', until: new Date('2099-01-01') },
  });
});

test('delete markers take a permission of their own', async t => {
  const { client, configure, put, source, destination, lab, role } = await scene(t);
  await configure(ruleTo(destination, { DeleteMarkerReplication: { Status: 'Enabled' } }));
  await put('a');
  lab.iam.accounts.putPolicy(role, 'destination', allow('s3:ReplicateObject', `${destination.arn}/*`));
  await client.deleteObject({ Bucket: source.name, Key: 'a' });
  await lab.s3.replication.settled();
  assert.ok(destination.get('a'));
  assert.partialDeepStrictEqual(lab.s3.replication.failures, [{ key: 'a', code: 'DstDelObjNotPermitted' }]);
});

test('a role that does not trust S3, for the account of the source, replicates nothing', async t => {
  const { configure, put, destination, lab, role } = await scene(t);
  await configure(ruleTo(destination));
  for (const [Service, account, status] of [
    ['batchoperations.s3.amazonaws.com', '111122223333', 'FAILED'],
    ['s3.amazonaws.com', '444455556666', 'FAILED'],
    ['s3.amazonaws.com', '111122223333', 'COMPLETED'],
  ] as const) {
    lab.iam.accounts.setTrustPolicy(role, {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      },
    });
    assert.equal(await put('a'), status);
  }
  assert.deepEqual(
    lab.s3.replication.failures.map(({ code }) => code),
    ['AssumeRoleNotPermitted', 'AssumeRoleNotPermitted'],
  );
});

test('a destination that is gone, keeps no versions, has no Object Lock or lets requesters pay fails', async t => {
  const { client, configure, put, source, destination, lab } = await scene(t);
  const codeOf = async (Key: string) => {
    const before = lab.s3.replication.failures.length;
    return [await put(Key), lab.s3.replication.failures[before]?.code];
  };
  await configure(ruleTo(destination));
  destination.versioning = 'Suspended';
  assert.deepEqual(await codeOf('a'), ['FAILED', 'DstBucketUnversioned']);
  destination.versioning = 'Enabled';
  source.objectLock = {};
  assert.deepEqual(await codeOf('b'), ['FAILED', 'DstBucketObjectLockConfigMissing']);
  source.objectLock = undefined;
  destination.requestPayer = 'Requester';
  assert.deepEqual(await codeOf('c'), ['FAILED', 'DstPutObjectNotPermitted']);
  destination.requestPayer = 'BucketOwner';
  assert.deepEqual(await codeOf('d'), ['COMPLETED', undefined]);

  const foreign = { Bucket: destination.arn, Account: '999988887777' };
  await configure(ruleTo(destination, { Destination: foreign }));
  // Nobody promises that S3 looks whose the bucket is.
  assert.deepEqual(await codeOf('e'), ['COMPLETED', undefined]);

  const { account, region } = source;
  const passing = lab.s3.createBucket({ name: 'passing', account, region, versioning: 'Enabled' });
  await configure(ruleTo(passing));
  await client.deleteBucket({ Bucket: passing.name });
  assert.deepEqual(await codeOf('f'), ['FAILED', 'DstBucketNotFound']);
});

test('replicas belong to the owner of the source, to the destination where it enforces or the rule overrides', async t => {
  const { configure, client, source, destination, lab } = await scene(t, {
    source: { ownership: 'ObjectWriter' },
    destination: { ownership: 'ObjectWriter' },
  });
  const friend = canonicalId('999988887777');
  const ownerOf = async (Key: string) => {
    await client.putObject({ Bucket: source.name, Key, Body: 'x', GrantRead: `id=${friend}` });
    await lab.s3.replication.settled();
    const { owner, grants } = destination.get(Key) ?? {};
    return [owner, grants?.length];
  };
  await configure(ruleTo(destination));
  assert.deepEqual(await ownerOf('a'), [source.account, 1]);
  const Destination = {
    Bucket: destination.arn,
    Account: destination.account,
    AccessControlTranslation: { Owner: 'Destination' as const },
  };
  await configure(ruleTo(destination, { Destination }));
  assert.deepEqual(await ownerOf('b'), [destination.account, 0]);
  await configure(ruleTo(destination));
  destination.ownership = 'BucketOwnerEnforced';
  assert.deepEqual(await ownerOf('c'), [destination.account, 0]);
});

test('objects encrypted with KMS are replicated on demand, with both keys', async t => {
  const { configure, client, status, source, destination, lab, role } = await scene(t, {
    destination: { encryption: { algorithm: 'AES256', bucketKey: true } },
  });
  const { account, region } = source;
  const from = lab.s3.createKey({ account, region });
  const opened = (actions: string[]) => allow(actions, '*', { AWS: role });
  const to = (policy = opened(['kms:Encrypt', 'kms:Decrypt'])) =>
    lab.s3.createKey({ account: destination.account, region: destination.region, policy });
  const put = async () => {
    const SSE = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: from.arn } as const;
    await client.putObject({ Bucket: source.name, Key: 'a', Body: 'x', ...SSE });
    await lab.s3.replication.settled();
    return [await status('a'), lab.s3.replication.failures.at(-1)?.code];
  };
  const configureKey = (ReplicaKmsKeyID: string) =>
    configure(
      ruleTo(destination, {
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: { Bucket: destination.arn, EncryptionConfiguration: { ReplicaKmsKeyID } },
      }),
    );
  const mayUse = (...actions: string[]) => lab.iam.accounts.putPolicy(role, 'kms', allow(actions, '*'));

  await configure(ruleTo(destination));
  assert.deepEqual(await put(), [undefined, undefined]);
  const key = to();
  await configureKey(key.arn);
  assert.deepEqual(await put(), ['FAILED', 'SrcKmsKeyInvalidState']);
  mayUse('kms:Decrypt');
  assert.deepEqual(await put(), ['FAILED', 'DstKmsKeyInvalidState']);
  mayUse('kms:Decrypt', 'kms:Encrypt');
  await configureKey(`arn:aws:kms:${destination.region}:${destination.account}:key/absent`);
  assert.deepEqual(await put(), ['FAILED', 'DstKmsKeyNotFound']);
  await configureKey(from.arn);
  assert.deepEqual(await put(), ['FAILED', 'DstKmsKeyNotFound']);
  // With a bucket key the replica's key is also decrypted with.
  await configureKey(to(opened(['kms:Encrypt'])).arn);
  assert.deepEqual(await put(), ['FAILED', 'DstKmsKeyInvalidState']);
  await configureKey(key.arn);
  assert.equal((await put())[0], 'COMPLETED');
  assert.deepEqual(destination.get('a')?.encryption, {
    algorithm: 'aws:kms',
    keyArn: key.arn,
    bucketKey: true,
  });
});

test('a fault fails a replication with its code', async t => {
  const { configure, put, destination, lab } = await scene(t);
  await configure(ruleTo(destination));
  lab.faults.add({
    kind: 'error',
    status: 500,
    code: 'DstMultipartUploadPartNotPermitted',
    operation: 'ReplicateObject',
    key: 'a',
  });
  assert.deepEqual([await put('a'), await put('b')], ['FAILED', 'COMPLETED']);
  assert.partialDeepStrictEqual(lab.s3.replication.failures, [
    { code: 'DstMultipartUploadPartNotPermitted' },
  ]);
});
