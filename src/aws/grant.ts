/**
 * What to add after somebody was denied on a bucket. Across accounts both the bucket policy and the principal's own policy
 * must allow; S3 says which one did not only within one account or organization (S3 User Guide, "Troubleshoot access
 * denied (403 Forbidden) errors").
 */
import type { Fix } from '../model/checks.ts';
import { accountOf } from './arn.ts';
import { asPolicy, forPrincipal, type Statement, serviceTrustStatement } from './policies.ts';
import type { ServiceAtRole } from './role-opinions.ts';

/** Who is to be allowed something. */
export interface Grantee {
  /** The ARN that policies name; `undefined` when nobody knows who it is. */
  readonly principal: string | undefined;
  readonly account: string | undefined;
}

/** A bucket and the account that owns it, where that is known. */
export interface Owned {
  readonly bucket: string;
  readonly owner: string | undefined;
}

/** Whether the one who acts belongs to another account than the bucket. */
export function isStranger({ account }: Pick<Grantee, 'account'>, { owner }: Pick<Owned, 'owner'>): boolean {
  return account !== undefined && owner !== undefined && account !== owner;
}

/** @param message what the service said of the denial */
export function grantOn(grantee: Grantee, owned: Owned, statement: Statement, message: string): Fix {
  const denied = explicitDenial(message);
  if (denied !== undefined) return denied;
  if (grantee.principal === undefined) {
    return { todo: `Allow the identity in use to use ${owned.bucket}.`, paste: pretty(statement) };
  }
  if (/no identity-based policy allows/.test(message) || !isStranger(grantee, owned)) {
    return grantOwn(grantee, statement);
  }
  const inBucketPolicy = grantInBucketPolicy(grantee.principal, owned, statement);
  if (/no resource-based policy allows/.test(message)) return inBucketPolicy;
  const more = `The policy of ${grantee.principal} (account ${grantee.account}) needs the same statement without \`Principal\`.`;
  const { grants: own = [] } = grantOwn(grantee, statement);
  const grants = [...(inBucketPolicy.grants ?? []), ...own];
  return { ...inBucketPolicy, todo: `${inBucketPolicy.todo} ${more}`, grants };
}

/**
 * What to do where a policy denies explicitly, which no statement that allows can outweigh; `undefined` where the
 * message speaks of no such policy. (IAM User Guide, "Troubleshoot access denied error messages".)
 *
 * @param message what the service said of the denial
 */
export function explicitDenial(message: string): Fix | undefined {
  const [, kind] =
    /with an explicit deny in an? ([\w -]*?(?:policy|permissions boundary))/i.exec(message) ?? [];
  if (kind === undefined) return undefined;
  const where = DENYING.find(([name]) => kind.toLowerCase().includes(name))?.[1] ?? 'Find it';
  return {
    todo: `${/^[aeiou]/i.test(kind) ? 'An' : 'A'} ${kind} denies this outright, which nothing that allows it outweighs. ${where}, and take out the statement with \`"Effect": "Deny"\` that says so, or exempt this role and bucket from it.`,
  };
}

/** Where policies of each kind are found. */
const DENYING: readonly (readonly [kind: string, where: string])[] = [
  [
    'service control policy',
    'Look in AWS Organizations, in the management account, at the policies of the account and of the units above it',
  ],
  [
    'resource control policy',
    'Look in AWS Organizations, in the management account, at the policies of the account that owns the resource',
  ],
  ['resource-based policy', 'Look at the policy of the bucket or key that was asked for'],
  ['permissions boundary', 'Look at the boundary of the role'],
  ['session policy', 'Look at what the session was made with'],
  ['vpc endpoint policy', 'Look at the policy of the VPC endpoint that the runner goes through'],
  ['identity-based policy', 'Look at the policies of the role'],
];

/** The same where only the bucket's policy is at fault. */
export function grantInBucketPolicy(principal: string, { bucket, owner }: Owned, statement: Statement): Fix {
  const named = forPrincipal(statement, principal);
  return {
    todo: `Add this statement to the bucket policy of ${bucket} (account ${owner}).`,
    paste: pretty(named),
    grants: [{ policy: 'bucket', of: bucket, account: owner, statements: [named] }],
  };
}

/** The same where only the principal's own policy counts. */
export function grantOwn({ principal, account }: Grantee, ...statements: readonly Statement[]): Fix {
  const whose = principal === undefined ? 'the identity in use' : `${principal} (account ${account})`;
  const [statement, ...more] = statements;
  const told =
    statement !== undefined && more.length === 0
      ? { todo: `Add this statement to the policy of ${whose}.`, paste: pretty(statement) }
      : { todo: `Add these statements to the policy of ${whose}.`, paste: asPolicy(...statements) };
  return {
    ...told,
    ...(principal !== undefined && { grants: [{ policy: 'identity', of: principal, account, statements }] }),
  };
}

/** What lets a service assume a role. What the trust policy says of others stays: they may need it. */
export function grantTrust({ role, service, sourceArn }: ServiceAtRole): Fix {
  const account = accountOf(role);
  const statement = serviceTrustStatement(role, service, sourceArn);
  return {
    todo: `Add this statement to the trust policy of ${role} (account ${account}).`,
    paste: pretty(statement),
    grants: [{ policy: 'trust', of: role, account, statements: [statement] }],
  };
}

/**
 * What lets somebody use a KMS key. As a rule the policy of the key leaves the decision to the IAM policies of its own
 * account, and names whoever else may use it; the policies of those must allow it as well. (KMS Developer Guide,
 * "Allowing users in other accounts to use a KMS key".)
 *
 * @param key ARN
 * @param statement makes the statement for a key
 * @param message what the service said of the denial
 */
export function grantKey(
  grantee: Grantee,
  key: string,
  statement: (key?: string) => Statement,
  message: string,
): Fix {
  const { principal, account } = grantee;
  const denied = explicitDenial(message);
  if (denied !== undefined) return denied;
  const own = grantOwn(grantee, statement(key));
  const isForeign = isStranger(grantee, { owner: accountOf(key) });
  const isKeys = /no resource-based policy allows/.test(message);
  const isOwn = /no identity-based policy allows/.test(message) || (!isForeign && !isKeys);
  if (principal === undefined || isOwn) return own;
  const named = forPrincipal(statement(), principal);
  const ofKey = accountOf(key);
  const inKeyPolicy: Fix & Required<Pick<Fix, 'grants'>> = {
    todo: `Add this statement to the policy of the key ${key} (account ${ofKey}).`,
    paste: pretty(named),
    grants: [{ policy: 'key', of: key, account: ofKey, statements: [named] }],
  };
  if (isKeys) return inKeyPolicy;
  return {
    ...inKeyPolicy,
    todo: `${inKeyPolicy.todo} The policy of ${principal} (account ${account}) needs the same statement without \`Principal\`, with the ARN of the key for its \`Resource\`.`,
    grants: [...inKeyPolicy.grants, ...(own.grants ?? [])],
  };
}

/** ARN of the key of KMS that a message is about; `undefined` where it names none. */
export function keyIn(message: string): string | undefined {
  return /arn:[^:\s]*:kms:[^:\s]*:\d*:key\/[\w-]+/.exec(message)?.[0];
}

function pretty(statement: Statement): string {
  return JSON.stringify(statement, null, 2);
}
