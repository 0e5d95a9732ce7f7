/** What became of archived objects under `archived: restore`, and when it is worth coming back. */
import type { RunReport } from '../record.ts';
import { count, type Markup, md } from './text.ts';

/** Nothing when no restore was asked for or is under way. */
export function restores({ totals: { reasons } }: RunReport): Markup | undefined {
  const asked = reasons['skipped: restore-asked'] ?? 0;
  const would = reasons['skipped: would-restore'] ?? 0;
  const underWay = reasons['skipped: restoring'] ?? 0;
  if (asked + would + underWay === 0) return undefined;
  // Bulk retrievals. (S3 User Guide, "Understanding archive retrieval options".)
  const wait =
    'S3 takes up to 12 hours, out of Deep Archive up to 48; a run after that copies what has arrived.';
  if (asked + would === 0) return md`**${archived(underWay)}** already on the way back. ${wait}`;
  const more = underWay === 0 ? md`` : md`, ${underWay} already on the way back`;
  return asked > 0
    ? md`**${archived(asked)}** asked back${more}. ${wait}`
    : md`**${archived(would)}** would be asked back by a sync${more}. ${wait}`;
}

function archived(objects: number): string {
  return count(objects, 'archived object');
}
