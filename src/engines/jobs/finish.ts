/** A job followed to its end, and its report folded into outcomes. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { attend, follow } from '../../aws/follow.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { FatalError } from '../../errors.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Look } from '../../s3control/jobs.ts';
import { explain, fixFor } from '../../s3control/trouble.ts';
import type { Stop } from '../../sync/stop.ts';
import { fold } from '../fold.ts';
import type { Load } from '../load.ts';
import { askingAtOnce } from '../work.ts';
import { tasksOf } from './kind.ts';
import { type JobEngineOptions, LABEL } from './options.ts';
import { readReport } from './report.ts';

export interface Watcher {
  /** Told of every look. */
  readonly told: (look: Look) => void;
  /** Told when nothing more is to be learned of the job: its report was read, or there is none that could be. */
  readonly settled: () => void;
}

/**
 * @param id of the job
 * @throws FatalError when the job or its report went wrong; what was recorded stands
 */
export async function finish(
  id: string,
  load: Load,
  options: JobEngineOptions,
  { told, settled }: Watcher,
  record: (outcome: Outcome) => Promise<void>,
  stop: Stop,
): Promise<void> {
  const { kind, jobs, ground, note, scratch, settings, collected } = options;
  const watched = { ...jobs.watch(id), told, stop };
  const end = await (collected === undefined ? follow(watched) : attend(watched)).catch(error => {
    throw explain(`Following the job ${id} of ${LABEL}`, error, ground);
  });
  if (end === undefined) return;
  await rm(note, { force: true });
  // What else a job ended by than the run that was stopped is told.
  const wasStopped = stop.draining.aborted && end.status === 'Cancelled';
  const tellings = await readReport(id, join(scratch, kind.name), options).catch(error => {
    if (isLost(error)) settled();
    throw error;
  });
  if (tellings === undefined) {
    settled();
    // Cancelled before there was anything to report.
    if (wasStopped) return;
    throw end.isWell ? unreported(end, options) : ended(end, options);
  }
  await fold(
    load.listed.items(),
    {
      reporter: LABEL,
      tellings,
      isFailed: ({ succeeded }) => !succeeded,
      outcomeOf: (item, result) => (result.succeeded ? kind.succeeded(item) : kind.failed(item, result)),
      timesOf: item => tasksOf(kind, item),
      unmentioned: item => (end.isWell ? notReported(item, id) : undefined),
      asking: askingAtOnce(settings),
    },
    record,
  );
  settled();
  if (!end.isWell && !wasStopped) throw ended(end, options);
}

/** A report that no later run could read either. */
function isLost(error: unknown): boolean {
  if (!(error instanceof FatalError)) return false;
  const { kind } = troubleOf(error.cause);
  return kind === 'absent' || kind === 'other';
}

function ended({ id, status, error }: Look, { ground }: JobEngineOptions): FatalError {
  if (status === 'Cancelled')
    return new FatalError(`Somebody else has cancelled the job ${id} of ${LABEL}.`, {
      todo: 'Run again: what has arrived is not copied a second time.',
    });
  const words = error || 'S3 does not say why';
  return new FatalError(`The job ${id} of ${LABEL} failed (${words}).`, fixFor(words, ground));
}

function unreported({ id }: Look, { ground, work }: JobEngineOptions): FatalError {
  return new FatalError(
    `The job ${id} of ${LABEL} is complete, but there is no report of it in ${work.location.bucket}, so that nobody knows what became of each object. The next run compares anew.`,
    fixFor('completion report', ground),
  );
}

function notReported({ key }: CopyItem, id: string): Outcome {
  const message = `The report of the job ${id} does not mention the object, or not all of it.`;
  return { key, result: 'failed', reason: 'error', code: 'NotReported', message, requestId: undefined };
}
