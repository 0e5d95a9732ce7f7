/** The story of a job: prepared, perhaps confirmed, carried out task by task, reported. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { JobStatus } from '@aws-sdk/client-s3-control';
import { AwsError } from '../errors.ts';
import { sitOut } from '../faults.ts';
import { type Access, accessOf } from './access.ts';
import { copyWith } from './copy.ts';
import { failureOf } from './errors.ts';
import { generateManifest } from './generator.ts';
import { readManifest } from './manifest.ts';
import { replicateWith } from './replicate.ts';
import { writeReport } from './report.ts';
import type { Job, Task, World } from './world.ts';

/** Sets a new job going. */
export function begin(world: World, job: Job): void {
  work(world, job, async access => {
    await enter(world, job, 'Preparing');
    job.tasks = await tasksOf(world, job, access);
    assertWanted(job);
    if (job.request.ConfirmationRequired) {
      job.status = 'Suspended';
      job.suspended = world.now();
    } else await carryOut(world, job, access);
  });
}

/** Lets a job run that waited to be confirmed. */
export function confirm(world: World, job: Job): void {
  job.status = 'Ready';
  work(world, job, access => carryOut(world, job, access));
}

/** Ends a job as soon as its task under way allows, or at once when none is. */
export function cancel(world: World, job: Job): void {
  const waits = job.status === 'Suspended';
  job.status = 'Cancelling';
  job.cancel.abort();
  if (waits) work(world, job, async () => assertWanted(job));
}

/** Works on a job under its role, apart from the request that asked for it, and ends it when that goes wrong. */
function work(world: World, job: Job, does: (access: Access) => Promise<void>): void {
  const working = attempt(world, job, does)
    .catch(bug => {
      world.bugs.push(bug);
      Object.assign(job, { status: 'Failed', ended: world.now() });
    })
    .finally(() => world.running.delete(working));
  world.running.add(working);
}

async function attempt(world: World, job: Job, does: (access: Access) => Promise<void>): Promise<void> {
  await breathe();
  let access: Access | undefined;
  try {
    access = await accessOf(world, job);
    await does(access);
  } catch (error) {
    const cancelled = job.cancel.signal.aborted;
    const reported = job.status === 'Completing';
    const failure = failureOf(error);
    if (!cancelled) job.failures.push(failure);
    job.status = cancelled ? 'Cancelling' : 'Failing';
    await sitOut(world.faults.strike({ operation: job.status }), world.closing.signal);
    if (access && !reported) await report(world, job, access).catch(failureOf);
    end(world, job, cancelled ? 'Cancelled' : 'Failed');
  }
}

async function tasksOf(world: World, job: Job, access: Access): Promise<readonly Task[]> {
  const { Manifest, ManifestGenerator } = job.request;
  if (Manifest) return readManifest(access, Manifest);
  const generator = ManifestGenerator?.S3JobManifestGenerator;
  if (!generator) throw new Error('a job without a manifest was let in');
  return generateManifest(world, job, access, generator);
}

async function carryOut(world: World, job: Job, access: Access): Promise<void> {
  await enter(world, job, 'Ready');
  await enter(world, job, 'Active');
  job.activated = world.now();
  const run = runnerOf(world, job, access);
  for (const [index, task] of (job.tasks ?? []).entries()) {
    if (index % TASKS_PER_BREATH === 0) await breathe();
    assertWanted(job);
    const failure = await run(task).then(() => undefined, failureOf);
    job.outcomes.push({ ...task, failure });
    if (failure) job.failed++;
    assertFailureRate(job);
  }
  await enter(world, job, 'Completing');
  await report(world, job, access);
  end(world, job, 'Complete');
}

const TASKS_PER_BREATH = 50;

/** What a job does with each object. */
function runnerOf(world: World, job: Job, access: Access): (task: Task) => Promise<unknown> {
  const { S3PutObjectCopy } = job.request.Operation;
  return S3PutObjectCopy ? copyWith(access, S3PutObjectCopy) : replicateWith(world, job, access);
}

/** Begins a phase, which a fault can slow, hold or end by its name, as if it were an operation. */
async function enter(world: World, job: Job, status: JobStatus): Promise<void> {
  assertWanted(job);
  job.status = status;
  const struck = world.faults.strike({ operation: status });
  await sitOut(struck, job.cancel.signal);
  assertWanted(job);
  if (struck.effect?.kind !== 'error') return;
  const { code, message = code } = struck.effect;
  throw new AwsError(struck.effect.status, code, message);
}

function assertWanted({ cancel }: Job): void {
  if (cancel.signal.aborted) throw new AwsError(400, 'JobCancelled', 'The job was cancelled');
}

const TASKS_BEFORE_RATE_COUNTS = 1000;

/** Source: User Guide, batch-ops-job-status ("Tracking job failures"). Code and words are not documented. */
function assertFailureRate({ outcomes, failed }: Job): void {
  if (outcomes.length < TASKS_BEFORE_RATE_COUNTS || failed * 2 <= outcomes.length) return;
  throw new AwsError(400, 'FailureThresholdExceeded', 'More than 50% of the tasks of the job have failed');
}

async function report(world: World, job: Job, access: Access): Promise<void> {
  await writeReport(access, job, world.now()).catch(error => {
    const { status, code, message } = failureOf(error);
    throw new AwsError(status, code, `The completion report could not be written: ${message}`);
  });
}

function end(world: World, job: Job, status: 'Complete' | 'Failed' | 'Cancelled'): void {
  job.ended = world.now();
  job.status = status;
}
