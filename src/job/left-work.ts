/** What a service still does for a killed run: found by the note that the run has left, and cancelled. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { identify, type Surroundings } from '../aws/identity.ts';
import type { ServiceOptions } from '../aws/service.ts';
import { troubleOf } from '../aws/trouble.ts';
import { pause } from '../aws/waiting.ts';
import { cancel, findByManifest } from '../datasync/execution.ts';
import { DataSyncService } from '../datasync/service.ts';
import type { ExecutionNote } from '../engines/datasync/options.ts';
import type { JobNote } from '../engines/jobs/options.ts';
import { Jobs } from '../s3control/jobs.ts';
import { S3ControlService } from '../s3control/service.ts';
import type { WorkLeft } from './left-over.ts';

export function isWorkLeft(left: WorkLeft | undefined): boolean {
  return left !== undefined && existsSync(left.note);
}

/**
 * By its note, because the run may have been killed before it knew the name of what it had started.
 *
 * @returns the name of what was cancelled; `undefined` when nothing was under way any more but its end
 */
export async function endWork(
  left: WorkLeft | undefined,
  surroundings: Surroundings,
): Promise<string | undefined> {
  if (left === undefined || !isWorkLeft(left)) return undefined;
  const note: unknown = JSON.parse(await readFile(left.note, 'utf8'));
  const { requestHandler, aborting, environment } = surroundings;
  const identity = await identify(left.as, surroundings);
  const options: ServiceOptions = { identity, requestHandler, aborting, count: () => {} };
  return left.of === 'datasync'
    ? endExecution(new DataSyncService(options), left.region, note as ExecutionNote, aborting)
    : endJob(new Jobs(new S3ControlService(options, environment), left), note as JobNote, aborting);
}

async function endExecution(
  { ask }: DataSyncService,
  region: string,
  { task, manifest }: ExecutionNote,
  aborting: AbortSignal,
): Promise<string | undefined> {
  const execution = await findByManifest(ask, region, task, manifest);
  if (execution === undefined || execution.isEnding) return undefined;
  await cancel(ask, region, execution.arn, aborting);
  return execution.arn;
}

async function endJob(
  jobs: Jobs,
  { description }: JobNote,
  aborting: AbortSignal,
): Promise<string | undefined> {
  const end = Date.now() + END_WITHIN_MS;
  for (let tries = 0; ; tries++) {
    const last = Date.now() > end || aborting.aborted;
    const [job] = await jobs.underWay(one => one === description);
    if (job?.isEnding) return undefined;
    if (job === undefined && last) return undefined;
    if (job !== undefined) {
      const accepted = await jobs.cancel(job.id, aborting).then(
        () => true,
        error => {
          if (last || troubleOf(error).kind === 'denied') throw error;
          return false;
        },
      );
      if (accepted) return `the job ${job.id} of S3 Batch Operations`;
    }
    await pause(tries, aborting);
  }
}

/** A new job is not listed at once, nor can it be cancelled in every state. */
const END_WITHIN_MS = 5_000;
