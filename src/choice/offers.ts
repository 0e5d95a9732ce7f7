/** What each engine has to offer for a plan: whether it can do it, what stands against it, and what it would leave behind. */
import { foldersOf } from '../datasync/paths.ts';
import { ENGINES, type EngineName, type Settings } from '../model/settings.ts';
import type { EngineOffer } from '../record.ts';
import { count } from '../report/text.ts';
import { whyNot } from '../settings/engine-rules.ts';
import { estimate, type Known } from './estimate.ts';
import type { Prices } from './prices.ts';

/** What the checks have found of the engines that this run could take, by their names: what stands against each, a sentence each. */
export type Looked = ReadonlyMap<EngineName, readonly string[]>;

/** Before one of them is chosen. */
export type Offer = Omit<EngineOffer, 'verdict'> & {
  readonly verdict: Exclude<EngineOffer['verdict'], 'chosen'>;
};

export function offersFor(known: Known, looked: Looked, prices: Prices): Offer[] {
  return ENGINES.filter(engine => engine !== 'auto').map(engine => ({
    engine,
    ...standing(engine, known, looked),
    remarks: remarksOn(engine, known),
    ...estimate(engine, known, prices),
  }));
}

function standing(engine: EngineName, known: Known, looked: Looked): Pick<Offer, 'verdict' | 'reasons'> {
  const { settings } = known;
  const reasons = [
    ...(settings.engine === engine ? [] : whyNot(engine, settings)),
    ...(looked.get(engine) ?? []),
    ...obstaclesInPlan(engine, known, looked),
  ];
  const { engine: asked } = settings;
  if (asked === 'auto' && engine === 'replication') reasons.push(BY_NAME_ONLY);
  else if (reasons.length === 0 && !looked.has(engine))
    return { verdict: 'not-taken', reasons: [whyNotLookedAt(engine, asked)] };
  return { verdict: reasons.length > 0 ? 'impossible' : 'possible', reasons };
}

const BY_NAME_ONLY = 'Only taken when asked for by name.';

function whyNotLookedAt(engine: EngineName, asked: Settings['engine']): string {
  if (asked !== 'auto') return `Not looked at, because engine ${asked} was asked for.`;
  return engine === 'stream' ? 'Only taken where no identity may copy server-side.' : 'Not looked at.';
}

/** Objects of the plan that an engine leaves to the copies from here, where those are not possible either. */
function obstaclesInPlan(engine: EngineName, { settings, census, besides }: Known, looked: Looked): string[] {
  const isStuck = (looked.get(besides) ?? []).length > 0;
  const stuck = (objects: number, what: string) =>
    isStuck && objects > 0
      ? [`${count(objects, 'object')} ${what}, and they cannot be copied from here.`]
      : [];
  if (engine === 'batch')
    return stuck(census.aboveJobs.objects, 'are larger than S3 Batch Operations copies (5 GiB)');
  if (engine !== 'datasync') return [];
  const { source, destination } = settings;
  return foldersOf(source.location.prefix, destination.location.prefix) === undefined
    ? ['No two folders that DataSync can be given map the keys as the two prefixes do.']
    : stuck(census.beyondDataSync.objects, 'have keys that DataSync cannot transfer');
}

function remarksOn(engine: EngineName, { settings, census, besides }: Known): string[] {
  const done = besides === 'copy' ? 'copied' : 'streamed';
  const beside = (objects: number, which: string) =>
    objects > 0 ? [`${count(objects, 'object')} ${which}: ${done} from here.`] : [];
  switch (engine) {
    case 'copy':
      return [];
    case 'stream':
      return ['Every byte passes the runner, and is priced as if that were outside of AWS.'];
    case 'batch':
      return [
        ...beside(census.aboveJobs.objects, 'larger than 5 GiB'),
        'Leaves a manifest and a report in the work location.',
      ];
    case 'datasync':
      return [
        ...beside(census.beyondDataSync.objects, 'with keys that DataSync cannot transfer'),
        `Objects with Cache-Control or Expires are ${done} from here; how many shows only when each is asked.`,
        ...(settings.dataSync.keep
          ? ['Leaves a task and two locations, and a manifest and a report in the work location.']
          : []),
      ];
    case 'replication':
      return [
        'Needs versioning on both sides.',
        ...(settings.replication.rule === 'keep'
          ? ['Leaves a rule that replicates whatever is written from then on.']
          : []),
        'Leaves a manifest and a report in the work location.',
      ];
  }
}
