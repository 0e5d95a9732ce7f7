/** The roles that S3 Replication and Batch Replication work with, and what their users need, as their guides have them. */

import { batchUserPolicy } from './batch-worlds.ts';
import { workBucketOf } from './datasync-worlds.ts';
import type { PolicyDocument } from './kinds.ts';
import type { Lab } from './lab.ts';
import { allow, arnOf, passing, policy, statementsOf, type TwoAccounts } from './worlds.ts';

/** Source: User Guide, setting-repl-config-perm-overview. */
const READS = [
  's3:GetObjectVersionForReplication',
  's3:GetObjectVersionAcl',
  's3:GetObjectVersionTagging',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
];
const WRITES = ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'];
const OWNER_OVERRIDE = 's3:ObjectOwnerOverrideToBucketOwner';

/**
 * Makes the role that S3 replicates with: in the source's account, trusting S3 alone, and let into the destination by the
 * bucket's policy. Both buckets must keep versions already. Returns the role's ARN.
 */
export function replicationRole(lab: Lab, { source, destination }: TwoAccounts): string {
  const { arn } = lab.iam.accounts.addRole({
    account: source.account,
    name: 's3-replication',
    trustPolicy: trusting('s3.amazonaws.com', source.account),
    policies: {
      source: policy(
        allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], arnOf(source.bucket)),
        allow(READS, `${arnOf(source.bucket)}/*`),
      ),
      destination: policy(allow([...WRITES, OWNER_OVERRIDE], `${arnOf(destination.bucket)}/*`)),
    },
  });
  const { arn: bucketArn, policy: before } = lab.s3.bucket(destination.bucket);
  const Principal = { AWS: arn };
  destination.setBucketPolicy(
    policy(
      ...statementsOf(before),
      { ...allow([...WRITES, OWNER_OVERRIDE], `${bucketArn}/*`), Principal },
      { ...allow(['s3:List*', 's3:GetBucketVersioning', 's3:PutBucketVersioning'], bucketArn), Principal },
    ),
  );
  return arn;
}

/**
 * Makes the role of jobs that replicate what exists. Their manifests and reports are in the bucket `work`. Returns its ARN.
 * Source: User Guide, s3-batch-replication-policies.
 */
export function batchReplicationRole(
  lab: Lab,
  { source }: TwoAccounts,
  work: string = source.bucket,
): string {
  const { arn } = lab.iam.accounts.addRole({
    account: source.account,
    name: 's3-batch-replication',
    trustPolicy: trusting('batchoperations.s3.amazonaws.com', source.account),
    policies: {
      source: policy(
        allow(['s3:GetReplicationConfiguration', 's3:PutInventoryConfiguration'], arnOf(source.bucket)),
        allow('s3:InitiateReplication', `${arnOf(source.bucket)}/*`),
      ),
      work: policy(allow(['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], `${arnOf(work)}/*`)),
    },
  });
  return arn;
}

/**
 * What whoever configures the replication of a bucket under a role needs.
 * Source: User Guide, setting-repl-config-perm-overview.
 */
export function replicationUserPolicy(role: string, bucket: string): PolicyDocument {
  return policy(
    allow(
      ['s3:PutReplicationConfiguration', 's3:GetReplicationConfiguration', 's3:GetBucketVersioning'],
      arnOf(bucket),
    ),
    passing(role, 's3.amazonaws.com'),
  );
}

/**
 * Makes all that a run with S3 Replication needs besides the two accounts: both roles, a bucket beside the source for
 * manifests and reports, and the source role's right to use them. Returns the ARNs of the roles.
 */
export function replicationWorld(lab: Lab, world: TwoAccounts): { role: string; jobRole: string } {
  const { source } = world;
  const name = workBucketOf(world);
  lab.s3.createBucket({ name, account: source.account, region: source.region });
  const role = replicationRole(lab, world);
  const jobRole = batchReplicationRole(lab, world, name);
  const files = ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'];
  lab.iam.accounts.putPolicy(
    source.role,
    'replication',
    policy(
      ...statementsOf(replicationUserPolicy(role, source.bucket)),
      ...statementsOf(batchUserPolicy(jobRole)),
      allow(
        [
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:GetBucketPolicy',
          's3:GetBucketObjectLockConfiguration',
        ],
        arnOf(name),
      ),
      allow(files, `${arnOf(name)}/*`),
    ),
  );
  return { role, jobRole };
}

const trusting = (Service: string, account: string): PolicyDocument =>
  policy({
    Effect: 'Allow',
    Principal: { Service },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': account } },
  });
