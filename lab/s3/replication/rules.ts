/** Which rules of a bucket replicate a version. */
import { archiveOf } from '../archive.ts';
import type { Bucket } from '../bucket.ts';
import type { StoredObject, Version } from '../object.ts';
import type { ReplicationRule } from './configuration.ts';

/**
 * The rules for a version, one for each destination: of several that match, the one of the highest priority.
 * Source: API model, ReplicationRule.Priority; User Guide, replication-what-is-isnot-replicated.
 */
export function rulesFor(
  { replication, ownership, account }: Bucket,
  version: Version,
): readonly ReplicationRule[] {
  // The bucket's owner must also own what is replicated, or be let in by its ACL, which the lab does not go into.
  if (ownership !== 'BucketOwnerEnforced' && version.owner !== account) return [];
  const matching = (replication?.rules ?? [])
    .filter(rule => rule.status === 'Enabled' && matches(rule, version))
    .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  const destinations = matching.map(({ destination }) => destination.arn);
  return matching.filter((rule, index) => destinations.indexOf(rule.destination.arn) === index);
}

function matches(rule: ReplicationRule, version: Version): boolean {
  if (!version.key.startsWith(rule.filter.prefix ?? '')) return false;
  return version.kind === 'marker' ? rule.deleteMarkers === 'Enabled' : selects(rule, version);
}

/** Source: User Guide, replication-config-for-kms-objects (encrypted objects are replicated on demand only). */
const selects = (rule: ReplicationRule, object: StoredObject): boolean =>
  [...rule.filter.tags].every(([key, value]) => object.tags.get(key) === value) &&
  archiveOf(object) === undefined &&
  (object.encryption.keyArn === undefined || rule.kmsObjects === 'Enabled');
