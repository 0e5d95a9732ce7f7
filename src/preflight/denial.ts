/**
 * Why somebody was denied, where S3 does not say: across accounts its whole answer is "Access Denied". Both policies that
 * must allow it are looked at as far as they can be seen, and what cannot be seen from here is named.
 * (S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors".)
 */
import { type Certainty, every } from '../aws/certainty.ts';
import { grantInBucketPolicy, grantOn, grantOwn, isStranger } from '../aws/grant.ts';
import { type Decision, Iam } from '../aws/iam.ts';
import type { Identity } from '../aws/identity.ts';
import type { Statement } from '../aws/policies.ts';
import { requestsOf } from '../aws/requests.ts';
import { bucketOpinion, verdictOf } from '../aws/role-opinions.ts';
import type { Fix } from '../model/checks.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { Network } from '../s3/network.ts';
import { bucketPolicyOf } from './bucket-grant.ts';
import { contextOf, outOfTheWay } from './role-permissions.ts';

export interface Denied {
  readonly identity: Identity;
  /** As its own side sees it: only the owner may read the policy. */
  readonly bucket: Bucket;
  /** What is to be allowed. */
  readonly statement: Statement;
  /** ARN of the object that was asked for. */
  readonly object: string;
  readonly network: Network;
  /** What S3 said of it. */
  readonly message: string;
}

export async function explainDenied(denied: Denied): Promise<Fix> {
  const { identity, bucket, statement, message } = denied;
  const { principal } = identity;
  const owned = { bucket: bucket.location.bucket, owner: bucket.owner };
  const both = grantOn(identity, owned, statement, message);
  if (principal === undefined || !isStranger(identity, owned) || /not authorized to/.test(message))
    return both;
  const [own, theirs] = await Promise.all([saidByOwn(denied, principal), saidByBucket(denied, principal)]);
  if (theirs === 'denied')
    return {
      todo: `The bucket policy of ${owned.bucket} (account ${owned.owner}) denies this to ${principal} outright, which nothing that allows it outweighs. Take out the statement with \`"Effect": "Deny"\` that says so, or exempt the role from it.`,
    };
  if (own !== 'yes' && own !== 'maybe' && own !== 'no') return { todo: outOfTheWay(own, identity) };
  if (own === 'yes' && theirs === 'yes')
    return {
      todo: `Neither the policy of ${principal} nor the bucket policy of ${owned.bucket} shows why. ${UNSEEN} Ask whoever looks after these.`,
    };
  // Advice goes only to a policy that does not certainly allow it already.
  const fix =
    theirs === 'yes'
      ? grantOwn(identity, statement)
      : own === 'yes'
        ? grantInBucketPolicy(principal, owned, statement)
        : both;
  const isCertain = own === 'no' || theirs === 'no';
  return isCertain ? fix : { ...fix, todo: `${fix.todo} If it is there already: ${UNSEEN}` };
}

const UNSEEN =
  'What cannot be seen from here may deny it: a service control policy (SCP) or resource control policy (RCP) of an organization, a permissions boundary, a session policy, or the policy of a VPC endpoint.';

/** What IAM says of the policies of the one who asks, where that one may ask about itself. */
async function saidByOwn(
  { identity, statement, object, network }: Denied,
  principal: string,
): Promise<Certainty | Exclude<Decision, 'allowed' | 'silent'>> {
  const { requestHandler, aborting, requests } = network;
  const iam = new Iam({ identity, requestHandler, aborting, count: name => requests.add(name) });
  const actions = requestsOf(statement).map(({ action }) => action);
  const tried = await iam.tryOut({ principal, actions, resource: object, context: contextOf(identity) });
  if (!tried.known || tried.value.some(({ open }) => open.length > 0)) return 'maybe';
  const decisions = tried.value.map(({ decision }) => decision);
  const refusal = decisions.find(one => one !== 'allowed' && one !== 'silent');
  return refusal ?? (decisions.includes('silent') ? 'no' : 'yes');
}

async function saidByBucket(
  { bucket, statement, object }: Denied,
  role: string,
): Promise<Certainty | 'denied'> {
  const policy = await bucketPolicyOf(bucket);
  if (!policy.known) return 'maybe';
  const { owner } = bucket;
  const said = requestsOf(statement).map(({ action }) =>
    bucketOpinion(policy.value, { role, owner }, action, object),
  );
  if (said.some(({ denied }) => denied.certainty === 'yes')) return 'denied';
  return every(said.map(verdictOf));
}
