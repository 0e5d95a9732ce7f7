/** What a caller needs besides a valid request. */
import { AwsError } from '../errors.ts';
import type { Call } from './world.ts';

type Tags = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

const PRINCIPAL = 'datasync.amazonaws.com';

interface Circumstances {
  /** Tags of the resource that is asked for. */
  readonly resourceTags?: Tags;
  /** Tags that the request gives. */
  readonly requestTags?: Tags;
}

/** Throws AccessDeniedException unless the caller may do this in DataSync. */
export async function demand(
  call: Call,
  action: string,
  resource = '*',
  { resourceTags = {}, requestTags = {} }: Circumstances = {},
): Promise<void> {
  const given = pairsOf(requestTags);
  await ask(call, `datasync:${action}`, resource, call.home.account, {
    ...named('aws:ResourceTag', pairsOf(resourceTags)),
    ...named('aws:RequestTag', given),
    ...(given.length > 0 && { 'aws:TagKeys': given.map(([key]) => key) }),
  });
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

const pairsOf = (tags: Tags): [string, string][] => [...(tags instanceof Map ? tags : Object.entries(tags))];

const named = (prefix: string, tags: readonly [string, string][]): Record<string, string> =>
  Object.fromEntries(tags.map(([key, value]) => [`${prefix}/${key}`, value]));
