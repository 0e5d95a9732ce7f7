/** Service roles: what a service of AWS becomes to work for a customer. */
import type { Caller } from '../kinds.ts';
import type { Accounts } from './accounts.ts';
import type { Sessions } from './sessions.ts';
import { simulate } from './simulate.ts';

export interface Assumption {
  /** The service's principal, for example `datasync.amazonaws.com`. */
  readonly service: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** For whom and for what the service acts: `aws:SourceAccount` and `aws:SourceArn`. */
  readonly account: string;
  readonly sourceArn: string;
}

/**
 * The session a service gets, which ends with its work; `undefined` when the role does not trust it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export async function assumeServiceRole(
  accounts: Accounts,
  sessions: Sessions,
  { service, roleArn, sessionName, account, sourceArn }: Assumption,
): Promise<Caller | undefined> {
  const role = accounts.role(roleArn);
  if (role?.account !== account) return undefined;
  const analysis = await simulate({
    principal: service,
    action: 'sts:AssumeRole',
    resource: role.arn,
    resourceAccount: role.account,
    identityPolicies: [],
    resourcePolicy: role.trustPolicy,
    context: { 'aws:SourceAccount': account, 'aws:SourceArn': sourceArn },
  });
  return analysis.result === 'Allowed' ? sessions.issue(role, sessionName, 3600).caller : undefined;
}
