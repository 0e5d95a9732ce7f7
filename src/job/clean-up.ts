/** Ends what a killed run left open. Runs in another process, with identities of its own making. */
import { identify, type Surroundings } from '../aws/identity.ts';
import { Bucket } from '../s3/bucket.ts';
import { FileJournal } from '../s3/journal.ts';
import { createNetwork, type Network } from '../s3/network.ts';
import { abortUpload, endStrays } from '../s3/uploads.ts';
import { isGrantLeft, takeAwayLeft } from './grants/left.ts';
import type { Host } from './host.ts';
import type { CleanUp } from './left-over.ts';
import { endWork, isWorkLeft } from './left-work.ts';

const SOCKETS = 16;

/** Is there something that the run could not end itself? */
export async function isCleanUpDue(left: CleanUp | undefined): Promise<boolean> {
  if (left === undefined) return false;
  const { stillOpen, stillUnsure } = await uploadsIn(left.journal);
  return isGrantLeft(left.grants) || isWorkLeft(left.work) || stillOpen.length + stillUnsure.length > 0;
}

/**
 * Cancels what a service still does for the run, of which the note tells, aborts the multipart uploads that the journal shows
 * as open, and takes away what was granted for the run.
 *
 * @returns what was done, a sentence each
 * @throws FatalError when an identity cannot be had, or what AWS answered when something cannot be ended
 */
export async function cleanUp(
  left: CleanUp,
  host: Pick<Host, 'environment' | 'idToken' | 'mask'>,
  aborting: AbortSignal,
): Promise<string[]> {
  const network = createNetwork({ environment: host.environment, sockets: SOCKETS, aborting });
  const surroundings = { ...host, requestHandler: network.requestHandler, aborting };
  // One that cannot be ended must not keep the others from being ended.
  const [work, uploads] = await Promise.allSettled([
    endWork(left.work, surroundings),
    abortUploads(left, surroundings, network),
  ]);
  // Last, because the others may need what it takes away.
  const grants = await takeAwayLeft(left.grants, surroundings, network);
  if (work.status === 'rejected') throw work.reason;
  if (uploads.status === 'rejected') throw uploads.reason;
  return [
    ...grants,
    ...(work.value === undefined ? [] : [`Cancelled ${work.value}, which the run left going on.`]),
    `Aborted ${uploads.value} multipart uploads that the run left open.`,
  ];
}

/** Resolves to how many there were. */
async function abortUploads(left: CleanUp, surroundings: Surroundings, network: Network): Promise<number> {
  const { stillOpen, stillUnsure } = await uploadsIn(left.journal);
  if (stillOpen.length + stillUnsure.length === 0) return 0;
  const identity = await identify(left, surroundings);
  const { region, owner } = left;
  const bucket = new Bucket(
    { location: { bucket: left.bucket, prefix: '' }, region, owner, requestPayer: false, identity },
    network,
  );
  for (const upload of stillOpen) await abortUpload(bucket, upload);
  for (const opening of stillUnsure) await endStrays(bucket, opening);
  return stillOpen.length;
}

async function uploadsIn(path: string) {
  const journal = new FileJournal(path);
  return { stillOpen: await journal.stillOpen(), stillUnsure: await journal.stillUnsure() };
}
