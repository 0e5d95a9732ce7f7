/** From settings and what the buckets say of themselves to the rule to be there. */
import type { Settings } from '../../model/settings.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { type Ground, isAcross } from '../../s3/replication/ground.ts';
import type { Facts } from '../facts.ts';

/** @throws RangeError for settings without `replication-role`, which are refused before */
export function groundOf(settings: Settings, source: Bucket, destination: Bucket, facts: Facts): Ground {
  const { replication, kmsKey, storageClass } = settings;
  if (replication.roleArn === undefined) throw new RangeError('The settings were not checked.');
  const { ownership, encryption: sealing } = facts.destination;
  const { objectLock, encryption } = facts.source;
  const across = isAcross({ source, destination });
  const overrides = ownership.known ? ownership.value !== 'BucketOwnerEnforced' : 'unknown';
  const { key } = encryption.known ? encryption.value : {};
  return {
    source,
    destination,
    role: replication.roleArn,
    locks: !objectLock.known || objectLock.value.enabled,
    sealsByDefault: !sealing.known || sealing.value.algorithm.startsWith('aws:kms'),
    sourceKey: key?.startsWith('arn:') ? key : undefined,
    wanted: {
      destination: destination.location,
      partition: source.identity.partition,
      account: across ? destination.owner : undefined,
      ownerOverride: across && overrides,
      storageClass,
      kmsKey,
      deleteMarkers: replication.deleteMarkers,
      timeControl: replication.timeControl,
      metrics: replication.metrics,
    },
  };
}
