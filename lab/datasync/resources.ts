/** Resources by their ARN, their tags, and lists of them. */
import { randomBytes } from 'node:crypto';
import type {
  ListTagsForResourceRequest,
  LocationFilter,
  TagListEntry,
  TagResourceRequest,
  TaskFilter,
  UntagResourceRequest,
} from '@aws-sdk/client-datasync';
import { invalidRequest, notFound } from './errors.ts';
import { demand } from './permissions.ts';
import type { Call, Execution, Location, Tagged, Task } from './world.ts';

export const newId = (prefix: string): string => `${prefix}-${randomBytes(9).toString('hex').slice(0, 17)}`;

/** `where` is 'here' for what must be of the Region that is asked. */
export function locationOf({ world, home }: Call, arn = '', where: 'here' | 'anywhere' = 'here'): Location {
  assertOwn(home.account, arn);
  const region = where === 'here' ? home.region : regionOf(arn);
  const location = world.home(home.account, region).locations.get(arn);
  if (!location) throw notFound('Location', arn);
  return location;
}

export function taskOf({ home }: Call, arn = ''): Task {
  assertOwn(home.account, arn);
  const task = home.tasks.get(arn);
  if (!task) throw notFound('Task', arn);
  return task;
}

export function executionOf(call: Call, arn = ''): Execution {
  const [taskArn] = arn.split('/execution/');
  const execution = taskOf(call, taskArn).executions.find(one => one.arn === arn);
  if (!execution) throw notFound('Task execution', arn);
  return execution;
}

export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

function assertOwn(account: string, arn: string): void {
  const owner = arn.split(':')[4];
  if (owner === account) return;
  throw invalidRequest(`Invalid parameter: ARN account (${owner}) must match authenticated user.`);
}

export const tagsOf = (entries: readonly TagListEntry[] = []): Map<string, string> =>
  new Map(entries.map(({ Key = '', Value = '' }) => [Key, Value]));

/** What is made with tags also takes the permission to tag. */
export async function demandTagging(call: Call, { arn, tags }: Tagged): Promise<void> {
  if (tags.size > 0) await demand(call, 'TagResource', arn, { requestTags: tags });
}

export async function tagResource(call: Call, { ResourceArn, Tags }: TagResourceRequest) {
  const { arn, tags } = taggedOf(call, ResourceArn);
  const added = tagsOf(Tags);
  await demand(call, 'TagResource', arn, { resourceTags: tags, requestTags: added });
  for (const [key, value] of added) tags.set(key, value);
  return {};
}

export async function untagResource(call: Call, { ResourceArn, Keys = [] }: UntagResourceRequest) {
  const { arn, tags } = taggedOf(call, ResourceArn);
  await demand(call, 'UntagResource', arn, { resourceTags: tags });
  for (const key of Keys) tags.delete(key);
  return {};
}

export async function listTagsForResource(call: Call, request: ListTagsForResourceRequest) {
  const { arn, tags } = taggedOf(call, request.ResourceArn);
  await demand(call, 'ListTagsForResource', arn, { resourceTags: tags });
  return pageOf('Tags', request, [...tags], ([Key, Value]) => ({ Key, Value }));
}

function taggedOf(call: Call, arn = ''): Tagged {
  if (arn.includes(':location/')) return locationOf(call, arn);
  return arn.includes('/execution/') ? executionOf(call, arn) : taskOf(call, arn);
}

const MAX_PAGE = 100;

/** One page under `name`, with a token when there is more. */
export function pageOf<T>(
  name: string,
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  all: readonly T[],
  describe: (one: T) => unknown,
): Record<string, unknown> {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString());
  if (!Number.isInteger(start)) throw invalidRequest('Invalid parameter: NextToken');
  const end = start + (MaxResults || MAX_PAGE);
  return {
    [name]: all.slice(start, end).map(describe),
    ...(end < all.length && { NextToken: Buffer.from(String(end)).toString('base64url') }),
  };
}

/**
 * Whether one of `actual` is as the filter wants it; of its values one is enough.
 * Source: DataSync User Guide, query-resources.
 */
export function passes(
  { Operator, Values = [] }: LocationFilter | TaskFilter,
  actual: readonly string[],
): boolean {
  const some = (holds: (actual: string, wanted: string) => boolean): boolean =>
    Values.some(wanted => actual.some(one => holds(one, wanted)));
  switch (Operator) {
    case 'NotEquals':
      return !some((one, wanted) => one === wanted);
    case 'Contains':
      return some((one, wanted) => one.includes(wanted));
    case 'NotContains':
      return !some((one, wanted) => one.includes(wanted));
    case 'BeginsWith':
      return some((one, wanted) => one.startsWith(wanted));
    case 'LessThan':
      return some((one, wanted) => new Date(one) < new Date(wanted));
    case 'LessThanOrEqual':
      return some((one, wanted) => new Date(one) <= new Date(wanted));
    case 'GreaterThan':
      return some((one, wanted) => new Date(one) > new Date(wanted));
    case 'GreaterThanOrEqual':
      return some((one, wanted) => new Date(one) >= new Date(wanted));
    default:
      return some((one, wanted) => one === wanted);
  }
}

/** JSON 1.1 writes times as seconds. */
export const seconds = (date: Date | undefined): number | undefined => date && date.getTime() / 1000;
