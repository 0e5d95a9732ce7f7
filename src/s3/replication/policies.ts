/**
 * The statements that whoever configures replication and the role that S3 assumes need. (S3 User Guide, "Setting up
 * permissions for live replication", "Replicating encrypted objects", "Changing the replica owner".)
 */
import { bucketArn, objectsArn, type Statement } from '../../aws/policies.ts';
import type { Bucket } from '../bucket.ts';
import type { Ground } from './ground.ts';

export const SERVICE = 's3.amazonaws.com';

/** For the identity of the source; `iam:PassRole` comes besides. */
export function callerStatement({ source }: Ground): Statement {
  return {
    Sid: 'S3SyncReplication',
    Effect: 'Allow',
    Action: ['s3:GetReplicationConfiguration', 's3:PutReplicationConfiguration', 's3:GetBucketVersioning'],
    Resource: bucketArn(source.location, source.identity.partition),
  };
}

/** To turn versioning on where it is not. */
export function enablingStatement({ location, identity }: Bucket): Statement {
  return {
    Sid: 'S3SyncEnableVersioning',
    Effect: 'Allow',
    Action: ['s3:GetBucketVersioning', 's3:PutBucketVersioning'],
    Resource: bucketArn(location, identity.partition),
  };
}

/** What the role reads. */
export function sourceStatement({ source, locks }: Ground): Statement {
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
export function destinationStatement({ destination, wanted }: Ground): Statement {
  return {
    Sid: 'S3SyncReplicas',
    Effect: 'Allow',
    Action: [
      's3:ReplicateObject',
      's3:ReplicateDelete',
      's3:ReplicateTags',
      ...(wanted.ownerOverride ? ['s3:ObjectOwnerOverrideToBucketOwner'] : []),
    ],
    Resource: objectsArn(destination.location, wanted.partition),
  };
}

/** For the keys that the source's objects lie under, in the Region of the source. */
export function decryptingStatement({ source, sourceKey }: Ground): Statement {
  return {
    Sid: 'S3SyncReplicationDecrypts',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: sourceKey ?? '*',
    // Any key, but for S3 alone.
    ...(sourceKey === undefined && {
      Condition: { StringLike: { 'kms:ViaService': `s3.${source.region}.amazonaws.com` } },
    }),
  };
}

/** For the key of the replicas; with a key of the bucket S3 reads what it has encrypted. */
export function encryptingStatement({ wanted }: Pick<Ground, 'wanted'>): Statement {
  return {
    Sid: 'S3SyncReplicationEncrypts',
    Effect: 'Allow',
    Action: ['kms:Encrypt', 'kms:Decrypt'],
    Resource: wanted.kmsKey ?? '*',
  };
}
