/**
 * The role that a service of AWS is to work under, looked at before the service needs it: who may assume it, whether it may
 * be passed, what it may do, and whether the caller may have the service work. IAM answers all of that for the asking, and
 * keeps nobody waiting for a job that was bound to fail.
 */
import { accountOf } from '../aws/arn.ts';
import { type Grantee, grantOwn } from '../aws/grant.ts';
import { Iam } from '../aws/iam.ts';
import type { Identity } from '../aws/identity.ts';
import { lookStatement, passRoleStatement, type Statement } from '../aws/policies.ts';
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
  const { label, role, service, identity, network, needs, callerStatements } = given;
  const [trustCheck, roleCheck, passCheck, callerCheck] = NAMES.map(name => `${label}-${name}`) as Names;
  const checks = callerStatements.length === 0 ? [] : [callerCheck];
  if (identity.account !== accountOf(role)) {
    const foreign = identity.account !== undefined;
    const seen = foreign
      ? `Not looked at: ${role} is not of account ${identity.account}.`
      : 'Not looked at: nothing tells which account asks.';
    return [trustCheck, roleCheck, passCheck, ...checks].map(check =>
      check === passCheck && foreign
        ? notPassable(check, role, identity)
        : { check, verdict: 'unknown', seen },
    );
  }

  const { requestHandler, aborting, requests } = network;
  const iam = new Iam({ identity, requestHandler, aborting, count: name => requests.add(name) });
  const caller: Grantee = { principal: identity.principal, account: identity.account };
  const look = grantOwn(caller, lookStatement(role, identity.principal));
  const asking = { iam, look };
  const callerContext = {
    ...contextOf(caller),
    'aws:ResourceAccount': accountOf(role),
    'iam:PassedToService': service,
    // IAM asks for the keys of all statements of a policy, also of one for the service-linked role.
    'iam:AWSServiceName': service,
  };
  const grantee: Grantee = { principal: role, account: accountOf(role) };
  const trust = iam.trustOf(role);
  const results = await Promise.all([
    trust.then(reading => checkTrust(trustCheck, given, reading, look)),
    trust.then(reading =>
      reading.known && reading.value?.arn !== role
        ? { check: roleCheck, verdict: 'unknown' as const, seen: 'Not looked at: there is no such role.' }
        : checkPermissions({
            ...asking,
            check: roleCheck,
            grantee,
            needs,
            context: contextOf(grantee),
            passes: `${role} may do its work, as far as its account has a say in it.`,
          }),
    ),
    checkPermissions({
      ...asking,
      check: passCheck,
      grantee: caller,
      needs: [{ statement: passRoleStatement(role, service) }],
      context: callerContext,
      passes: `${identity.principal} may pass ${role} to ${service}.`,
    }),
    ...checks.map(check =>
      checkPermissions({
        ...asking,
        check,
        grantee: caller,
        needs: callerStatements.map(statement => ({ statement })),
        context: callerContext,
        passes: `${identity.principal} may have ${service} work.`,
      }),
    ),
  ]);
  return onceOnly(look, results);
}

/** Shows the advice on how to be allowed to look only once, at the first check that could not. */
function onceOnly(look: Fix, results: readonly CheckResult[]): CheckResult[] {
  const first = results.findIndex(({ fix }) => fix === look);
  return results.map(({ fix, ...result }, index) =>
    fix === undefined || (fix === look && index > first) ? result : { ...result, fix },
  );
}

const NAMES = ['trust', 'permissions', 'pass-role', 'caller'] as const;
type Names = [trust: string, permissions: string, passRole: string, caller: string];

/** (IAM User Guide, "Granting a user permissions to pass a role to an AWS service".) */
function notPassable(check: string, role: string, { account, principal }: Identity): CheckResult {
  const seen = `${principal} cannot pass ${role}, which is of another account: ${accountOf(role)}.`;
  return { check, verdict: 'fail', seen, fix: { todo: `Give a role of account ${account}.` } };
}
