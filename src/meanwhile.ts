/** Something done again and again for as long as a piece of work lasts. */

/** How often a log that only grows says how far the work is. */
export const LINE_EVERY_MS = 10_000;

/** @returns what the work returns; `act` is not called any more once it has ended, however it did */
export async function meanwhile<T>(everyMs: number, act: () => void, work: () => Promise<T>): Promise<T> {
  const ticker = setInterval(act, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
  }
}
