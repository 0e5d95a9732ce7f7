/** The story of an execution: launched, prepared, transferred, verified, reported. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { TaskExecutionStatus } from '@aws-sdk/client-datasync';
import { AwsError } from '../errors.ts';
import { type Strike, sitOut } from '../faults.ts';
import { accessToLocation, type BucketAccess } from './bucket-access.ts';
import { failures } from './counts.ts';
import { reasonOf } from './errors.ts';
import { prepare } from './prepare.ts';
import { writeReport } from './report.ts';
import { type Findings, noFindings } from './report-rows.ts';
import type { Run } from './run.ts';
import { transfer } from './transfer.ts';
import { verify } from './verify.ts';
import type { Execution, Location, World } from './world.ts';

/** Rejects only when the lab itself went wrong. */
export async function execute(world: World, execution: Execution): Promise<void> {
  const findings = noFindings();
  try {
    await carryOut(world, execution, findings);
    assertWanted(execution);
    conclude(world, execution);
  } catch (error) {
    if (execution.cancel.signal.aborted) await sitOut(strike(world, 'CANCELLING'), world.closing.signal);
    end(world, execution, 'ERROR', error);
  }
  await writeReport(world, execution, findings);
}

async function carryOut(world: World, execution: Execution, findings: Findings): Promise<void> {
  execution.launched = world.now();
  await enter(world, execution, 'LAUNCHING');
  const { source, destination } = execution.task;
  assertConnected(world, execution);
  const run: Run = {
    world,
    execution,
    source: await reach(world, execution, source, 'SrcLocHitAccess'),
    destination: await reach(world, execution, destination, 'SyncTaskErrorLocationNotAdded'),
    findings,
    step: turns(execution),
  };
  await enter(world, execution, 'PREPARING');
  const plan = await prepare(run);
  await enter(world, execution, 'TRANSFERRING');
  const carried = await transfer(run, plan);
  if (execution.settings.options.VerifyMode === 'NONE') return;
  await enter(world, execution, 'VERIFYING');
  await verify(run, plan, carried);
}

/** Begins a phase, which a fault can slow, hold or end. */
async function enter(world: World, execution: Execution, status: TaskExecutionStatus): Promise<void> {
  assertWanted(execution);
  execution.status = status;
  execution.phases[status] = world.now();
  const struck = strike(world, status);
  await sitOut(struck, execution.cancel.signal);
  if (struck.effect?.kind === 'error') {
    const { code, message = code } = struck.effect;
    throw new AwsError(struck.effect.status, code, message);
  }
}

/** Faults strike a phase by its name, as if it were an operation. */
const strike = (world: World, operation: TaskExecutionStatus): Strike => world.faults.strike({ operation });

/**
 * Between accounts and Regions, a Basic task reaches only buckets of its own Region to write to.
 * Source: DataSync User Guide, tutorial_s3-s3-cross-account-transfer.
 */
function assertConnected({ s3 }: World, { task }: Execution): void {
  const { destination, home, mode } = task;
  const foreign = s3.bucket(destination.bucket).account !== home.account;
  if (mode === 'ENHANCED' || !foreign || destination.region === home.region) return;
  throw new AwsError(400, 'FsS3UnableToConnectToEndpoint', 'Unable to connect to S3 endpoint');
}

/** Source: DataSync User Guide, troubleshooting-storage-issues. */
async function reach(
  world: World,
  { cancel }: Execution,
  location: Location,
  code: string,
): Promise<BucketAccess> {
  const access = await accessToLocation(world, location, cancel.signal).catch(error => {
    throw new AwsError(400, code, reasonOf(error).message);
  });
  await access.ask('HeadBucket').catch(error => {
    throw new AwsError(400, 'FsS3HeadBucketFailed', reasonOf(error).message);
  });
  return access;
}

const ITEMS_PER_BREATH = 50;

function turns(execution: Execution): () => Promise<void> {
  let items = 0;
  return async () => {
    if (items++ % ITEMS_PER_BREATH === 0) await breathe();
    assertWanted(execution);
  };
}

/** There is no status CANCELLED. The code is not documented. */
function assertWanted({ cancel }: Execution): void {
  if (cancel.signal.aborted)
    throw new AwsError(400, 'TaskExecutionCancelled', 'The task execution was cancelled');
}

/** Source: DataSync User Guide, troubleshooting-tasks (the words for Basic mode). */
function conclude(world: World, execution: Execution): void {
  if (execution.task.mode === 'ENHANCED' || failures(execution.counts) === 0) {
    end(world, execution, 'SUCCESS');
    return;
  }
  execution.error = {
    message:
      'Transfer and verification completed. Selected files transferred except for files skipped due to errors. If no skipped files are listed in Cloud Watch Logs, please contact AWS Support for further assistance.',
  };
  end(world, execution, 'ERROR');
}

function end(world: World, execution: Execution, status: 'SUCCESS' | 'ERROR', error?: unknown): void {
  if (error !== undefined) execution.error = reasonOf(error);
  execution.ended = world.now();
  execution.status = status;
}
