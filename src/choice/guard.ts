/** What a plan may not cost. Asked between the plan and the first change. */
import { FatalError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Engines } from '../record.ts';
import { dollars } from '../report/text.ts';

/** @throws FatalError where no engine can do it, or the one that was chosen costs more than `max-cost` */
export function guardCost({ maxCost }: Pick<Settings, 'maxCost'>, { chosen, why, offers }: Engines): void {
  const offer = offers.find(({ engine }) => engine === chosen);
  if (offer === undefined)
    throw new FatalError(`${why} No object was changed.`, {
      todo: 'The table of engines says what stands against each. Mend it for one of them, beginning with `copy`.',
    });
  if (maxCost === undefined || offer.usd <= maxCost) return;
  const cheaper = offers
    .filter(({ verdict, usd }) => verdict === 'possible' && usd <= maxCost)
    .map(({ engine, usd }) => `\`engine: ${engine}\` (${dollars(usd)})`);
  const instead = cheaper.length === 0 ? '' : ` Below it is ${cheaper.join(', ')}.`;
  throw new FatalError(
    `The run would cost ${dollars(offer.usd)} by its estimate (engine ${offer.engine}); \`max-cost: ${maxCost}\` allows ${dollars(maxCost)}. No object was changed.`,
    {
      todo: `The table of engines says what the sum is made of. Raise \`max-cost\`, or copy less at a time with \`include\` or a prefix.${instead}`,
    },
  );
}
