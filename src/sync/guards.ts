/**
 * What a plan may not do. Asked between the plan and the first change, so that a run that would go wrong changes
 * nothing at all.
 */
import { FatalError } from '../errors.ts';
import type { DeleteCap, Settings } from '../model/settings.ts';
import { type PlanTotals, uri } from './plan.ts';

/** @throws FatalError naming the guard, the numbers and the way out */
export function guardPlan(settings: Settings, totals: PlanTotals): void {
  if (settings.delete && totals.listed === 0) {
    throw new FatalError(
      `The source ${uri(settings.source.location)} is empty and \`delete: true\` would empty the destination. No object was changed.`,
      {
        todo: 'Check `source` (bucket and prefix). To empty the destination on purpose, delete its objects directly.',
      },
    );
  }
  const cap = objectsAllowed(settings.maxDelete, totals.atDestination);
  const { toDelete, toHide } = totals;
  if (toDelete + toHide > cap) {
    const how = toHide > 0 ? `, ${toHide} of them as the source's histories do,` : '';
    throw new FatalError(
      `The plan deletes ${toDelete + toHide} of ${totals.atDestination} destination objects${how}; \`max-delete: ${capText(settings.maxDelete)}\` allows ${cap}. No object was changed.`,
      {
        todo: `${whichOnes(settings)} If they are right, raise \`max-delete\` (a number of objects, or a percentage of the objects at the destination). If not, the source or its prefix is probably wrong.`,
      },
    );
  }
}

function whichOnes({ mode }: Settings): string {
  return mode === 'dry-run'
    ? 'The report has each of them in objects.ndjson, as `would-delete`.'
    : 'Look at the deletions with `mode: dry-run`, which writes each of them into objects.ndjson.';
}

const PERCENT_DECIMALS = 10;

/** A percentage is rounded down: the guard never allows more than was asked for. */
function objectsAllowed(cap: DeleteCap, atDestination: number): number {
  if ('count' in cap) return cap.count;
  // Digits instead of binary fractions, which make 0.57% of 10,000 a little less than 57.
  const digits = cap.percent.toFixed(PERCENT_DECIMALS).replace('.', '');
  return Number((BigInt(atDestination) * BigInt(digits)) / 10n ** BigInt(PERCENT_DECIMALS + 2));
}

function capText(cap: DeleteCap): string {
  return 'count' in cap ? String(cap.count) : `${cap.percent}%`;
}
