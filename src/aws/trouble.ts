/**
 * What an error of AWS, of an S3-compatible server or of the network means for what was being tried. Codes from the S3
 * API Reference, "Error responses", and the models of S3 and STS.
 */
import { discreet, messageOf } from '../errors.ts';

/**
 * - `throttle`: try again, slower
 * - `retry`: try again
 * - `renew`: try again with fresh credentials
 * - `denied`: the identity may not do this
 * - `precondition`: the object is no longer what the caller thought it was
 * - `absent`: bucket, object or upload is not there
 * - `configuration`: no request of this kind can succeed; stop
 * - `other`: this request failed for a reason of its own
 */
export type TroubleKind =
  | 'throttle'
  | 'retry'
  | 'renew'
  | 'denied'
  | 'precondition'
  | 'absent'
  | 'configuration'
  | 'other';

export interface Trouble {
  readonly kind: TroubleKind;
  readonly code: string;
  readonly message: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly requestId: string | undefined;
  /** `<Condition>` of a 412: the header that did not hold. */
  readonly condition: string | undefined;
}

const KINDS: Readonly<Record<string, TroubleKind>> = {
  SlowDown: 'throttle',
  ServiceUnavailable: 'throttle',
  Throttling: 'throttle',
  ThrottlingException: 'throttle',
  RequestLimitExceeded: 'throttle',
  TooManyRequestsException: 'throttle',
  InternalError: 'retry',
  InternalFailure: 'retry',
  RequestTimeout: 'retry',
  RequestTimeTooSkewed: 'retry',
  OperationAborted: 'retry',
  ConditionalRequestConflict: 'retry',
  IDPCommunicationError: 'retry',
  TimeoutError: 'retry',
  // Not S3's: a body on its way from one request into another broke off.
  BrokenBody: 'retry',
  ExpiredToken: 'renew',
  ExpiredTokenException: 'renew',
  TokenRefreshRequired: 'renew',
  // A HEAD cannot name its error. Of the 400s, an expired token is the one that something can be done about.
  BadRequest: 'renew',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  Forbidden: 'denied',
  AllAccessDisabled: 'denied',
  PreconditionFailed: 'precondition',
  NoSuchKey: 'absent',
  NoSuchVersion: 'absent',
  NoSuchUpload: 'absent',
  NotFound: 'absent',
  NoSuchBucket: 'configuration',
  InvalidAccessKeyId: 'configuration',
  InvalidClientTokenId: 'configuration',
  InvalidToken: 'configuration',
  SignatureDoesNotMatch: 'configuration',
  CredentialsProviderError: 'configuration',
  AccountProblem: 'configuration',
  PermanentRedirect: 'configuration',
  AuthorizationHeaderMalformed: 'configuration',
};

const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/**
 * Errors that any other attempt would meet as well: a request that cannot be sent, and an answer with headers too large
 * to be an accident.
 */
const LASTING: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_HEADERS_OVERFLOW',
  'HPE_HEADER_OVERFLOW',
]);

/** Node's own codes, and those of undici and of its HTTP parser. */
function isNetworkCode(code: string): boolean {
  if (LASTING.has(code)) return false;
  return NETWORK_CODES.has(code) || code.startsWith('UND_ERR_') || code.startsWith('HPE_');
}

interface SdkError {
  readonly name?: string;
  readonly code?: string;
  readonly Code?: string;
  readonly Condition?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly statusCode?: number };
}

export function troubleOf(error: unknown): Trouble {
  const from: SdkError = typeof error === 'object' && error !== null ? error : {};
  const status = from.$metadata?.httpStatusCode ?? from.$response?.statusCode ?? 0;
  const code = codeOf(from, status);
  return {
    kind: kindOf(code, status, from, error),
    code: discreet(code),
    message: messageOf(error),
    status,
    requestId: from.$metadata?.requestId && discreet(from.$metadata.requestId),
    condition: from.Condition,
  };
}

/** HEAD answers carry no body, so that only the status says what happened. */
function codeOf(from: SdkError, status: number): string {
  const named = from.Code ?? from.name ?? 'Error';
  if (!NAMELESS.has(named)) return named;
  if (from.code !== undefined) return from.code;
  return STATUS_CODES[status] ?? named;
}

/** Names that say nothing. The last is Node's where every address of a host failed. */
const NAMELESS: ReadonlySet<string> = new Set(['UnknownError', 'Unknown', '403', 'Error', 'AggregateError']);

const STATUS_CODES: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  400: 'BadRequest',
  403: 'AccessDenied',
  404: 'NotFound',
  412: 'PreconditionFailed',
  429: 'Throttling',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

function kindOf(code: string, status: number, from: SdkError, error: unknown): TroubleKind {
  if (isSkewed(code, error)) return 'retry';
  const known = KINDS[code];
  if (known !== undefined) return known;
  if (code.startsWith('KMS.')) return 'configuration';
  if (isNetworkCode(from.code ?? code) || isCutShort(error)) return 'retry';
  if (status === 429) return 'throttle';
  // 501 says that the server will never do this, which another attempt does not change.
  return status >= 500 && status !== 501 ? 'retry' : 'other';
}

/**
 * What services other than S3 say of a clock that is wrong. The SDK has then learned the right time from the answer.
 * (IAM User Guide, "Troubleshoot Signature Version 4 signing for API requests".)
 */
function isSkewed(code: string, error: unknown): boolean {
  return (
    (code === 'SignatureDoesNotMatch' || code === 'InvalidSignatureException') &&
    /^Signature (expired|not yet current)/.test(messageOf(error))
  );
}

/** A connection that ended early, and the SDK's words for a 200 without the body that belongs to it. */
function isCutShort(error: unknown): boolean {
  return /socket hang up|S3 aborted request|aborted|premature close|other side closed/i.test(
    messageOf(error),
  );
}
