/**
 * The OIDC token that a CI system hands to its jobs: in the variable `S3_SYNC_ID_TOKEN` (GitLab's `id_tokens`), or in the
 * file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, as everywhere with AWS.
 */
import { readFile } from 'node:fs/promises';
import { decodeJwt, type JWTPayload } from 'jose';
import { FatalError, messageOf } from '../errors.ts';

export const TOKEN_VARIABLE = 'S3_SYNC_ID_TOKEN';
export const FILE_VARIABLE = 'AWS_WEB_IDENTITY_TOKEN_FILE';

/**
 * The token, read anew: whoever renews the file renews the sessions.
 *
 * @throws FatalError when there is none, or one that no role can be assumed with
 */
export async function idTokenOf(environment: NodeJS.ProcessEnv, audience: string): Promise<string> {
  const { variable, token } = await find(environment);
  const { aud, exp } = claimsOf(token, variable);
  if (aud !== undefined && ![aud].flat().includes(audience)) {
    throw new FatalError(
      `The token of ${variable} is for the audience ${[aud].flat().join(', ')}, not for ${audience}.`,
      {
        todo: `Have the token made for ${audience} (GitLab: \`aud\`), or set \`audience\` to what it says and the identity provider in IAM lists.`,
      },
    );
  }
  if (exp !== undefined && exp * 1000 <= Date.now()) {
    throw new FatalError(`The token of ${variable} expired at ${new Date(exp * 1000).toISOString()}.`, {
      todo: `Have it live as long as the run (GitLab: the job's \`timeout\`), or have the file of ${FILE_VARIABLE} renewed.`,
    });
  }
  return token;
}

interface Found {
  readonly variable: string;
  readonly token: string;
}

async function find(environment: NodeJS.ProcessEnv): Promise<Found> {
  const token = environment[TOKEN_VARIABLE]?.trim();
  if (token) return { variable: TOKEN_VARIABLE, token };
  const file = environment[FILE_VARIABLE];
  if (!file) {
    throw new FatalError('There is no OIDC token to assume a role with.', {
      todo: `Put one into ${TOKEN_VARIABLE} (GitLab: \`id_tokens\`), or the path of its file into ${FILE_VARIABLE}. Without \`source-role\` and \`destination-role\` the AWS credentials at hand are used. In a workflow on GitHub, use the action.`,
    });
  }
  try {
    return { variable: FILE_VARIABLE, token: (await readFile(file, 'utf8')).trim() };
  } catch (error) {
    throw new FatalError(
      `${FILE_VARIABLE} names ${file}, which cannot be read: ${messageOf(error)}`,
      { todo: `Give the path of a readable file, or the token in ${TOKEN_VARIABLE}.` },
      error,
    );
  }
}

function claimsOf(token: string, variable: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch (error) {
    // What stands there may be another secret, so no letter of it is told.
    throw new FatalError(
      `What ${variable} holds is no OIDC token.`,
      { todo: 'Give a JSON Web Token.' },
      error,
    );
  }
}
