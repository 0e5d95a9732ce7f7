/**
 * What goes with the bytes of an object that is written anew instead of copied whole: neither PutObject nor a multipart
 * upload knows of the source. (S3 API, PutObject and CreateMultipartUpload.)
 */
import { GetObjectTaggingCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectEntry } from '../model.ts';
import type { Bucket } from './bucket.ts';
import { type CopyRoute, destinationTraits } from './route.ts';

/** The source cannot be carried whole; nothing was started. */
export class UnreadableMetadataError extends Error {
  override readonly name = 'UnreadableMetadata';
}

/**
 * Metadata and tags of the source, where they are asked for, and what every new object gets.
 *
 * @param head what HeadObject or GetObject said of the source
 * @throws UnreadableMetadataError when some of the metadata cannot be sent again
 */
export async function attributesOf(route: CopyRoute, source: ObjectEntry, head: HeadObjectCommandOutput) {
  const { from, preserve } = route;
  return {
    ...(preserve.has('metadata') && metadataOf(head)),
    ...(preserve.has('tags') && (head.TagCount ?? 0) > 0 && { Tagging: await taggingOf(from, source) }),
    ...destinationTraits(route, source),
  };
}

/** Values of other than ASCII come encoded by RFC 2047 and are sent on as they are; S3 decodes them itself. */
function metadataOf(head: HeadObjectCommandOutput) {
  if ((head.MissingMeta ?? 0) > 0) {
    throw new UnreadableMetadataError(
      `${head.MissingMeta} of the object's metadata values cannot be sent in a header, so that the copy would lose them.`,
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
  const { TagSet } = await from.send(new GetObjectTaggingCommand(from.naming(source)));
  return (TagSet ?? [])
    .map(({ Key = '', Value = '' }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`)
    .join('&');
}
