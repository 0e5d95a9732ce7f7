/** The plan, written to disk: what the guards judge, what the engine carries, what the conclusion is held against. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Census } from '../choice/census.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { CopyItem, PlanItem } from '../model/plan.ts';
import { NdjsonWriter, readNdjson } from '../ndjson.ts';
import type { Scene } from '../preflight/scene.ts';
import type { Rules } from '../sync/decide.ts';
import { createFilter } from '../sync/filter.ts';
import type { Pages } from '../sync/merge.ts';
import { PlanTotals, planPairs } from '../sync/plan.ts';
import { fromLine, type PlanLine, toLine } from '../sync/plan-line.ts';
import { listBoth } from './listings.ts';
import { askChecksums, askingAtOnce } from './witnesses.ts';

export interface Plan {
  readonly totals: PlanTotals;
  /** The file it is written in. */
  readonly path: string;
  items(): Pages<PlanItem>;
  copies(): Pages<CopyItem>;
  /** Archived source objects to ask back. */
  restores(): Pages<ObjectEntry>;
  /** Objects to delete at the destination. */
  deletions(): Pages<ObjectEntry>;
}

/**
 * @param census counts what engines are compared by
 * @throws FatalError when a listing fails
 */
export async function makePlan(scene: Scene, scratch: string, census?: Census): Promise<Plan> {
  const { settings, destination } = scene;
  const rules: Rules = {
    compare: settings.compare,
    filter: createFilter(settings.filter),
    archived: settings.archived,
    delete: settings.delete,
    destinationPrefixBytes: Buffer.byteLength(destination.location.prefix),
  };
  const totals = new PlanTotals();
  // An earlier plan of the run stays whole until this one is.
  const folder = await mkdtemp(join(scratch, 'plan-'));
  const writer = new NdjsonWriter<PlanLine>(join(folder, 'plan.ndjson'));
  for await (const page of planPairs(listBoth(scene), rules, askChecksums(scene), askingAtOnce(settings))) {
    for (const item of page) {
      totals.count(item);
      census?.count(item);
    }
    await writer.writeAll(page.map(toLine));
  }
  await writer.close();
  return planIn(writer.path, totals);
}

/** The plan of an earlier run. */
export async function readPlan(path: string): Promise<Plan> {
  const plan = planIn(path, new PlanTotals());
  for await (const page of plan.items()) for (const item of page) plan.totals.count(item);
  return plan;
}

function planIn(path: string, totals: PlanTotals): Plan {
  const items = () => select(readNdjson<PlanLine>(path), fromLine);
  return {
    totals,
    path,
    items,
    copies: () => select(items(), item => (isCopy(item) ? item : undefined)),
    restores: () => select(items(), item => (item.action === 'restore' ? item.source : undefined)),
    deletions: () => select(items(), item => (item.action === 'delete' ? item.destination : undefined)),
  };
}

function isCopy(item: PlanItem): item is CopyItem {
  return item.action === 'copy' && item.source !== undefined;
}

async function* select<T, U>(pages: Pages<T>, pick: (item: T) => U | undefined): AsyncGenerator<U[]> {
  for await (const page of pages) {
    yield page.flatMap(item => pick(item) ?? []);
  }
}
