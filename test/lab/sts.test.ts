import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  type Credentials,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { decodeJwt } from 'jose';
import type { AccessKey } from '../../lab/iam/keys.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { type TwoAccounts, trustPolicy, twoAccounts } from '../../lab/worlds.ts';
import { s3Client, stsClient } from './clients.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const HOST = 'token.actions.githubusercontent.com';

let lab: Lab;
let world: TwoAccounts;
before(async () => {
  lab = await startLab();
  world = twoAccounts(lab, { maxSessionSeconds: 7200 });
});
after(() => lab.close());

async function fetchToken(audience = 'sts.amazonaws.com'): Promise<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } =
    lab.github.environment();
  const response = await fetch(`${url}&audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `bearer ${bearer}` },
  });
  const { value } = (await response.json()) as { value: string };
  return value;
}

async function assume(input: Partial<AssumeRoleWithWebIdentityCommandInput> = {}) {
  const client = stsClient(lab.endpoint);
  return client.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: world.destination.role,
      RoleSessionName: 'run-1',
      WebIdentityToken: input.WebIdentityToken ?? (await fetchToken()),
      ...input,
    }),
  );
}

function keyOf(credentials: Credentials | undefined): AccessKey {
  assert(credentials?.AccessKeyId && credentials.SecretAccessKey && credentials.SessionToken);
  const {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
  } = credentials;
  const caller = lab.iam.sessions.key(accessKeyId)?.caller;
  assert(caller);
  return { accessKeyId, secretAccessKey, sessionToken, caller };
}

describe('the OIDC issuer', () => {
  test('gives tokens as GitHub does, to those who show the request token', async () => {
    const claims = decodeJwt(await fetchToken());
    assert.partialDeepStrictEqual(claims, {
      iss: ISSUER,
      aud: 'sts.amazonaws.com',
      sub: 'repo:octo-org/octo-repo:ref:refs/heads/main',
      repository_owner_id: '123456',
    });
    assert.equal(Number(claims.exp) - Number(claims.iat), 300);
    assert.equal(Number(claims.iat) - Number(claims.nbf), 600);
    const url = lab.github.oidc.requestUrl(lab.endpoint);
    assert.equal((await fetch(url)).status, 401);
    const { value } = (await (
      await fetch(url, { headers: { authorization: `Bearer ${lab.github.oidc.requestToken}` } })
    ).json()) as { value: string };
    assert.equal(decodeJwt(value).aud, 'https://github.com/octo-org');
  });

  test('publishes its keys', async () => {
    const discovery = await fetch(`${lab.endpoint}/_github/oidc/.well-known/openid-configuration`);
    const { issuer, jwks_uri: jwks } = (await discovery.json()) as Record<string, string>;
    assert.equal(issuer, ISSUER);
    const { keys } = (await (await fetch(jwks ?? '')).json()) as { keys: object[] };
    assert.partialDeepStrictEqual(keys, [{ kty: 'RSA', kid: 'lab' }]);
  });

  test('names the job in every form of subject', () => {
    const { oidc } = lab.github;
    const subjectWith = (claims: Partial<typeof oidc.claims>) => {
      const before = { ...oidc.claims };
      Object.assign(oidc.claims, claims);
      const subject = oidc.subject();
      Object.assign(oidc.claims, before);
      return subject;
    };
    assert.equal(subjectWith({ environment: 'a:b' }), 'repo:octo-org/octo-repo:environment:a%3Ab');
    assert.equal(subjectWith({ eventName: 'pull_request' }), 'repo:octo-org/octo-repo:pull_request');
    assert.equal(
      subjectWith({ immutableSubject: true }),
      'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
    );
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  test('gives credentials that S3 takes', async () => {
    const answer = await assume({ DurationSeconds: 7200 });
    assert.equal(answer.SubjectFromWebIdentityToken, 'repo:octo-org/octo-repo:ref:refs/heads/main');
    assert.equal(answer.Audience, 'sts.amazonaws.com');
    assert.equal(answer.Provider, `arn:aws:iam::444455556666:oidc-provider/${HOST}`);
    const arn = 'arn:aws:sts::444455556666:assumed-role/s3-sync-destination/run-1';
    assert.equal(answer.AssumedRoleUser?.Arn, arn);
    const left = Number(answer.Credentials?.Expiration) - lab.clock.now().getTime();
    assert(left > 7_190_000 && left <= 7_200_000);

    const key = keyOf(answer.Credentials);
    const identity = await stsClient(lab.endpoint, key).send(new GetCallerIdentityCommand({}));
    assert.partialDeepStrictEqual(identity, {
      Arn: arn,
      Account: '444455556666',
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
    });
    lab.s3.bucket(world.source.bucket).put('hello', 'world');
    const client = s3Client(lab.endpoint, key);
    const got = await client.send(new GetObjectCommand({ Bucket: world.source.bucket, Key: 'hello' }));
    assert.equal(await got.Body?.transformToString(), 'world');
  });

  const rejected = (input: Partial<AssumeRoleWithWebIdentityCommandInput>, name: string, message: RegExp) =>
    assert.rejects(assume(input), error => {
      assert.equal((error as Error).name, name);
      assert.match((error as Error).message, message);
      return true;
    });

  test('refuses tokens it cannot trust', async () => {
    await rejected({ WebIdentityToken: 'nonsense' }, 'InvalidIdentityTokenException', /not a valid JWT/);
    const token = await fetchToken();
    const [header, , signature] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub: 'repo:evil/evil' })).toString(
      'base64url',
    );
    await rejected(
      { WebIdentityToken: `${header}.${forged}.${signature}` },
      'InvalidIdentityTokenException',
      /validated/,
    );
    await rejected(
      { WebIdentityToken: await fetchToken('https://github.com/octo-org') },
      'InvalidIdentityTokenException',
      /^Incorrect token audience$/,
    );
    lab.iam.accounts.removeOidcProvider(world.destination.account, HOST);
    await rejected(
      {},
      'InvalidIdentityTokenException',
      /^No OpenIDConnect provider found in your account for https:\/\/token.actions.githubusercontent.com$/,
    );
    lab.iam.accounts.addOidcProvider(world.destination.account, HOST, ['sts.amazonaws.com']);
  });

  test('refuses a token that is over, on the clock of the lab', async () => {
    const token = await fetchToken();
    lab.clock.advance(299_000 - 1000);
    await assume({ WebIdentityToken: token });
    lab.clock.advance(3000);
    await rejected({ WebIdentityToken: token }, 'ExpiredTokenException', /must be before the expiration/);
    lab.clock.set(new Date());
  });

  test('refuses who the trust policy does not name, and says no more than that', async () => {
    const wording = /^Not authorized to perform sts:AssumeRoleWithWebIdentity$/;
    const { destination } = world;
    await rejected({ RoleArn: `${destination.role}-gone` }, 'AccessDenied', wording);
    destination.setTrustPolicy(trustPolicy(destination.account, ['repo:octo-org/octo-repo:pull_request']));
    await rejected({}, 'AccessDenied', wording);
    // The immutable form of a subject does not match a policy on names.
    destination.setTrustPolicy(trustPolicy(destination.account, ['repo:octo-org/octo-repo:*']));
    await assume();
    lab.github.oidc.claims.immutableSubject = true;
    await rejected({}, 'AccessDenied', wording);
    lab.github.oidc.claims.immutableSubject = false;
    destination.setTrustPolicy({
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::${destination.account}:oidc-provider/${HOST}` },
        Condition: { StringEquals: { [`${HOST}:repository_id`]: '456789' } },
      },
    });
    await assume();
    destination.setTrustPolicy(trustPolicy(world.source.account));
    await rejected({}, 'AccessDenied', wording);
    destination.setTrustPolicy(trustPolicy(destination.account));
  });

  test('holds the limits of duration and name', async () => {
    await rejected({ DurationSeconds: 899 }, 'ValidationError', /greater than or equal to 900/);
    await rejected({ DurationSeconds: 43_201 }, 'ValidationError', /less than or equal to 43200/);
    await rejected({ DurationSeconds: 7201 }, 'ValidationError', /exceeds the MaxSessionDuration/);
    await rejected({ RoleSessionName: 'a b' }, 'ValidationError', /regular expression/);
    await rejected({ RoleSessionName: 'a' }, 'ValidationError', /length greater/);
    await rejected({ Policy: '{' }, 'MalformedPolicyDocumentException', /Json/);
  });

  test('narrows the session by a session policy', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${world.source.bucket}/only/*` },
    });
    const client = s3Client(lab.endpoint, keyOf((await assume({ Policy })).Credentials));
    lab.s3.bucket(world.source.bucket).put('only/this', 'x');
    const get = (Key: string) => client.send(new GetObjectCommand({ Bucket: world.source.bucket, Key }));
    await get('only/this');
    await assert.rejects(get('hello'), { name: 'AccessDenied', message: 'Access Denied' });
  });
});

describe('AssumeRole', () => {
  const assumeFrom = (key: AccessKey, input: Partial<AssumeRoleCommandInput> = {}) =>
    stsClient(lab.endpoint, key).send(
      new AssumeRoleCommand({ RoleArn: world.destination.role, RoleSessionName: 'hop', ...input }),
    );
  const trust = (more: object = {}) =>
    world.destination.setTrustPolicy({
      Statement: {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { AWS: world.source.account },
        ...more,
      },
    });

  test('needs the trust of the role and the leave of the caller', async () => {
    await assert.rejects(assumeFrom(world.source.admin), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::111122223333:user/admin is not authorized to perform: sts:AssumeRole on resource: ${world.destination.role}`,
    });
    trust();
    const answer = await assumeFrom(world.source.admin, { DurationSeconds: 7200 });
    assert.match(answer.AssumedRoleUser?.Arn ?? '', /assumed-role\/s3-sync-destination\/hop$/);
    const powerless = lab.iam.accounts.addUser(world.source.account, 'powerless');
    await assert.rejects(assumeFrom(powerless), { name: 'AccessDenied' });
  });

  test('asks for the external id that the role wants', async () => {
    trust({ Condition: { StringEquals: { 'sts:ExternalId': 'secret' } } });
    await assert.rejects(assumeFrom(world.source.admin), { name: 'AccessDenied' });
    await assumeFrom(world.source.admin, { ExternalId: 'secret' });
  });

  test('lets a chained session last no more than an hour', async () => {
    trust();
    world.source.setRolePolicy({ Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } });
    const first = keyOf((await assume({ RoleArn: world.source.role })).Credentials);
    await assumeFrom(first, { DurationSeconds: 3600 });
    await assert.rejects(assumeFrom(first, { DurationSeconds: 3601 }), {
      name: 'ValidationError',
      message: /1 hour session limit for roles assumed by role chaining/,
    });
    world.destination.setTrustPolicy(trustPolicy(world.destination.account));
  });
});

test('nobody has no identity', async () => {
  const response = await fetch(lab.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
  });
  assert.equal(response.status, 403);
  assert.match(await response.text(), /<Code>MissingAuthenticationToken<\/Code>/);
});

const noCli = spawnSync('aws', ['--version']).status !== 0 && 'the aws CLI is not installed';
test('the aws CLI works unmodified', { skip: noCli }, async () => {
  const aws = async (key: AccessKey | undefined, ...args: string[]) => {
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      ...lab.environment(key, world.source.region),
    };
    const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json'], { env });
    return JSON.parse(stdout || '{}');
  };
  const answer = await aws(
    undefined,
    ...['sts', 'assume-role-with-web-identity', '--role-session-name', 'cli'],
    ...['--role-arn', world.destination.role, '--web-identity-token', await fetchToken()],
  );
  const identity = await aws(keyOf(answer.Credentials), 'sts', 'get-caller-identity');
  assert.equal(identity.Arn, 'arn:aws:sts::444455556666:assumed-role/s3-sync-destination/cli');
  const { admin, bucket } = world.source;
  await aws(admin, 's3api', 'put-object', '--bucket', bucket, '--key', 'ä b', '--body', import.meta.filename);
  const { Contents } = await aws(admin, 's3api', 'list-objects-v2', '--bucket', bucket, '--prefix', 'ä');
  assert.equal(Contents[0].Key, 'ä b');
});
