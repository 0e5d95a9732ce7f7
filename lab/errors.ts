/**
 * Refusals. One thing goes wrong under several names: S3 calls an unknown key InvalidAccessKeyId, STS calls it
 * InvalidClientTokenId, and each wraps its error in XML of its own shape. A dialect holds a service's names and shape.
 */
import { XMLBuilder } from 'fast-xml-parser';
import type { LabResponse } from './kinds.ts';

/** An answer that AWS gives instead of the result. */
export class AwsError extends Error {
  readonly status: number;
  readonly code: string;
  /** What the error's shape holds besides its message. */
  readonly details: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'AwsError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** What authentication can find wrong, before a service is even asked. */
export type Refusal =
  | 'unsigned-header'
  | 'malformed'
  | 'unknown-key'
  | 'wrong-token'
  | 'expired-token'
  | 'expired-request'
  | 'skewed'
  | 'bad-signature';

export interface Dialect {
  render(error: AwsError, request: { readonly id: string; readonly path: string }): LabResponse;
}

/** The dialect of a service that checks signatures. */
export interface SignedDialect extends Dialect {
  readonly refusals: Readonly<Record<Refusal, readonly [status: number, code: string, message: string]>>;
}

export function refusal(dialect: SignedDialect, what: Refusal): AwsError {
  return new AwsError(...dialect.refusals[what]);
}

const xml = new XMLBuilder({ ignoreAttributes: false });

/** Serialises an answer; attributes are keys that begin with `@_`. */
export function toXml(document: Readonly<Record<string, unknown>>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build(document)}`;
}

const S3_SIGNATURE_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** Names and XML of S3's errors, after https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const s3Dialect: SignedDialect = {
  refusals: {
    'unsigned-header': [
      403,
      'AccessDenied',
      'There were headers present in the request which were not signed',
    ],
    malformed: [400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.'],
    'unknown-key': [
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    ],
    'wrong-token': [400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.'],
    'expired-token': [400, 'ExpiredToken', 'The provided token has expired.'],
    'expired-request': [403, 'AccessDenied', 'Request has expired'],
    skewed: [
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    ],
    'bad-signature': [403, 'SignatureDoesNotMatch', S3_SIGNATURE_MISMATCH],
  },
  render: (error, request) => ({
    status: error.status,
    headers: { 'content-type': 'application/xml' },
    body: toXml({
      Error: {
        Code: error.code,
        Message: error.message,
        Resource: request.path,
        RequestId: request.id,
        HostId: 'lab',
      },
    }),
  }),
};

/** S3 Control checks signatures as S3 does and wraps its errors once more. Source: what its SDKs read. */
export const s3ControlDialect: SignedDialect = {
  refusals: s3Dialect.refusals,
  render: (error, request) => ({
    status: error.status,
    headers: { 'content-type': 'application/xml' },
    body: toXml({
      ErrorResponse: {
        '@_xmlns': 'http://awss3control.amazonaws.com/doc/2018-08-20/',
        Error: { Code: error.code, Message: error.message },
        RequestId: request.id,
        HostId: 'lab',
      },
    }),
  }),
};

/**
 * Names and XML of the Query protocol's errors, which STS and IAM speak, after
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
export const queryDialect = (namespace: string): SignedDialect => ({
  refusals: {
    'unsigned-header': [
      403,
      'SignatureDoesNotMatch',
      'Headers to be signed must contain every x-amz- header',
    ],
    malformed: [400, 'IncompleteSignature', 'The request signature does not conform to AWS standards.'],
    'unknown-key': [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    'wrong-token': [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    'expired-token': [403, 'ExpiredToken', 'The security token included in the request is expired'],
    'expired-request': [403, 'SignatureDoesNotMatch', 'Signature expired'],
    skewed: [403, 'SignatureDoesNotMatch', 'Signature expired or not yet current'],
    'bad-signature': [403, 'SignatureDoesNotMatch', S3_SIGNATURE_MISMATCH],
  },
  render: (error, request) => ({
    status: error.status,
    headers: { 'content-type': 'text/xml' },
    body: toXml({
      ErrorResponse: {
        '@_xmlns': namespace,
        Error: {
          Type: error.status < 500 ? 'Sender' : 'Receiver',
          Code: error.code,
          Message: error.message,
        },
        RequestId: request.id,
      },
    }),
  }),
});

/**
 * Names and shape of the errors of services that speak JSON 1.1, after
 * https://docs.aws.amazon.com/datasync/latest/userguide/CommonErrors.html
 */
export const jsonDialect: SignedDialect = {
  refusals: {
    'unsigned-header': [
      400,
      'InvalidSignatureException',
      'Headers to be signed must contain every x-amz- header',
    ],
    malformed: [
      400,
      'IncompleteSignatureException',
      'The request signature does not conform to AWS standards.',
    ],
    'unknown-key': [
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    'wrong-token': [
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    'expired-token': [400, 'ExpiredTokenException', 'The security token included in the request is expired'],
    'expired-request': [400, 'InvalidSignatureException', 'Signature expired'],
    skewed: [400, 'InvalidSignatureException', 'Signature expired or not yet current'],
    'bad-signature': [400, 'InvalidSignatureException', S3_SIGNATURE_MISMATCH],
  },
  render: error => ({
    status: error.status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.details }),
  }),
};

/** GitHub's services look at bearer tokens themselves and speak JSON. */
export const githubDialect: Dialect = {
  render: error => ({
    status: error.status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: error.code, msg: error.message, message: error.message }),
  }),
};
