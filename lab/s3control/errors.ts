/** What S3 Control refuses requests with, and why jobs fail. Codes are those of its API model. */
import { AwsError } from '../errors.ts';
import { S3Error } from '../s3/errors.ts';

export const badRequest = (message: string): AwsError => new AwsError(400, 'BadRequestException', message);

export const accessDenied = (why = 'Access Denied'): AwsError => new AwsError(403, 'AccessDenied', why);

/** Source: User Guide, troubleshooting-batch-operations; the API model calls it NotFoundException. */
export const noSuchJob = (): AwsError => new AwsError(404, 'NoSuchJob', 'The specified job does not exist.');

export const malformedXml = (): AwsError =>
  new AwsError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const notImplemented = (what: string): AwsError =>
  new AwsError(501, 'NotImplemented', `The lab's S3 Batch Operations does not implement ${what}`);

/** Why a task or a job failed. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The failure behind a refusal; everything else that is thrown is a bug and goes on. */
export function failureOf(error: unknown): Failure {
  if (error instanceof S3Error || error instanceof AwsError) return error;
  throw error;
}
