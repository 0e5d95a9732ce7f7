/** An execution as something to be watched, and the report that is written after its end. */
import { lookPatiently, type Watched } from '../aws/follow.ts';
import { pause } from '../aws/waiting.ts';
import { cancel, type Look, look } from './execution.ts';
import type { DataSyncService } from './service.ts';

const REPORT_WITHIN_MS = 15 * 60_000;
/** Whether there will be a report at all. */
const SAID_WITHIN_MS = 60_000;

export function watch(
  { ask }: DataSyncService,
  region: string,
  execution: string,
): Pick<Watched<Look>, 'look' | 'cancel'> {
  return {
    look: () => look(ask, region, execution),
    cancel: signal => cancel(ask, region, execution, signal),
  };
}

/** Resolves to the status of the report: it may still be pending, or there may be none. */
export async function untilReported(watched: Pick<Watched<Look>, 'look' | 'stop'>): Promise<Look['report']> {
  const begun = Date.now();
  for (let looks = 0; ; looks++) {
    const { report } = await lookPatiently(watched);
    if (report?.status === 'SUCCESS' || report?.status === 'ERROR') return report;
    if (Date.now() - begun > (report === undefined ? SAID_WITHIN_MS : REPORT_WITHIN_MS)) return report;
    await pause(looks, watched.stop.cutting);
  }
}
