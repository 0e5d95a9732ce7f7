/** What a caller needs besides a valid request. */
import { AwsError } from '../errors.ts';
import type { Call, Tagged } from './world.ts';

const PRINCIPAL = 'datasync.amazonaws.com';

const NO_TAGS: ReadonlyMap<string, string> = new Map();

/**
 * Throws AccessDeniedException unless the caller may do this in DataSync: to a resource, or as such, and with a request
 * that gives these tags.
 */
export async function demand(call: Call, action: string, resource?: Tagged, given = NO_TAGS): Promise<void> {
  await ask(call, `datasync:${action}`, resource?.arn ?? '*', call.home.account, {
    ...named('aws:ResourceTag', resource?.tags ?? NO_TAGS),
    ...named('aws:RequestTag', given),
    ...(given.size > 0 && { 'aws:TagKeys': [...given.keys()] }),
  });
}

/** What is made with tags also takes the permission to tag. */
export async function demandTagging(call: Call, { arn, tags }: Tagged): Promise<void> {
  if (tags.size > 0) await demand(call, 'TagResource', { arn, tags: new Map() }, tags);
}

/** Source: IAM User Guide, id_roles_use_passrole; DataSync User Guide, security-iam-awsmanpol. */
export async function demandPassRole(call: Call, roleArn: string): Promise<void> {
  await ask(call, 'iam:PassRole', roleArn, roleArn.split(':')[4] ?? '', { 'iam:PassedToService': PRINCIPAL });
}

/** Source: DataSync API model, CreateTaskRequest.TaskMode. */
export async function demandServiceLinkedRole(call: Call): Promise<void> {
  const { account } = call.home;
  const role = `arn:aws:iam::${account}:role/aws-service-role/${PRINCIPAL}/AWSServiceRoleForDataSync`;
  await ask(call, 'iam:CreateServiceLinkedRole', role, account, { 'iam:AWSServiceName': PRINCIPAL });
}

async function ask(
  { world, caller }: Call,
  action: string,
  resource: string,
  resourceAccount: string,
  context: Readonly<Record<string, string | string[]>>,
): Promise<void> {
  const verdict = await world.authorize({ caller, action, resource, resourceAccount, context });
  if (!verdict.allowed) throw new AwsError(400, 'AccessDeniedException', verdict.why);
}

const named = (prefix: string, tags: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...tags].map(([key, value]) => [`${prefix}/${key}`, value]));
