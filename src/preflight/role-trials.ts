/**
 * Statements tried out on the policies of a role or of the caller: IAM evaluates those, and within one account the policy of
 * a bucket may allow what they do not. (IAM User Guide, "Policy evaluation logic".)
 */
import { accountOf, partitionOf, regionOf } from '../aws/arn.ts';
import type { Decision, Iam, Tried } from '../aws/iam.ts';
import { type Statement, viaS3 } from '../aws/policies.ts';
import type { Reading } from '../aws/reading.ts';
import { requestsOf } from '../aws/requests.ts';
import { bucketOpinion, verdictOf } from '../aws/role-opinions.ts';
import type { Bucket } from '../s3/bucket.ts';
import { bucketPolicyOf } from './bucket-grant.ts';
import { PROBE_KEY } from './probe-key.ts';

/** A statement that somebody's own policies must hold, in effect. */
export interface Need {
  /** With concrete actions, and `*` only at the end of a resource, or alone for actions that know no resources. */
  readonly statement: Statement;
  /** The bucket that it is about, as its own side sees it. Within one account its policy may allow it as well. */
  readonly bucket?: Bucket;
  /** The actions of it that nothing goes without; all where there are none given. */
  readonly must?: readonly string[];
}

export interface Trying {
  readonly iam: Iam;
  /** ARN of the role or user whose policies are looked at. */
  readonly principal: string;
  /** Values of condition keys of the requests to come. */
  readonly context: Readonly<Record<string, string>>;
}

/** What came of one action on one resource. */
export interface Finding {
  readonly action: string;
  readonly resource: string;
  readonly statement: Statement;
  /** `open`: it depends on what is not known here. */
  readonly result: Decision | 'open';
  /** What it depends on. */
  readonly because: readonly string[];
  /** The principal's own policies do not speak of it. */
  readonly silent: boolean;
}

/** @returns why IAM could not be asked, where it could not */
export async function tryNeeds(needs: readonly Need[], trying: Trying): Promise<Reading<Finding[]>> {
  const readings = (await Promise.all(needs.map(need => tryNeed(need, trying)))).flat();
  const findings: Finding[] = [];
  for (const reading of readings) {
    if (!reading.known) return reading;
    findings.push(...reading.value);
  }
  return { known: true, value: findings };
}

/** One question to IAM for each resource, about all that is to be done to it. */
function tryNeed(need: Need, { iam, principal, context }: Trying): Promise<Reading<Finding[]>[]> {
  const { statement, must } = need;
  const requests = requestsOf(statement, must);
  const byResource = Map.groupBy(requests, ({ resource }) => resource);
  const owner = need.bucket?.owner;
  return Promise.all(
    [...byResource].map(async ([resource, some]) => {
      const region = isKey(resource) ? regionOf(resource) : need.bucket?.region;
      const reading = await iam.tryOut({
        principal,
        actions: some.map(({ action }) => action),
        resource: concrete(resource),
        context: {
          ...context,
          ...(owner !== undefined && { 'aws:ResourceAccount': owner, 's3:ResourceAccount': owner }),
          // Asked for also where a key is not what is tried: IAM asks for the keys of all statements of a policy.
          ...(region !== undefined && { 'kms:ViaService': viaS3(region, partitionOf(resource)) }),
        },
      });
      if (!reading.known) return reading;
      return { known: true, value: await judge(reading.value, resource, need, principal) };
    }),
  );
}

/** An object or a job that nobody has yet, where any is meant. */
function concrete(resource: string): string {
  return resource === '*' ? resource : resource.replace(/\*$/, PROBE_KEY);
}

async function judge(
  tried: readonly Tried[],
  resource: string,
  { statement, bucket }: Need,
  principal: string,
): Promise<Finding[]> {
  const lacks = tried.some(({ decision, open }) => decision === 'silent' && open.length === 0);
  const elsewhere =
    lacks && bucket !== undefined && bucket.owner === accountOf(principal)
      ? await bucketPolicyOf(bucket)
      : undefined;
  return tried.map((one): Finding => {
    const { action, open, decision } = one;
    const silent = decision === 'silent' && open.length === 0;
    const finding = { action, resource: one.resource, statement, silent };
    if (open.length > 0) return { ...finding, result: 'open', because: open };
    if (silent && isKeyOf(principal, resource))
      return { ...finding, result: 'open', because: ['the policy of the key'] };
    if (!silent || elsewhere === undefined) return { ...finding, result: decision, because: [] };
    return { ...finding, ...byBucket(elsewhere, action, resource, principal, bucket) };
  });
}

/** Within one account the policy of a key may allow what those of a role do not. (KMS Developer Guide, "Key policies".) */
function isKeyOf(principal: string, resource: string): boolean {
  return isKey(resource) && accountOf(resource) === accountOf(principal);
}

function isKey(resource: string): boolean {
  return /^arn:[^:]*:kms:/.test(resource);
}

/** What the policy of a bucket of the same account makes of what the principal's own do not allow. */
function byBucket(
  policy: Reading<unknown>,
  action: string,
  resource: string,
  role: string,
  bucket: Bucket | undefined,
): Pick<Finding, 'result' | 'because'> {
  const whose = `the policy of ${bucket?.location.bucket}`;
  if (!policy.known) return { result: 'open', because: [`${whose} (${policy.why})`] };
  const opinion = bucketOpinion(policy.value, { role, owner: bucket?.owner }, action, resource);
  switch (verdictOf(opinion)) {
    case 'yes':
      return { result: 'allowed', because: [] };
    case 'no':
      return { result: 'silent', because: [] };
    default:
      return { result: 'open', because: [whose] };
  }
}
