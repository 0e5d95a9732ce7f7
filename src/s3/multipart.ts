/**
 * An upload in parts, for what one request cannot carry. Parts are nothing but bytes, however they get there, so the
 * source's metadata and tags are read and given to the new upload. (S3 API, UploadPart, UploadPartCopy and
 * CreateMultipartUpload.)
 */
import { createHash } from 'node:crypto';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { attributesOf } from './attributes.ts';
import { sourceLengths } from './boundaries.ts';
import type { Bucket } from './bucket.ts';
import { type Algorithm, type Checksum, checksumMember, sameChecksum, wholeChecksum } from './checksums.ts';
import { Doubt, hasMetAnother } from './doubt.ts';
import { headListed } from './head.ts';
import type { OpenUpload } from './journal.ts';
import { unquote } from './keys.ts';
import { cutIntoParts, evenLengths, type Part } from './parts.ts';
import { type Copied, type CopyRoute, copied } from './route.ts';
import { together } from './together.ts';
import { UncarriableError } from './uncarriable.ts';
import { abortUpload, openUpload } from './uploads.ts';

/** How the parts of one upload get there. */
export interface PartCarrier {
  /** Bytes of a part where neither the settings nor the source's own parts tell. */
  readonly partBytes?: number;
  /** Whether the source is asked for its checksum, so that S3 refuses to complete an upload with another one. */
  readonly checked: boolean;
  /** Algorithms by which each part can be checked. */
  readonly algorithms: readonly Algorithm[];
  /** @param algorithm of the checksum that the upload is made with, and that the part is to be completed with */
  readonly carry: (upload: OpenUpload, part: Part, algorithm: Algorithm) => Promise<CompletedPart>;
}

/** @throws UncarriableError, or what S3 answered; the upload is then aborted */
export async function uploadInParts(
  route: CopyRoute,
  source: ObjectEntry,
  carrier: PartCarrier,
): Promise<Copied> {
  const same = route.preserve.has('checksum');
  const lengths = await lengthsOfParts(route, source);
  const head = await headListed(
    route.from,
    source,
    same || carrier.checked ? { ChecksumMode: 'ENABLED' } : {},
  );
  const checksum = same ? sameChecksum(head) : wholeChecksum(head);
  if (same) assertKept(checksum, lengths, carrier);
  const planned = cutIntoParts(lengths ?? evenLengths(source.size, carrier.partBytes));
  const upload = await open(route, source, head, checksum);
  try {
    const parts = await together(route.parts, planned, part =>
      carrier.carry(upload, part, checksum.algorithm),
    );
    const done = await complete(route, source, upload, parts, checksum);
    await route.journal.closed(upload);
    return done;
  } catch (error) {
    await giveUp(route, upload);
    throw error;
  }
}

/** `undefined` where nothing tells. */
async function lengthsOfParts(route: CopyRoute, source: ObjectEntry): Promise<readonly number[] | undefined> {
  return route.partSize === 'auto' ? sourceLengths(route, source) : evenLengths(source.size, route.partSize);
}

/** @throws UncarriableError when the upload would end with another checksum than the source's */
function assertKept(
  { algorithm, type, value }: Checksum,
  lengths: readonly number[] | undefined,
  { algorithms }: PartCarrier,
): void {
  const lost = (why: string) =>
    new UncarriableError(
      'checksum-not-kept',
      `The copy would not keep the ${algorithm} checksum ${value}: ${why}.`,
    );
  if (value === undefined) return;
  if (type === 'COMPOSITE' && lengths === undefined)
    throw lost('it is made of the checksums of the parts, and where these end cannot be found out');
  if (!algorithms.includes(algorithm))
    throw lost('the runner cannot work out this algorithm for the parts; `engine: copy` can');
}

/** What cannot be aborted stays open in the journal, and the post step tries again. */
async function giveUp(route: CopyRoute, upload: OpenUpload): Promise<void> {
  try {
    await abortUpload(route.to, upload);
    await route.journal.closed(upload);
  } catch {
    // The error that made the copy fail is the one worth telling.
  }
}

async function open(
  route: CopyRoute,
  source: ObjectEntry,
  head: HeadObjectCommandOutput,
  { algorithm, type }: Checksum,
): Promise<OpenUpload> {
  const { to } = route;
  const request = {
    ...to.payer,
    Key: to.fullKey(source.key),
    ...(await attributesOf(route, source, head)),
    ChecksumAlgorithm: algorithm,
    ChecksumType: type,
  };
  return openUpload(to, request, route.journal);
}

/** S3 keeps the connection open with white space while it puts the parts together (S3 API, CompleteMultipartUpload). */
const COMPLETE_WITHIN_MS = 15 * 60_000;

async function complete(
  route: CopyRoute,
  source: ObjectEntry,
  { key, uploadId }: OpenUpload,
  parts: CompletedPart[],
  checksum: Checksum,
): Promise<Copied> {
  const request = new CompleteMultipartUploadCommand({
    ...route.to.common,
    ...route.to.payer,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: parts },
    MpuObjectSize: source.size,
    ChecksumType: checksum.type,
    // A checksum of those of the parts comes about by itself: each of them is named above.
    ...(checksum.type === 'FULL_OBJECT' && checksumMember(checksum)),
    ...(route.neverOverwrite && { IfNoneMatch: '*' }),
  });
  const doubt = new Doubt();
  try {
    const answer = await route.to.send(request, { withinMs: COMPLETE_WITHIN_MS, onError: doubt.see });
    return copied(answer.ETag, answer.VersionId, answer.$metadata.requestId);
  } catch (error) {
    // Without an answer that was lost, it was somebody else who has ended the upload, and nothing has come of it.
    if (!doubt.isOpen) throw error;
    if (troubleOf(error).code !== 'NoSuchUpload' && !hasMetAnother(error)) throw error;
    return await alreadyCompleted(route.to, key, parts, error);
  }
}

/**
 * When the answer to a successful completion is lost, its repetition finds no upload, or the object where none may be
 * overwritten. The object then bears the ETag these parts make: the MD5 of their MD5s, and their number.
 */
async function alreadyCompleted(
  to: Bucket,
  key: string,
  parts: CompletedPart[],
  error: unknown,
): Promise<Copied> {
  const expected = multipartEtag(parts);
  const request = new HeadObjectCommand({ ...to.common, ...to.payer, Key: key });
  const head = await to.send(request).catch(() => {
    throw error;
  });
  if (unquote(head.ETag) !== expected) throw error;
  return copied(head.ETag, head.VersionId, head.$metadata.requestId);
}

function multipartEtag(parts: CompletedPart[]): string {
  const hash = createHash('md5');
  for (const { ETag } of parts) hash.update(Buffer.from(unquote(ETag), 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}
