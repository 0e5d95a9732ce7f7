import type { LabRequest, LabResponse } from '../kinds.ts';
import { document, text } from './xml.ts';

/** A refusal as S3 words it: HTTP status, code, message, and the extra elements some codes carry. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string | number>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: Readonly<Record<string, string | number>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  with(headers: Readonly<Record<string, string>>): S3Error {
    return new S3Error(this.status, this.code, this.message, this.details, { ...this.headers, ...headers });
  }
}

export const accessDenied = (why = 'Access Denied') => new S3Error(403, 'AccessDenied', why);

export const noSuchBucket = (bucket: string) =>
  new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket });

export const noSuchKey = (key: string, headers: Record<string, string> = {}) =>
  new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key }, headers);

export const noSuchVersion = (key: string, version: string) =>
  new S3Error(404, 'NoSuchVersion', 'The specified version does not exist.', {
    Key: key,
    VersionId: version,
  });

export const noSuchUpload = (upload: string) =>
  new S3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: upload },
  );

export const preconditionFailed = (condition: string) =>
  new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });

export const invalidRequest = (message: string) => new S3Error(400, 'InvalidRequest', message);

export const invalidArgument = (message: string, name: string, value: string) =>
  new S3Error(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });

export const malformedXml = () =>
  new S3Error(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const notImplemented = (what: string) =>
  new S3Error(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented', {
    Header: what,
  });

/**
 * The answer S3 gives to a request it refuses. HEAD answers have headers only.
 * Source: AmazonS3 API Reference, ErrorResponses.
 */
export function errorResponse(error: S3Error, request: LabRequest): LabResponse {
  if (request.method === 'HEAD' || error.status === 304) {
    return { status: error.status, headers: error.headers };
  }
  const body = document(
    'Error',
    text('Code', error.code),
    text('Message', error.message),
    ...Object.entries(error.details).map(([name, value]) => text(name, value)),
    text('Resource', request.path),
    text('RequestId', request.id),
    text('HostId', hostId(request.id)),
  );
  return { status: error.status, headers: { 'content-type': 'application/xml', ...error.headers }, body };
}

/** `x-amz-id-2` of an answer: opaque to clients, so it only has to look the part. */
export const hostId = (requestId: string): string =>
  Buffer.from(requestId.repeat(4)).toString('base64').slice(0, 76);
