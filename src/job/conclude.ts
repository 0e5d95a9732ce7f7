/** The last word on every object, written to `objects.ndjson` and counted on the way. */
import { join } from 'node:path';
import type { ObjectRecord, Settings } from '../model.ts';
import { NdjsonWriter } from '../ndjson.ts';
import type { Scene } from '../preflight/scene.ts';
import { RECORDS_FILE } from '../report/folder.ts';
import { list } from '../s3/list.ts';
import { type Movements, recordAsSeen, recordAsSettled, settle } from '../sync/conclude.ts';
import type { OutcomeLog } from '../sync/outcomes.ts';
import { pairListings } from '../sync/plan.ts';
import { Tally } from '../sync/totals.ts';
import type { Diary } from './diary.ts';
import type { Plan } from './plan.ts';

export interface Conclusion {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly outcomes: OutcomeLog;
  /** Both buckets can be listed once more; not so after a stop or a fatal error. */
  readonly mayLook: boolean;
  readonly reportFolder: string;
}

export async function conclude(conclusion: Conclusion, diary: Diary): Promise<void> {
  const { scene, plan, outcomes, reportFolder } = conclusion;
  const { settings } = scene;
  const settled = settle(plan.items(), await outcomes.inKeyOrder());
  const movements: Movements = { appeared: 0, movedOn: 0 };
  const compares = settings.mode === 'sync' && settings.verify === 'listing' && conclusion.mayLook;
  const records =
    compares && changedSomething(plan)
      ? recordAsSeen(settled, closingListing(scene), places(settings), movements)
      : recordAsSettled(settled, settings.mode, places(settings));

  const tally = new Tally();
  const writer = new NdjsonWriter<ObjectRecord>(join(reportFolder, RECORDS_FILE));
  for await (const page of records) {
    for (const record of page) {
      tally.count(record);
      await writer.write(record);
    }
  }
  await writer.close();

  diary.totals = tally.totals(plan.totals.listed);
  diary.failures = tally.failures();
  diary.compared = compares || settings.mode === 'verify';
  const { reasons } = diary.totals;
  diary.complete = !reasons['skipped: stopped'] && !reasons['kept: delete-refused'] && !diary.halted;
  diary.notes.push(...describe(movements));
}

/** Where nothing was to be done, the plan has just compared both sides as they are. */
function changedSomething({ totals }: Plan): boolean {
  return totals.toCopy + totals.toDelete > 0;
}

function closingListing({ source, destination }: Scene) {
  return pairListings(list(source), list(destination));
}

function places({ source, destination }: Settings) {
  return { source: source.location, destination: destination.location };
}

function describe({ appeared, movedOn }: Movements): string[] {
  const notes: string[] = [];
  if (appeared > 0)
    notes.push(`${appeared} objects appeared in the source after it was listed; the next run copies them.`);
  if (movedOn > 0) {
    notes.push(
      `${movedOn} objects were overwritten or removed in the source after it was listed; the next run follows.`,
    );
  }
  return notes;
}
