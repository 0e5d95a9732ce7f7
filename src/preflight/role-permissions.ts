/** What the policies of a role or of the caller allow, told: what is missing by name, and what to add. */
import { type Grantee, grantOwn } from '../aws/grant.ts';
import type { Decision } from '../aws/iam.ts';
import type { CheckResult, Fix } from '../model.ts';
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
  const missing = DENIALS.map(denial => findings.value.filter(({ result }) => result === denial));
  if (missing.some(some => some.length > 0)) {
    return { check, verdict: 'fail', seen: tell(missing, principal), fix: fixFor(missing, grantee) };
  }
  const open = findings.value.filter(({ result }) => result === 'open');
  if (open.length > 0) {
    const because = [...new Set(open.flatMap(finding => finding.because))].join(', ');
    const seen = `Whether ${principal} may use ${listed(open)} depends on what is not known here: ${because}.`;
    return { check, verdict: 'unknown', seen };
  }
  return { check, verdict: 'pass', seen: passes };
}

type Denial = Exclude<Decision, 'allowed'>;
const DENIALS = ['silent', 'denied', 'bounded', 'forbidden'] as const satisfies readonly Denial[];
/** In the order of `DENIALS`. */
type Missing = readonly (readonly Finding[])[];

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

function tell(missing: Missing, who: string): string {
  return DENIALS.flatMap((denial, index) => {
    const some = missing[index] ?? [];
    return some.length === 0 ? [] : [`${WORDS[denial](who)} ${listed(some)}.`];
  }).join(' ');
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

function fixFor([silent = [], ...others]: Missing, grantee: Grantee): Fix {
  const statements = [...new Set(silent.map(({ statement }) => statement))];
  const added = statements.length === 0 ? undefined : grantOwn(grantee, ...statements);
  const changed = DENIALS.slice(1).flatMap((denial, index) =>
    denial === 'silent' || (others[index] ?? []).length === 0 ? [] : [TODOS[denial](grantee)],
  );
  const todo = [...(added === undefined ? [] : [added.todo]), ...changed].join(' ');
  return { ...added, todo };
}
