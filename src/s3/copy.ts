/**
 * One object, copied server-side: a single atomic CopyObject up to 5 GiB, a multipart copy above. Both refuse to copy
 * anything but the very object that was listed.
 */
import type { ObjectEntry } from '../model.ts';
import { copyInParts } from './multipart.ts';
import { type Copied, type CopyRoute, copied, copiedFrom, destinationTraits, patienceFor } from './route.ts';
import { copyHeaders, readCopyAnswer } from './wire/copies.ts';

/** Largest source of one CopyObject (S3 API, CopyObject; the service's own error text gives the bytes). */
const SINGLE_COPY_BYTES = 5 * 1024 ** 3;

/** Whether a copy is many requests, each with a place of its own, rather than one. */
export function needsParts(source: ObjectEntry): boolean {
  return source.size > SINGLE_COPY_BYTES;
}

export function copy(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  return needsParts(source) ? copyInParts(route, source) : copyAtOnce(route, source);
}

async function copyAtOnce(route: CopyRoute, source: ObjectEntry): Promise<Copied> {
  const { to, preserve } = route;
  const answer = await to.call({
    operation: 'CopyObject',
    method: 'PUT',
    key: to.fullKey(source.key),
    headers: copyHeaders({
      ...to.expected,
      ...copiedFrom(route, source),
      MetadataDirective: preserve.has('metadata') ? 'COPY' : 'REPLACE',
      TaggingDirective: preserve.has('tags') ? 'COPY' : 'REPLACE',
      ...destinationTraits(route, source),
      ...(route.neverOverwrite && { IfNoneMatch: '*' }),
    }),
    withinMs: patienceFor(source.size),
  });
  const { etag, requestId } = readCopyAnswer(answer);
  return copied(etag, requestId);
}
