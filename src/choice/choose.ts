/** Which engine does the work, and why, in a sentence. */
import type { EngineName } from '../model/settings.ts';
import type { EngineOffer, Engines, PricesUsed } from '../record.ts';
import { about, dollars } from '../report/text.ts';
import type { Offer } from './offers.ts';

export interface Wish {
  /** By name, or `auto`. */
  readonly asked: EngineName | 'auto';
  /** Until the run has to end; `undefined` where it may take as long as it takes. */
  readonly secondsLeft: number | undefined;
  /** A job goes on without the run. */
  readonly leavesJobs: boolean;
}

/**
 * The cheapest of the engines that lose nothing and end in time. A small saving does not outweigh copies that need no
 * set-up and are proven at once.
 */
export function choose(
  offers: readonly Offer[],
  wish: Wish,
): { readonly chosen?: EngineName; readonly why: string } {
  const { asked } = wish;
  if (asked !== 'auto') return { chosen: asked, why: `Engine ${asked}, as asked for.` };
  const possible = offers.filter(({ verdict }) => verdict === 'possible');
  const [only] = possible;
  if (only === undefined) return { why: 'No engine can do all of the plan.' };
  if (possible.length === 1)
    return { chosen: only.engine, why: `Engine ${only.engine}: ${onlyOne(offers)}.` };
  const inTime = possible.filter(offer => endsInTime(offer, wish));
  const best = cheapest(inTime.length > 0 ? inTime : possible);
  return { chosen: best.engine, why: `Engine ${best.engine}: ${reasonFor(best, possible, inTime, wish)}.` };
}

/** USD, and the share of the whole, that another engine has to save. */
const WORTH_USD = 1;
const WORTH_SHARE = 0.1;

function cheapest(offers: readonly Offer[]): Offer {
  const best = offers.reduce((cheap, offer) => (offer.usd < cheap.usd ? offer : cheap));
  const copy = offers.find(({ engine }) => engine === 'copy');
  const enough = Math.max(WORTH_USD, best.usd * WORTH_SHARE);
  return copy !== undefined && copy.usd - best.usd <= enough ? copy : best;
}

function endsInTime({ engine, seconds }: Offer, { secondsLeft, leavesJobs }: Wish): boolean {
  return secondsLeft === undefined || seconds <= secondsLeft || (leavesJobs && engine === 'batch');
}

function onlyOne(offers: readonly Offer[]): string {
  const aside = offers.filter(({ verdict }) => verdict === 'not-taken').map(({ engine }) => engine);
  return aside.length === 0 ? 'the only one that is possible' : 'the only one that is possible by itself';
}

function reasonFor(
  best: Offer,
  possible: readonly Offer[],
  inTime: readonly Offer[],
  { secondsLeft }: Wish,
): string {
  const others = (offers: readonly Offer[]) => offers.filter(({ engine }) => engine !== best.engine);
  const compared = others(inTime.length > 0 ? inTime : possible)
    .map(({ engine, usd }) => `${dollars(usd)} with ${engine}`)
    .join(', ');
  const late = inTime.length === 0 ? [] : others(possible).filter(offer => !inTime.includes(offer));
  const tooSlow = late.map(({ engine, seconds }) => `${engine} would take ${about(seconds)}`).join(', ');
  const parts = [
    ...(inTime.length === 0 ? ['none ends in time, so that the next run goes on'] : []),
    ...(compared === '' ? [] : [`${dollars(best.usd)}, against ${compared}`]),
    ...(tooSlow === '' ? [] : [`${tooSlow}, with ${about(secondsLeft ?? 0)} left`]),
  ];
  return parts.join('; ');
}

/** The table as it is reported. */
export function decided(offers: readonly Offer[], wish: Wish, prices: PricesUsed): Engines {
  const { chosen, why } = choose(offers, wish);
  const { secondsLeft } = wish;
  const told = offers.map((offer): EngineOffer => {
    const { engine, seconds, remarks } = offer;
    const isLate = !endsInTime(offer, wish);
    return {
      ...offer,
      seconds: Math.round(seconds),
      ...(engine === chosen && { verdict: 'chosen' }),
      remarks: isLate
        ? [...remarks, `Takes longer than the time that is left (${about(secondsLeft ?? 0)}).`]
        : remarks,
    };
  });
  return { ...(chosen !== undefined && { chosen }), why, offers: told, prices };
}
