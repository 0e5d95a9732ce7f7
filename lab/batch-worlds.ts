/** The role that S3 Batch Operations copies with, and what its users need, as its guide has them. */
import type { PolicyDocument } from './kinds.ts';
import type { Lab } from './lab.ts';
import { allow, arnOf, passing, policy, statementsOf, type TwoAccounts } from './worlds.ts';

/** Source: User Guide, specify-batchjob-manifest-xaccount-csv. */
const READS = [
  's3:GetObject',
  's3:GetObjectVersion',
  's3:GetObjectAcl',
  's3:GetObjectVersionAcl',
  's3:GetObjectTagging',
  's3:GetObjectVersionTagging',
];
const WRITES = [
  's3:PutObject',
  's3:PutObjectAcl',
  's3:PutObjectVersionAcl',
  's3:PutObjectTagging',
  's3:PutObjectVersionTagging',
];

/**
 * Makes the role in the destination's account, trusting the service alone, and lets it read the source by the bucket's
 * policy, beside whoever else may. Manifests and reports are in the bucket `work`. Returns the role's ARN.
 */
export function batchRole(
  lab: Lab,
  { source, destination }: TwoAccounts,
  work: string = destination.bucket,
): string {
  const { arn } = lab.iam.accounts.addRole({
    account: destination.account,
    name: 's3-batch',
    trustPolicy: policy({
      Effect: 'Allow',
      Principal: { Service: 'batchoperations.s3.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'aws:SourceAccount': destination.account } },
    }),
    policies: {
      source: policy(allow(READS, `${arnOf(source.bucket)}/*`)),
      destination: policy(allow([...READS, ...WRITES], `${arnOf(destination.bucket)}/*`)),
      work: policy(allow(['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], `${arnOf(work)}/*`)),
    },
  });
  const reading = { ...allow(READS, `${arnOf(source.bucket)}/*`), Principal: { AWS: arn } };
  const { policy: before } = lab.s3.bucket(source.bucket);
  source.setBucketPolicy(policy(...statementsOf(before), reading));
  return arn;
}

/** Where manifests and reports of jobs that copy lie. */
export function batchWorkBucketOf({ source }: TwoAccounts): string {
  return `${source.bucket}-work`;
}

/**
 * Makes all that a run with jobs that copy needs besides the two accounts: the role they work with, a bucket of the
 * destination's account and Region for manifests and reports, and the destination role's right to use both. Returns the ARN
 * of the role.
 */
export function batchWorld(lab: Lab, world: TwoAccounts): string {
  const { destination } = world;
  const name = batchWorkBucketOf(world);
  lab.s3.createBucket({ name, account: destination.account, region: destination.region });
  const role = batchRole(lab, world, name);
  const looks = allow(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], '*');
  const calls = policy(...statementsOf(batchCalls(role, name)), looks);
  lab.iam.accounts.putPolicy(destination.role, 'batch', calls);
  return role;
}

/** What the one who has jobs copy needs, with the bucket of manifests and reports. */
export function batchCalls(role: string, workBucket: string): PolicyDocument {
  const files = ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'];
  return policy(
    ...statementsOf(batchUserPolicy(role)),
    allow(
      [
        's3:ListBucket',
        's3:ListBucketMultipartUploads',
        's3:GetBucketObjectLockConfiguration',
        's3:GetBucketPolicy',
      ],
      arnOf(workBucket),
    ),
    allow(files, `${arnOf(workBucket)}/*`),
  );
}

const USES = [
  's3:DescribeJob',
  's3:UpdateJobPriority',
  's3:UpdateJobStatus',
  's3:GetJobTagging',
  's3:PutJobTagging',
];

/**
 * What whoever has jobs run under a role needs of S3 Control and IAM.
 * Source: User Guide, batch-ops-iam-role-policies.
 */
export function batchUserPolicy(role: string): PolicyDocument {
  return policy(
    allow(['s3:CreateJob', 's3:ListJobs'], '*'),
    allow(USES, 'arn:aws:s3:*:*:job/*'),
    passing(role, 'batchoperations.s3.amazonaws.com'),
  );
}
