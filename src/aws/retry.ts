/**
 * Trying again. Waits grow exponentially with full jitter, so that many requests slowed down together do not come back
 * together; throttled ones wait longer from the start. ("Exponential backoff and jitter", AWS Architecture Blog.)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoppedError } from '../errors.ts';
import { type Trouble, troubleOf } from './trouble.ts';

const ATTEMPTS = 10;
const BASE_MS = { retry: 50, throttle: 200 };
const CAP_MS = 20_000;

export interface RetryOptions {
  /** Gets fresh credentials; called again only where those were taken in between. */
  readonly renew?: () => Promise<void>;
  /** Waited for before every attempt. */
  readonly turn?: (() => Promise<void>) | undefined;
  /** Ends the waiting and the trying. */
  readonly aborting: AbortSignal;
  /** Told of every attempt that will be repeated. */
  readonly onRetry?: (trouble: Trouble) => void;
}

/**
 * @param attempt made up to ten times, some forty seconds of waiting in all
 * @throws what the last attempt threw; StoppedError once `aborting` has fired
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  let renewed = false;
  for (let tried = 1; ; tried++) {
    if (options.turn !== undefined) await options.turn();
    try {
      return await attempt();
    } catch (error) {
      if (options.aborting.aborted)
        throw new StoppedError('Stopped while a request was in flight.', { cause: error });
      const trouble = troubleOf(error);
      if (trouble.kind === 'renew' && options.renew !== undefined && !renewed) {
        renewed = true;
        await options.renew();
      } else if ((trouble.kind === 'retry' || trouble.kind === 'throttle') && tried < ATTEMPTS) {
        renewed = false;
        await pause(Math.min(CAP_MS, BASE_MS[trouble.kind] * 2 ** (tried - 1)), options.aborting);
      } else {
        throw error;
      }
      options.onRetry?.(trouble);
    }
  }
}

/** An attempt that also tells what it throws. */
export function observed<T>(attempt: () => Promise<T>, onError: (error: unknown) => void): () => Promise<T> {
  return () =>
    attempt().catch(error => {
      onError(error);
      throw error;
    });
}

async function pause(ceilingMs: number, aborting: AbortSignal): Promise<void> {
  try {
    await sleep(Math.random() * ceilingMs, undefined, { signal: aborting });
  } catch (error) {
    throw new StoppedError('Stopped while waiting to try again.', { cause: error });
  }
}
