/** The role that S3 Batch Operations copies with, as its guide has it. */
import type { PolicyDocument } from './kinds.ts';
import type { Lab } from './lab.ts';
import type { TwoAccounts } from './worlds.ts';

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
 * policy, beside whoever else may. Manifests and reports go to the destination bucket. Returns the role's ARN.
 */
export function batchRole(lab: Lab, { source, destination }: TwoAccounts): string {
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
      source: policy(allow(READS, source.bucket)),
      destination: policy(allow([...READS, ...WRITES], destination.bucket)),
    },
  });
  const bucket = lab.s3.bucket(source.bucket);
  bucket.policy = policy(...[bucket.policy?.Statement ?? []].flat(), {
    ...allow(READS, source.bucket),
    Principal: { AWS: arn },
  });
  return arn;
}

const policy = (...statements: readonly unknown[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

const allow = (actions: readonly string[], bucket: string): object => ({
  Effect: 'Allow',
  Action: actions,
  Resource: `arn:aws:s3:::${bucket}/*`,
});
