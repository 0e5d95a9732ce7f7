/**
 * The statements that whoever makes jobs and the role that S3 Batch Operations assumes need. (S3 User Guide, "Granting
 * permissions for Batch Operations".)
 */
import type { Statement } from '../aws/policies.ts';
import type { Ground, Use } from './ground.ts';

/** Who assumes the roles of jobs. */
export const SERVICE = 'batchoperations.s3.amazonaws.com';

/** For whoever makes jobs: what is asked of S3 as such, and of a job. */
export function callerStatements({
  partition,
  region,
  account,
}: Ground): [making: Statement, using: Statement] {
  const making = ['s3:CreateJob', 's3:ListJobs'];
  const using = ['s3:DescribeJob', 's3:UpdateJobStatus', 's3:PutJobTagging'];
  const jobs = `arn:${partition}:s3:${region}:${account}:job/*`;
  return [
    { Sid: 'S3SyncJobs', Effect: 'Allow', Action: making, Resource: '*' },
    { Sid: 'S3SyncJob', Effect: 'Allow', Action: using, Resource: jobs },
  ];
}

const SIDS: Readonly<Record<Use, string>> = {
  source: 'S3SyncBatchReads',
  destination: 'S3SyncBatchWrites',
  work: 'S3SyncBatchReports',
};

/** What a job of any kind does where its manifest and its report lie. */
export const WORK_ACTIONS: readonly string[] = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'];

/** What the role needs of the key that the source's objects lie under. (S3 User Guide, "Copy objects".) */
export function decryptingStatement(key: string): Statement {
  return { Sid: 'S3SyncBatchDecrypts', Effect: 'Allow', Action: 'kms:Decrypt', Resource: key };
}

/** And of the one that the copies are put under: S3 reads back what it has encrypted in parts. */
export function encryptingStatement(key: string): Statement {
  const actions = ['kms:GenerateDataKey', 'kms:Decrypt'];
  return { Sid: 'S3SyncBatchEncrypts', Effect: 'Allow', Action: actions, Resource: key };
}

/** What the role needs in one of the three buckets. */
export function roleStatement(use: Use, ground: Ground): Statement {
  const { bucket, prefix, actions } = ground[use];
  return {
    Sid: SIDS[use],
    Effect: 'Allow',
    Action: actions,
    Resource: `arn:${ground.partition}:s3:::${bucket}/${prefix}*`,
  };
}
