/** One version on its way to one destination, as one rule has it. */
import { requesterPays } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import type { Encryption } from '../encryption.ts';
import { insideRequest } from '../inside.ts';
import { etagOf, multipartEtag, type StoredObject, type Version } from '../object.ts';
import type { Call, World } from '../world.ts';
import type { ReplicationRule } from './configuration.ts';
import { demandMarking, demandReading, demandWriting, ReplicationFailure } from './permissions.ts';
import { placeReplica } from './replica.ts';

/**
 * Makes the replica, or throws the `ReplicationFailure` that keeps it from being made. The account that the rule names is
 * not held against the owner of the bucket: nothing says that S3 does, and who counts on it must not be right by chance.
 * Source: User Guide, replication-change-owner ("Amazon S3 doesn't check if the buckets are owned by the same or different
 * accounts"); replication-failure-codes, which has no code for it.
 */
export async function replicate(
  world: World,
  source: Bucket,
  version: Version,
  { destination: wanted }: ReplicationRule,
): Promise<void> {
  const call = await callUnderRole(world, source);
  const destination = destinationOf(world, source, wanted.arn);
  await demandReading(call, source, version);
  if (version.kind === 'marker') {
    await demandMarking(call, destination, version.key);
    placeReplica(destination, { ...version, owner: destination.account }, source);
    return;
  }
  const encryption = encryptionAt(destination, version.encryption, wanted.replicaKeyArn);
  const enforced = destination.ownership === 'BucketOwnerEnforced';
  await demandWriting(call, destination, version, encryption, wanted.ownerOverride && !enforced);
  assertNotDeleted(destination, version);
  const handedOver = enforced || wanted.ownerOverride;
  const { restoration: _, ...lasting } = version;
  placeReplica(
    destination,
    {
      ...lasting,
      encryption,
      ...retagged(world, version, encryption),
      storageClass: wanted.storageClass ?? version.storageClass,
      owner: handedOver ? destination.account : version.owner,
      grants: handedOver ? [] : version.grants,
    },
    source,
  );
}

/** Source: User Guide, setting-repl-config-perm-overview. */
async function callUnderRole(world: World, source: Bucket): Promise<Call> {
  const caller = await world.assumeRole({
    service: 's3.amazonaws.com',
    roleArn: source.replication?.role ?? '',
    sessionName: 's3-replication',
    account: source.account,
    sourceArn: source.arn,
  });
  if (!caller) throw new ReplicationFailure('AssumeRoleNotPermitted');
  return { world, request: insideRequest({ caller, region: source.region }) };
}

/** Source: User Guide, replication-requirements. */
function destinationOf({ buckets }: World, source: Bucket, arn: string): Bucket {
  const bucket = buckets.get(arn.slice('arn:aws:s3:::'.length));
  if (!bucket) throw new ReplicationFailure('DstBucketNotFound');
  if (bucket.versioning !== 'Enabled') throw new ReplicationFailure('DstBucketUnversioned');
  if (requesterPays({ account: source.account }, bucket))
    throw new ReplicationFailure('DstPutObjectNotPermitted', 'The destination is a Requester Pays bucket');
  if (source.objectLock && !bucket.objectLock)
    throw new ReplicationFailure('DstBucketObjectLockConfigMissing');
  return bucket;
}

/** A replica is encrypted as its source is. Source: User Guide, replication-config-for-kms-objects. */
const encryptionAt = (destination: Bucket, encryption: Encryption, keyArn: string | undefined): Encryption =>
  encryption.keyArn === undefined || keyArn === undefined
    ? encryption
    : {
        algorithm: encryption.algorithm,
        keyArn,
        ...(destination.encryption.bucketKey && encryption.algorithm === 'aws:kms' && { bucketKey: true }),
      };

/** Encrypted with another key the same bytes have other ETags. Source: API model, Object.ETag. */
function retagged(
  { id }: World,
  { content, encryption, parts }: StoredObject,
  now: Encryption,
): Partial<StoredObject> {
  if (now.keyArn === encryption.keyArn) return {};
  const etag = () => etagOf(content, now, id);
  if (parts === undefined) return { etag: etag() };
  const anew = parts.map(part => ({ ...part, etag: etag() }));
  return { etag: multipartEtag(anew), parts: anew };
}

/** Source: User Guide, s3-batch-replication-batch. */
function assertNotDeleted(destination: Bucket, { key, versionId }: StoredObject): void {
  if (destination.hardDeleted(key, versionId)) throw new ReplicationFailure('DstObjectHardDeleted');
}
