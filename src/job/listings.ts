/** Both sides listed beside each other, as the plan and the closing comparison look at them. */
import type { Scene } from '../preflight/scene.ts';
import { listed } from '../s3/trouble.ts';
import { listingsFor } from '../s3/versions.ts';
import { pairListings } from '../sync/plan.ts';

/** @throws FatalError that names the side which cannot be listed; StoppedError */
export function listBoth({ settings, source, destination }: Scene) {
  const list = listingsFor(settings);
  return pairListings(
    listed(list.source(source), source),
    listed(list.destination(destination), destination),
  );
}
