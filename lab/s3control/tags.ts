/** Tags of jobs. Source: API model, PutJobTagging. */
import type { S3Tag } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import { badRequest } from './errors.ts';
import { jobOf } from './jobs.ts';
import { demand, tagContext } from './permissions.ts';
import { readTags } from './requests.ts';
import type { Call } from './world.ts';
import { readDocument, writeDocument } from './xml.ts';

const MAX_TAGS = 50;

export function tagsOf(entries: readonly S3Tag[] = []): ReadonlyMap<string, string> {
  if (entries.length > MAX_TAGS)
    throw new AwsError(400, 'TooManyTagsException', `A job can have no more than ${MAX_TAGS} tags`);
  const tags = new Map(entries.map(({ Key = '', Value = '' }) => [Key, Value]));
  if (tags.size < entries.length) throw badRequest('Cannot provide multiple Tags with the same key');
  return tags;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetJobTagging.html */
export async function getJobTagging(call: Call, id: string): Promise<string> {
  const job = jobOf(call, id);
  await demand(call, 'GetJobTagging', { job });
  const member = [...job.tags].map(([Key, Value]) => ({ Key, Value }));
  return writeDocument('GetJobTaggingResult', { Tags: { member } });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutJobTagging.html */
export async function putJobTagging(call: Call, id: string): Promise<string> {
  const job = jobOf(call, id);
  const tags = tagsOf(readTags(readDocument(call.request.body, 'PutJobTaggingRequest')));
  await demand(call, 'PutJobTagging', { job, context: tagContext(tags) });
  job.tags = tags;
  return writeDocument('PutJobTaggingResult', {});
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeleteJobTagging.html */
export async function deleteJobTagging(call: Call, id: string): Promise<string> {
  const job = jobOf(call, id);
  await demand(call, 'DeleteJobTagging', { job });
  job.tags = new Map();
  return writeDocument('DeleteJobTaggingResult', {});
}
