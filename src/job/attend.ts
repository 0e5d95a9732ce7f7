/** Executions of DataSync that an earlier run has left going on: the plan is made when they are done. */
import { Equipment } from '../datasync/equipment.ts';
import { underWay } from '../datasync/execution.ts';
import { attend } from '../datasync/follow.ts';
import { taskRegion } from '../datasync/ground.ts';
import { ExecutionProgress } from '../datasync/progress.ts';
import { explain } from '../datasync/trouble.ts';
import { StoppedError } from '../errors.ts';
import type { Log } from '../model.ts';
import type { DataSyncScene } from '../preflight/scene.ts';
import type { Stop } from '../sync/stop.ts';

const PROGRESS_EVERY_MS = 10_000;

/** @throws FatalError when DataSync cannot be asked; StoppedError when the run was stopped meanwhile */
export async function attendRunning(
  { service, ground, run }: DataSyncScene,
  stop: Stop,
  log: Log,
): Promise<void> {
  const { task } = await new Equipment(service, ground, run).find();
  if (task === undefined) return;
  const region = taskRegion(ground);
  const progress = new ExecutionProgress();
  const ticker = setInterval(() => log.info(progress.line()), PROGRESS_EVERY_MS);
  try {
    for (const { arn: execution } of await underWay(service.ask, region, task)) {
      log.info(`The task runs already: waiting for ${execution} before anything is planned.`);
      const told = (look: Parameters<typeof progress.see>[0]) => {
        if (progress.see(look)) log.info(progress.line());
      };
      const end = await attend({ service, region, execution, stop, told });
      if (end === undefined)
        throw new StoppedError('Stopped while an earlier execution of DataSync was waited for.');
    }
  } catch (error) {
    throw explain(`Waiting for an execution of ${task}`, error, ground);
  } finally {
    clearInterval(ticker);
  }
}
