/** What the policies of a role or of the caller allow, told: what is missing by name, and what to add. */
import { type Grantee, grantOwn } from '../aws/grant.ts';
import type { Decision } from '../aws/iam.ts';
import type { Statement } from '../aws/policies.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import { type Finding, type Need, type Trying, tryNeeds } from './role-trials.ts';

export interface Permissions extends Pick<Trying, 'iam' | 'context'> {
  readonly check: string;
  /** Whose policies are looked at. */
  readonly grantee: Grantee;
  readonly needs: readonly Need[];
  /** What is told when they allow it all. */
  readonly passes: string;
  /** What to add to be allowed to look. */
  readonly look: Fix;
}

export async function checkPermissions(permissions: Permissions): Promise<CheckResult> {
  const { check, iam, grantee, needs, context, passes, look } = permissions;
  const { principal } = grantee;
  if (principal === undefined) {
    return { check, verdict: 'unknown', seen: 'Nothing tells whose policies to look at.' };
  }
  const findings = await tryNeeds(needs, { iam, principal, context });
  if (!findings.known) {
    const seen = `What the policies of ${principal} allow is not known: ${findings.why}.`;
    return { check, verdict: 'unknown', seen, ...(findings.denied && { fix: look }) };
  }
  const missing = missingOf(findings.value);
  if (missing.size > 0) {
    return { check, verdict: 'fail', seen: tell(missing, principal), fix: fixFor(missing, grantee) };
  }
  const open = findings.value.filter(({ result }) => result === 'open');
  if (open.length > 0) {
    const because = [...new Set(open.flatMap(finding => finding.because))].join(', ');
    const seen = `Whether ${principal} may use ${listed(open)} depends on what is not known here: ${because}.`;
    const silent = open.filter(finding => finding.silent);
    return { check, verdict: 'unknown', seen, ...(silent.length > 0 && { fix: inCase(silent, grantee) }) };
  }
  return { check, verdict: 'pass', seen: passes };
}

type Denial = Exclude<Decision, 'allowed'>;
type Missing = ReadonlyMap<Denial, readonly Finding[]>;

function missingOf(findings: readonly Finding[]): Missing {
  const denied = DENIALS.map(denial => [denial, findings.filter(({ result }) => result === denial)] as const);
  return new Map(denied.filter(([, some]) => some.length > 0));
}

const DENIALS: readonly Denial[] = ['silent', 'denied', 'bounded', 'forbidden'];

const WORDS: Readonly<Record<Denial, (who: string) => string>> = {
  silent: who => `The policies of ${who} do not allow`,
  denied: who => `The policies of ${who} deny`,
  bounded: who => `The permissions boundary of ${who} does not allow`,
  forbidden: who => `The policies of the organization do not allow ${who}`,
};

const TODOS: Readonly<Record<Exclude<Denial, 'silent'>, (grantee: Grantee) => string>> = {
  denied: ({ principal, account }) =>
    `Take out of the policies of ${principal} in account ${account} what denies it.`,
  bounded: ({ principal, account }) =>
    `Let the permissions boundary of ${principal} in account ${account} allow it.`,
  forbidden: ({ account }) =>
    `Have it allowed to account ${account} by whoever looks after the service control policies of its organization.`,
};

/** What to do about what stands in the way, whatever allows it. */
export function outOfTheWay(denial: Exclude<Denial, 'silent'>, grantee: Grantee): string {
  return TODOS[denial](grantee);
}

function tell(missing: Missing, who: string): string {
  return [...missing].map(([denial, some]) => `${WORDS[denial](who)} ${listed(some)}.`).join(' ');
}

/** `s3:GetObject, s3:PutObject on arn:aws:s3:::bucket/key; s3:ListBucket on arn:aws:s3:::bucket` */
function listed(findings: readonly Finding[]): string {
  const byResource = Map.groupBy(findings, ({ resource }) => resource);
  return [...byResource]
    .map(([resource, some]) => {
      const actions = some.map(({ action }) => action).join(', ');
      return resource === '*' ? actions : `${actions} on ${resource}`;
    })
    .join('; ');
}

function fixFor(missing: Missing, grantee: Grantee): Fix {
  const silent = missing.get('silent');
  const added = silent && grantOwn(grantee, ...statementsOf(silent));
  const todos = [...missing.keys()].map(denial =>
    denial === 'silent' ? added?.todo : outOfTheWay(denial, grantee),
  );
  return { ...added, todo: todos.join(' ') };
}

/** What to add unless the policy of a bucket or of a key already allows it, as it may. */
function inCase(silent: readonly Finding[], grantee: Grantee): Fix {
  const { todo, ...rest } = grantOwn(grantee, ...statementsOf(silent));
  return { todo: `Unless the policy of the bucket or of the key allows it: ${todo}`, ...rest };
}

function statementsOf(findings: readonly Finding[]): Statement[] {
  return [...new Set(findings.map(({ statement }) => statement))];
}

/**
 * Condition keys whose values are known before the requests are made: they travel by TLS, and it is no AWS service that
 * sends them on its own behalf.
 */
export function contextOf({ principal = '', account = '' }: Grantee): Record<string, string> {
  return {
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalArn': principal,
    'aws:PrincipalAccount': account,
  };
}
