/** Waiting for services, which call nobody back. */
import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 200;
const LONGEST_MS = 10_000;
const GROWTH = 1.5;

/**
 * The time between two looks, which grows from a fifth of a second. Ends early when `stopping` fires.
 *
 * @param longestMs to which it grows
 */
export async function pause(looks: number, stopping: AbortSignal, longestMs = LONGEST_MS): Promise<void> {
  const ms = Math.min(longestMs, FIRST_MS * GROWTH ** looks);
  try {
    await sleep(ms, undefined, { signal: stopping });
  } catch {
    // Whoever waits looks again and decides then.
  }
}
