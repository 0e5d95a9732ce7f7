/** The two sides asked about their objects, each by its own identity, with a bounded number of objects at a time. */
import pLimit from 'p-limit';
import { StoppedError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Scene } from '../preflight/scene.ts';
import type { Bucket } from '../s3/bucket.ts';
import { checksumsOf } from '../s3/head.ts';
import { contentOf, type Reading } from '../s3/read.ts';
import { isReplicaAt } from '../s3/replication/status.ts';
import { type GatherEvidence, type Sighting, weigh } from '../sync/evidence.ts';
import type { Place } from '../sync/places.ts';

/** Objects asked about at the same time, with a request to each side. */
const ASKING = 32;

export function askingAtOnce({ concurrency }: Settings): number {
  return concurrency === 'auto' ? ASKING : Math.ceil(concurrency / 2);
}

/** One HeadObject a side; where that tells nothing of what was replicated, one more. */
export function askChecksums({ source, destination, replication }: Scene): GatherEvidence {
  return async (ours, theirs) => {
    const [sourceSays, destinationSays] = await Promise.all([
      checksumsOf(source, ours),
      checksumsOf(destination, theirs),
    ]);
    const said = { source: sourceSays, destination: destinationSays };
    if (replication === undefined || weigh(said) !== undefined) return said;
    return { ...said, isReplica: await isReplica(destination, ours, theirs) };
  };
}

/**
 * Whether S3 itself takes one for the replica of the other: the only evidence there is where both are encrypted with
 * KMS and older than S3's checksums.
 */
async function isReplica(destination: Bucket, ours: Sighting, theirs: Sighting): Promise<boolean> {
  if (ours.versionId === undefined) return false;
  return (await isReplicaAt(destination, theirs, ours)) ?? false;
}

/** Both objects read to their end. */
export function readContents({ source, destination }: Scene, reading: Reading): GatherEvidence {
  return async (ours, theirs) => {
    const [sourceHolds, destinationHolds] = await Promise.all([
      contentOf(source, ours, reading),
      contentOf(destination, theirs, reading),
    ]);
    return { source: sourceHolds, destination: destinationHolds };
  };
}

/**
 * Places for objects to be asked about.
 *
 * @param hurrying once it has fired, nobody is asked any more
 */
export function placesToAsk(settings: Settings, hurrying: AbortSignal): Place {
  const limit = pLimit(askingAtOnce(settings));
  return ask =>
    limit(() => {
      if (hurrying.aborted) throw new StoppedError('Stopped before everything was verified.');
      return ask();
    });
}
