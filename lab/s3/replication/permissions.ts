/**
 * What the role of a replication must be allowed to do, and the code each refusal fails with.
 * Source: User Guide, setting-repl-config-perm-overview and replication-config-for-kms-objects (permissions),
 * replication-failure-codes (codes; which of them a refused KMS key has is not documented).
 */
import { demandOnBucket, demandOnObject } from '../access.ts';
import type { Bucket } from '../bucket.ts';
import type { Encryption } from '../encryption.ts';
import { S3Error } from '../errors.ts';
import { demandOnKey } from '../key-access.ts';
import type { StoredObject, Version } from '../object.ts';
import type { Call } from '../world.ts';

/** Why a replication failed, in the words of its events. */
export class ReplicationFailure extends Error {
  readonly code: string;

  constructor(code: string, why = code) {
    super(why);
    this.code = code;
  }
}

export async function demandReading(call: Call, source: Bucket, version: Version): Promise<void> {
  const read = 'SrcGetObjectNotPermitted';
  await or(read, demandOnBucket(call, source, 's3:GetReplicationConfiguration'));
  await or(read, demandOnBucket(call, source, 's3:ListBucket'));
  if (version.kind === 'marker') return;
  const may = (action: string) => demandOnObject(call, source, version.key, action);
  await or(read, may('s3:GetObjectVersionForReplication'));
  await or(read, may('s3:GetObjectVersionAcl'));
  if (version.tags.size > 0) await or('SrcGetTaggingNotPermitted', may('s3:GetObjectVersionTagging'));
  if (version.retention) await or(read, may('s3:GetObjectRetention'));
  if (version.legalHold !== undefined) await or(read, may('s3:GetObjectLegalHold'));
  const { keyArn, bucketKey } = version.encryption;
  if (keyArn === undefined) return;
  const context = bucketKey ? source.arn : `${source.arn}/${version.key}`;
  await orKey('Src', demandOnKey(call, keyArn, 'kms:Decrypt', source, context));
}

export async function demandWriting(
  call: Call,
  destination: Bucket,
  object: StoredObject,
  encryption: Encryption,
  overridesOwner: boolean,
): Promise<void> {
  const may = (action: string) => demandOnObject(call, destination, object.key, action);
  await or('DstPutObjectNotPermitted', may('s3:ReplicateObject'));
  if (object.tags.size > 0) await or('DstPutTaggingNotPermitted', may('s3:ReplicateTags'));
  if (overridesOwner) await or('DstPutAclNotPermitted', may('s3:ObjectOwnerOverrideToBucketOwner'));
  const { keyArn, bucketKey } = encryption;
  if (keyArn === undefined) return;
  const context = bucketKey ? destination.arn : `${destination.arn}/${object.key}`;
  await orKey('Dst', demandOnKey(call, keyArn, 'kms:Encrypt', destination, context));
  if (bucketKey) await orKey('Dst', demandOnKey(call, keyArn, 'kms:Decrypt', destination, context));
}

export const demandMarking = (call: Call, destination: Bucket, key: string): Promise<void> =>
  or('DstDelObjNotPermitted', demandOnObject(call, destination, key, 's3:ReplicateDelete'));

async function or(code: string, demanded: Promise<void>): Promise<void> {
  await demanded.catch(error => {
    throw error instanceof S3Error ? new ReplicationFailure(code, error.message) : error;
  });
}

async function orKey(side: 'Src' | 'Dst', demanded: Promise<void>): Promise<void> {
  await demanded.catch(error => {
    if (!(error instanceof S3Error)) throw error;
    const state = error.code === 'KMS.NotFoundException' ? 'NotFound' : 'InvalidState';
    throw new ReplicationFailure(`${side}KmsKey${state}`, error.message);
  });
}
