/** May this caller do this? The simulator decides; this remembers what it decided, and words the denials as AWS does. */
import type { RequestAnalysis } from '@cloud-copilot/iam-simulate';
import type { Authorize, Caller, PolicyDocument, Question, Verdict } from '../kinds.ts';
import type { Accounts } from './accounts.ts';
import { type PolicyShape, resourceType, shapeOf } from './policy-shape.ts';
import type { Sessions } from './sessions.ts';
import { simulate } from './simulate.ts';

/** The end of AWS's sentence about a denial, `undefined` when there is nothing to deny. */
type Denial = string | undefined;

interface Policies {
  readonly identity: readonly PolicyShape[];
  readonly session: PolicyShape | undefined;
  readonly resource: PolicyShape | undefined;
}

const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
};

// A bound on memory only; what is forgotten is worked out again.
const REMEMBERED = 100_000;

/** Judges by identity, session and resource policies, across accounts. */
export function createAuthorize(accounts: Accounts, sessions: Sessions, now: () => Date): Authorize {
  const denials = new Map<string, Denial>();

  return async question => {
    const policies = policiesFor(question, accounts, sessions);
    const context = contextFor(question, policies, accounts, sessions, now);
    const key = memoKey(question, policies, context);
    if (!denials.has(key)) {
      if (denials.size >= REMEMBERED) denials.clear();
      denials.set(key, await judge(question, policies, context));
    }
    const denial = denials.get(key);
    return denial === undefined ? { allowed: true } : refuse(question, denial, accounts);
  };
}

async function judge(
  question: Question,
  { identity, session, resource }: Policies,
  context: Record<string, string | string[]>,
): Promise<Denial> {
  const analysis = await simulate({
    principal: question.caller?.arn,
    action: question.action,
    resource: question.resource,
    resourceAccount: question.resourceAccount,
    identityPolicies: identity.map(shape => shape.document),
    sessionPolicy: session?.document,
    resourcePolicy: resource?.document,
    context,
  });
  return analysis.result === 'Allowed' ? undefined : reasonOf(analysis, question.action);
}

/**
 * Of several denials AWS names one; explicit ones come first.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function reasonOf(analysis: RequestAnalysis, action: string): string {
  const results = [
    ['an identity-based policy', 'identity-based', analysis.identityAnalysis?.result],
    ['a resource-based policy', 'resource-based', analysis.resourceAnalysis?.result],
    ['a session policy', 'session', analysis.sessionAnalysis?.result],
  ] as const;
  for (const [policy, , result] of results) {
    if (result === 'ExplicitlyDenied' || result === 'DeniedForAccount')
      return `with an explicit deny in ${policy}`;
  }
  const missing =
    results.find(([, type, result]) => type !== 'resource-based' && result === 'ImplicitlyDenied')?.[1] ??
    'resource-based';
  return `because no ${missing} policy allows the ${action} action`;
}

/** Only callers of the same account or organization are told more than that they are denied. */
function refuse(
  { caller, action, resource, resourceAccount }: Question,
  denial: string,
  accounts: Accounts,
): Verdict {
  const organization = accounts.organizationOf(resourceAccount);
  const related =
    caller?.account === resourceAccount ||
    (caller !== undefined &&
      organization !== undefined &&
      organization === accounts.organizationOf(caller.account));
  if (!caller || !related) return { allowed: false, why: 'Access Denied' };
  return {
    allowed: false,
    why: `User: ${caller.arn} is not authorized to perform: ${action} on resource: "${resource}" ${denial}`,
  };
}

function policiesFor({ caller, resourcePolicy }: Question, accounts: Accounts, sessions: Sessions): Policies {
  const session = caller && sessions.key(caller.accessKeyId)?.policy;
  return {
    identity: caller ? identityPolicies(caller, accounts).map(shapeOf) : [],
    session: session && shapeOf(session),
    resource: resourcePolicy && shapeOf(resourcePolicy),
  };
}

function identityPolicies({ principal }: Caller, accounts: Accounts): readonly PolicyDocument[] {
  return principal.endsWith(':root') ? [EVERYTHING] : [...accounts.policiesOf(principal).values()];
}

/**
 * The condition keys that the policies name, with their values for this request. The lab plays an endpoint behind TLS,
 * so aws:SecureTransport is true.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
function contextFor(
  { caller, action, resourceAccount, context = {} }: Question,
  policies: Policies,
  accounts: Accounts,
  sessions: Sessions,
  now: () => Date,
): Record<string, string | string[]> {
  const shapes = [...policies.identity, policies.session, policies.resource];
  const known: Record<string, string | string[] | undefined> = {
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': 'false',
    'aws:CurrentTime': now().toISOString(),
    'aws:ResourceAccount': resourceAccount,
    // Source: Service Authorization Reference, list_amazons3, where every action on a bucket or an object has it.
    's3:ResourceAccount': action.startsWith('s3:') ? resourceAccount : undefined,
    'aws:ResourceOrgID': accounts.organizationOf(resourceAccount),
    'aws:PrincipalType': principalType(caller),
    'aws:PrincipalArn': caller?.principal,
    'aws:PrincipalAccount': caller?.account,
    'aws:PrincipalOrgID': caller && accounts.organizationOf(caller.account),
    'aws:userid': caller?.userId,
    'aws:username': caller?.arn.match(/:user\/(.*)/)?.[1],
    'aws:TokenIssueTime': caller && sessions.key(caller.accessKeyId)?.issued.toISOString(),
    ...context,
  };
  const relevant: Record<string, string | string[]> = {};
  for (const [key, value] of Object.entries(known)) {
    if (value !== undefined && shapes.some(shape => shape?.mentions(key))) relevant[key] = value;
  }
  return relevant;
}

function principalType(caller: Caller | undefined): string {
  if (!caller) return 'Anonymous';
  if (caller.principal.endsWith(':root')) return 'Account';
  return caller.principal.includes(':role/') ? 'AssumedRole' : 'User';
}

/** Everything the verdict depends on, and of the resource only what the policies can tell apart. */
function memoKey(
  { caller, action, resource, resourceAccount }: Question,
  { identity, session, resource: resourceShape }: Policies,
  context: Record<string, string | string[]>,
): string {
  const shapes = [...identity, session, resourceShape];
  return JSON.stringify([
    caller?.arn,
    action,
    resourceAccount,
    shapes.map(shape => shape?.id),
    resourceType(resource),
    shapes.map(shape => shape?.place(resource)),
    context,
  ]);
}
