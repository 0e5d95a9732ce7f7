import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type JWTPayload, UnsecuredJWT } from 'jose';
import { FatalError } from '../../src/errors.ts';
import { idTokenOf } from '../../src/terminal/id-token.ts';

const folder = await mkdtemp(join(tmpdir(), 'tokens-'));
after(() => rm(folder, { recursive: true }));
const FILE = join(folder, 'token');

const AUDIENCE = 'sts.amazonaws.com';
const token = (claims: JWTPayload = {}) => new UnsecuredJWT({ aud: AUDIENCE, ...claims }).encode();
const inVariable = (text: string) => ({ S3_SYNC_ID_TOKEN: text });

async function refused(environment: NodeJS.ProcessEnv, message: RegExp, todo: RegExp): Promise<void> {
  await assert.rejects(idTokenOf(environment, AUDIENCE), error => {
    assert.ok(error instanceof FatalError);
    assert.match(error.message, message);
    assert.match(error.fix?.todo ?? '', todo);
    return true;
  });
}

test('the variable comes before the file, and white space around either is no part of it', async () => {
  const [first, second] = [token({ sub: 'variable' }), token({ sub: 'file' })];
  await writeFile(FILE, ` ${second}\n`);
  const environment = { AWS_WEB_IDENTITY_TOKEN_FILE: FILE };
  assert.equal(await idTokenOf(environment, AUDIENCE), second);
  assert.equal(await idTokenOf({ ...environment, S3_SYNC_ID_TOKEN: '' }, AUDIENCE), second);
  assert.equal(await idTokenOf({ ...environment, S3_SYNC_ID_TOKEN: `${first}\n` }, AUDIENCE), first);
});

test('the file is read each time, because whoever renews it renews the sessions', async () => {
  for (const jti of ['1', '2']) {
    await writeFile(FILE, token({ jti }));
    assert.equal(await idTokenOf({ AWS_WEB_IDENTITY_TOKEN_FILE: FILE }, AUDIENCE), token({ jti }));
  }
});

test('one of several audiences is enough', async () => {
  const several = token({ aud: ['vault', AUDIENCE] });
  assert.equal(await idTokenOf(inVariable(several), AUDIENCE), several);
});

test('no token: the ways to give one are named', () =>
  refused({}, /^There is no OIDC token/, /S3_SYNC_ID_TOKEN.*AWS_WEB_IDENTITY_TOKEN_FILE/));

test('a file that is not there is named', () =>
  refused(
    { AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'none') },
    /names .*none, which cannot be read: ENOENT/,
    /path/,
  ));

test('another audience is told, with both ways out', () =>
  refused(
    inVariable(token({ aud: ['vault', 'https://gitlab.com'] })),
    /^The token of S3_SYNC_ID_TOKEN is for the audience vault, https:\/\/gitlab\.com, not for sts\.amazonaws\.com\.$/,
    /GitLab: `aud`.*`audience`/,
  ));

test('a token that has expired is told as that, and not as a trust policy that is wrong', () =>
  refused(inVariable(token({ exp: 1_700_000_000 })), /expired at 2023-11-14T22:13:20\.000Z/, /timeout/));

test('what is no token is not shown', () =>
  refused(inVariable('hunter2'), /^What S3_SYNC_ID_TOKEN holds is no OIDC token\.$/, /JSON Web Token/));
