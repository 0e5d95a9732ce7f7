/** Carries a stream of work with bounded concurrency: an item is started once there is a free place, and one page is read ahead. */
import type { LimitFunction } from 'p-limit';

/**
 * Runs `work` on every item until the stream ends, `draining` fires or a work throws. What is running then is waited
 * for, whatever happened.
 *
 * @param limit its concurrency may be changed while this runs
 * @throws the first error that `work` threw: an error of one object is an outcome, so what is thrown concerns the run
 */
export async function transfer<T>(
  pages: AsyncIterable<readonly T[]>,
  limit: LimitFunction,
  work: (item: T) => Promise<void>,
  draining: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let wake = () => {};
  const start = (item: T) => {
    const task: Promise<void> = limit(work, item)
      .catch(error => {
        failures.push(error);
      })
      .finally(() => {
        running.delete(task);
        wake();
      });
    running.add(task);
  };
  const mayGoOn = () => failures.length === 0 && !draining.aborted;

  try {
    for await (const page of pages) {
      for (const item of page) {
        while (running.size >= limit.concurrency && mayGoOn()) {
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        }
        if (!mayGoOn()) break;
        start(item);
      }
      if (!mayGoOn()) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failures.length > 0) throw failures[0];
}
