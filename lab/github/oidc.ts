/**
 * GitHub's OIDC issuer: gives a job that shows its request token an identity token for an audience.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import type { LabRequest, LabResponse, Service } from '../kinds.ts';

/** What the token says about the job. Set any of it at any time; the next token carries it. */
export interface JobClaims {
  repository: string;
  repositoryId: string;
  ownerId: string;
  ref: string;
  sha: string;
  environment: string | undefined;
  eventName: string;
  runId: string;
  workflow: string;
  actor: string;
  /** Whether the subject carries ids, as it does for repositories created or renamed since 15 July 2026. */
  immutableSubject: boolean;
}

export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';
const PATH = '/_github/oidc/';

/** One for all labs of a process: to find one takes longer than most runs against a lab. */
let pair: ReturnType<typeof generateKeyPair> | undefined;

export class Oidc implements Service {
  readonly claims: JobClaims = {
    repository: 'octo-org/octo-repo',
    repositoryId: '456789',
    ownerId: '123456',
    ref: 'refs/heads/main',
    sha: '0123456789abcdef0123456789abcdef01234567',
    environment: undefined,
    eventName: 'workflow_dispatch',
    runId: '9876543210',
    workflow: 'sync',
    actor: 'octocat',
    immutableSubject: false,
  };
  /** What a job must show to get tokens: `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  readonly requestToken = 'lab-id-token-request-token';
  /** All tokens there have been. */
  readonly issued: string[] = [];
  readonly publicKey: CryptoKey;
  readonly #privateKey: CryptoKey;
  readonly #jwk: JWK;
  readonly #clock: Clock;

  private constructor(clock: Clock, keys: { publicKey: CryptoKey; privateKey: CryptoKey }, jwk: JWK) {
    this.#clock = clock;
    this.publicKey = keys.publicKey;
    this.#privateKey = keys.privateKey;
    this.#jwk = { ...jwk, kid: 'lab', alg: 'RS256', use: 'sig' };
  }

  static async create(clock: Clock): Promise<Oidc> {
    pair ??= generateKeyPair('RS256');
    const keys = await pair;
    return new Oidc(clock, keys, await exportJWK(keys.publicKey));
  }

  static claims(path: string): boolean {
    return path.startsWith(PATH);
  }

  /** `ACTIONS_ID_TOKEN_REQUEST_URL`, to which clients append `&audience=…`. */
  requestUrl(endpoint: string): string {
    return `${endpoint}${PATH}token?api-version=2.0`;
  }

  /** The subject of the next token, in the default forms: environment first, then pull request, then ref. */
  subject(): string {
    const { repository, repositoryId, ownerId, ref, environment, eventName, immutableSubject } = this.claims;
    const [owner = '', name = ''] = repository.split('/');
    const whose = immutableSubject ? `${owner}@${ownerId}/${name}@${repositoryId}` : repository;
    const escaped = (value: string): string => value.replaceAll(':', '%3A');
    if (environment !== undefined) return `repo:${whose}:environment:${escaped(environment)}`;
    return eventName === 'pull_request' ? `repo:${whose}:pull_request` : `repo:${whose}:ref:${escaped(ref)}`;
  }

  /** A signed token that is valid from ten minutes ago and for the next five. */
  async token(audience: string): Promise<string> {
    const now = Math.floor(this.#clock.now().getTime() / 1000);
    const { claims } = this;
    const token = await new SignJWT({
      ref: claims.ref,
      sha: claims.sha,
      repository: claims.repository,
      repository_id: claims.repositoryId,
      repository_owner: this.#owner,
      repository_owner_id: claims.ownerId,
      run_id: claims.runId,
      workflow: claims.workflow,
      actor: claims.actor,
      event_name: claims.eventName,
      ...(claims.environment !== undefined && { environment: claims.environment }),
    })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: 'lab' })
      .setJti(crypto.randomUUID())
      .setIssuer(GITHUB_ISSUER)
      .setSubject(this.subject())
      .setAudience(audience)
      .setNotBefore(now - 600)
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(this.#privateKey);
    this.issued.push(token);
    return token;
  }

  operation(request: LabRequest): { name: string } {
    return { name: request.path === `${PATH}token` ? 'GetIdToken' : 'GetIssuerMetadata' };
  }

  async handle(request: LabRequest): Promise<LabResponse> {
    switch (request.path.slice(PATH.length)) {
      case 'token': {
        const [scheme, token] = (request.headers.authorization ?? '').split(' ');
        if (scheme?.toLowerCase() !== 'bearer' || token !== this.requestToken) {
          return json(401, { message: 'Unauthorized' });
        }
        const audience = request.query.get('audience') ?? `https://github.com/${this.#owner}`;
        const value = await this.token(audience);
        return json(200, { count: value.length, value });
      }
      case '.well-known/openid-configuration':
        return json(200, {
          issuer: GITHUB_ISSUER,
          jwks_uri: `http://${request.headers.host}${PATH}.well-known/jwks`,
          id_token_signing_alg_values_supported: ['RS256'],
          response_types_supported: ['id_token'],
          subject_types_supported: ['public', 'pairwise'],
        });
      case '.well-known/jwks':
        return json(200, { keys: [this.#jwk] });
      default:
        return json(404, { message: 'Not Found' });
    }
  }

  get #owner(): string {
    return this.claims.repository.split('/')[0] ?? '';
  }
}

function json(status: number, body: unknown): LabResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
