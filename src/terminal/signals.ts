/** Ctrl-C and its like: the first drains, the second aborts; being terminated aborts at once. */
import type { Log } from '../model/log.ts';
import { Stop } from '../sync/stop.ts';

/** A terminal sends Ctrl-C to every process in front, and npx hands its own on: two so close together are one. */
const SAME_PRESS_MS = 300;

export interface Signals {
  readonly stop: Stop;
  /** Which signal came first, once one has come. */
  readonly received: 'SIGINT' | 'SIGTERM' | undefined;
}

/** From now on these signals end the run, and no longer the process. */
export function stopOnSignals(log: Log): Signals {
  const stop = new Stop();
  const signals: { stop: Stop; received: Signals['received'] } = { stop, received: undefined };
  let pressed: number | undefined;
  const abort = () => {
    if (!stop.aborting.aborted) log.info('Stopping now.');
    stop.hurry();
    stop.abort();
  };
  process.on('SIGINT', () => {
    signals.received ??= 'SIGINT';
    const now = performance.now();
    if (pressed === undefined && !stop.hurrying.aborted) {
      log.info(
        'Stopping: no new copies are started, those in flight are waited for. Ctrl-C again ends them, too.',
      );
      stop.hurry();
    } else if (pressed === undefined || now - pressed > SAME_PRESS_MS) abort();
    pressed ??= now;
  });
  process.on('SIGTERM', () => {
    signals.received ??= 'SIGTERM';
    abort();
  });
  return signals;
}
