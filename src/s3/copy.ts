/**
 * One object, copied server-side: a single atomic CopyObject up to 5 GiB, a multipart copy above. Both refuse to copy
 * anything but the very object that was listed.
 */
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { ObjectEntry } from '../model/objects.ts';
import { uncopiedAttributesOf } from './attributes.ts';
import { mustKeepParts } from './boundaries.ts';
import { ALGORITHMS, type Algorithm, checksumMember } from './checksums.ts';
import { evenIfUnanswered } from './doubt.ts';
import type { OpenUpload } from './journal.ts';
import { uploadInParts } from './multipart.ts';
import type { Part } from './parts.ts';
import { type Copied, type CopyRoute, copied, copiedFrom, patienceFor } from './route.ts';
import { copyHeaders, readChecksum, readCopyAnswer } from './wire/copies.ts';

/** Largest source of one CopyObject (S3 API, CopyObject; the service's own error text gives the bytes). */
export const SINGLE_COPY_BYTES = 5 * 1024 ** 3;

/** Whether a copy is many requests, each with a place of its own, rather than one. */
export function needsParts(route: Pick<CopyRoute, 'preserve'>, source: ObjectEntry): boolean {
  return source.size > SINGLE_COPY_BYTES || mustKeepParts(route, source);
}

export function copy(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  if (!needsParts(route, source)) return copyAtOnce(route, source);
  // S3 copies the bytes itself, and their checksum is not worth the `kms:Decrypt` that asking for it may take.
  return uploadInParts(route, source, {
    checked: false,
    algorithms: ALGORITHMS,
    carry: (upload, part, algorithm) => copyPart(route, source, upload, part, algorithm),
  });
}

async function copyAtOnce(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  const { to, preserve } = route;
  const uncopied = await uncopiedAttributesOf(route, source);
  const headers = copyHeaders({
    ...to.expected,
    ...copiedFrom(route, source),
    MetadataDirective: preserve.has('metadata') ? 'COPY' : 'REPLACE',
    TaggingDirective: preserve.has('tags') ? 'COPY' : 'REPLACE',
    ...uncopied,
    ...(route.neverOverwrite && { IfNoneMatch: '*' }),
  });
  return evenIfUnanswered(route, source, async onError => {
    const answer = await to.call({
      operation: 'CopyObject',
      method: 'PUT',
      key: to.fullKey(source.key),
      headers,
      withinMs: patienceFor(source.size),
      onError,
    });
    const { etag, versionId, requestId } = readCopyAnswer(answer);
    return copied(etag, versionId, requestId);
  });
}

async function copyPart(
  route: CopyRoute,
  source: ObjectEntry,
  { key, uploadId }: OpenUpload,
  { number, first, last }: Part,
  algorithm: Algorithm,
): Promise<CompletedPart> {
  const bytes = last - first + 1;
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
      // S3 takes no range of 5 MiB or less, be it all there is (S3 API, UploadPartCopy).
      ...(bytes < source.size && { CopySourceRange: `bytes=${first}-${last}` }),
    }),
    withinMs: patienceFor(bytes),
  });
  const { etag } = readCopyAnswer(answer);
  if (etag === undefined) throw new Error(`S3 answered 200 without the ETag of part ${number}.`);
  const value = readChecksum(answer, algorithm);
  return { PartNumber: number, ETag: etag, ...checksumMember({ algorithm, value }) };
}
