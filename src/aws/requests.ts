/** A statement taken apart: each of its actions on a resource of the kind that the action works on. */
import type { Statement } from './policies.ts';
import { textsOf } from './policy-opinion.ts';

export interface Requested {
  readonly action: string;
  /** ARN, or `*` for actions that know no resources. */
  readonly resource: string;
}

/**
 * @param some the actions of it that are of interest; all where there are none given
 * @throws RangeError when the statement names no resource that an action could work on
 */
export function requestsOf({ Action, Resource }: Statement, some?: readonly string[]): Requested[] {
  const actions = textsOf(Action).filter(action => some?.includes(action) ?? true);
  return actions.flatMap(action => {
    const fitting = textsOf(Resource).filter(resource => suits(action, resource));
    if (fitting.length === 0) throw new RangeError(`The statement has nothing for ${action} to work on.`);
    return fitting.map(resource => ({ action, resource }));
  });
}

function suits(action: string, resource: string): boolean {
  const [, bucket] = /^arn:[^:]+:s3:::(.*)$/.exec(resource) ?? [];
  return bucket === undefined || bucket.includes('/') === isOnObjects(action);
}

/** Actions on objects whose names do not contain the word. */
const ON_OBJECTS: ReadonlySet<string> = new Set([
  's3:AbortMultipartUpload',
  's3:BypassGovernanceRetention',
  's3:InitiateReplication',
  's3:ListMultipartUploadParts',
  's3:ReplicateDelete',
  's3:ReplicateTags',
]);

/** S3's actions work on buckets or on objects. (Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".) */
export function isOnObjects(action: string): boolean {
  return ON_OBJECTS.has(action) || (/Object/.test(action) && !/BucketObject/.test(action));
}
