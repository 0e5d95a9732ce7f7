/** Server-side copies sent from here: no byte of an object passes the runner. */
import { copy, needsParts } from '../s3/copy.ts';
import type { CopyRoute } from '../s3/route.ts';
import type { Engine } from './engine.ts';
import { createObjectEngine, type ObjectEngineOptions } from './object-by-object.ts';

export interface CopyEngineOptions extends ObjectEngineOptions {
  /** Both buckets as the signer sees them. Its parts take their places among `places`, too. */
  readonly route: CopyRoute;
}

export function createCopyEngine({ route, ...options }: CopyEngineOptions): Engine {
  return createObjectEngine(
    {
      name: 'copy',
      from: route.from,
      deletions: route.deletions,
      needsParts: source => needsParts(route, source),
      send: source => copy(route, source),
    },
    options,
  );
}
