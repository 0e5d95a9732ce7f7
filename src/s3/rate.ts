/**
 * At most so many requests a second, evenly spaced: S3 makes room for a steady rate and throttles bursts. (S3 User
 * Guide, "Best practices design patterns: optimizing Amazon S3 performance".)
 */
import pThrottle from 'p-throttle';
import { StoppedError } from '../errors.ts';

/**
 * A function that resolves so many times a second, whoever calls it.
 *
 * @param aborting ends all waiting; from then on the function throws StoppedError
 */
export function turnstile(perSecond: number, aborting: AbortSignal): () => Promise<void> {
  let pass: (() => Promise<void>) | undefined;
  return async () => {
    try {
      aborting.throwIfAborted();
      // Made late, because p-throttle refuses a signal that has fired.
      pass ??= pThrottle({ limit: 1, interval: 1000 / perSecond, signal: aborting })(async () => {});
      await pass();
    } catch (error) {
      throw new StoppedError('Stopped before a request was sent.', { cause: error });
    }
  };
}
