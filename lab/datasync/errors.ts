/** What DataSync refuses requests with, and the words it has for what went wrong on the way. */
import { AwsError } from '../errors.ts';
import { S3Error } from '../s3/errors.ts';

/** Source: DataSync API model, InvalidRequestException, whose codes are documented nowhere. */
export const invalidRequest = (message: string, details: Readonly<Record<string, string>> = {}): AwsError =>
  new AwsError(400, 'InvalidRequestException', message, { errorCode: 'InvalidParameter', ...details });

export const notFound = (what: string, arn: string): AwsError =>
  invalidRequest(`Invalid parameter: ${what} ${arn.split('/').at(-1)} is not found.`);

/** Why something was refused or ended, as reports and results name it. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** The reason behind a refusal; everything else that is thrown is a bug and goes on. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof S3Error || error instanceof AwsError) return error;
  throw error;
}
