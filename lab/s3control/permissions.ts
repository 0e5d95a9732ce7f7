/** What a caller needs besides a valid request. */
import type { Question } from '../kinds.ts';
import { accessDenied } from './errors.ts';
import type { Call, Job } from './world.ts';

export const PRINCIPAL = 'batchoperations.s3.amazonaws.com';

/** Throws AccessDenied unless the caller may do this with a job, or with jobs as such. */
export async function demand(
  { world, caller }: Call,
  action: string,
  { job, context = {} }: { readonly job?: Job; readonly context?: NonNullable<Question['context']> } = {},
): Promise<void> {
  const verdict = await world.authorize({
    caller,
    action: `s3:${action}`,
    resource: job?.arn ?? '*',
    resourceAccount: caller.account,
    context,
  });
  if (!verdict.allowed) throw accessDenied(verdict.why);
}

/** Source: User Guide, batch-ops-iam-role-policies; IAM User Guide, id_roles_use_passrole. */
export async function demandPassRole({ world, caller }: Call, roleArn: string): Promise<void> {
  const verdict = await world.authorize({
    caller,
    action: 'iam:PassRole',
    resource: roleArn,
    resourceAccount: caller.account,
    context: { 'iam:PassedToService': PRINCIPAL },
  });
  if (!verdict.allowed) throw accessDenied(verdict.why);
}

/** Tags as condition keys of the request that gives them. */
export const tagContext = (tags: ReadonlyMap<string, string>): NonNullable<Question['context']> =>
  tags.size === 0
    ? {}
    : {
        ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
        'aws:TagKeys': [...tags.keys()],
      };
