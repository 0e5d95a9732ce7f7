/**
 * The Security Token Service over the Query protocol: who may become which role, and for how long.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 */
import type { CryptoKey } from 'jose';
import type { Clock } from './clock.ts';
import { AwsError } from './errors.ts';
import type { Accounts, Role } from './iam/accounts.ts';
import type { Session, Sessions } from './iam/sessions.ts';
import type { Authorize, PolicyDocument, Service } from './kinds.ts';
import {
  constraint,
  invalid,
  known,
  type Operation,
  type Parameters,
  queryService,
  required,
  STS_API,
} from './query.ts';
import { checkProvider, providerArn, trustsToken, verifyToken } from './web-identity.ts';

export interface StsDependencies {
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly authorize: Authorize;
  /** The key an issuer's tokens are checked with; `undefined` for an issuer nobody has heard of. */
  readonly issuerKey: (issuer: string) => CryptoKey | undefined;
}

const CHAINED_SESSION_SECONDS = 3600;

export function createSts({ clock, accounts, sessions, authorize, issuerKey }: StsDependencies): Service {
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
  const assumeRoleWithWebIdentity: Operation = async parameters => {
    const wish = readWish(parameters);
    const token = required(parameters, 'WebIdentityToken');
    const claims = await verifyToken(token, issuerKey, clock.now());
    const account = wish.roleArn.split(':')[4] ?? '';
    const host = new URL(claims.iss).host;
    const audience = checkProvider(claims, accounts.audiencesOf(account, host));

    const role = accounts.role(wish.roleArn);
    if (!role || !(await trustsToken(role, host, { ...claims, aud: audience }))) {
      throw new AwsError(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
    }
    const session = sessions.issue(role, wish.sessionName, secondsFor(wish, role), wish.policy);
    return {
      SubjectFromWebIdentityToken: claims.sub,
      Audience: audience,
      ...describe(session),
      Provider: providerArn(role.account, host),
    };
  };

  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
  const assumeRole: Operation = async (parameters, caller) => {
    const signer = known(caller);
    const wish = readWish(parameters);
    const role = accounts.role(wish.roleArn);
    const externalId = parameters.get('ExternalId');
    const allowed =
      role &&
      (await authorize({
        caller: signer,
        action: 'sts:AssumeRole',
        resource: role.arn,
        resourceAccount: role.account,
        resourcePolicy: role.trustPolicy,
        context: {
          'sts:RoleSessionName': wish.sessionName,
          ...(externalId !== undefined && { 'sts:ExternalId': externalId }),
        },
      }));
    if (!role || !allowed?.allowed) {
      const what = `User: ${signer.arn} is not authorized to perform: sts:AssumeRole on resource: ${wish.roleArn}`;
      throw new AwsError(403, 'AccessDenied', what);
    }
    const chained = sessions.key(signer.accessKeyId) !== undefined;
    const seconds = chained ? chainedSecondsFor(wish) : secondsFor(wish, role);
    return describe(sessions.issue(role, wish.sessionName, seconds, wish.policy));
  };

  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  const getCallerIdentity: Operation = async (_, caller) => {
    const { userId, account, arn } = known(caller);
    return { UserId: userId, Account: account, Arn: arn };
  };

  return queryService(STS_API, {
    AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
    AssumeRole: assumeRole,
    GetCallerIdentity: getCallerIdentity,
  });
}

interface Wish {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly seconds: number;
  readonly policy: PolicyDocument | undefined;
}

function readWish(parameters: Parameters): Wish {
  const roleArn = required(parameters, 'RoleArn');
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn)) throw invalid(`${roleArn} is invalid`);
  const sessionName = required(parameters, 'RoleSessionName');
  if (!/^[\w+=,.@-]*$/.test(sessionName)) {
    throw constraint(
      'roleSessionName',
      sessionName,
      'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
    );
  }
  if (sessionName.length < 2 || sessionName.length > 64) {
    const bound = sessionName.length < 2 ? 'greater than or equal to 2' : 'less than or equal to 64';
    throw constraint('roleSessionName', sessionName, `Member must have length ${bound}`);
  }
  return { roleArn, sessionName, seconds: readSeconds(parameters), policy: readPolicy(parameters) };
}

function readSeconds(parameters: Parameters): number {
  const given = parameters.get('DurationSeconds') ?? '3600';
  const seconds = Number(given);
  if (!(seconds >= 900)) {
    throw constraint('durationSeconds', given, 'Member must have value greater than or equal to 900');
  }
  if (seconds > 43_200) {
    throw constraint('durationSeconds', given, 'Member must have value less than or equal to 43200');
  }
  return seconds;
}

function readPolicy(parameters: Parameters): PolicyDocument | undefined {
  const given = parameters.get('Policy');
  if (given === undefined) return undefined;
  if (given.length > 2048) {
    throw constraint('policy', given, 'Member must have length less than or equal to 2048');
  }
  try {
    return JSON.parse(given);
  } catch {
    throw new AwsError(400, 'MalformedPolicyDocument', 'This policy contains invalid Json');
  }
}

function secondsFor({ seconds }: Wish, role: Role): number {
  if (seconds > role.maxSessionSeconds) {
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
function chainedSecondsFor({ seconds }: Wish): number {
  if (seconds > CHAINED_SESSION_SECONDS) {
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return seconds;
}

function describe(session: Session): Record<string, unknown> {
  return {
    AssumedRoleUser: { AssumedRoleId: session.caller.userId, Arn: session.caller.arn },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: session.expiration.toISOString(),
    },
  };
}
