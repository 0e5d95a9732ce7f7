/**
 * One object, streamed through this process: read by one identity and written by another at the same time. Nothing is
 * written but the very object that was listed, and S3 refuses what was damaged on the way.
 */
import type { Readable } from 'node:stream';
import {
  type CompletedPart,
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { observed } from '../aws/retry.ts';
import { troubleOf } from '../aws/trouble.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { attributesOf } from './attributes.ts';
import { mustKeepParts } from './boundaries.ts';
import { type Algorithm, checksumMember, checksumsIn, fullObjectChecksum } from './checksums.ts';
import { evenIfUnanswered } from './doubt.ts';
import type { OpenUpload } from './journal.ts';
import { uploadInParts } from './multipart.ts';
import type { Part } from './parts.ts';
import { BrokenBodyError, DamagedBodyError, relay } from './relay.ts';
import { type Copied, type CopyRoute, copied } from './route.ts';

/** Small enough that a part which broke is soon there again, large enough that a 600 GB object has no more than 10,000. */
export const STREAMED_PART_BYTES = 64 * 1024 ** 2;

/** Checksums that the SDK works out while the bytes pass. */
const COMPUTED: readonly Algorithm[] = ['CRC64NVME', 'CRC32', 'CRC32C', 'SHA256', 'SHA1'];

/** Larger than most objects, and soon sent again when it breaks. */
const AT_ONCE_BYTES = 64 * 1024 ** 2;

/**
 * Whether an object takes many requests, each with a place of its own. One that has a checksum of the whole keeps it, whatever
 * the algorithm, only where it is written as a whole.
 *
 * @param atOnce bytes of the largest object that goes in one request
 */
export function needsPartsToStream(
  route: Pick<CopyRoute, 'preserve'>,
  source: ObjectEntry,
  atOnce = AT_ONCE_BYTES,
): boolean {
  return mustKeepParts(route, source) || (source.size > atOnce && !route.preserve.has('checksum'));
}

/** One PutObject. Metadata and tags are read with the object. */
export function streamAtOnce(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  return evenIfUnanswered(route, source, onError => putWhole(route, source, onError));
}

async function putWhole(
  route: CopyRoute,
  source: ObjectEntry,
  onError: (error: unknown) => void,
): Promise<Copied> {
  const { to } = route;
  const answer = await passOn(route, source, {}, source.size, async (got, body, signal) => {
    const known = fullObjectChecksum(got);
    const request = new PutObjectCommand({
      ...to.common,
      ...to.payer,
      Key: to.fullKey(source.key),
      ...(await attributesOf(route, source, got)),
      ...(known === undefined ? { ChecksumAlgorithm: 'CRC64NVME' } : checksumMember(known)),
      ...(route.neverOverwrite && { IfNoneMatch: '*' }),
      Body: body,
      ContentLength: source.size,
    });
    return observed(() => to.sendOnce(request, { signal, withinMs: UNLIMITED }), onError)();
  });
  return copied(answer.ETag, answer.VersionId, answer.$metadata.requestId);
}

/** A multipart upload. Each part is a range of the source, and takes a place of its own. */
export function streamInParts(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  return uploadInParts(route, source, {
    partBytes: STREAMED_PART_BYTES,
    checked: true,
    algorithms: COMPUTED,
    carry: (upload, part, algorithm) => streamPart(route, source, upload, part, algorithm),
  });
}

async function streamPart(
  route: CopyRoute,
  source: ObjectEntry,
  { key, uploadId }: OpenUpload,
  { number, first, last }: Part,
  algorithm: Algorithm,
): Promise<CompletedPart> {
  const { to } = route;
  const bytes = last - first + 1;
  const range = { Range: `bytes=${first}-${last}` };
  const made = await passOn(route, source, range, bytes, (_got, body, signal) => {
    const request = new UploadPartCommand({
      ...to.common,
      ...to.payer,
      Key: key,
      UploadId: uploadId,
      PartNumber: number,
      // The checksum follows the bytes: that of the object says nothing of a range.
      ChecksumAlgorithm: algorithm,
      Body: body,
      ContentLength: bytes,
    });
    return to.sendOnce(request, { signal, withinMs: UNLIMITED });
  });
  if (made.ETag === undefined) throw new Error(`S3 answered 200 without the ETag of part ${number}.`);
  const value = checksumsIn(made)[algorithm];
  return { PartNumber: number, ETag: made.ETag, ...checksumMember({ algorithm, value }) };
}

/** No limit in all, because that depends on the line; the relay sees to it that the bytes do not stall. */
const UNLIMITED = 0;

/** Damage on the way may be chance. Three times in a row it is not, and the object fails. */
const DAMAGES = 3;

/** Reads and writes at the same time, and both anew where either broke. */
function passOn<T>(
  { from, to }: CopyRoute,
  source: ObjectEntry,
  range: Pick<GetObjectCommandInput, 'Range'>,
  bytes: number,
  write: (got: GetObjectCommandOutput, body: Readable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const request = new GetObjectCommand({
    ...from.naming(source),
    IfMatch: `"${source.etag}"`,
    // The SDK checks the bytes against what it has asked for here: its body breaks at its end if they do not fit.
    ChecksumMode: 'ENABLED',
    ...range,
  });
  let damages = 0;
  return to.repeated(from, async () => {
    const got = await from.sendOnce(request);
    try {
      return await relay(got.Body as Readable, to.aborting, (body, signal) => {
        if (got.ContentLength === bytes) return write(got, body, signal);
        throw new Error(`S3 answered with ${got.ContentLength} bytes where ${bytes} were asked for.`);
      });
    } catch (error) {
      if (isDamage(error) && ++damages < DAMAGES)
        throw new BrokenBodyError('The bytes were damaged on the way.', { cause: error });
      throw error;
    }
  });
}

/** Found here on what came from the source, or by S3 on what came from here. */
function isDamage(error: unknown): boolean {
  return error instanceof DamagedBodyError || troubleOf(error).code === 'BadDigest';
}
