/** Work that a service does for a run, watched to its end, and cancelled when the run is stopped. */
import { FatalError } from '../errors.ts';
import { type TroubleKind, troubleOf } from './trouble.ts';
import { pause } from './waiting.ts';

/** What is known of the work at one moment. */
export interface Seen {
  readonly isOver: boolean;
}

export interface Watched<L extends Seen> {
  readonly look: () => Promise<L>;
  /** Asks for the work to be ended. @param signal ends the asking */
  readonly cancel: (signal: AbortSignal) => Promise<void>;
  /** Told of every look. */
  readonly told: (look: L) => void;
  /** `draining` says that the run no longer wants the work done, `cutting` that it no longer waits for its end. */
  readonly stop: { readonly draining: AbortSignal; readonly cutting: AbortSignal };
  /** The longest time between two looks, ms. */
  readonly longestMs?: number;
}

/**
 * How many looks in a row may go unanswered, each retried for half a minute: the work goes on without being looked at.
 */
const UNANSWERED = 10;
const PASSING: ReadonlySet<TroubleKind> = new Set<TroubleKind>(['throttle', 'retry', 'renew']);
const LASTING: ReadonlySet<TroubleKind> = new Set<TroubleKind>(['denied', 'configuration']);
const CANCEL_WITHIN_MS = 5_000;

/**
 * Resolves to the last look. Work that this run no longer watches, for whatever reason, is cancelled.
 *
 * @throws StoppedError when the run was aborted before the end; what the service answered when it could not be asked
 */
export async function follow<L extends Seen>(watched: Watched<L>): Promise<L> {
  const { stop, told, longestMs } = watched;
  let cancelled = false;
  try {
    for (let [looks, refused] = [0, 0]; ; looks++) {
      const seen = await lookPatiently(watched);
      told(seen);
      if (seen.isOver) return seen;
      if (stop.draining.aborted && !cancelled) {
        looks = refused++;
        cancelled = await cancelNow(watched);
      }
      await pause(looks, stop.draining.aborted ? stop.cutting : stop.draining, longestMs);
    }
  } catch (error) {
    // The first error is the one to tell. The post step cancels what could not be cancelled here.
    if (!cancelled) await cancelSoon(watched).catch(() => {});
    throw error;
  }
}

/**
 * Resolves to whether the cancellation was accepted. It need not be at once: a service cannot cancel in every state,
 * and may accept a moment later; and if the work has just ended by itself, the next look shows that.
 *
 * @throws what the service answered to one who may not cancel
 */
async function cancelNow<L extends Seen>(watched: Watched<L>): Promise<boolean> {
  try {
    await cancelSoon(watched);
    return true;
  } catch (error) {
    const { kind } = troubleOf(error);
    // The work may have ended by itself. Then there is nothing to cancel, but a result to report.
    if (LASTING.has(kind) && !(await lookPatiently(watched)).isOver) throw error;
    return false;
  }
}

/** With a time limit instead of the run's own signal, which may be the very reason for cancelling. */
function cancelSoon<L extends Seen>({ cancel }: Watched<L>): Promise<void> {
  return cancel(AbortSignal.timeout(CANCEL_WITHIN_MS));
}

/** A look that outlasts a service in trouble. */
export async function lookPatiently<L extends Seen>({
  look,
  stop,
  longestMs,
}: Pick<Watched<L>, 'look' | 'stop' | 'longestMs'>): Promise<L> {
  for (let unanswered = 1; ; unanswered++) {
    try {
      return await look();
    } catch (error) {
      // While credentials cannot be had, the service has not been asked at all.
      const mayPass = error instanceof FatalError || PASSING.has(troubleOf(error).kind);
      if (!mayPass || unanswered === UNANSWERED) throw error;
      await pause(unanswered, stop.cutting, longestMs);
    }
  }
}

/**
 * Follows work that somebody else has started, which is theirs to cancel.
 *
 * @returns `undefined` when the run was stopped before the end
 */
export async function attend<L extends Seen>(watched: Omit<Watched<L>, 'cancel'>): Promise<L | undefined> {
  const { stop, told, longestMs } = watched;
  for (let looks = 0; !stop.draining.aborted; looks++) {
    const seen = await lookPatiently(watched);
    told(seen);
    if (seen.isOver) return seen;
    await pause(looks, stop.draining, longestMs);
  }
  return undefined;
}
