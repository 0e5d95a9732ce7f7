/**
 * The statements that whoever configures replication and the role that S3 assumes need. (S3 User Guide, "Setting up
 * permissions for live replication", "Replicating encrypted objects", "Changing the replica owner".)
 */
import { bucketArn, objectsArn, type Statement, viaS3 } from '../../aws/policies.ts';
import type { Bucket } from '../bucket.ts';
import type { Ground } from './ground.ts';

export const SERVICE = 's3.amazonaws.com';

/** A bucket, as far as statements speak of it. */
interface Named extends Pick<Bucket, 'location' | 'region'> {
  readonly identity: Pick<Bucket['identity'], 'partition'>;
}

/** The source and the destination of a rule, likewise. */
type Replicated = Omit<Ground, 'source' | 'destination' | 'wanted' | 'role'> & {
  readonly source: Named;
  readonly destination: Named;
  readonly wanted: Pick<Ground['wanted'], 'partition' | 'ownerOverride' | 'kmsKey'>;
};

/**
 * For the identity of the source; `iam:PassRole` comes besides.
 *
 * @param changes the configuration is to be changed, and not only looked at
 */
export function callerStatement({ source }: Pick<Replicated, 'source'>, changes = true): Statement {
  return {
    Sid: 'S3SyncReplication',
    Effect: 'Allow',
    Action: [
      's3:GetReplicationConfiguration',
      ...(changes ? ['s3:PutReplicationConfiguration'] : []),
      's3:GetBucketVersioning',
    ],
    Resource: bucketArn(source.location, source.identity.partition),
  };
}

/** To turn versioning on where it is not. */
export function enablingStatement({ location, identity }: Named): Statement {
  return {
    Sid: 'S3SyncEnableVersioning',
    Effect: 'Allow',
    Action: ['s3:GetBucketVersioning', 's3:PutBucketVersioning'],
    Resource: bucketArn(location, identity.partition),
  };
}

/** What the role reads. */
export function sourceStatement({ source, locks }: Pick<Replicated, 'source' | 'locks'>): Statement {
  const { location, identity } = source;
  return {
    Sid: 'S3SyncReplicates',
    Effect: 'Allow',
    Action: [
      's3:GetReplicationConfiguration',
      's3:ListBucket',
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionTagging',
      ...(locks ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : []),
    ],
    Resource: [bucketArn(location, identity.partition), objectsArn(location, identity.partition)],
  };
}

/** What the role writes; across accounts the policy of the bucket must say it, too. */
export function destinationStatement({
  destination,
  wanted,
}: Pick<Replicated, 'destination' | 'wanted'>): Statement {
  return {
    Sid: 'S3SyncReplicas',
    Effect: 'Allow',
    Action: [
      's3:ReplicateObject',
      's3:ReplicateDelete',
      's3:ReplicateTags',
      ...(wanted.ownerOverride !== false ? ['s3:ObjectOwnerOverrideToBucketOwner'] : []),
    ],
    Resource: objectsArn(destination.location, wanted.partition),
  };
}

/** For the keys that the source's objects lie under, in the Region of the source. */
export function decryptingStatement({
  source,
  sourceKey,
}: Pick<Replicated, 'source' | 'sourceKey'>): Statement {
  return {
    Sid: 'S3SyncReplicationDecrypts',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: sourceKey ?? '*',
    ...(sourceKey === undefined && forS3Alone(source)),
  };
}

/**
 * For the key of the replicas; with a key of the bucket S3 reads what it has encrypted. What comes without any encryption
 * lies under the key of the destination by default, which takes a data key.
 */
export function encryptingStatement({
  destination,
  wanted,
  sealsByDefault,
}: Pick<Replicated, 'destination' | 'wanted' | 'sealsByDefault'>): Statement {
  const sealsPlain = sealsByDefault || wanted.kmsKey === undefined;
  return {
    Sid: 'S3SyncReplicationEncrypts',
    Effect: 'Allow',
    Action: ['kms:Encrypt', 'kms:Decrypt', ...(sealsPlain ? ['kms:GenerateDataKey'] : [])],
    Resource: wanted.kmsKey ?? '*',
    ...(wanted.kmsKey === undefined && forS3Alone(destination)),
  };
}

/** Any key, but through S3 of the bucket's Region alone. */
function forS3Alone({ region, identity }: Named): Pick<Statement, 'Condition'> {
  return { Condition: { StringLike: { 'kms:ViaService': viaS3(region, identity.partition) } } };
}
