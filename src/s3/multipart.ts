/**
 * A server-side copy in parts, for what one CopyObject cannot carry. UploadPartCopy takes nothing but bytes, so the
 * source's metadata and tags are read and given to the new upload. (S3 API, UploadPartCopy and CreateMultipartUpload.)
 */
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import type { ObjectEntry } from '../model.ts';
import { sourceLengths } from './boundaries.ts';
import type { Bucket } from './bucket.ts';
import { headListed } from './head.ts';
import type { OpenUpload } from './journal.ts';
import { unquote } from './keys.ts';
import { cutIntoParts, evenLengths, type Part } from './parts.ts';
import { type Copied, type CopyRoute, copied, copiedFrom, destinationTraits, patienceFor } from './route.ts';
import { together } from './together.ts';
import { copyHeaders, readCopyAnswer } from './wire/copies.ts';

/** The source cannot be carried whole; nothing was started. */
export class UnreadableMetadataError extends Error {
  override readonly name = 'UnreadableMetadata';
}

export async function copyInParts(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  const planned = await planParts(route, source);
  const head = await headListed(route.from, source);
  const upload = await open(route, source, head);
  try {
    const parts = await together(route.parts, planned, part => copyPart(route, source, upload, part));
    const done = await complete(route, source, upload, parts);
    await route.journal.closed(upload);
    return done;
  } catch (error) {
    await giveUp(route, upload);
    throw error;
  }
}

async function planParts(route: CopyRoute, source: ObjectEntry): Promise<Part[]> {
  if (route.partSize !== 'auto') return cutIntoParts(evenLengths(source.size, route.partSize));
  return cutIntoParts((await sourceLengths(route, source)) ?? evenLengths(source.size));
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
): Promise<OpenUpload> {
  const { to, preserve } = route;
  const Key = to.fullKey(source.key);
  const { UploadId } = await to.send(
    new CreateMultipartUploadCommand({
      ...to.common,
      ...to.payer,
      Key,
      ...(preserve.has('metadata') && metadataOf(head)),
      ...(preserve.has('tags') &&
        (head.TagCount ?? 0) > 0 && { Tagging: await taggingOf(route.from, source) }),
      ...destinationTraits(route, source),
      // Full-object checksums of multipart objects can be compared whatever their parts.
      ChecksumAlgorithm: 'CRC64NVME',
      ChecksumType: 'FULL_OBJECT',
    }),
  );
  if (UploadId === undefined) throw new Error('S3 opened a multipart upload without an id.');
  const upload = { bucket: to.location.bucket, key: Key, uploadId: UploadId };
  await route.journal.opened(upload);
  return upload;
}

/** Values of other than ASCII come encoded by RFC 2047 and are sent on as they are; S3 decodes them itself. */
function metadataOf(head: HeadObjectCommandOutput) {
  if ((head.MissingMeta ?? 0) > 0) {
    throw new UnreadableMetadataError(
      `${head.MissingMeta} of the object's metadata values cannot be sent in a header, so that a multipart copy would lose them.`,
    );
  }
  const expires = head.ExpiresString === undefined ? undefined : new Date(head.ExpiresString);
  if (expires !== undefined && Number.isNaN(expires.getTime())) {
    throw new UnreadableMetadataError(
      `The object's Expires header ${JSON.stringify(head.ExpiresString)} is not a date.`,
    );
  }
  const plain = {
    Metadata: head.Metadata,
    ContentType: head.ContentType,
    ContentEncoding: head.ContentEncoding,
    ContentLanguage: head.ContentLanguage,
    ContentDisposition: head.ContentDisposition,
    CacheControl: head.CacheControl,
    WebsiteRedirectLocation: head.WebsiteRedirectLocation,
    Expires: expires,
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}

/** As `Tagging` takes it: `k1=v1&k2=v2`, URL-encoded. */
async function taggingOf(from: Bucket, source: ObjectEntry): Promise<string> {
  const { TagSet } = await from.send(
    new GetObjectTaggingCommand({ ...from.common, ...from.payer, Key: from.fullKey(source.key) }),
  );
  return (TagSet ?? [])
    .map(({ Key = '', Value = '' }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`)
    .join('&');
}

async function copyPart(
  route: CopyRoute,
  source: ObjectEntry,
  { key, uploadId }: OpenUpload,
  { number, first, last }: Part,
): Promise<CompletedPart> {
  const answer = await route.to.call({
    operation: 'UploadPartCopy',
    method: 'PUT',
    key,
    query: [
      ['partNumber', String(number)],
      ['uploadId', uploadId],
    ],
    headers: copyHeaders({
      ...route.to.expected,
      ...copiedFrom(route, source),
      CopySourceRange: `bytes=${first}-${last}`,
    }),
    withinMs: patienceFor(last - first + 1),
  });
  const { etag } = readCopyAnswer(answer);
  if (etag === undefined) throw new Error(`S3 answered 200 without the ETag of part ${number}.`);
  return { PartNumber: number, ETag: etag };
}

/** S3 keeps the connection open with white space while it puts the parts together (S3 API, CompleteMultipartUpload). */
const COMPLETE_WITHIN_MS = 15 * 60_000;

async function complete(
  route: CopyRoute,
  source: ObjectEntry,
  { key, uploadId }: OpenUpload,
  parts: CompletedPart[],
): Promise<Copied> {
  const request = new CompleteMultipartUploadCommand({
    ...route.to.common,
    ...route.to.payer,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: parts },
    MpuObjectSize: source.size,
    ChecksumType: 'FULL_OBJECT',
    ...(route.neverOverwrite && { IfNoneMatch: '*' }),
  });
  try {
    const answer = await route.to.send(request, { withinMs: COMPLETE_WITHIN_MS });
    return copied(answer.ETag, answer.$metadata.requestId);
  } catch (error) {
    if (troubleOf(error).code !== 'NoSuchUpload') throw error;
    return await alreadyCompleted(route.to, key, parts, error);
  }
}

/**
 * When the answer to a successful completion is lost, its repetition finds no upload. The object then bears the ETag
 * these parts make: the MD5 of their MD5s, and their number.
 */
async function alreadyCompleted(
  to: Bucket,
  key: string,
  parts: CompletedPart[],
  error: unknown,
): Promise<Copied> {
  const expected = multipartEtag(parts);
  const head = await to.send(new HeadObjectCommand({ ...to.common, ...to.payer, Key: key }));
  if (unquote(head.ETag) !== expected) throw error;
  return copied(head.ETag, head.$metadata.requestId);
}

function multipartEtag(parts: CompletedPart[]): string {
  const hash = createHash('md5');
  for (const { ETag } of parts) hash.update(Buffer.from(unquote(ETag), 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}

/** How long clean-up may take; it outlives the abort that made it necessary. */
const CLEAN_UP_MS = 5_000;

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
  await bucket.send(command, { signal: AbortSignal.timeout(CLEAN_UP_MS) });
}
