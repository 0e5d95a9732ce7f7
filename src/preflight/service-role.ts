/**
 * The role that a service of AWS is to work under, looked at before the service needs it: who may assume it, whether it may
 * be passed, what it may do, and whether the caller may have the service work. IAM answers all of that for the asking, and
 * keeps nobody waiting for a job that was bound to fail.
 */
import { accountOf } from '../aws/arn.ts';
import { type Grantee, grantOwn } from '../aws/grant.ts';
import { Iam, type Trust } from '../aws/iam.ts';
import type { Identity } from '../aws/identity.ts';
import { lookStatement, passRoleStatement, type Statement } from '../aws/policies.ts';
import type { Reading } from '../aws/reading.ts';
import type { ServiceAtRole } from '../aws/role-opinions.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import type { Network } from '../s3/network.ts';
import { checkPermissions, contextOf } from './role-permissions.ts';
import type { Need } from './role-trials.ts';
import { checkTrust } from './role-trust.ts';

export interface ServiceRole extends ServiceAtRole {
  /** What the names of the checks begin with, for example `batch-role`. */
  readonly label: string;
  /** Who has the service work, in the account of the role. */
  readonly identity: Identity;
  readonly network: Network;
  /** What the role does by its own policies. */
  readonly needs: readonly Need[];
  /** What the caller does besides passing the role; nothing of it is checked where there is none. */
  readonly callerStatements: readonly Statement[];
}

/** Checks `<label>-trust`, `<label>-permissions`, `<label>-pass-role` and `<label>-caller`. */
export async function checkServiceRole(given: ServiceRole): Promise<CheckResult[]> {
  return given.identity.account === accountOf(given.role) ? askIam(given) : notLookedAt(given);
}

/** IAM tells nobody of the roles of other accounts, nor could the caller pass one of those. */
function notLookedAt({ label, role, identity, callerStatements }: ServiceRole): CheckResult[] {
  const { account } = identity;
  const seen =
    account === undefined
      ? 'Not looked at: nothing tells which account asks.'
      : `Not looked at: ${role} is not of account ${account}.`;
  const unknown = (check: string): CheckResult => ({ check, verdict: 'unknown', seen });
  const pass = `${label}-pass-role`;
  return [
    unknown(`${label}-trust`),
    unknown(`${label}-permissions`),
    account === undefined ? unknown(pass) : notPassable(pass, role, identity),
    ...(callerStatements.length === 0 ? [] : [unknown(`${label}-caller`)]),
  ];
}

async function askIam(given: ServiceRole): Promise<CheckResult[]> {
  const { label, role, service, identity, network, needs, callerStatements } = given;
  const { requestHandler, aborting, requests } = network;
  const iam = new Iam({ identity, requestHandler, aborting, count: name => requests.add(name) });
  const caller: Grantee = { principal: identity.principal, account: identity.account };
  const look = grantOwn(caller, lookStatement(role, identity.principal));
  const ofRole = (): Promise<CheckResult> => {
    const grantee: Grantee = { principal: role, account: accountOf(role) };
    return checkPermissions({
      check: `${label}-permissions`,
      iam,
      look,
      grantee,
      needs,
      context: contextOf(grantee),
      passes: `${role} may do its work, as far as its account has a say in it.`,
    });
  };
  const ofCaller = (check: string, statements: readonly Statement[], passes: string): Promise<CheckResult> =>
    checkPermissions({
      check,
      iam,
      look,
      grantee: caller,
      needs: statements.map(statement => ({ statement })),
      context: {
        ...contextOf(caller),
        'aws:ResourceAccount': accountOf(role),
        'iam:PassedToService': service,
        // IAM asks for the keys of all statements of a policy, also of one for the service-linked role.
        'iam:AWSServiceName': service,
      },
      passes,
    });
  const trust = iam.trustOf(role);
  const results = await Promise.all([
    trust.then(reading => checkTrust(`${label}-trust`, given, reading, look)),
    trust.then(reading => (isThere(role, reading) ? ofRole() : noSuchRole(`${label}-permissions`))),
    ofCaller(
      `${label}-pass-role`,
      [passRoleStatement(role, service)],
      `${identity.principal} may pass ${role} to ${service}.`,
    ),
    ...(callerStatements.length === 0
      ? []
      : [ofCaller(`${label}-caller`, callerStatements, `${identity.principal} may have ${service} work.`)]),
  ]);
  return onceOnly(look, results);
}

/** Also where that is not known: its permissions can be looked at without its trust policy. */
function isThere(role: string, trust: Reading<Trust | undefined>): boolean {
  return !trust.known || trust.value?.arn === role;
}

function noSuchRole(check: string): CheckResult {
  return { check, verdict: 'unknown', seen: 'Not looked at: there is no such role.' };
}

/** Shows the advice on how to be allowed to look only once, at the first check that could not. */
function onceOnly(look: Fix, results: readonly CheckResult[]): CheckResult[] {
  const first = results.findIndex(({ fix }) => fix === look);
  return results.map(({ fix, ...result }, index) =>
    fix === undefined || (fix === look && index > first) ? result : { ...result, fix },
  );
}

/** (IAM User Guide, "Granting a user permissions to pass a role to an AWS service".) */
function notPassable(check: string, role: string, { account, principal }: Identity): CheckResult {
  const seen = `${principal} cannot pass ${role}, which is of another account: ${accountOf(role)}.`;
  return { check, verdict: 'fail', seen, fix: { todo: `Give a role of account ${account}.` } };
}
