/**
 * Web identity tokens: are they genuine, does the account know their issuer, and does a role trust what they say?
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
import { type CryptoKey, decodeJwt, type JWTPayload, errors as joseErrors, jwtVerify } from 'jose';
import { AwsError } from './errors.ts';
import type { Role } from './iam/accounts.ts';
import { simulate } from './iam/simulate.ts';

export interface Claims extends JWTPayload {
  readonly iss: string;
  readonly sub: string;
}

/**
 * The claims of a token that is signed by its issuer and valid now.
 *
 * @throws AwsError InvalidIdentityToken or ExpiredTokenException
 */
export async function verifyToken(
  token: string,
  issuerKey: (issuer: string) => CryptoKey | undefined,
  now: Date,
): Promise<Claims> {
  const issuer = readIssuer(token);
  const key = issuerKey(issuer);
  if (!key) throw noProvider(issuer);
  try {
    const { payload } = await jwtVerify(token, key, {
      issuer,
      currentDate: now,
      requiredClaims: ['sub', 'aud'],
    });
    return payload as Claims;
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) {
      const [current, end] = [Math.floor(now.getTime() / 1000), Number(error.payload.exp)];
      throw new AwsError(
        400,
        'ExpiredTokenException',
        `Token expired: current date/time ${current} must be before the expiration date/time ${end}`,
      );
    }
    throw invalidToken(
      `The web identity token that was passed could not be validated: ${(error as Error).message}`,
    );
  }
}

function readIssuer(token: string): string {
  try {
    return new URL(decodeJwt(token).iss ?? '').href.replace(/\/$/, '');
  } catch {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
}

/**
 * The one audience of the token that the account's provider accepts.
 *
 * @throws AwsError InvalidIdentityToken
 */
export function checkProvider({ iss, aud }: Claims, audiences: readonly string[] | undefined): string {
  if (!audiences) throw noProvider(iss);
  const accepted = [aud].flat().find(audience => audience !== undefined && audiences.includes(audience));
  if (accepted === undefined) throw invalidToken('Incorrect token audience');
  return accepted;
}

/** Whether the role's trust policy lets the bearer of these claims in. */
export async function trustsToken(role: Role, host: string, claims: Claims): Promise<boolean> {
  // The simulator does not know every claim of every issuer as a condition key, but any tag of a principal. Web
  // identity requests come without tags here, so the claims can go by that name on both sides.
  const asTag = `aws:PrincipalTag/${host}/`;
  const trustPolicy = JSON.parse(JSON.stringify(role.trustPolicy).replaceAll(`"${host}:`, `"${asTag}`));
  const analysis = await simulate({
    principal: providerArn(role.account, host),
    action: 'sts:AssumeRoleWithWebIdentity',
    resource: role.arn,
    resourceAccount: role.account,
    identityPolicies: [],
    resourcePolicy: trustPolicy,
    context: Object.fromEntries(
      Object.entries(claims).map(([claim, value]) => [asTag + claim, String(value)]),
    ),
  });
  return analysis.result === 'Allowed';
}

export function providerArn(account: string, host: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${host}`;
}

function invalidToken(message: string): AwsError {
  return new AwsError(400, 'InvalidIdentityToken', message);
}

function noProvider(issuer: string): AwsError {
  return invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
}
