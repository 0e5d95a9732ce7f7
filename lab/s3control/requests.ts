/** The requests of S3 Control as its API model (2018-08-20) shapes them: in XML, or in the query. */
import { type CreateJobRequest, JobStatus, type S3Tag } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import { validationErrors } from '../violations.ts';
import { createJob, priority, tags } from './job-shape.ts';
import { integer, list, oneOf, type Shape, structure, text } from './shapes.ts';
import type { Element } from './xml.ts';

type Given<T> = { readonly [Name in keyof T]-?: NonNullable<T[Name]> };

/** All that a job is made of; the rest of the service's request is a header. */
export type JobRequest = Given<
  Pick<CreateJobRequest, 'Operation' | 'Report' | 'Priority' | 'RoleArn' | 'ClientRequestToken'>
> &
  Pick<CreateJobRequest, 'ConfirmationRequired' | 'Manifest' | 'ManifestGenerator' | 'Description' | 'Tags'>;

export const readCreateJob = (element: Element): JobRequest => read(createJob, element) as JobRequest;

export const readTags = (element: Element): readonly S3Tag[] =>
  (read(structure({ 'Tags!': tags }), element) as { Tags: S3Tag[] }).Tags;

export const readStatusUpdate = (query: ReadonlyMap<string, string>) =>
  read(
    structure({
      'requestedJobStatus!': oneOf('Cancelled', 'Ready'),
      statusUpdateReason: text({ min: 1, max: 256 }),
    }),
    Object.fromEntries(query),
  ) as { readonly requestedJobStatus: 'Cancelled' | 'Ready'; readonly statusUpdateReason?: string };

export const readPriorityUpdate = (query: ReadonlyMap<string, string>) =>
  read(structure({ 'priority!': priority }), Object.fromEntries(query)) as { readonly priority: number };

const STATUSES = Object.values(JobStatus);

/** ListJobs alone has an exception of another name for what is wrong with it. */
export function readListing(query: readonly (readonly [name: string, value: string])[]) {
  const shape = structure({
    jobStatuses: list(oneOf(...STATUSES)),
    nextToken: text({ min: 1, max: 1024 }),
    maxResults: integer({ min: 0, max: 1000 }),
  });
  const statuses = query.filter(([name]) => name === 'jobStatuses').map(([, value]) => value);
  const element = { ...Object.fromEntries(query), jobStatuses: { member: statuses } };
  return read(shape, element, 'InvalidRequestException') as {
    readonly jobStatuses: readonly JobStatus[];
    readonly nextToken?: string;
    readonly maxResults?: number;
  };
}

function read(shape: Shape, element: Element, code = 'BadRequestException'): unknown {
  const wrong: string[] = [];
  const value = shape(element, '', wrong);
  if (wrong.length > 0) throw new AwsError(400, code, validationErrors(wrong));
  return value;
}
