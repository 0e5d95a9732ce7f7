/** Takes up a job that an earlier run has left, or forgets it where nothing can be learned of it any more. */
import { rm } from 'node:fs/promises';
import type { Job } from '../../model/outcome.ts';
import type { JobScene } from '../../preflight/scene.ts';
import { explain } from '../../s3control/trouble.ts';
import type { Diary } from '../diary.ts';
import type { Host } from '../host.ts';
import type { Plan } from '../plan.ts';
import { workNoteIn } from '../remember.ts';
import type { HandedOver, Handover, Left } from './handover.ts';

/** What a later run takes up. */
export interface Collected {
  readonly left: Left;
  readonly job: Job;
  /** The plan by which the job was started. */
  readonly plan: Plan;
}

/**
 * @returns `undefined` when nothing is left, or nothing that is of any use: then it is forgotten, and the run is one like any
 *   other
 * @throws FatalError when it cannot be found out
 */
export async function collect(
  handover: Handover,
  scene: JobScene,
  { scratch, log }: Pick<Host, 'scratch' | 'log'>,
  diary: Diary,
): Promise<Collected | undefined> {
  const left = await handover.find();
  if (left === undefined) return undefined;
  const giveUp = async (why: string) => {
    const told = `${why}. What an earlier run has left is forgotten, and both sides are compared anew.`;
    await handover.forget(left);
    log.warning(told);
    diary.notes.push(told);
    return undefined;
  };
  const { note } = left;
  if (note === undefined) return giveUp('What says which job was started is not what this version writes');
  const { job, started, run } = note;
  if (!(await isKnown(note, scene)))
    return giveUp(
      `The job ${job.id} in ${job.region}, which ${run} started at ${started}, is not known in ${scene.ground.region} of account ${scene.ground.account}`,
    );
  const plan = await handover.take(note, scratch);
  if (plan === undefined)
    return giveUp(`The plan is gone by which ${run} started the job ${job.id} at ${started}`);
  log.info(`Collecting what the job ${job.id} has done, which ${run} started at ${started}, by its plan.`);
  return { left, job, plan };
}

/** A job in another Region or account cannot be followed, and S3 forgets jobs 90 days after their end. */
async function isKnown({ job, started }: HandedOver, { jobs, ground }: JobScene): Promise<boolean> {
  if (job.region !== jobs.region) return false;
  return jobs.knows(job.id, new Date(started)).catch(error => {
    throw explain(`Looking at the job ${job.id}, which an earlier run has left,`, error, ground);
  });
}

/** Leaves what goes on to the next run, and forgets what is over. */
export async function settle(
  handover: Handover,
  collected: Collected | undefined,
  plan: Plan,
  { scratch }: Pick<Host, 'scratch'>,
  diary: Diary,
): Promise<void> {
  const { underWay } = diary;
  if (underWay === undefined && collected !== undefined) await handover.forget(collected.left);
  if (underWay === undefined || collected !== undefined) return;
  try {
    await handover.leave(underWay, plan);
  } catch (error) {
    // The post step cancels it.
    diary.underWay = undefined;
    throw error;
  }
  // From here on the job belongs to the next run, and the post step must not cancel it.
  await rm(workNoteIn(scratch), { force: true });
}
