/** What the policies of buckets say to a role, and what the trust policy of a role says to a service. */
import { accountOf } from './arn.ts';
import { type Certainty, every, not, some } from './certainty.ts';
import { type Effect, membersOf, type Opinion, opinionOf, textsOf } from './policy-opinion.ts';

/** Who asks, and whose the bucket is. */
export interface RoleAtBucket {
  /** ARN. */
  readonly role: string;
  /** 12-digit account that owns the bucket, where it is known. */
  readonly owner: string | undefined;
}

/**
 * What a bucket's policy says to a role of its own account or of another. Where it allows a whole account, the decision
 * is left to that account's own policies. Across accounts that is enough, because they must allow it as well; within
 * one account it allows nothing by itself.
 *
 * @param resource ARN, in which `*` stands for any part of a key
 */
export function bucketOpinion(
  policy: unknown,
  { role, owner }: RoleAtBucket,
  action: string,
  resource: string,
): Opinion {
  const account = accountOf(role);
  const context = {
    'aws:currenttime': new Date().toISOString(),
    'aws:securetransport': 'true',
    'aws:principalisawsservice': 'false',
    'aws:principalarn': role,
    'aws:principalaccount': account,
    ...(owner !== undefined && { 'aws:resourceaccount': owner, 's3:resourceaccount': owner }),
  };
  const names = (principal: unknown, effect: Effect) =>
    namesRole(principal, role, effect === 'Deny' || account !== owner);
  return opinionOf(policy, { names, action, resource, context });
}

/** @param asAccount whether naming its account is naming the role */
function namesRole(principal: unknown, role: string, asAccount: boolean): Certainty {
  if (principal === '*') return 'yes';
  const { AWS, CanonicalUser } = membersOf(principal);
  const account = accountOf(role);
  const [start, name] = [role.split('/')[0], role.split('/').at(-1)];
  const session = `${start?.replace(':iam:', ':sts:').replace(/:role$/, ':assumed-role')}/${name}/`;
  const named = textsOf(AWS).map((one): Certainty => {
    if (one === '*' || one === role) return 'yes';
    if (one === account || one === `${start?.replace(/:role$/, ':root')}`) return asAccount ? 'yes' : 'no';
    return one.startsWith(session) ? 'maybe' : 'no';
  });
  return some([...named, CanonicalUser === undefined ? 'no' : 'maybe']);
}

/** A service that is to assume a role for the role's own account. */
export interface ServiceAtRole {
  /** ARN. */
  readonly role: string;
  /** The service's principal, for example `datasync.amazonaws.com`. */
  readonly service: string;
  /** What the service says it acts for, in which `*` and `?` stand for what is not known yet. */
  readonly sourceArn?: string | undefined;
}

/** What a trust policy says to a service that wants to assume the role. */
export function trustOpinion(policy: unknown, { role, service, sourceArn }: ServiceAtRole): Opinion {
  const names = (principal: unknown, effect: Effect) => namesService(principal, service, effect);
  const context = {
    'aws:sourceaccount': accountOf(role),
    ...(sourceArn !== undefined && { 'aws:sourcearn': sourceArn }),
  };
  return opinionOf(policy, { names, action: 'sts:AssumeRole', resource: undefined, context });
}

/** A `*` that denies includes services. Whether a `*` that allows includes them is not documented. */
function namesService(principal: unknown, service: string, effect: Effect): Certainty {
  const everybody = effect === 'Deny' ? 'yes' : 'maybe';
  if (principal === '*') return everybody;
  const { AWS, Service } = membersOf(principal);
  return some([
    textsOf(Service).includes(service) ? 'yes' : 'no',
    textsOf(AWS).includes('*') ? 'maybe' : 'no',
  ]);
}

/** Allowed by it and not denied. */
export function verdictOf({ allowed, denied }: Opinion): Certainty {
  return every([allowed.certainty, not(denied.certainty)]);
}
