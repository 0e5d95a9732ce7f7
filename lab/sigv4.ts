/**
 * Verification of Signature Version 4: the canonical request is rebuilt from the bytes that came over the wire.
 *
 * After https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and its neighbours on query
 * strings and chunked uploads.
 */
import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { AwsError, refusal, type SignedDialect } from './errors.ts';
import type { AccessKey } from './iam/keys.ts';
import type { Caller } from './kinds.ts';
import { percentDecode, queryPairs, uriEncode } from './percent.ts';

/** A request as it was sent. */
export interface RawRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  /** The query string, still percent-encoded, without `?`. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Claim {
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly time: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly token: string | undefined;
  readonly presigned: { readonly seconds: number } | undefined;
}

export interface Authentication {
  readonly caller: Caller;
  readonly scope: { readonly region: string; readonly service: string };
  /** Continues the chain of signatures that STREAMING-AWS4-HMAC-SHA256-PAYLOAD hangs on the request's own. */
  readonly signNext: (algorithm: string, payload: readonly string[]) => string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;

/** The service of the credential scope, before any checking; tells an STS call from an S3 one. */
export function claimedService(request: RawRequest): string | undefined {
  return readClaim(request)?.service;
}

/**
 * Who signed this request. `undefined` when nobody did.
 *
 * @throws AwsError in the words of `dialect` when the signature, the key or its token does not hold
 */
export function authenticate(
  request: RawRequest,
  findKey: (accessKeyId: string) => AccessKey | undefined,
  now: Date,
  dialect: SignedDialect,
): Authentication | undefined {
  const claim = readClaim(request);
  if (!claim) {
    if (request.headers.authorization === undefined) return undefined;
    throw refusal(dialect, 'malformed');
  }
  const time = parseTime(claim.time);
  if (time === undefined || claim.terminator !== 'aws4_request' || !claim.time.startsWith(claim.day)) {
    throw refusal(dialect, 'malformed');
  }
  checkTime(claim, time, now, dialect);

  const key = findKey(claim.accessKeyId);
  // A temporary key without its token is no key at all.
  if (!key || (key.sessionToken !== undefined && claim.token === undefined)) {
    throw refusal(dialect, 'unknown-key');
  }
  if (claim.token !== key.sessionToken) throw refusal(dialect, 'wrong-token');

  const signingKey = signingKeyFor(key, claim);
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const sign = (algorithm: string, lines: readonly string[]) =>
    hmac(signingKey, [algorithm, claim.time, scope, ...lines].join('\n')).toString('hex');

  if (!sameText(sign(ALGORITHM, [sha256(canonicalRequest(request, claim))]), claim.signature)) {
    throw refusal(dialect, 'bad-signature');
  }
  if (Object.keys(request.headers).some(name => mustBeSigned(name) && !claim.signedHeaders.includes(name))) {
    throw refusal(dialect, 'unsigned-header');
  }
  if (key.expiration !== undefined && key.expiration <= now) throw refusal(dialect, 'expired-token');

  let previous = claim.signature;
  return {
    caller: key.caller,
    scope: { region: claim.region, service: claim.service },
    signNext: (algorithm, payload) => {
      previous = sign(algorithm, [previous, ...payload]);
      return previous;
    },
  };
}

// A key is good for a day and thousands of requests.
const signingKeys = new Map<string, KeyObject>();

function signingKeyFor({ secretAccessKey }: AccessKey, { day, region, service }: Claim): KeyObject {
  const name = [secretAccessKey, day, region, service].join();
  const known = signingKeys.get(name);
  if (known) return known;
  const key = [day, region, service, 'aws4_request'].reduce(
    (outer, part) => createSecretKey(hmac(outer, part)),
    createSecretKey(Buffer.from(`AWS4${secretAccessKey}`)),
  );
  signingKeys.set(name, key);
  return key;
}

/** Compares without telling by its duration where the difference is. */
export function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest();
}

function mustBeSigned(header: string): boolean {
  return header === 'host' || header.startsWith('x-amz-');
}

function readClaim(request: RawRequest): Claim | undefined {
  return readHeader(request.headers) ?? readPresigned(request.search);
}

function readHeader(headers: RawRequest['headers']): Claim | undefined {
  const match = headers.authorization?.match(
    /^AWS4-HMAC-SHA256 Credential=([^,]*), *SignedHeaders=([^,]*), *Signature=([0-9a-f]{64})$/,
  );
  if (!match) return undefined;
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  return {
    ...readCredential(credential),
    time: headers['x-amz-date'] ?? '',
    signedHeaders: signedHeaders.split(';'),
    signature,
    token: headers['x-amz-security-token'],
    presigned: undefined,
  };
}

function readPresigned(search: string): Claim | undefined {
  const query = new Map(queryPairs(search));
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) return undefined;
  return {
    ...readCredential(query.get('X-Amz-Credential') ?? ''),
    time: query.get('X-Amz-Date') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    token: query.get('X-Amz-Security-Token'),
    presigned: { seconds: Number(query.get('X-Amz-Expires')) },
  };
}

function readCredential(credential: string) {
  // An access key id has no slash in it, so the five parts are counted from the front.
  const [accessKeyId = '', day = '', region = '', service = '', terminator = ''] = credential.split('/');
  return { accessKeyId, day, region, service, terminator };
}

function checkTime(claim: Claim, time: Date, now: Date, dialect: SignedDialect): void {
  const age = now.getTime() - time.getTime();
  if (claim.presigned) {
    if (!(age <= claim.presigned.seconds * 1000)) throw refusal(dialect, 'expired-request');
    if (age < -MAX_SKEW_MS) throw new AwsError(403, 'AccessDenied', 'Request is not yet valid');
  } else if (Math.abs(age) > MAX_SKEW_MS) {
    throw refusal(dialect, 'skewed');
  }
}

function parseTime(basic: string): Date | undefined {
  const match = basic.match(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function canonicalRequest(request: RawRequest, claim: Claim): Buffer {
  const { signedHeaders } = claim;
  const canonical = [
    request.method,
    canonicalPath(request.path, claim.service),
    canonicalQuery(request.search),
    ...signedHeaders.map(name => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash(request, claim),
  ].join('\n');
  // Node hands header bytes over as latin1, so this gives back the bytes that were sent.
  return Buffer.from(canonical, 'latin1');
}

/** S3 signs a path encoded once; every other service encodes the already encoded path again. */
function canonicalPath(path: string, service: string): string {
  return path
    .split('/')
    .map(segment => uriEncode(service === 's3' ? percentDecode(segment) : Buffer.from(segment, 'latin1')))
    .join('/');
}

function canonicalQuery(search: string): string {
  return queryPairs(search)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(Buffer.from(name)), uriEncode(Buffer.from(value))] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function payloadHash({ headers, body }: RawRequest, claim: Claim): string {
  const given = headers['x-amz-content-sha256'];
  if (given !== undefined) return given;
  if (claim.presigned) return 'UNSIGNED-PAYLOAD';
  if (claim.service === 's3') {
    throw new AwsError(
      400,
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  return sha256(body);
}
