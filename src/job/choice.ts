/** Which engine a run goes on with once there is a plan. Until then every way that it could go is kept open. */
import { Census } from '../choice/census.ts';
import { decided } from '../choice/choose.ts';
import { type Looked, offersFor } from '../choice/offers.ts';
import { Prices } from '../choice/prices.ts';
import type { Requests } from '../choice/requests.ts';
import { foldersOf } from '../datasync/paths.ts';
import type { EngineName } from '../model/settings.ts';
import type { Way } from '../preflight/checks.ts';
import { grantsTo, preservedBy } from '../preflight/preserved.ts';
import { isServed, type Scene, type SceneWithJobs } from '../preflight/scene.ts';
import type { Engines } from '../record.ts';
import type { PlanTotals } from '../sync/plan.ts';
import type { Prepared } from './prepare/prepare.ts';

/** Ways that nothing stands against and on which a service works. */
export function servedWays({ ways }: Prepared): Scene[] {
  return ways.flatMap(({ scene, obstacles }) =>
    scene !== undefined && obstacles.length === 0 && isServed(scene) ? [scene] : [],
  );
}

/** The way on which an earlier run may have left a job. */
export function wayWithJobs(prepared: Prepared): SceneWithJobs | undefined {
  return servedWays(prepared).find((scene): scene is SceneWithJobs => scene.jobs !== undefined);
}

/** To count a plan with. */
export function censusFor(scene: Scene): Census {
  const { settings, facts } = scene;
  const { encryption } = facts.destination;
  const algorithm = settings.encryption ?? (encryption.known ? encryption.value.algorithm : undefined);
  const preserve = preservedBy(scene);
  return new Census({
    preserve,
    partSize: settings.partSize,
    acls: grantsTo(scene) !== undefined,
    storageClass: preserve.has('storage-class') ? undefined : (settings.storageClass ?? 'STANDARD'),
    underKms: algorithm?.startsWith('aws:kms') ?? false,
    rest: foldersOf(settings.source.location.prefix, settings.destination.location.prefix)?.rest,
  });
}

/** What was counted of the plan, and of the run that made it. */
export interface Counted {
  readonly census: Census;
  readonly totals: PlanTotals;
  /** Requests of the run before the plan, and after it. */
  readonly before: Requests;
  readonly spent: Requests;
}

/**
 * The engines compared, and the one that the run goes on with.
 *
 * @param secondsLeft for carrying the plan out; `undefined` without a limit
 */
export function compareWays(
  { scene, ways }: Prepared,
  counted: Counted,
  secondsLeft: number | undefined,
): Engines {
  const { settings, source, destination } = scene;
  const { census, totals, before, spent } = counted;
  const regions = { source: source.region, destination: destination.region };
  const prices = new Prices();
  const served = scene.datasync ?? scene.jobs;
  const besides = served?.besides ?? (scene.engine === 'stream' ? 'stream' : 'copy');
  const listing = listingBetween(before, spent);
  const known = { settings, regions, totals, census, spent, listing, besides };
  const offers = offersFor(known, lookedAt(ways), prices);
  return decided(
    offers,
    { asked: settings.engine, secondsLeft, leavesJobs: !settings.wait },
    { dates: prices.dates, regions, standIns: prices.standIns },
  );
}

/** The scene of the engine that was chosen. */
export function sceneOf(engine: EngineName, ways: readonly Way[]): Scene {
  const way = ways.find(one => one.engine === engine && one.scene !== undefined);
  if (way?.scene === undefined) throw new RangeError(`There is no way with engine ${engine}.`);
  return way.scene;
}

function lookedAt(ways: readonly Way[]): Looked {
  return new Map(
    ways.map(({ engine, obstacles }) => [engine, obstacles.map(({ check, seen }) => `${check}: ${seen}`)]),
  );
}

function listingBetween(before: Requests, after: Requests): Requests {
  const listings = Object.entries(after).filter(([name]) => /^List(ObjectsV2|ObjectVersions)$/.test(name));
  return Object.fromEntries(listings.map(([name, times]) => [name, times - (before[name] ?? 0)]));
}
