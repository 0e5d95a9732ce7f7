/** The role that DataSync copies with, and what its users need, as its guide has them. */
import type { Lab } from './lab.ts';
import { allow, arnOf, looking, passing, policy, type TwoAccounts } from './worlds.ts';

/** What DataSync's role needs in a bucket. Source: DataSync User Guide, create-s3-location. */
const BUCKET = ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'];
const READS = [
  's3:GetObject',
  's3:GetObjectTagging',
  's3:GetObjectVersion',
  's3:GetObjectVersionTagging',
  's3:ListMultipartUploadParts',
];
const WRITES = ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload'];

/** Where DataSync's manifests and reports lie. */
export function workBucketOf({ source }: TwoAccounts): string {
  return `${source.bucket}-work`;
}

/**
 * Makes all that a run with DataSync needs besides the two accounts: the role it copies with, a bucket of the source's
 * account in the destination's Region for manifests and reports, and the source role's right to use and look at both.
 * Returns the ARN of the role.
 */
export function dataSyncWorld(lab: Lab, world: TwoAccounts): string {
  const { source, destination } = world;
  const role = dataSyncRole(lab, world);
  const name = workBucketOf(world);
  lab.s3.createBucket({ name, account: source.account, region: destination.region });
  const { accounts } = lab.iam;
  const work = ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject', 's3:AbortMultipartUpload'];
  accounts.putPolicy(role, 'work', policy(allow(work, `${arnOf(name)}/*`)));
  accounts.putPolicy(source.role, 'datasync', policy(...dataSyncCalls(role, name)));
  accounts.putPolicy(source.role, 'look', policy(...looking(role, source.role)));
  return role;
}

/** What the one who has DataSync copy needs. Source: DataSync User Guide, tutorial_s3-s3-cross-account-transfer. */
export function dataSyncCalls(role: string, workBucket: string): object[] {
  const work = [
    's3:ListBucket',
    's3:ListBucketMultipartUploads',
    's3:GetObject',
    's3:PutObject',
    's3:AbortMultipartUpload',
    's3:DeleteObject',
  ];
  return [
    allow('datasync:*', '*'),
    passing(role, 'datasync.amazonaws.com'),
    allow('iam:CreateServiceLinkedRole', '*'),
    { Effect: 'Allow', Action: work, Resource: [arnOf(workBucket), `${arnOf(workBucket)}/*`] },
  ];
}

/**
 * Makes the role that DataSync copies with, as its guide has it: in the source's account, trusting the service alone,
 * and let into the destination by the bucket's policy. Returns its ARN.
 */
export function dataSyncRole(lab: Lab, { source, destination }: TwoAccounts): string {
  const { arn } = lab.iam.accounts.addRole({
    account: source.account,
    name: 'datasync',
    trustPolicy: policy({
      Effect: 'Allow',
      Principal: { Service: 'datasync.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': source.account },
        ArnLike: { 'aws:SourceArn': `arn:aws:datasync:*:${source.account}:*` },
      },
    }),
    policies: {
      source: policy(allow(BUCKET, arnOf(source.bucket)), allow(READS, `${arnOf(source.bucket)}/*`)),
      destination: policy(...writing(destination.bucket)),
    },
  });
  const Principal = { AWS: arn };
  destination.setBucketPolicy(
    policy(...writing(destination.bucket).map(statement => ({ ...statement, Principal }))),
  );
  return arn;
}

function writing(bucket: string): object[] {
  return [allow(BUCKET, arnOf(bucket)), allow([...READS, ...WRITES], `${arnOf(bucket)}/*`)];
}
