/** What must be clear before jobs can be spoken of: in which account, under which role, and where manifests and reports lie. */
import type { CheckResult } from '../../model/checks.ts';
import type { Side } from '../../model/objects.ts';
import { Bucket } from '../../s3/bucket.ts';
import type { Ground, Place } from '../../s3control/ground.ts';
import { Jobs } from '../../s3control/jobs.ts';
import { WORK_ACTIONS } from '../../s3control/policies.ts';
import { S3ControlService } from '../../s3control/service.ts';
import type { Known } from '../known.ts';
import type { JobScene } from '../scene.ts';
import { findWorkBucket } from '../work-bucket.ts';

/** What one kind of jobs asks for. */
export interface JobPlan {
  /** Who makes the jobs, in whose account and Region they are. */
  readonly side: Side;
  readonly role: string | undefined;
  readonly roleInput: Ground['roleInput'];
  /** What it means that manifests and reports lie in another Region. */
  readonly elsewhere: Pick<CheckResult, 'verdict' | 'seen'>;
  /** On objects of each side, that the role must be allowed. */
  readonly actions: Readonly<Record<Side, readonly string[]>>;
}

export interface Laid {
  readonly results: readonly CheckResult[];
  /** `undefined` when one of the checks failed. */
  readonly jobs: JobScene | undefined;
}

export async function layJobs(
  known: Known,
  { side, role, roleInput, elsewhere, actions }: JobPlan,
): Promise<Laid> {
  const { settings, identity, regions, owners, network, run } = known;
  const { workLocation } = settings;
  if (workLocation === undefined || role === undefined)
    throw new RangeError('The settings were not checked.');
  const region = regions[side];
  const account = identity.account ?? owners[side];
  if (account === undefined) return { results: [nobodysAccount(side)], jobs: undefined };
  const { bucket } = workLocation;
  const found = await findWorkBucket(bucket, identity, settings[side].roleArn, network, where =>
    where === region
      ? undefined
      : {
          ...elsewhere,
          seen: `${bucket} is in ${where}, the jobs are in ${region}. ${elsewhere.seen}`,
          fix: { todo: `Give in \`work-location\` a bucket in ${region}.` },
        },
  );
  if (found.region === undefined) return { results: [found.result], jobs: undefined };

  const owner = account;
  const work = new Bucket(
    { location: workLocation, region: found.region, owner, requestPayer: false, identity },
    network,
  );
  const placeOf = (of: Side): Place => ({
    ...settings[of].location,
    owner: owners[of],
    actions: actions[of],
  });
  const ground: Ground = {
    source: placeOf('source'),
    destination: placeOf('destination'),
    work: { ...workLocation, owner, actions: WORK_ACTIONS },
    role,
    roleInput,
    caller: { principal: identity.principal, account: identity.account },
    partition: identity.partition,
    region,
    account,
  };
  const { requestHandler, aborting, requests, environment } = network;
  const service = new S3ControlService(
    { identity, requestHandler, aborting, count: name => requests.add(name) },
    environment,
  );
  return {
    results: [found.result],
    jobs: { jobs: new Jobs(service, ground), ground, work, run, besides: 'copy', cannotCopy: [] },
  };
}

function nobodysAccount(side: Side): CheckResult {
  return {
    check: 'batch-account',
    verdict: 'fail',
    seen: 'Nothing behind this endpoint tells in which account jobs would be made.',
    fix: { todo: `Set \`${side}-account\`.` },
  };
}
