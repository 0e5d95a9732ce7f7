/** An execution watched to its end, and cancelled when the run is stopped. */
import { type TroubleKind, troubleOf } from '../aws/trouble.ts';
import { FatalError } from '../errors.ts';
import type { Stop } from '../sync/stop.ts';
import { cancel, type Look, look } from './execution.ts';
import type { DataSyncService } from './service.ts';
import { pause } from './waiting.ts';

export interface Watched {
  readonly service: DataSyncService;
  readonly region: string;
  readonly execution: string;
  readonly stop: Stop;
  /** Told of every look. */
  readonly told: (look: Look) => void;
}

/** Looks in a row that DataSync may leave unanswered, each tried for half a minute: the execution does not need them. */
const UNANSWERED = 10;
const PASSING: ReadonlySet<TroubleKind> = new Set<TroubleKind>(['throttle', 'retry', 'renew']);
const CANCEL_WITHIN_MS = 5_000;
const REPORT_WITHIN_MS = 15 * 60_000;
/** Whether there will be a report at all. */
const SAID_WITHIN_MS = 60_000;

/**
 * Resolves to the last look. An execution that this run no longer watches, for whatever reason, is cancelled.
 *
 * @throws StoppedError when the run was aborted before the end; what DataSync answered when it could not be asked
 */
export async function follow(watched: Watched): Promise<Look> {
  const { stop, told } = watched;
  let cancelled = false;
  try {
    for (let looks = 0; ; looks++) {
      const seen = await patiently(watched);
      told(seen);
      if (seen.isOver) return seen;
      if (stop.draining.aborted && !cancelled) {
        cancelled = true;
        looks = 0;
        await cancelSoon(watched).catch(async error => {
          // It may just have ended by itself, and then there is nothing to cancel but much to report.
          if (!(await patiently(watched)).isOver) throw error;
        });
      }
      await pause(looks, cancelled ? stop.aborting : stop.draining);
    }
  } catch (error) {
    // The first error is the one to tell. The post step cancels what could not be cancelled here.
    if (!cancelled) await cancelSoon(watched).catch(() => {});
    throw error;
  }
}

/** Not by the run's own signal, which may be the very reason. */
function cancelSoon({ service, region, execution }: Watched): Promise<void> {
  return cancel(service.ask, region, execution, AbortSignal.timeout(CANCEL_WITHIN_MS));
}

async function patiently({ service, region, execution, stop }: Omit<Watched, 'told'>): Promise<Look> {
  for (let unanswered = 1; ; unanswered++) {
    try {
      return await look(service.ask, region, execution);
    } catch (error) {
      // Credentials that cannot be had for a while are no answer of DataSync's either.
      const mayPass = error instanceof FatalError || PASSING.has(troubleOf(error).kind);
      if (!mayPass || unanswered === UNANSWERED) throw error;
      await pause(unanswered, stop.aborting);
    }
  }
}

/**
 * Follows an execution that somebody else has started, which is theirs to cancel.
 *
 * @returns `undefined` when the run was stopped before the end
 */
export async function attend({ service, region, execution, stop, told }: Watched): Promise<Look | undefined> {
  for (let looks = 0; !stop.draining.aborted; looks++) {
    const seen = await patiently({ service, region, execution, stop });
    told(seen);
    if (seen.isOver) return seen;
    await pause(looks, stop.draining);
  }
  return undefined;
}

/** The report is written after the end. Resolves to how that went; it may still be pending, or nobody speaks of one. */
export async function untilReported({ service, region, execution, stop }: Watched): Promise<Look['report']> {
  const begun = Date.now();
  for (let looks = 0; ; looks++) {
    const { report } = await patiently({ service, region, execution, stop });
    if (report?.status === 'SUCCESS' || report?.status === 'ERROR') return report;
    if (Date.now() - begun > (report === undefined ? SAID_WITHIN_MS : REPORT_WITHIN_MS)) return report;
    await pause(looks, stop.aborting);
  }
}
