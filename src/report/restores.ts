/** What became of archived objects under `archived: restore`, and when it is worth coming back. */
import type { RunReport } from '../record.ts';
import { count, type Markup, md } from './text.ts';

/** What is to be said, its first words apart to be stressed; nothing when no restore was asked for or is under way. */
export function restoring({ totals: { reasons } }: RunReport): { what: string; more: string } | undefined {
  const asked = reasons['skipped: restore-asked'] ?? 0;
  const would = reasons['skipped: would-restore'] ?? 0;
  const underWay = reasons['skipped: restoring'] ?? 0;
  if (asked + would + underWay === 0) return undefined;
  // Bulk retrievals. (S3 User Guide, "Understanding archive retrieval options".)
  const wait =
    'S3 takes up to 12 hours, out of Deep Archive up to 48; a run after that copies what has arrived.';
  if (asked + would === 0) return { what: archived(underWay), more: `already on the way back. ${wait}` };
  const also = underWay === 0 ? '' : `, ${underWay.toLocaleString('en-US')} already on the way back`;
  return asked > 0
    ? { what: archived(asked), more: `asked back${also}. ${wait}` }
    : { what: archived(would), more: `would be asked back by a sync${also}. ${wait}` };
}

/** The same as Markdown. */
export function restores(report: RunReport): Markup | undefined {
  const words = restoring(report);
  return words && md`**${words.what}** ${words.more}`;
}

function archived(objects: number): string {
  return count(objects, 'archived object');
}
