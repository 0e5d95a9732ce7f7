/** An execution followed to its end, and its report folded into outcomes. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { follow, type Watched } from '../../aws/follow.ts';
import type { Look } from '../../datasync/execution.ts';
import { untilReported, watch } from '../../datasync/follow.ts';
import { taskRegion } from '../../datasync/ground.ts';
import { explain, fixFor } from '../../datasync/trouble.ts';
import { FatalError } from '../../errors.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Stop } from '../../sync/stop.ts';
import type { Load } from '../load.ts';
import { foldReport } from './fold.ts';
import type { DataSyncEngineOptions } from './options.ts';

/** @throws FatalError when the execution or its report went wrong; what was recorded stands */
export async function finish(
  execution: string,
  load: Load,
  options: DataSyncEngineOptions,
  told: (look: Look) => void,
  record: (outcome: Outcome) => Promise<void>,
  stop: Stop,
): Promise<void> {
  const { service, ground, note, scratch } = options;
  const watched = { ...watch(service, taskRegion(ground), execution), stop, told };
  const { end, report } = await toItsEnd(execution, watched, options);
  await rm(note, { force: true });
  if (report?.status !== 'SUCCESS') {
    // Cancelled before there was anything to report.
    if (stop.draining.aborted) return;
    throw end.isWell ? unreported(execution, report?.error, options) : failed(execution, end, options);
  }
  const { unmentioned, failed: refused } = await foldReport(
    load.listed.items(),
    {
      ...options,
      scratch: join(scratch, 'datasync'),
      execution,
      unmentioned: item => (end.isWell ? notReported(item, execution) : undefined),
    },
    record,
  );
  // Basic mode calls it an error when single objects failed; the report has said which. Where it names none, it was
  // something else, and what was to be verified may not have been.
  const isExplained = unmentioned === 0 && refused > 0;
  if (!end.isWell && !isExplained && !stop.draining.aborted) throw failed(execution, end, options);
}

async function toItsEnd(execution: string, watched: Watched<Look>, { ground }: DataSyncEngineOptions) {
  try {
    return { end: await follow(watched), report: await untilReported(watched) };
  } catch (error) {
    throw explain(`Following ${execution}`, error, ground);
  }
}

function failed(execution: string, { error }: Look, { ground }: DataSyncEngineOptions): FatalError {
  const words = error || 'DataSync does not say why';
  return new FatalError(`DataSync's ${execution} ended with an error (${words}).`, fixFor(words, ground));
}

function unreported(
  execution: string,
  error: string | undefined,
  { ground }: DataSyncEngineOptions,
): FatalError {
  const words = `task report: ${error || 'there is none'}`;
  return new FatalError(
    `DataSync's ${execution} ended well, but its report is missing (${words}), so that nobody knows what became of each object. The next run compares anew.`,
    fixFor(words, ground),
  );
}

function notReported({ key }: CopyItem, execution: string): Outcome {
  const message = `The report of ${execution} does not mention the object.`;
  return { key, result: 'failed', reason: 'error', code: 'NotReported', message, requestId: undefined };
}
