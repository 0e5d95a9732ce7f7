/**
 * What the policy of a bucket says to a role that a service of AWS works under. Nobody can try it out: the session is the
 * service's, and AWS simulates no bucket policy for a role. So it is read, and where reading does not settle it, it is unknown.
 */
import { accountOf } from '../aws/arn.ts';
import { grantInBucketPolicy } from '../aws/grant.ts';
import { bucketPolicyStatement, type Statement } from '../aws/policies.ts';
import { type Reading, read } from '../aws/reading.ts';
import { requestsOf } from '../aws/requests.ts';
import { bucketOpinion } from '../aws/role-opinions.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Bucket } from '../s3/bucket.ts';
import { readPolicy } from '../s3/policy.ts';
import { grant } from './scene.ts';

export interface BucketGrant {
  /** Name of the check, for example `source-bucket-policy`. */
  readonly check: string;
  /** As its own side sees it: only the owner may read the policy. */
  readonly bucket: Bucket;
  /** ARN. */
  readonly role: string;
  /** What the role needs of the bucket: concrete actions, `*` only at the end of a resource. */
  readonly statement: Statement;
  /** The actions of it that nothing goes without; all where there are none given. */
  readonly must?: readonly string[];
}

/** The bucket's policy, parsed; `undefined` where it has none. */
export function bucketPolicyOf(bucket: Bucket): Promise<Reading<unknown>> {
  return read<unknown>(async () => {
    const policy = await readPolicy(bucket);
    return policy && JSON.parse(policy);
  }, {});
}

/**
 * A role of another account needs a grant in the bucket's policy, beside the one in its own. For a role of the bucket's
 * account it is enough that the policy denies nothing.
 */
export async function checkBucketGrant({
  check,
  bucket,
  role,
  statement,
  must,
}: BucketGrant): Promise<CheckResult> {
  const policy = await bucketPolicyOf(bucket);
  const { location, identity, owner } = bucket;
  const name = location.bucket;
  if (!policy.known) {
    const seen = `What the policy of ${name} says to ${role} is not known: it was not read (${policy.why}).`;
    if (!policy.denied) return { check, verdict: 'unknown', seen };
    const look = bucketPolicyStatement(location, identity.partition);
    return { check, verdict: 'unknown', seen, fix: grant(identity, bucket, look, '') };
  }

  const said = requestsOf(statement, must).map(({ action, resource }) => ({
    action,
    ...bucketOpinion(policy.value, { role, owner }, action, resource),
  }));
  const denied = said.filter(one => one.denied.certainty === 'yes');
  if (denied.length > 0) {
    const seen = `The policy of ${name} denies ${role} ${actionsOf(denied)}.`;
    const todo = `Take ${role} out of what the policy of ${name} denies.`;
    return { check, verdict: 'fail', seen, fix: { todo } };
  }
  const isOwn = accountOf(role) === owner;
  const missing = isOwn ? [] : said.filter(one => one.allowed.certainty === 'no');
  if (missing.length > 0 && owner !== undefined) {
    const why = because(missing.flatMap(one => one.allowed.because));
    const seen = `The policy of ${name} does not allow ${role}, which is of another account, ${actionsOf(missing)}${why}.`;
    const fix = grantInBucketPolicy(role, { bucket: name, owner }, statement);
    return { check, verdict: 'fail', seen, fix };
  }
  const open = said.filter(
    one => one.denied.certainty !== 'no' || !(isOwn || one.allowed.certainty === 'yes'),
  );
  if (open.length > 0) {
    const why = because(open.flatMap(one => [...one.allowed.because, ...one.denied.because]));
    const seen = `Whether the policy of ${name} lets ${role} use ${actionsOf(open)} is not known here${why}.`;
    return { check, verdict: 'unknown', seen };
  }
  const seen = isOwn
    ? `The policy of ${name} denies ${role} nothing that it needs there.`
    : `The policy of ${name} allows ${role} what it needs there.`;
  return { check, verdict: 'pass', seen };
}

function actionsOf(said: readonly { readonly action: string }[]): string {
  return [...new Set(said.map(({ action }) => action))].join(', ');
}

function because(reasons: readonly string[]): string {
  return reasons.length === 0 ? '' : ` (it depends on ${[...new Set(reasons)].join(', ')})`;
}
