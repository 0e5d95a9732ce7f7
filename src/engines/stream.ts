/** Objects read with one identity and written with the other: every byte passes the runner, and nothing is kept of it. */
import type { ObjectEntry } from '../model/objects.ts';
import type { CopyRoute } from '../s3/route.ts';
import { needsPartsToStream, streamAtOnce, streamInParts } from '../s3/stream.ts';
import type { Engine } from './engine.ts';
import { createObjectEngine, type ObjectEngineOptions } from './object-by-object.ts';

export interface StreamEngineOptions extends ObjectEngineOptions {
  /** Each bucket as its own side sees it. The parts take their places among `places`, too. */
  readonly route: CopyRoute;
  /** Bytes of the largest object that goes in one request. */
  readonly atOnce?: number;
}

export function createStreamEngine({ route, atOnce, ...options }: StreamEngineOptions): Engine {
  const needsParts = (source: ObjectEntry) => needsPartsToStream(route, source, atOnce);
  return createObjectEngine(
    {
      name: 'stream',
      from: route.from,
      deletions: route.deletions,
      needsParts,
      send: source => (needsParts(source) ? streamInParts(route, source) : streamAtOnce(route, source)),
    },
    options,
  );
}
