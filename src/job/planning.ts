/** From prepared scenes to a plan, and to the one scene in which it is carried out. */
import type { Scene, SceneWithJobs } from '../preflight/scene.ts';
import { censusFor, compareWays, sceneOf, servedWays } from './choice.ts';
import type { Diary } from './diary.ts';
import { attendRunning } from './earlier/attend.ts';
import { type Collected, collect } from './earlier/collect.ts';
import { handoverOf } from './earlier/handover.ts';
import { makePlan, type Plan } from './plan.ts';
import { carries, type Prepared } from './prepare/prepare.ts';
import type { Run } from './run.ts';

/** A plan, and the scene in which it is carried out. */
export interface Planned {
  readonly plan: Plan;
  readonly scene: Scene;
  readonly collected?: Collected | undefined;
}

/**
 * What an earlier run has left to be collected, or a new plan, made once no service is at work any more on what it is about.
 *
 * @param withJobs the scene in which an earlier run may have left a job
 */
export async function planFor(
  prepared: Prepared,
  run: Run,
  withJobs: SceneWithJobs | undefined,
): Promise<Planned> {
  const { host, diary } = run;
  const collected =
    withJobs &&
    (await diary.phase('collection', () => collect(handoverOf(withJobs), withJobs.jobs, host, diary)));
  if (withJobs !== undefined && collected !== undefined) {
    diary.engine = withJobs.engine;
    return { plan: collected.plan, scene: withJobs, collected };
  }
  if (prepared.scene.settings.mode === 'sync') await attendServices(prepared, run);
  return planAnew(prepared, run);
}

async function attendServices(prepared: Prepared, { host, stop, diary }: Run): Promise<void> {
  const served = servedWays(prepared);
  if (served.length === 0) return;
  await diary.phase('attendance', async () => {
    for (const one of served) await attendRunning(one, stop, host.log);
  });
}

/** Both sides compared, and with that the engine chosen. */
export async function planAnew(prepared: Prepared, { host, diary, requests, limit }: Run): Promise<Planned> {
  const { scene } = prepared;
  const census = carries(scene.settings.mode) ? censusFor(scene) : undefined;
  const before = requests.toJSON();
  const begun = performance.now();
  const plan = await diary.phase('plan', () => makePlan(scene, host.scratch, census));
  limit?.planned(performance.now() - begun);
  if (census === undefined) return { plan, scene };
  const counted = { census, totals: plan.totals, before, spent: requests.toJSON() };
  diary.engines = compareWays(prepared, counted, limit?.secondsLeft);
  return { plan, scene: chosenScene(prepared, diary) };
}

/** Notes which engine it is. Where there is none, the guard ends the run. */
function chosenScene({ scene, ways, note }: Prepared, diary: Diary): Scene {
  const chosen = diary.engines?.chosen ?? scene.engine;
  diary.engine = chosen;
  if (chosen !== scene.engine) return sceneOf(chosen, ways);
  if (note !== undefined) diary.notes.push(note);
  return scene;
}
