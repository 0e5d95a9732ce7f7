/**
 * Carries a stream of work with bounded concurrency. A small item is started once there is a free place, and one page is
 * read ahead. Large items wait in a lane of their own, so that the stream goes on past them.
 */
import type { Places } from './places.ts';

/** Large items that wait, at most; with so many the stream pauses. */
export const LANE = 1000;

export interface Carrier<T> {
  /** Its concurrency may be changed on the way. */
  readonly places: Places;
  readonly isLarge: (item: T) => boolean;
  /** Takes its places itself. What it throws concerns the run: an error of one object is an outcome. */
  readonly work: (item: T) => Promise<void>;
}

/**
 * Works on every item until the stream ends, `draining` fires or a work throws. What is under way then is waited for,
 * whatever happened; what waits in the lane is not started.
 *
 * @throws the first error, of a work or of the stream
 */
export async function transfer<T>(
  pages: AsyncIterable<readonly T[]>,
  { places, isLarge, work }: Carrier<T>,
  draining: AbortSignal,
): Promise<void> {
  const small = new Set<Promise<void>>();
  const large = new Set<Promise<void>>();
  const lane: T[] = [];
  const failures: unknown[] = [];
  const mayGoOn = () => failures.length === 0 && !draining.aborted;
  let wake = () => {};
  const oneEnds = () =>
    new Promise<void>(resolve => {
      wake = resolve;
    });

  const start = (item: T, underWay: Set<Promise<void>>) => {
    const task: Promise<void> = (async () => work(item))()
      .catch(error => {
        failures.push(error);
      })
      .finally(() => {
        underWay.delete(task);
        startLarge();
        wake();
      });
    underWay.add(task);
  };
  const startLarge = () => {
    while (large.size < places.forLarge && mayGoOn()) {
      const item = lane.shift();
      if (item === undefined) return;
      start(item, large);
    }
  };
  /** While the stream pauses for the lane, nothing small can come. */
  const shorten = async (length: number) => {
    places.nothingSmall = true;
    startLarge();
    while (lane.length > length && mayGoOn()) await oneEnds();
  };

  try {
    for await (const page of pages) {
      for (const item of page) {
        if (!mayGoOn()) break;
        if (isLarge(item)) {
          lane.push(item);
          startLarge();
          if (lane.length < LANE) continue;
          await shorten(LANE - 1);
          places.nothingSmall = false;
        } else {
          while (small.size >= places.forSmall && mayGoOn()) await oneEnds();
          if (mayGoOn()) start(item, small);
        }
      }
      if (!mayGoOn()) break;
    }
    await shorten(0);
  } catch (error) {
    failures.push(error);
  }
  await Promise.all([...small, ...large]);
  if (failures.length > 0) throw failures[0];
}
