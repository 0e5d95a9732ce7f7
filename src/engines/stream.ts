/** Objects read with one identity and written with the other: every byte passes the runner, and nothing is kept of it. */
import type { ObjectEntry } from '../model/objects.ts';
import { mustKeepParts } from '../s3/boundaries.ts';
import type { CopyRoute } from '../s3/route.ts';
import { streamAtOnce, streamInParts } from '../s3/stream.ts';
import type { Engine } from './engine.ts';
import { createObjectEngine, type ObjectEngineOptions } from './object-by-object.ts';

export interface StreamEngineOptions extends ObjectEngineOptions {
  /** Each bucket as its own side sees it. The parts take their places among `places`, too. */
  readonly route: CopyRoute;
  /** Bytes of the largest object that goes in one request. */
  readonly atOnce?: number;
}

/** Larger than most objects, and soon sent again when it breaks. */
const AT_ONCE_BYTES = 64 * 1024 ** 2;

export function createStreamEngine({
  route,
  atOnce = AT_ONCE_BYTES,
  ...options
}: StreamEngineOptions): Engine {
  // One that has a checksum of the whole keeps it, whatever the algorithm, only where it is written as a whole.
  const needsParts = (source: ObjectEntry) =>
    mustKeepParts(route, source) || (source.size > atOnce && !route.preserve.has('checksum'));
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
