/**
 * IAM over the Query protocol, as far as it tells what a role is and what it may do. It knows its own account only.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
 */
import { AwsError } from '../errors.ts';
import type { Authorize, Caller, Service } from '../kinds.ts';
import { uriEncode } from '../percent.ts';
import { constraint, IAM_API, known, type Operation, queryService, required } from '../query.ts';
import type { Accounts } from './accounts.ts';
import { readPage, readSimulation, simulateActions } from './principal-policy.ts';

export function createIam(accounts: Accounts, authorize: Authorize): Service {
  const demand = async (caller: Caller, action: string, resource: string): Promise<void> => {
    const verdict = await authorize({ caller, action, resource, resourceAccount: caller.account });
    if (!verdict.allowed) throw new AwsError(403, 'AccessDenied', verdict.why);
  };

  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
  const getRole: Operation = async (parameters, caller) => {
    const signer = known(caller);
    const name = required(parameters, 'RoleName');
    if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
      throw constraint('RoleName', name, 'Member must satisfy regular expression pattern: [\\w+=,.@-]+');
    }
    const role = accounts.roleNamed(signer.account, name);
    await demand(signer, 'iam:GetRole', role?.arn ?? `arn:aws:iam::${signer.account}:role/${name}`);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return {
      Role: {
        Path: role.path,
        RoleName: role.name,
        RoleId: role.id,
        Arn: role.arn,
        AssumeRolePolicyDocument: uriEncode(Buffer.from(JSON.stringify(role.trustPolicy))),
        MaxSessionDuration: role.maxSessionSeconds,
      },
    };
  };

  /** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html */
  const simulatePrincipalPolicy: Operation = async (parameters, caller) => {
    const signer = known(caller);
    const simulation = readSimulation(parameters);
    const page = readPage(parameters);
    const { principal } = simulation;
    const foreign = principal.split(':')[4] !== signer.account;
    if (!foreign) await demand(signer, 'iam:SimulatePrincipalPolicy', principal);
    if (foreign || !accounts.knows(principal)) throw noSuchEntity(`${principal} cannot be found.`);
    const results = await simulateActions(simulation, [...accounts.policiesOf(principal).values()]);
    const next = page.first + page.most;
    return {
      EvaluationResults: { member: results.slice(page.first, next) },
      IsTruncated: next < results.length,
      ...(next < results.length && { Marker: String(next) }),
    };
  };

  return queryService(IAM_API, { GetRole: getRole, SimulatePrincipalPolicy: simulatePrincipalPolicy });
}

const noSuchEntity = (message: string): AwsError => new AwsError(404, 'NoSuchEntity', message);
