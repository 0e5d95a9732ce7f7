/**
 * A pocket AWS: accounts, IAM, STS, S3, S3 Control, DataSync and GitHub's OIDC and artifact services and comments behind one address, with
 * a clock to set and faults to order.
 */
import { randomUUID } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { type Clock, createClock } from './clock.ts';
import { createDataSync, type DataSync } from './datasync/index.ts';
import { githubDialect, jsonDialect, queryDialect, s3ControlDialect, s3Dialect } from './errors.ts';
import { Faults } from './faults.ts';
import { Comments } from './github/comments.ts';
import { GITHUB_ISSUER, Oidc } from './github/oidc.ts';
import { Results } from './github/results.ts';
import { openDoor, type Route } from './http.ts';
import { Accounts } from './iam/accounts.ts';
import { createIam } from './iam/api.ts';
import { createAuthorize } from './iam/authorize.ts';
import type { AccessKey } from './iam/keys.ts';
import { type Assumption, assumeServiceRole } from './iam/service-role.ts';
import { Sessions } from './iam/sessions.ts';
import type { Authorize } from './kinds.ts';
import { IAM_API, STS_API } from './query.ts';
import { RequestLog } from './request-log.ts';
import { createS3, type S3 } from './s3/index.ts';
import { createS3Control, isForS3Control, type S3Control } from './s3control/index.ts';
import { claimedService, type RawRequest } from './sigv4.ts';
import { createSts } from './sts.ts';

export interface Lab {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly iam: {
    readonly accounts: Accounts;
    readonly sessions: Sessions;
    readonly authorize: Authorize;
  };
  readonly s3: S3;
  readonly s3control: S3Control;
  readonly datasync: DataSync;
  readonly github: {
    readonly oidc: Oidc;
    readonly results: Results;
    readonly comments: Comments;
    /** The variables a runner sets for a job with `permissions: id-token: write`. */
    environment(): Record<string, string>;
  };
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Everything that the lab has given to somebody in confidence: keys, sessions and tokens. */
  secrets(): string[];
  /** The variables that lead any AWS client here, with credentials if a key is given. */
  environment(key?: AccessKey, region?: string): Record<string, string>;
  /** Rejects when the lab itself went wrong while it ran. */
  close(): Promise<void>;
}

/** Starts a lab without accounts; `worlds.ts` fills it. */
export async function startLab({ port = 0, now }: { port?: number; now?: Date } = {}): Promise<Lab> {
  const clock = createClock(now);
  const accounts = new Accounts();
  const sessions = new Sessions(accounts, clock.now);
  const authorize = createAuthorize(accounts, sessions, clock.now);
  const faults = new Faults();
  const requests = new RequestLog();
  const id = (): string => randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase();

  const oidc = await Oidc.create(clock);
  const results = new Results();
  const comments = new Comments();
  const assumeRole = (assumption: Assumption) => assumeServiceRole(accounts, sessions, assumption);
  const s3 = createS3({ authorize, assumeRole, faults, now: clock.now, id });
  const issuerKey = (issuer: string): CryptoKey | undefined =>
    issuer === GITHUB_ISSUER ? oidc.publicKey : undefined;
  const sts = createSts({ clock, accounts, sessions, authorize, issuerKey });
  const s3control = createS3Control({ authorize, accounts, sessions, s3, faults, now: clock.now });
  const datasync = createDataSync({ authorize, accounts, sessions, s3, faults, now: clock.now });

  const routes: readonly Route[] = [
    { name: 'github', service: oidc, dialect: githubDialect, claims: ({ path }) => Oidc.claims(path) },
    { name: 'github', service: results, dialect: githubDialect, claims: ({ path }) => Results.claims(path) },
    {
      name: 'github',
      service: comments,
      dialect: githubDialect,
      claims: ({ path }) => Comments.claims(path),
    },
    { name: 'sts', service: sts, dialect: queryDialect(STS_API.namespace), claims: isForSts },
    {
      name: 'iam',
      service: createIam(accounts, authorize),
      dialect: queryDialect(IAM_API.namespace),
      claims: request => claimedService(request) === 'iam',
    },
    {
      name: 'datasync',
      service: datasync,
      dialect: jsonDialect,
      claims: request => claimedService(request) === 'datasync',
    },
    { name: 's3control', service: s3control, dialect: s3ControlDialect, claims: isForS3Control },
    { name: 's3', service: s3, dialect: s3Dialect, claims: () => true },
  ];
  const findKey = (accessKeyId: string): AccessKey | undefined =>
    accounts.key(accessKeyId) ?? sessions.key(accessKeyId);
  const door = await openDoor({ routes, clock, findKey, faults, requests, id }, port);

  return {
    endpoint: door.endpoint,
    clock,
    iam: { accounts, sessions, authorize },
    s3,
    s3control,
    datasync,
    github: {
      oidc,
      results,
      comments,
      environment: () => ({
        GITHUB_API_URL: comments.apiUrl(door.endpoint),
        ACTIONS_ID_TOKEN_REQUEST_URL: oidc.requestUrl(door.endpoint),
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.requestToken,
        ACTIONS_RESULTS_URL: `${door.endpoint}/`,
        ACTIONS_RUNTIME_TOKEN: results.runtimeToken,
      }),
    },
    faults,
    requests,
    secrets: () => [
      ...[...accounts.keys(), ...sessions.all()].flatMap(({ secretAccessKey, sessionToken }) => [
        secretAccessKey,
        ...(sessionToken === undefined ? [] : [sessionToken]),
      ]),
      ...oidc.issued,
      ...comments.tokens(),
      ...results.signatures,
      oidc.requestToken,
      results.runtimeToken,
    ],
    environment: (key, region = 'us-east-1') => ({
      AWS_ENDPOINT_URL: door.endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...(key && {
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      }),
      ...(key?.sessionToken !== undefined && { AWS_SESSION_TOKEN: key.sessionToken }),
    }),
    close: async () => {
      await door.close().finally(datasync.stop).finally(s3control.stop).finally(s3.replication.stop);
    },
  };
}

/** Signed for STS, or one of the unsigned calls that exchange a token: a form that names its action. */
function isForSts(request: RawRequest): boolean {
  const service = claimedService(request);
  if (service !== undefined) return service === 'sts';
  return request.method === 'POST' && request.path === '/' && request.body.includes('Action=');
}
