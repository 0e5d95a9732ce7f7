/** S3 as a job works with it: under its role, judged by S3 like everybody, struck by the same faults. */
import { AwsError } from '../errors.ts';
import { assumeServiceRole } from '../iam/service-role.ts';
import type { LabResponse } from '../kinds.ts';
import { accessDenied } from '../s3/errors.ts';
import type { InsideRequest } from '../s3/index.ts';
import { struckInside } from '../s3/struck.ts';
import { PRINCIPAL } from './permissions.ts';
import type { Job, World } from './world.ts';

type Request = Omit<InsideRequest, 'caller' | 'region'>;

export interface Access {
  /** Has the S3 of the job's Region do something; throws the `S3Error` it refuses with. */
  ask(request: Request): Promise<LabResponse>;
  /** Throws unless the role may do this in a bucket; for what S3 asks of the role besides its own requests. */
  demand(action: string, bucket: string, key?: string): Promise<void>;
}

/** Assumes the role of a job. Source: User Guide, batch-ops-iam-role-policies. */
export async function accessOf(
  world: World,
  { request, account, arn, id, region, cancel }: Job,
): Promise<Access> {
  const { s3, faults, authorize } = world;
  const caller = await assumeServiceRole(world.accounts, world.sessions, {
    service: PRINCIPAL,
    roleArn: request.RoleArn,
    sessionName: `s3-batch-operations_${id}`.slice(0, 64),
    account,
    sourceArn: arn,
  });
  if (!caller)
    throw new AwsError(403, 'AccessDenied', `Access Denied: ${PRINCIPAL} cannot assume ${request.RoleArn}`);
  return {
    ask: async inside => {
      await struckInside(faults, inside, cancel.signal);
      return s3.perform({ ...inside, caller, region });
    },
    demand: async (action, name, key) => {
      const bucket = s3.bucket(name);
      const verdict = await authorize({
        caller,
        action,
        resource: key === undefined ? bucket.arn : `${bucket.arn}/${key}`,
        resourceAccount: bucket.account,
        resourcePolicy: bucket.policy,
      });
      if (!verdict.allowed) throw accessDenied(verdict.why);
    },
  };
}
