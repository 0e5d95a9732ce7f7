/** Waits for what services still do for an earlier run with the same inputs, so that the plan sees its result. */
import { attend, type Seen, type Watched } from '../../aws/follow.ts';
import { Equipment } from '../../datasync/equipment.ts';
import { underWay } from '../../datasync/execution.ts';
import { watch } from '../../datasync/follow.ts';
import { taskRegion } from '../../datasync/ground.ts';
import { ExecutionProgress } from '../../datasync/progress.ts';
import { explain as explainDataSync } from '../../datasync/trouble.ts';
import { StoppedError } from '../../errors.ts';
import type { HowFar, Log } from '../../model/log.ts';
import type { DataSyncScene, JobScene, Scene } from '../../preflight/scene.ts';
import { isOf } from '../../s3control/description.ts';
import { JobProgress } from '../../s3control/progress.ts';
import { explain as explainJob } from '../../s3control/trouble.ts';
import { fingerprintOf } from '../../settings/fingerprint.ts';
import type { Stop } from '../../sync/stop.ts';

/** @throws FatalError when a service cannot be asked; StoppedError when the run was stopped meanwhile */
export async function attendRunning(
  { settings, datasync, jobs }: Scene,
  stop: Stop,
  log: Log,
): Promise<void> {
  if (datasync !== undefined) await attendExecutions(datasync, stop, log);
  if (jobs !== undefined) await attendJobs(jobs, fingerprintOf(settings), stop, log);
}

async function attendExecutions(
  { service, ground, run }: DataSyncScene,
  stop: Stop,
  log: Log,
): Promise<void> {
  const { task } = await new Equipment(service, ground, run).find();
  if (task === undefined) return;
  const region = taskRegion(ground);
  try {
    const executions = await underWay(service.ask, region, task);
    const earlier = executions.map(({ arn }) => ({ name: arn, ...watch(service, region, arn) }));
    await attendAll(earlier, new ExecutionProgress(), stop, log);
  } catch (error) {
    throw explainDataSync(`Waiting for an execution of ${task}`, error, ground);
  }
}

async function attendJobs(
  { jobs, ground }: JobScene,
  fingerprint: string,
  stop: Stop,
  log: Log,
): Promise<void> {
  try {
    const ours = await jobs.underWay(description => isOf(description, fingerprint));
    const earlier = ours.map(({ id }) => ({ name: `the job ${id}`, ...jobs.watch(id) }));
    await attendAll(earlier, new JobProgress(), stop, log);
  } catch (error) {
    throw explainJob('Waiting for a job of an earlier run', error, ground);
  }
}

interface Earlier<L extends Seen> extends Pick<Watched<L>, 'look' | 'longestMs'> {
  readonly name: string;
}

/** One after another. */
function attendAll<L extends Seen>(
  earlier: readonly Earlier<L>[],
  progress: { see(look: L): boolean; line(): string; howFar(): HowFar },
  stop: Stop,
  log: Log,
): Promise<void> {
  const told = (look: L) => {
    if (progress.see(look)) log.info(progress.line());
  };
  return log.watch(
    () => progress.howFar(),
    async () => {
      for (const { name, ...watched } of earlier) {
        log.info(`An earlier run is still being worked on: waiting for ${name} before anything is planned.`);
        const end = await attend({ ...watched, stop, told });
        if (end === undefined)
          throw new StoppedError(`Stopped while ${name} of an earlier run was waited for.`);
      }
    },
  );
}
