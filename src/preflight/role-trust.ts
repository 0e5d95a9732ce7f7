/** The service may assume its role, as far as the role's trust policy tells. */
import { grantTrust } from '../aws/grant.ts';
import type { Trust } from '../aws/iam.ts';
import type { Reading } from '../aws/reading.ts';
import { type ServiceAtRole, trustOpinion, verdictOf } from '../aws/role-opinions.ts';
import type { CheckResult, Fix } from '../model/checks.ts';

/**
 * @param trust of the role; `undefined` when there is none
 * @param look what to add for it to be read
 */
export function checkTrust(
  check: string,
  at: ServiceAtRole,
  trust: Reading<Trust | undefined>,
  look: Fix,
): CheckResult {
  const { role, service } = at;
  if (!trust.known) {
    const seen = `Whether ${service} may assume ${role} is not known: its trust policy was not read (${trust.why}).`;
    return { check, verdict: 'unknown', seen, ...(trust.denied && { fix: look }) };
  }
  if (trust.value?.arn !== role) return { check, verdict: 'fail', ...noSuchRole(role, trust.value) };

  const { policy } = trust.value;
  const opinion = trustOpinion(policy, at);
  const { allowed, denied } = opinion;
  if (denied.certainty === 'yes') {
    const seen = `The trust policy of ${role} denies it to ${service}.`;
    const todo = `Take the statement out of the trust policy of ${role} that denies sts:AssumeRole to ${service}.`;
    return { check, verdict: 'fail', seen, fix: { todo } };
  }
  switch (verdictOf(opinion)) {
    case 'yes':
      return { check, verdict: 'pass', seen: `${service} may assume ${role}.` };
    case 'no': {
      const unmet =
        allowed.because.length === 0
          ? `does not let ${service} assume it`
          : `lets ${service} assume it under conditions only that do not hold here: ${allowed.because.join(', ')}`;
      return {
        check,
        verdict: 'fail',
        seen: `The trust policy of ${role} ${unmet}.`,
        fix: grantTrust(at),
      };
    }
    default: {
      const because = [...allowed.because, ...denied.because].join(', ');
      const seen = `Whether ${service} may assume ${role} depends on what is not known here: ${because} in its trust policy.`;
      return { check, verdict: 'unknown', seen };
    }
  }
}

function noSuchRole(role: string, other: Trust | undefined): Pick<CheckResult, 'seen' | 'fix'> {
  const seen =
    other === undefined
      ? `There is no role ${role}.`
      : `There is no role ${role}; the role of this name is ${other.arn}.`;
  return { seen, fix: { todo: 'Correct the ARN, path included, or create the role.' } };
}
