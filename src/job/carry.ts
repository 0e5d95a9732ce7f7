/** The plan carried out: copies first, deletions only after every copy has gone well. */
import { meanwhile } from '../meanwhile.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Job, Outcome } from '../model/outcome.ts';
import type { Scene } from '../preflight/scene.ts';
import { Progress } from '../report/progress.ts';
import { LOOK_EVERY_MS } from '../report/throughput.ts';
import { removeAll } from '../s3/remove.ts';
import { listed } from '../s3/trouble.ts';
import { listingsFor } from '../s3/versions.ts';
import { createFilter } from '../sync/filter.ts';
import { mergeByKey } from '../sync/merge.ts';
import type { OutcomeLog } from '../sync/outcomes.ts';
import { PACE, Pace } from '../sync/pace.ts';
import { Places } from '../sync/places.ts';
import { engineFor } from './engine.ts';
import { foreignOwner } from './owner.ts';
import type { Plan } from './plan.ts';
import { Restorer } from './restore.ts';
import type { Run } from './run.ts';

export interface Carriage extends Run {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly outcomes: OutcomeLog;
  /** What an earlier run has started: the plan is its plan, and the job goes on or is over. */
  readonly collected: Job | undefined;
}

/** @throws FatalError when going on makes no sense; what was recorded until then stands */
export async function carryOut(carriage: Carriage): Promise<void> {
  const { scene, plan, outcomes, diary, stop, host } = carriage;
  const { log } = host;
  const restorer = new Restorer(scene, stop);
  const failed = (await copyAll(carriage, restorer)) + (await restorer.askAll(plan, outcomes, log));
  // Whatever an earlier run has planned, nothing is deleted unless this run was asked to delete.
  if (!scene.settings.delete || plan.totals.toDelete === 0) return;
  if (stop.draining.aborted || diary.underWay !== undefined) return;
  if (failed + plan.totals.toFail > 0) {
    log.warning(
      `Nothing is deleted: ${failed + plan.totals.toFail} objects failed, and deletions wait until all is well.`,
    );
    return;
  }
  await deleteAll(carriage);
}

/** Resolves to how many objects failed. */
async function copyAll(carriage: Carriage, restorer: Restorer): Promise<number> {
  const { scene, plan, outcomes, requests, diary, stop, host } = carriage;
  const { log } = host;
  if (plan.totals.toCopy === 0) return 0;
  const { concurrency, archived } = scene.settings;
  const places = new Places(concurrency === 'auto' ? PACE.start : concurrency);
  const pace = concurrency === 'auto' ? new Pace(places) : undefined;
  const throttled = () => requests.count('throttled');
  const engine = engineFor(carriage, {
    places,
    pace,
    throttled,
    archived: archived === 'fail' ? 'fail' : 'skip',
  });
  const progress = new Progress(plan.totals.toCopy, plan.totals.bytesToCopy, throttled);
  let copied: string | undefined;
  const record = async (outcome: Outcome) => {
    const settled = await restorer.settle(outcome);
    if (settled === undefined) return;
    if (settled.result === 'copied') copied = settled.key;
    progress.count(settled);
    await outcomes.add(settled);
  };
  progress.look();
  try {
    await log.watch(
      () => engine.progress?.() ?? progress.howFar(),
      () =>
        meanwhile(
          LOOK_EVERY_MS,
          () => progress.look(),
          () => engine.transfer(plan.copies(), record, stop),
        ),
    );
  } finally {
    log.info(progress.line());
    diary.slowedTo = pace?.slowedTo;
    // The outcomes of a service all arrive at the end, which says nothing of the throughput before.
    if (engine.progress === undefined) diary.throughput = progress.end();
    diary.notes.push(...(engine.notes?.() ?? []));
    diary.underWay = engine.underWay?.();
  }
  const note = copied === undefined || stop.draining.aborted ? undefined : await foreignOwner(scene, copied);
  if (note !== undefined) diary.notes.push(note);
  return progress.failed;
}

async function deleteAll({ scene, plan, outcomes, stop, host, collected }: Carriage): Promise<void> {
  host.log.info(`Deleting ${plan.totals.toDelete} objects that only the destination has.`);
  const deletions = collected === undefined ? plan.deletions() : stillExtraneous(plan, scene);
  for await (const removals of removeAll(scene.destination, deletions)) {
    for (const removal of removals) await outcomes.add(removal);
    if (stop.draining.aborted) return;
  }
}

/**
 * An old plan does not know what has come to the source since. And whoever can write to the work location can change it: what
 * the globs protect stays.
 */
async function* stillExtraneous(plan: Plan, { source, settings }: Scene): AsyncGenerator<ObjectEntry[]> {
  const filter = createFilter(settings.filter);
  const names = { left: 'The plan', right: 'The source listing' };
  const sources = listed(listingsFor(settings).source(source), source);
  for await (const meetings of mergeByKey(plan.deletions(), sources, names))
    yield meetings.flatMap(({ left, right }) =>
      left !== undefined && right === undefined && filter.name(left.key) ? [left] : [],
    );
}
