/**
 * The statements that whoever makes jobs and the role that S3 Batch Operations assumes need. (S3 User Guide, "Granting
 * permissions for Batch Operations".)
 */
import type { Statement } from '../aws/policies.ts';
import type { Side } from '../model/objects.ts';
import type { Ground, Place, Use } from './ground.ts';

/** Who assumes the roles of jobs. */
export const SERVICE = 'batchoperations.s3.amazonaws.com';

/** For whoever makes jobs: what is asked of S3 as such, and of a job. */
export function callerStatements({
  partition,
  region,
  account,
}: Pick<Ground, 'partition' | 'region' | 'account'>): [making: Statement, using: Statement] {
  const making = ['s3:CreateJob', 's3:ListJobs'];
  const using = ['s3:DescribeJob', 's3:UpdateJobStatus', 's3:PutJobTagging'];
  const jobs = `arn:${partition}:s3:${region}:${account}:job/*`;
  return [
    { Sid: 'S3SyncJobs', Effect: 'Allow', Action: making, Resource: '*' },
    { Sid: 'S3SyncJob', Effect: 'Allow', Action: using, Resource: jobs },
  ];
}

/** For whoever only looks whether a job is under way. */
export function listJobsStatement(): Statement {
  return { Sid: 'S3SyncJobs', Effect: 'Allow', Action: 's3:ListJobs', Resource: '*' };
}

const SIDS: Readonly<Record<Use, string>> = {
  source: 'S3SyncBatchReads',
  destination: 'S3SyncBatchWrites',
  work: 'S3SyncBatchReports',
};

/** What a job of any kind does where its manifest and its report lie. */
export const WORK_ACTIONS: readonly string[] = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'];

/**
 * What a job that copies does with the objects of each side. (S3 User Guide, "Copy objects across AWS accounts by using Batch
 * Operations"; S3 API, CopyObject.)
 *
 * @param acl an ACL is sent
 */
export function copyActions(tags: boolean, acl: boolean): Readonly<Record<Side, readonly string[]>> {
  return {
    source: ['s3:GetObject', ...(tags ? ['s3:GetObjectTagging'] : [])],
    destination: [
      's3:PutObject',
      ...(tags ? ['s3:PutObjectTagging'] : []),
      ...(acl ? ['s3:PutObjectAcl'] : []),
    ],
  };
}

/**
 * What a job that replicates does: the rest is S3's to do, under the role of the rule. (S3 User Guide, "Configuring an IAM
 * role for S3 Batch Replication".)
 */
export const REPLICATION_ACTIONS: Readonly<Record<Side, readonly string[]>> = {
  source: ['s3:InitiateReplication'],
  destination: [],
};

/** What the role needs of the key that the source's objects lie under. (S3 User Guide, "Copy objects".) */
export function decryptingStatement(key = '*'): Statement {
  return { Sid: 'S3SyncBatchDecrypts', Effect: 'Allow', Action: 'kms:Decrypt', Resource: key };
}

/** And of the one that the copies are put under: S3 reads back what it has encrypted in parts. */
export function encryptingStatement(key = '*'): Statement {
  const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
  return { Sid: 'S3SyncBatchEncrypts', Effect: 'Allow', Action: actions, Resource: key };
}

/** What the role needs in one of the three buckets. */
export function roleStatement(
  use: Use,
  ground: Readonly<Record<Use, Pick<Place, 'bucket' | 'prefix' | 'actions'>>> & Pick<Ground, 'partition'>,
): Statement {
  const { bucket, prefix, actions } = ground[use];
  return {
    Sid: SIDS[use],
    Effect: 'Allow',
    Action: actions,
    Resource: `arn:${ground.partition}:s3:::${bucket}/${prefix}*`,
  };
}
