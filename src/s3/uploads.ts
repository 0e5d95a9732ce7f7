/**
 * The beginning and the early end of multipart uploads. What is open is paid for until somebody aborts it, also an upload
 * whose id never arrived here because the answer was lost.
 */
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import type { Bucket } from './bucket.ts';
import { Doubt } from './doubt.ts';
import type { Opening, OpenUpload, UploadJournal } from './journal.ts';
import { decodeListed } from './keys.ts';

/** How long clean-up may take; it outlives the abort that made it necessary. */
const CLEAN_UP_MS = 5_000;

/**
 * Opens an upload and aborts those that S3 has opened for earlier attempts of the same request.
 *
 * @param journal told before anything is asked of S3; without one, nobody learns of the upload when the run is killed
 */
export async function openUpload(
  to: Bucket,
  request: Omit<CreateMultipartUploadCommandInput, 'Bucket' | 'Key'> & { readonly Key: string },
  journal?: UploadJournal,
): Promise<OpenUpload> {
  const asked = { bucket: to.location.bucket, key: request.Key };
  const opening = { ...asked, since: Date.now() + (to.identity.clockAheadMs ?? 0) };
  await journal?.opening(opening);
  const doubt = new Doubt();
  try {
    const command = new CreateMultipartUploadCommand({ ...to.common, ...request });
    const { UploadId } = await to.send(command, { onError: doubt.see });
    if (UploadId === undefined) throw new Error('S3 opened a multipart upload without an id.');
    const upload = { ...asked, uploadId: UploadId };
    await journal?.opened(upload);
    if (doubt.isOpen) await endStrays(to, opening, UploadId);
    return upload;
  } catch (error) {
    // The clean-up looks for what the journal names when the run is over: S3 may be about to open it only now.
    if (!doubt.isOpen) await journal?.settled(opening);
    else if (journal === undefined) await endStrays(to, opening);
    throw error;
  }
}

export async function abortUpload(
  bucket: Bucket,
  { key, uploadId }: Omit<OpenUpload, 'bucket'>,
): Promise<void> {
  const command = new AbortMultipartUploadCommand({
    ...bucket.common,
    ...bucket.payer,
    Key: key,
    UploadId: uploadId,
  });
  try {
    await bucket.send(command, { signal: AbortSignal.timeout(CLEAN_UP_MS) });
  } catch (error) {
    // Somebody else has ended it.
    if (troubleOf(error).code !== 'NoSuchUpload') throw error;
  }
}

/** The clock of AWS is known by whole seconds, and so is when an upload was opened. */
const CLOCKS_APART_MS = 2_000;

/**
 * Aborts the uploads of a key that this identity has opened since then and whose ids it has never learned. Where listing
 * uploads is not allowed, or who we are is not known, nothing can be done. One page of the list is enough: the key itself
 * comes first of all that begin with it. (S3 API, ListMultipartUploads.)
 *
 * @param known the upload that is to stay
 */
export async function endStrays(
  bucket: Bucket,
  { key, since }: Omit<Opening, 'bucket'>,
  known?: string,
): Promise<void> {
  const { arn } = bucket.identity;
  if (arn === undefined) return;
  try {
    const command = new ListMultipartUploadsCommand({ ...bucket.common, Prefix: key, EncodingType: 'url' });
    const { Uploads = [] } = await bucket.send(command, { signal: AbortSignal.timeout(CLEAN_UP_MS) });
    for (const { Key, UploadId, Initiated, Initiator } of Uploads) {
      const isOurs = decodeListed(Key ?? '') === key && Initiator?.ID === arn && UploadId !== known;
      const isOfNow = Initiated !== undefined && Initiated.getTime() >= since - CLOCKS_APART_MS;
      if (isOurs && isOfNow && UploadId !== undefined) await abortUpload(bucket, { key, uploadId: UploadId });
    }
  } catch {
    // It has no parts by now, and must not be what a run fails for.
  }
}
