/**
 * The statements that whoever calls DataSync and the role it assumes need. (DataSync User Guide, "Tutorial: Transferring
 * data between S3 buckets across accounts", "Providing DataSync access to S3 buckets", "Using service-linked roles".)
 */
import { accountOf, partitionOf } from '../aws/arn.ts';
import type { Statement } from '../aws/policies.ts';
import { bucketArnOf, type Ground, type Place } from './ground.ts';

/** Its principal. */
export const SERVICE = 'datasync.amazonaws.com';

export function callerStatement(): Statement {
  return {
    Sid: 'S3SyncDataSync',
    Effect: 'Allow',
    Action: [
      'datasync:CreateLocationS3',
      'datasync:DescribeLocationS3',
      'datasync:ListLocations',
      'datasync:DeleteLocation',
      'datasync:CreateTask',
      'datasync:DescribeTask',
      'datasync:ListTasks',
      'datasync:DeleteTask',
      'datasync:StartTaskExecution',
      'datasync:DescribeTaskExecution',
      'datasync:ListTaskExecutions',
      'datasync:CancelTaskExecution',
      'datasync:TagResource',
    ],
    Resource: '*',
  };
}

/** Enhanced mode logs under a role that the first task makes. (DataSync API, CreateTask, "TaskMode".) */
export function serviceLinkedRoleStatement(role: string): Statement {
  return {
    Sid: 'S3SyncServiceLinkedRole',
    Effect: 'Allow',
    Action: 'iam:CreateServiceLinkedRole',
    Resource: `arn:${partitionOf(role)}:iam::${accountOf(role)}:role/aws-service-role/${SERVICE}/AWSServiceRoleForDataSync`,
    Condition: { StringEquals: { 'iam:AWSServiceName': SERVICE } },
  };
}

/** For what DataSync says it acts when it assumes the role. */
export function sourceArnOf(role: string): string {
  return `arn:${partitionOf(role)}:datasync:*:${accountOf(role)}:*`;
}

/** What the role is given a bucket for. */
export type Use = 'source' | 'destination' | 'work';

const LOOKS = ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'];
const READS = [
  's3:GetObject',
  's3:GetObjectTagging',
  's3:GetObjectVersion',
  's3:GetObjectVersionTagging',
  's3:ListMultipartUploadParts',
];
const WRITES = ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload'];

const ACTIONS: Readonly<Record<Use, readonly string[]>> = {
  source: [...LOOKS, ...READS],
  destination: [...LOOKS, ...READS, ...WRITES],
  work: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:AbortMultipartUpload'],
};

/**
 * What of it nothing goes without. The rest is for what may not happen: objects by version, parts left over, objects to
 * replace.
 *
 * @param tags the task keeps them
 */
export function indispensable(use: Use, tags: boolean): readonly string[] {
  const spared = tags ? SPARED : [...SPARED, 's3:GetObjectTagging', 's3:PutObjectTagging'];
  return ACTIONS[use].filter(action => !spared.includes(action));
}

const SPARED = [
  's3:GetObjectVersion',
  's3:GetObjectVersionTagging',
  's3:ListMultipartUploadParts',
  's3:AbortMultipartUpload',
  's3:DeleteObject',
];

const SIDS: Readonly<Record<Use, string>> = {
  source: 'S3SyncDataSyncReads',
  destination: 'S3SyncDataSyncWrites',
  work: 'S3SyncDataSyncReports',
};

/** The three buckets, as far as statements name them. */
type Buckets = Readonly<Record<Use, Pick<Place, 'bucket' | 'folder'>>> & Pick<Ground, 'partition'>;

/** What the role needs in one of the three buckets. */
export function roleStatement(use: Use, ground: Buckets): Statement {
  const arn = bucketArnOf(ground[use], ground);
  const objects = `${arn}/${ground[use].folder}*`;
  return {
    Sid: SIDS[use],
    Effect: 'Allow',
    Action: ACTIONS[use],
    Resource: use === 'work' ? objects : [arn, objects],
  };
}
