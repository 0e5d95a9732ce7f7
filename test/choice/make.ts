/** Plans to choose an engine by. */
import { Census } from '../../src/choice/census.ts';
import { decided, type Wish } from '../../src/choice/choose.ts';
import type { Known } from '../../src/choice/estimate.ts';
import { type Looked, offersFor } from '../../src/choice/offers.ts';
import { Prices } from '../../src/choice/prices.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import type { EngineOffer, Engines } from '../../src/record.ts';
import { PlanTotals } from '../../src/sync/plan.ts';
import { entry, settings } from '../sync/make.ts';

const ARN = 'arn:aws:iam::111122223333:role/a';

/** All that `engine: auto` can be given. */
export const SERVICES = {
  source: 's3://from',
  destination: 's3://onto',
  'work-location': 's3://work/folder',
  'datasync-role': ARN,
  'batch-role': ARN,
};

export interface Scenario {
  readonly inputs?: Record<string, string>;
  readonly looked?: Looked;
  readonly regions?: Known['regions'];
  readonly besides?: 'copy' | 'stream';
  readonly spent?: Known['spent'];
  readonly listing?: Known['listing'];
  readonly wish?: Partial<Wish>;
}

/** So many objects of so many bytes that only the source has. */
export function objects(count: number, size: number, more: Partial<ObjectEntry> = {}): PlanItem[] {
  return Array.from({ length: count }, (_, index) => ({
    key: String(index),
    source: entry(String(index), { size, ...more }),
    action: 'copy',
    reason: 'missing',
  }));
}

export function knownOf(items: readonly PlanItem[], scenario: Scenario = {}): Known {
  const { inputs = {}, besides = 'copy', spent = {}, listing = {} } = scenario;
  const { regions = { source: 'us-east-1', destination: 'us-east-1' } } = scenario;
  const given = settings(inputs);
  const { preserve, partSize, storageClass = 'STANDARD' } = given;
  const census = new Census({ preserve, partSize, acls: false, storageClass, underKms: false, rest: '' });
  const totals = new PlanTotals();
  for (const item of items) {
    census.count(item);
    totals.count(item);
  }
  return { settings: given, regions, totals, census, spent, listing, besides };
}

/** What nothing stands against. */
export function free(...engines: EngineOffer['engine'][]): Looked {
  return new Map(engines.map(engine => [engine, []]));
}

export function compare(items: readonly PlanItem[], scenario: Scenario = {}): Engines {
  const known = knownOf(items, scenario);
  const { looked = free('copy', 'datasync', 'batch'), wish } = scenario;
  const prices = new Prices();
  const offers = offersFor(known, looked, prices);
  const { engine: asked, wait } = known.settings;
  const { dates, standIns } = prices;
  return decided(
    offers,
    { asked, secondsLeft: undefined, leavesJobs: !wait, ...wish },
    { dates, regions: known.regions, standIns },
  );
}

export function offerOf({ offers }: Engines, engine: EngineOffer['engine']): EngineOffer {
  const offer = offers.find(one => one.engine === engine);
  if (offer === undefined) throw new Error(`There is no offer of ${engine}.`);
  return offer;
}
