/**
 * The workflow's OIDC token.
 */
import { getIDToken } from '@actions/core';
import { FatalError, keepSecret, messageOf } from '../errors.ts';
import { isForkPullRequest } from './run.ts';

/**
 * A fresh ID token for an audience, already masked in the log. It lives for about five minutes: ask for one each time
 * a role is assumed and keep none.
 *
 * @throws FatalError that says which permission is missing, or what GitHub's token service answered.
 */
export async function idToken(audience: string): Promise<string> {
  // Without the permission GitHub leaves the two variables out; the toolkit would only name the variable.
  if (!process.env.ACTIONS_ID_TOKEN_REQUEST_URL || !process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) {
    throw new FatalError('GitHub offers this job no OIDC token.', { todo: whyNoToken() });
  }
  try {
    const token = await getIDToken(audience);
    keepSecret(token);
    return token;
  } catch (error) {
    const answer = messageOf(error).replace(/\s+/g, ' ');
    throw new FatalError(
      `GitHub's token service gave no ID token for the audience ${audience}: ${answer}`,
      { todo: 'Run the job again; if it goes on, see https://www.githubstatus.com.' },
      error,
    );
  }
}

function whyNoToken(): string {
  const permission =
    'Add `permissions: id-token: write` to the job (and to the caller of a reusable workflow).';
  return isForkPullRequest()
    ? 'GitHub gives no ID token to pull requests from forks, whatever the permissions. ' +
        'Run this job on pushes, on a schedule, or on pull requests from branches of this repository.'
    : permission;
}
