/** Many requests about one object, through the limit that all such requests of the run share. */
import type { Place } from '../sync/places.ts';

/**
 * Runs `work` on every item. Once one has failed no more are started, and those under way are waited for, so that
 * nothing is in flight any more when the caller cleans up.
 *
 * @returns what the works returned, in the order of the items
 * @throws the first failure
 */
export async function together<T, R>(
  limit: Place,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const failures: unknown[] = [];
  const tasks = items.map(item =>
    limit(async () => {
      if (failures.length > 0) return [];
      try {
        return [await work(item)];
      } catch (error) {
        failures.push(error);
        return [];
      }
    }),
  );
  const results = (await Promise.all(tasks)).flat();
  if (failures.length > 0) throw failures[0];
  return results;
}
