/** Jobs: described, listed, confirmed, cancelled. */
import type { JobStatus } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import { queryPairs } from '../percent.ts';
import { noSuchJob } from './errors.ts';
import { demand } from './permissions.ts';
import { readListing, readPriorityUpdate, readStatusUpdate } from './requests.ts';
import { cancel, confirm } from './run.ts';
import { type Call, type Job, operationOf } from './world.ts';
import { writeDocument } from './xml.ts';

/** A job of the account and the Region that are asked. */
export function jobOf({ world, caller, region }: Call, id: string): Job {
  const job = world.jobs.get(id);
  if (job?.account !== caller.account || job.region !== region) throw noSuchJob();
  return job;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DescribeJob.html */
export async function describeJob(call: Call, id: string): Promise<string> {
  const job = jobOf(call, id);
  await demand(call, 'DescribeJob', { job });
  const { request, sent } = job;
  return writeDocument('DescribeJobResult', {
    Job: {
      ...entryOf(call, job),
      JobArn: job.arn,
      ConfirmationRequired: request.ConfirmationRequired ?? false,
      Operation: sent.Operation,
      Manifest: sent.Manifest,
      ManifestGenerator: sent.ManifestGenerator,
      Report: sent.Report,
      RoleArn: request.RoleArn,
      StatusUpdateReason: job.updateReason,
      SuspendedDate: job.suspended,
      SuspendedCause: job.suspended && 'AWAITING_CONFIRMATION',
      FailureReasons: {
        member: job.failures.map(({ code, message }) => ({
          FailureCode: code.slice(0, 64),
          FailureReason: message.slice(0, 256),
        })),
      },
    },
  });
}

/** What descriptions and lists say of a job. Source: API model, JobListDescriptor. */
const entryOf = ({ world }: Call, job: Job) => ({
  JobId: job.id,
  Description: job.request.Description,
  Priority: job.priority,
  Status: job.status,
  CreationTime: job.created,
  TerminationDate: job.ended,
  ProgressSummary: {
    TotalNumberOfTasks: job.tasks?.length ?? 0,
    NumberOfTasksSucceeded: job.outcomes.length - job.failed,
    NumberOfTasksFailed: job.failed,
    Timers: { ElapsedTimeInActiveSeconds: secondsBetween(job.activated, job.ended ?? world.now()) },
  },
});

const secondsBetween = (start: Date | undefined, end: Date): number =>
  start ? Math.floor((end.getTime() - start.getTime()) / 1000) : 0;

const MAX_PAGE = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListJobs.html */
export async function listJobs(call: Call): Promise<string> {
  const { world, caller, region, request } = call;
  const { jobStatuses, nextToken, maxResults } = readListing(queryPairs(request.search));
  await demand(call, 'ListJobs');
  const wanted = [...world.jobs.values()]
    .filter(job => job.account === caller.account && job.region === region)
    .filter(job => jobStatuses.length === 0 || jobStatuses.includes(job.status));
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString());
  if (!Number.isInteger(start))
    throw new AwsError(400, 'InvalidNextTokenException', 'The next token is not valid');
  const end = start + (maxResults || MAX_PAGE);
  return writeDocument('ListJobsResult', {
    Jobs: {
      member: wanted.slice(start, end).map(job => ({ ...entryOf(call, job), Operation: operationOf(job) })),
    },
    NextToken: end < wanted.length ? Buffer.from(String(end)).toString('base64url') : undefined,
  });
}

const CANCELLABLE: readonly JobStatus[] = ['New', 'Preparing', 'Suspended', 'Ready', 'Active'];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_UpdateJobStatus.html */
export async function updateJobStatus(call: Call, id: string): Promise<string> {
  const { requestedJobStatus: wanted, statusUpdateReason } = readStatusUpdate(call.request.query);
  const job = jobOf(call, id);
  await demand(call, 'UpdateJobStatus', { job, context: existing(job) });
  const possible = wanted === 'Ready' ? job.status === 'Suspended' : CANCELLABLE.includes(job.status);
  if (!possible)
    throw new AwsError(
      400,
      'JobStatusException',
      `The job cannot be changed from ${job.status} to ${wanted}`,
    );
  job.updateReason = statusUpdateReason;
  if (wanted === 'Cancelled') cancel(call.world, job);
  else confirm(call.world, job);
  return writeDocument('UpdateJobStatusResult', {
    JobId: id,
    Status: job.status,
    StatusUpdateReason: job.updateReason,
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_UpdateJobPriority.html */
export async function updateJobPriority(call: Call, id: string): Promise<string> {
  const { priority } = readPriorityUpdate(call.request.query);
  const job = jobOf(call, id);
  const context = { ...existing(job), 's3:RequestJobPriority': String(priority) };
  await demand(call, 'UpdateJobPriority', { job, context });
  job.priority = priority;
  return writeDocument('UpdateJobPriorityResult', { JobId: id, Priority: priority });
}

const existing = (job: Job) => ({
  's3:ExistingJobOperation': operationOf(job),
  's3:ExistingJobPriority': String(job.priority),
});
