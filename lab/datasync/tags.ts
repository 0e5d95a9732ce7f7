/** Tags of locations, tasks and executions. */
import type {
  ListTagsForResourceRequest,
  TagListEntry,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-datasync';
import { pageOf } from './answers.ts';
import { demand } from './permissions.ts';
import { executionOf, locationOf, taskOf } from './resources.ts';
import type { Call, Tagged } from './world.ts';

export const tagsOf = (entries: readonly TagListEntry[] = []): Map<string, string> =>
  new Map(entries.map(({ Key = '', Value = '' }) => [Key, Value]));

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_TagResource.html */
export async function tagResource(call: Call, { ResourceArn, Tags }: TagResourceRequest) {
  const resource = taggedOf(call, ResourceArn);
  const added = tagsOf(Tags);
  await demand(call, 'TagResource', resource, added);
  for (const [key, value] of added) resource.tags.set(key, value);
  return {};
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_UntagResource.html */
export async function untagResource(call: Call, { ResourceArn, Keys = [] }: UntagResourceRequest) {
  const resource = taggedOf(call, ResourceArn);
  await demand(call, 'UntagResource', resource);
  for (const key of Keys) resource.tags.delete(key);
  return {};
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_ListTagsForResource.html */
export async function listTagsForResource(call: Call, request: ListTagsForResourceRequest) {
  const resource = taggedOf(call, request.ResourceArn);
  await demand(call, 'ListTagsForResource', resource);
  return pageOf('Tags', request, [...resource.tags], ([Key, Value]) => ({ Key, Value }));
}

function taggedOf(call: Call, arn = ''): Tagged {
  if (arn.includes(':location/')) return locationOf(call, arn);
  return arn.includes('/execution/') ? executionOf(call, arn) : taskOf(call, arn);
}
