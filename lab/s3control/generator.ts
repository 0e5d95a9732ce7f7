/** Manifests that S3 makes itself: the objects of a bucket that pass a filter. Source: API model, S3JobManifestGenerator. */
import type { JobManifestGeneratorFilter, S3JobManifestGenerator } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import type { StoredObject } from '../s3/index.ts';
import type { Access } from './access.ts';
import { partsOfArn } from './keys.ts';
import type { Job, Task, World } from './world.ts';

/**
 * Lists the objects: every version for replication, older ones first, otherwise the current ones. None at all is a failure.
 * Source: User Guide, replication-troubleshoot ("Batch Replication errors").
 */
export async function generateManifest(
  { s3 }: World,
  { region, request }: Job,
  access: Access,
  { SourceBucket, ExpectedBucketOwner, Filter = {} }: S3JobManifestGenerator,
): Promise<readonly Task[]> {
  const { bucket: name } = partsOfArn(SourceBucket);
  await access.demand('s3:PutInventoryConfiguration', name);
  if (Filter.EligibleForReplication !== undefined)
    await access.demand('s3:GetReplicationConfiguration', name);
  const bucket = s3.bucket(name);
  if (bucket.region !== region)
    throw failed(`Cross-Region object list generation is not supported: the bucket is in ${bucket.region}`);
  if (ExpectedBucketOwner !== undefined && ExpectedBucketOwner !== bucket.account)
    throw failed(`The bucket is not owned by ${ExpectedBucketOwner}`);
  const { S3ReplicateObject } = request.Operation;
  if (S3ReplicateObject && !bucket.replication) throw failed('The replication configuration was not found');
  const { EligibleForReplication: wanted } = Filter;
  const tasks = [...bucket.versions.values()]
    .flatMap(versions => (S3ReplicateObject ? versions.toReversed() : versions.slice(0, 1)))
    .filter(version => version.kind === 'object')
    .filter(object => passes(object, Filter))
    .filter(object => wanted === undefined || wanted === s3.replication.isEligible(bucket, object))
    .map(({ key, versionId }) => ({
      bucket: name,
      key,
      versionId: S3ReplicateObject ? versionId : undefined,
    }));
  if (tasks.length === 0) throw failed('Manifest generation found no keys matching the filter criteria.');
  return tasks;
}

const failed = (message: string): AwsError => new AwsError(400, 'ManifestGenerationFailed', message);

function passes(object: StoredObject, filter: JobManifestGeneratorFilter): boolean {
  const { key, content, lastModified, storageClass, replicationStatus = 'NONE' } = object;
  const { MatchAnyPrefix, MatchAnySuffix, MatchAnySubstring } = filter.KeyNameConstraint ?? {};
  const some = <T>(wanted: readonly T[] | undefined, holds: (one: T) => boolean): boolean =>
    wanted === undefined || wanted.some(holds);
  return (
    some(filter.ObjectReplicationStatuses, status => status === replicationStatus) &&
    some(MatchAnyPrefix, prefix => key.startsWith(prefix)) &&
    some(MatchAnySuffix, suffix => key.endsWith(suffix)) &&
    some(MatchAnySubstring, part => key.includes(part)) &&
    some(filter.MatchAnyStorageClass, wanted => wanted === storageClass) &&
    content.size > (filter.ObjectSizeGreaterThanBytes ?? -1) &&
    content.size < (filter.ObjectSizeLessThanBytes ?? Number.POSITIVE_INFINITY) &&
    lastModified > (filter.CreatedAfter ?? new Date(-1)) &&
    lastModified < (filter.CreatedBefore ?? new Date(8.64e15))
  );
}
