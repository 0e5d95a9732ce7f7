/** All current objects below a prefix, in key order, a page at a time. */
import { type _Object, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { FatalError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Bucket } from './bucket.ts';
import { decodeListed, unquote } from './keys.ts';
import { type FetchPage, listInRanges } from './ranges/ranges.ts';
import type { Answer } from './wire/connection.ts';
import { type Page, scanPage } from './wire/page.ts';

/** Listings in flight, and pages held for the consumer; some 8 MB. */
export const RANGES = { workers: 16, window: 32 };

/**
 * Asks for keys URL-encoded, because XML 1.0 cannot carry every character a key may have, and for the restore status of
 * archived objects. More than one page is listed at several places of the key space at once.
 *
 * @throws FatalError when a page promises more and does not say where, which would silently lose the rest
 */
export function list(bucket: Bucket): AsyncGenerator<ObjectEntry[]> {
  return listInRanges(after => fetchAfter(bucket, after), RANGES);
}

/** The next keys after one; S3 may send empty pages that promise more. */
async function fetchAfter(bucket: Bucket, after: string | undefined): ReturnType<FetchPage> {
  let page = await fetchPage(bucket, { after });
  for (let token = page.next; page.entries.length === 0 && token !== undefined; token = page.next) {
    page = await fetchPage(bucket, { token });
    if (page.entries.length === 0 && page.next === token) throw turning(bucket);
  }
  return { entries: page.entries, more: page.next !== undefined };
}

function turning({ location }: Bucket): FatalError {
  return new FatalError(
    `The listing of ${location.bucket} promises more, shows nothing and turns on the spot.`,
  );
}

/** Where a page begins: after a key without its prefix, where another page ended, or at the beginning. */
interface Start {
  readonly after?: string | undefined;
  readonly token?: string;
}

const PAGE_WITHIN_MS = 60_000;

async function fetchPage(bucket: Bucket, start: Start): Promise<Page> {
  const answer = await askForPage(bucket, 'ListObjectsV2', {
    'continuation-token': start.token,
    'encoding-type': 'url',
    'list-type': '2',
    prefix: bucket.location.prefix || undefined,
    'start-after': start.after === undefined ? undefined : bucket.fullKey(start.after),
  });
  return scanPage(answer.body, bucket.location.prefix) ?? (await parsePage(bucket, start));
}

/** @param query in the order of its names, by which it is signed; what is undefined is left out */
export function askForPage(
  bucket: Bucket,
  operation: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Answer> {
  return bucket.call({
    operation,
    method: 'GET',
    query: Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
    headers: {
      'x-amz-expected-bucket-owner': bucket.owner,
      'x-amz-optional-object-attributes': 'RestoreStatus',
      'x-amz-request-payer': bucket.payer.RequestPayer,
    },
    withinMs: PAGE_WITHIN_MS,
  });
}

/** The same page by the SDK's parser, for servers that write their XML otherwise than S3. */
async function parsePage(bucket: Bucket, { after, token }: Start): Promise<Page> {
  const { prefix } = bucket.location;
  const page = await bucket.send(
    new ListObjectsV2Command({
      ...bucket.common,
      ...bucket.payer,
      ...(prefix !== '' && { Prefix: prefix }),
      ...(token !== undefined && { ContinuationToken: token }),
      ...(after !== undefined && { StartAfter: bucket.fullKey(after) }),
      EncodingType: 'url',
      OptionalObjectAttributes: ['RestoreStatus'],
    }),
  );
  const decode = page.EncodingType === 'url' ? decodeListed : (text: string) => text;
  // To a parser the page of a proxy, say, is a listing of nothing.
  if (page.IsTruncated === undefined) {
    throw new FatalError(
      `The answer about ${bucket.location.bucket} is no listing: it does not say whether it is whole.`,
    );
  }
  if (page.IsTruncated && page.NextContinuationToken === undefined) {
    throw new FatalError(
      `The listing of ${bucket.location.bucket} was cut off without a continuation token.`,
    );
  }
  return {
    entries: (page.Contents ?? []).map(object => toEntry(object, decode, prefix)),
    next: page.IsTruncated ? page.NextContinuationToken : undefined,
  };
}

/** The first page only; empty when there is nothing. */
export async function firstPage(bucket: Bucket, listing = list): Promise<ObjectEntry[]> {
  for await (const page of listing(bucket)) return page;
  return [];
}

function toEntry(object: _Object, decode: (text: string) => string, prefix: string): ObjectEntry {
  const { Size: size = Number.NaN } = object;
  const key = decode(object.Key ?? '');
  const isSized = Number.isSafeInteger(size) && size >= 0;
  if (key === '' || !key.startsWith(prefix) || !isSized || object.LastModified === undefined) {
    throw new FatalError(`The listing shows an object that cannot be: ${JSON.stringify(object)}.`);
  }
  return {
    key: key.slice(prefix.length),
    size,
    etag: unquote(object.ETag),
    modified: object.LastModified.getTime(),
    storageClass: object.StorageClass ?? 'STANDARD',
    restored:
      object.RestoreStatus?.RestoreExpiryDate !== undefined && !object.RestoreStatus.IsRestoreInProgress,
    ...(object.RestoreStatus?.IsRestoreInProgress && { restoring: true }),
  };
}
