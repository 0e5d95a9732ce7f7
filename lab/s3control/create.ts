/** CreateJob: what it refuses besides the constraints of its shapes, and the job it makes. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { JobManifest, JobManifestGenerator, JobReport } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import { badRequest, notImplemented } from './errors.ts';
import { demand, demandPassRole, tagContext } from './permissions.ts';
import { type JobRequest, readCreateJob } from './requests.ts';
import { begin } from './run.ts';
import { tagsOf } from './tags.ts';
import { type Call, type Job, operationOf } from './world.ts';
import { type Element, readDocument, writeDocument } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html */
export async function createJob(call: Call): Promise<string> {
  const { world, caller, region } = call;
  const element = readDocument(call.request.body, 'CreateJobRequest');
  const request = readCreateJob(element);
  const tags = tagsOf(request.Tags);
  await demand(call, 'CreateJob', {
    context: {
      ...tagContext(tags),
      's3:RequestJobOperation': operationOf({ request }),
      's3:RequestJobPriority': String(request.Priority),
    },
  });
  const earlier = sameToken(call, request);
  if (earlier) return writeDocument('CreateJobResult', { JobId: earlier.id });
  assertOperation(request);
  assertManifest(request);
  assertReport(request.Report);
  if (request.RoleArn.split(':')[4] !== caller.account)
    throw badRequest('Cross-account pass role is not allowed');
  await demandPassRole(call, request.RoleArn);
  const id = randomUUID();
  const job: Job = {
    id,
    arn: `arn:aws:s3:${region}:${caller.account}:job/${id}`,
    account: caller.account,
    region,
    request,
    sent: element as Readonly<Record<string, Element>>,
    created: world.now(),
    cancel: new AbortController(),
    outcomes: [],
    failures: [],
    tags,
    status: 'New',
    priority: request.Priority,
    failed: 0,
    tasks: undefined,
    suspended: undefined,
    activated: undefined,
    ended: undefined,
    updateReason: undefined,
  };
  // The job's ARN is known only now, and what is made with tags also takes the permission to tag.
  if (tags.size > 0) await demand(call, 'PutJobTagging', { job, context: tagContext(tags) });
  world.jobs.set(id, job);
  begin(world, job);
  return writeDocument('CreateJobResult', { JobId: id });
}

/** The job that the same request has made before. Source: API model, CreateJobRequest.ClientRequestToken. */
function sameToken({ world, caller, region }: Call, request: JobRequest): Job | undefined {
  const earlier = [...world.jobs.values()].find(
    job =>
      job.account === caller.account &&
      job.region === region &&
      job.request.ClientRequestToken === request.ClientRequestToken,
  );
  if (!earlier || isDeepStrictEqual(earlier.request, request)) return earlier;
  throw new AwsError(
    400,
    'IdempotencyException',
    'The client request token was used before, with other parameters',
  );
}

function assertOperation({ Operation }: JobRequest): void {
  const [name, another] = Object.keys(Operation);
  if (name === undefined || another !== undefined)
    throw badRequest('Request invalid: Operation must name exactly one operation');
  const { S3PutObjectCopy: copy, S3ReplicateObject: replicate } = Operation;
  if (!copy && !replicate) throw notImplemented(name);
  if (copy && !copy.TargetResource?.startsWith('arn:aws:s3:::'))
    throw badRequest('Request invalid: TargetResource must be the ARN of a bucket');
}

/** Source: API model, CreateJobRequest.Manifest and ManifestGenerator. */
function assertManifest(request: JobRequest): void {
  const { Manifest, ManifestGenerator } = request;
  if ((Manifest === undefined) === (ManifestGenerator === undefined))
    throw badRequest('Request invalid: exactly one of Manifest and ManifestGenerator must be given');
  if (Manifest) assertFields(Manifest, request);
  else assertGenerator(ManifestGenerator?.S3JobManifestGenerator);
}

/** Source: User Guide, troubleshooting-batch-operations; s3-batch-replication-batch (versions). */
function assertFields({ Spec }: JobManifest, { Operation }: JobRequest): void {
  if (Spec?.Format !== 'S3BatchOperations_CSV_20180820') throw notImplemented(`manifests of ${Spec?.Format}`);
  const fields = Spec.Fields ?? [];
  const needed = Operation.S3ReplicateObject ? ['Bucket', 'Key', 'VersionId'] : ['Bucket', 'Key'];
  const missing = needed.filter(name => !fields.some(field => field === name));
  if (missing.length > 0)
    throw badRequest(`Required fields are missing in the schema: ${missing.join(', ')}`);
}

/** Source: API model, S3JobManifestGenerator. */
function assertGenerator(generator: JobManifestGenerator['S3JobManifestGenerator']): void {
  if (generator?.EnableManifestOutput) throw notImplemented('manifests that are generated and kept');
  const constraint = generator?.Filter?.KeyNameConstraint ?? {};
  if (Object.values(constraint).some(names => names.length !== 1))
    throw badRequest('Request invalid: KeyNameConstraint takes one string of each kind');
}

/** Source: API model, JobReport. */
function assertReport({ Enabled, Bucket, Format, ReportScope }: JobReport): void {
  if (Enabled && !(Bucket && Format && ReportScope))
    throw badRequest('Request invalid: an enabled Report needs Bucket, Format and ReportScope');
}
