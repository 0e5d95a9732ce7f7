/** Worlds to stand in: accounts, roles and buckets as people set them up for a copy across accounts. */
import type { NewRole } from './iam/accounts.ts';
import type { AccessKey } from './iam/keys.ts';
import type { PolicyDocument } from './kinds.ts';
import type { Lab } from './lab.ts';
import type { BucketSettings } from './s3/index.ts';

/** One of the two accounts, with what stands in it. */
export interface Side {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  /** ARN of the role that the workflow assumes. */
  readonly role: string;
  /** A user who may do everything in the account. */
  readonly admin: AccessKey;
  setBucketPolicy(policy: PolicyDocument | undefined): void;
  /** Replaces what the role may do. */
  setRolePolicy(policy: PolicyDocument): void;
  setTrustPolicy(policy: PolicyDocument): void;
}

export interface TwoAccounts {
  readonly source: Side;
  readonly destination: Side;
}

export interface TwoAccountsOptions {
  /** Puts both accounts into one organization. */
  readonly organization?: string;
  readonly source?: Partial<BucketSettings>;
  readonly destination?: Partial<BucketSettings>;
  readonly maxSessionSeconds?: number;
  /** Both buckets keep versions, and both roles may do with them what carrying histories needs. */
  readonly versions?: boolean;
  /** Neither bucket has a policy, and neither role may do anything in the other's: nothing can be copied server-side. */
  readonly apart?: boolean;
}

const GITHUB_HOST = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';

const CONFIGURATION_READS = [
  's3:GetBucketVersioning',
  's3:GetBucketOwnershipControls',
  's3:GetEncryptionConfiguration',
  's3:GetBucketObjectLockConfiguration',
  's3:GetBucketRequestPayment',
  's3:GetBucketPolicy',
  's3:GetBucketAcl',
];
const OBJECT_READS = [
  's3:GetObject',
  's3:GetObjectTagging',
  's3:GetObjectRetention',
  's3:GetObjectLegalHold',
  's3:GetObjectAcl',
];
const OBJECT_WRITES = [
  's3:PutObject',
  's3:PutObjectTagging',
  's3:PutObjectRetention',
  's3:PutObjectLegalHold',
  's3:PutObjectAcl',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
];

/**
 * A source in eu-west-1 and a destination in eu-central-1, each with a role that trusts the lab's GitHub repository and
 * may do just what copying needs. The source bucket's policy lets the destination role read.
 */
export function twoAccounts(lab: Lab, options: TwoAccountsOptions = {}): TwoAccounts {
  const { maxSessionSeconds = 3600, apart = false, versions = false } = options;
  const keeping = versions ? ({ versioning: 'Enabled' } as const) : {};
  const from: BucketSettings = {
    name: 'octo-source',
    account: '111122223333',
    region: 'eu-west-1',
    ...keeping,
    ...options.source,
  };
  const to: BucketSettings = {
    name: 'octo-destination',
    account: '444455556666',
    region: 'eu-central-1',
    ...keeping,
    ...options.destination,
  };

  const scoped = versions ? ofVersions : (policy: PolicyDocument) => policy;
  const source = settle(lab, from, options.organization, {
    account: from.account,
    name: 's3-sync-source',
    trustPolicy: trustPolicy(from.account),
    policies: { sync: scoped(sourceRolePolicy(from.name)) },
    maxSessionSeconds,
  });
  const destination = settle(lab, to, options.organization, {
    account: to.account,
    name: 's3-sync-destination',
    trustPolicy: trustPolicy(to.account),
    policies: {
      sync: scoped(apart ? destinationAlonePolicy(to.name) : destinationRolePolicy(to.name, from.name)),
    },
    maxSessionSeconds,
  });
  if (!from.policy && !apart) source.setBucketPolicy(scoped(readableBy(destination.role, from.name)));
  return { source, destination };
}

function settle(lab: Lab, bucket: BucketSettings, organization: string | undefined, newRole: NewRole): Side {
  const { accounts } = lab.iam;
  accounts.add(bucket.account, organization);
  accounts.addOidcProvider(bucket.account, GITHUB_HOST, [AUDIENCE]);
  const { arn } = accounts.addRole(newRole);
  const everything = policy(allow('*', '*'));
  lab.s3.createBucket(bucket);
  return {
    account: bucket.account,
    region: bucket.region,
    bucket: bucket.name,
    role: arn,
    admin: accounts.addUser(bucket.account, 'admin', { AdministratorAccess: everything }),
    setBucketPolicy: replacement => {
      lab.s3.bucket(bucket.name).policy = replacement;
    },
    setRolePolicy: replacement => accounts.putPolicy(arn, 'sync', replacement),
    setTrustPolicy: replacement => accounts.setTrustPolicy(arn, replacement),
  };
}

/** Trusts any job of the repository, by its name and by its ids. */
export function trustPolicy(
  account: string,
  subjects = ['repo:octo-org/octo-repo:*', 'repo:octo-org@123456/octo-repo@456789:*'],
): PolicyDocument {
  return policy({
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${GITHUB_HOST}` },
    Condition: {
      StringEquals: { [`${GITHUB_HOST}:aud`]: AUDIENCE },
      StringLike: { [`${GITHUB_HOST}:sub`]: subjects },
    },
  });
}

/** What the source role needs: to list, read and look at the bucket's settings. */
export function sourceRolePolicy(bucket: string): PolicyDocument {
  return policy(
    allow(['s3:ListBucket', ...CONFIGURATION_READS], arnOf(bucket)),
    allow(OBJECT_READS, `${arnOf(bucket)}/*`),
  );
}

/** What the destination role needs: to write there, and to read at the source. */
export function destinationRolePolicy(bucket: string, source: string): PolicyDocument {
  return policy(
    ...writing(bucket),
    allow('s3:ListBucket', arnOf(source)),
    allow(OBJECT_READS, `${arnOf(source)}/*`),
  );
}

/** What the destination role needs where another identity reads the source. */
export function destinationAlonePolicy(bucket: string): PolicyDocument {
  return policy(...writing(bucket));
}

function writing(bucket: string): object[] {
  return [
    allow(['s3:ListBucket', 's3:ListBucketMultipartUploads', ...CONFIGURATION_READS], arnOf(bucket)),
    allow([...OBJECT_READS, ...OBJECT_WRITES], `${arnOf(bucket)}/*`),
  ];
}

/** The bucket policy that lets a role of another account list and read. */
export function readableBy(role: string, bucket: string): PolicyDocument {
  const Principal = { AWS: role };
  return policy(
    { ...allow('s3:ListBucket', arnOf(bucket)), Principal },
    { ...allow(OBJECT_READS, `${arnOf(bucket)}/*`), Principal },
  );
}

/** The same policy, with what it allows on objects allowed on their versions, too. */
export function ofVersions({ Statement, ...rest }: PolicyDocument): PolicyDocument {
  const statements = Statement as readonly { readonly Action: string | readonly string[] }[];
  return {
    ...rest,
    Statement: statements.map(statement => ({
      ...statement,
      Action: [statement.Action].flat().flatMap(action => [action, ...(VERSIONED[action] ?? [])]),
    })),
  };
}

const VERSIONED: Readonly<Record<string, readonly string[]>> = {
  's3:ListBucket': ['s3:ListBucketVersions'],
  's3:GetObject': ['s3:GetObjectVersion'],
  's3:GetObjectTagging': ['s3:GetObjectVersionTagging'],
  's3:GetObjectAcl': ['s3:GetObjectVersionAcl'],
};

export function arnOf(bucket: string): string {
  return `arn:aws:s3:::${bucket}`;
}

export function policy(...statements: object[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

/** The statements of a policy that others add theirs to. */
export function statementsOf(policy: PolicyDocument | undefined): object[] {
  return [policy?.Statement ?? []].flat() as object[];
}

export function allow(action: string | string[], resource: string): object {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

/** What lets a caller find out beforehand what a role is for, what it may do, and what the caller may. */
export function looking(role: string, caller: string): object[] {
  return [
    allow('iam:GetRole', role),
    ...[role, caller].map(principal => allow('iam:SimulatePrincipalPolicy', principal)),
  ];
}

/** The statement that lets somebody give a role to a service. */
export function passing(role: string, service: string): object {
  return {
    ...allow('iam:PassRole', role),
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  };
}
