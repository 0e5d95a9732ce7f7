/** The operation S3ReplicateObject: existing versions go where the bucket's rules send them. */
import { AwsError } from '../errors.ts';
import type { Access } from './access.ts';
import type { Job, Task, World } from './world.ts';

/**
 * Starts the replication of a version under the job's role; the work is done under the replication's. Throws the first
 * failure. Source: User Guide, s3-batch-replication-batch and s3-batch-replication-policies; codes are those of
 * replication-failure-codes.
 */
export function replicateWith(
  { s3 }: World,
  { account, region }: Job,
  access: Access,
): (task: Task) => Promise<void> {
  return async ({ bucket: name, key, versionId = '' }) => {
    await access.demand('s3:InitiateReplication', name, key);
    const bucket = s3.bucket(name);
    if (bucket.account !== account || bucket.region !== region)
      throw new AwsError(
        400,
        'SrcObjectNotEligible',
        'The job runs in another account or Region than its objects',
      );
    const version = bucket.version(key, versionId);
    if (version?.kind !== 'object')
      throw new AwsError(404, 'SrcVersionNotFound', 'The specified version does not exist.');
    const [failure] = await s3.replication.replicateExisting(bucket, version);
    if (failure) throw new AwsError(400, failure.code, failure.message);
  };
}
