/** The S3 Control of the lab, as far as S3 Batch Operations goes: it really works on the lab's objects, under roles. */
import { AwsError } from '../errors.ts';
import type { LabRequest, LabResponse, Service } from '../kinds.ts';
import { createJob } from './create.ts';
import { accessDenied } from './errors.ts';
import { describeJob, listJobs, updateJobPriority, updateJobStatus } from './jobs.ts';
import { deleteJobTagging, getJobTagging, putJobTagging } from './tags.ts';
import type { Call, Job, World } from './world.ts';

export type { Job, Task } from './world.ts';

export interface S3Control extends Service {
  jobs(): readonly Job[];
  /** Resolves when no job is under way; those that wait to be confirmed are not. */
  settled(): Promise<void>;
  /** Cancels everything. Rejects, once, when the lab itself went wrong in a job. */
  stop(): Promise<void>;
}

type Operation = (call: Call, jobId: string) => Promise<string>;

/** By method and path; `*` stands for the id of a job. Source: API model, http traits. */
const operations: Readonly<Record<string, readonly [name: string, operation: Operation]>> = {
  'POST jobs': ['CreateJob', createJob],
  'GET jobs': ['ListJobs', listJobs],
  'GET jobs/*': ['DescribeJob', describeJob],
  'POST jobs/*/status': ['UpdateJobStatus', updateJobStatus],
  'POST jobs/*/priority': ['UpdateJobPriority', updateJobPriority],
  'GET jobs/*/tagging': ['GetJobTagging', getJobTagging],
  'PUT jobs/*/tagging': ['PutJobTagging', putJobTagging],
  'DELETE jobs/*/tagging': ['DeleteJobTagging', deleteJobTagging],
};

const VERSION = '/v20180820/';

/** Whether a path is S3 Control's. Both it and S3 are signed for as `s3`. */
export const isForS3Control = ({ path }: { readonly path: string }): boolean => path.startsWith(VERSION);

export function createS3Control(
  deps: Pick<World, 'authorize' | 'accounts' | 'sessions' | 's3' | 'faults' | 'now'>,
): S3Control {
  const world: World = {
    ...deps,
    jobs: new Map(),
    running: new Set(),
    closing: new AbortController(),
    bugs: [],
  };
  const settled = async (): Promise<void> => {
    while (world.running.size > 0) await Promise.all(world.running);
  };
  return {
    operation: request => ({ name: find(request)?.[0] ?? 'UnknownOperation' }),
    handle: request => answer(world, request),
    jobs: () => [...world.jobs.values()],
    settled,
    stop: async () => {
      world.closing.abort();
      for (const { cancel } of world.jobs.values()) cancel.abort();
      await settled();
      const bugs = world.bugs.splice(0);
      if (bugs.length > 0) throw new AggregateError(bugs, `The lab went wrong: ${bugs[0]}`);
    },
  };
}

const find = ({ method, path }: LabRequest): readonly [string, Operation] | undefined =>
  operations[`${method} ${path.slice(VERSION.length).replace(/^jobs\/[^/]+/, 'jobs/*')}`];

async function answer(world: World, request: LabRequest): Promise<LabResponse> {
  const { caller, scope, headers } = request;
  if (!caller || !scope || headers['x-amz-account-id'] !== caller.account) throw accessDenied();
  const found = find(request);
  if (!found) throw new AwsError(405, 'MethodNotAllowed', 'The specified method is not allowed here.');
  const [, operation] = found;
  const jobId = request.path.slice(VERSION.length).split('/')[1] ?? '';
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: await operation({ world, caller, region: scope.region, request }, jobId),
  };
}
