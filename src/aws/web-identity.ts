/**
 * A role assumed with the workflow's OIDC token, for as long as the job runs: every renewal fetches a fresh token,
 * because GitHub's live about five minutes and sessions fifteen at the least.
 */
import { AssumeRoleWithWebIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { decodeJwt, type JWTPayload } from 'jose';
import { FatalError } from '../errors.ts';
import type { Fix } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import { accountOf, partitionOf } from './arn.ts';
import { asPolicy, trustStatement } from './policies.ts';
import { withRetries } from './retry.ts';
import { troubleOf } from './trouble.ts';
import { whenUnreachable } from './unreachable.ts';

export interface WebIdentityOptions {
  readonly side: Side;
  readonly roleArn: string;
  readonly audience: string;
  readonly sessionName: string;
  readonly sessionSeconds: number;
  readonly sts: STSClient;
  /** A fresh token for the audience. */
  readonly idToken: (audience: string) => Promise<string>;
  readonly mask: (secret: string) => void;
  readonly aborting: AbortSignal;
}

/** Renewed when this much of the session is left, or a third of it if that is less. */
const MARGIN_MS = 5 * 60_000;

export class WebIdentitySession {
  readonly #options: WebIdentityOptions;
  #current: { readonly credentials: AwsCredentialIdentity; readonly renewAt: number } | undefined;
  #renewing: Promise<AwsCredentialIdentity> | undefined;

  constructor(options: WebIdentityOptions) {
    this.#options = options;
  }

  /** Credentials with some life left. Requests that ask while a renewal is under way share it. */
  credentials(): Promise<AwsCredentialIdentity> {
    if (this.#current !== undefined && Date.now() < this.#current.renewAt) {
      return Promise.resolve(this.#current.credentials);
    }
    return this.renew();
  }

  /** @throws FatalError with the side, the token's claims and the trust policy that would accept them */
  renew(): Promise<AwsCredentialIdentity> {
    this.#renewing ??= this.#assume().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #assume(): Promise<AwsCredentialIdentity> {
    const { roleArn, sessionName, sessionSeconds, audience, sts, aborting } = this.#options;
    let token = '';
    const attempt = async () => {
      token = await this.#options.idToken(audience);
      return sts.send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: sessionName,
          DurationSeconds: sessionSeconds,
          WebIdentityToken: token,
        }),
      );
    };
    const askedAt = Date.now();
    try {
      // A token that expired on the way is replaced by the next attempt.
      const { Credentials: given } = await withRetries(attempt, { aborting, renew: async () => {} });
      if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken || !given.Expiration) {
        throw new Error('STS answered without credentials.');
      }
      for (const secret of [given.AccessKeyId, given.SecretAccessKey, given.SessionToken])
        this.#options.mask(secret);
      const credentials: AwsCredentialIdentity = {
        accessKeyId: given.AccessKeyId,
        secretAccessKey: given.SecretAccessKey,
        sessionToken: given.SessionToken,
        expiration: given.Expiration,
      };
      const lifeMs = sessionSeconds * 1000;
      // Reckoned by this machine's clock alone: the expiration is told by AWS's clock, which may differ.
      this.#current = { credentials, renewAt: askedAt + lifeMs - Math.min(MARGIN_MS, lifeMs / 3) };
      return credentials;
    } catch (error) {
      throw error instanceof FatalError ? error : this.#explain(error, token);
    }
  }

  #explain(error: unknown, token: string): FatalError {
    const { side, roleArn, audience } = this.#options;
    const claims = token === '' ? {} : decodeJwt(token);
    const trouble = troubleOf(error);
    const { code, message } = trouble;
    return new FatalError(
      `The ${side} role ${roleArn} could not be assumed (${code}: ${message}). The token says sub = ${JSON.stringify(claims.sub)}, aud = ${JSON.stringify(claims.aud)}.`,
      whenUnreachable(trouble) ?? fixFor(code, message, roleArn, audience, claims),
      error,
    );
  }
}

function fixFor(code: string, message: string, roleArn: string, audience: string, claims: JWTPayload): Fix {
  const account = accountOf(roleArn);
  const issuer = (claims.iss ?? 'https://token.actions.githubusercontent.com').replace(/^https:\/\//, '');
  if (code.startsWith('InvalidIdentityToken')) {
    return {
      todo: `In account ${account}, create an IAM OIDC identity provider for https://${issuer} with the audience ${audience}; or, if there is one, add the audience to it, or set \`audience\` to one that it lists.`,
    };
  }
  if (/DurationSeconds|MaxSessionDuration/i.test(message)) {
    return { todo: `Lower \`session-duration\`, or raise the maximum session duration of ${roleArn}.` };
  }
  const subjects = subjectsOf(claims);
  const trust = trustStatement(account, partitionOf(roleArn), issuer, audience, subjects);
  const forms =
    subjects.length > 1
      ? ' Both forms of `sub` are listed: repositories created, renamed or transferred after 15 July 2026 use the one with ids.'
      : '';
  return {
    todo: `Check the ARN, and give ${roleArn} in account ${account} a trust policy that accepts this token.${forms}`,
    paste: asPolicy(trust),
    grants: [{ policy: 'trust', of: roleArn, account, statements: [trust] }],
  };
}

/**
 * The token's own subject and its other form: `repo:ORG/REPO:…` and `repo:ORG@ID/REPO@ID:…` ("Immutable subject
 * claims", GitHub Docs). A subject of another shape has been customised and stands alone.
 */
function subjectsOf(claims: JWTPayload): string[] {
  const subject = claims.sub ?? '';
  const parts = /^repo:([^/:@]+)(?:@\d+)?\/([^/:@]+)(?:@\d+)?:(.+)$/s.exec(subject);
  const { repository_owner_id: owner, repository_id: repository } = claims;
  if (parts === null || owner === undefined || repository === undefined) return [subject];
  const [, organisation, name, rest] = parts;
  return [
    `repo:${organisation}/${name}:${rest}`,
    `repo:${organisation}@${owner}/${name}@${repository}:${rest}`,
  ];
}
