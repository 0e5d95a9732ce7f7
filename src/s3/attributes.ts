/**
 * What goes with the bytes of an object. CopyObject takes metadata and tags along; what is written anew, by PutObject or a
 * multipart upload, knows nothing of the source. (S3 API, CopyObject, PutObject and CreateMultipartUpload.)
 */
import { GetObjectTaggingCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectEntry } from '../model/objects.ts';
import { grantsOf } from './acl.ts';
import type { Bucket } from './bucket.ts';
import { headListed } from './head.ts';
import { lockOf } from './lock.ts';
import { type CopyRoute, destinationTraits } from './route.ts';
import { UncarriableError } from './uncarriable.ts';

/**
 * Everything of the source that is asked for, and what every new object gets.
 *
 * @param head what HeadObject or GetObject said of the source
 * @throws UncarriableError when some of the metadata cannot be sent again
 */
export async function attributesOf(route: CopyRoute, source: ObjectEntry, head: HeadObjectCommandOutput) {
  const { from, preserve } = route;
  return {
    ...(preserve.has('metadata') && metadataOf(head)),
    ...(preserve.has('website-redirect') && redirectOf(head)),
    ...(preserve.has('tags') && (await taggingOf(from, source))),
    ...(await protectionOf(route, source)),
    ...destinationTraits(route, source),
  };
}

/** What CopyObject does not take along by itself, and what every new object gets. Mostly there is nothing to ask for. */
export function uncopiedAttributesOf(route: CopyRoute, source: ObjectEntry) {
  const { preserve, grantsTo } = route;
  const traits = destinationTraits(route, source);
  const redirects = preserve.has('website-redirect');
  if (!redirects && !preserve.has('object-lock') && grantsTo === undefined) return traits;
  return Promise.all([
    redirects && headListed(route.from, source).then(redirectOf),
    protectionOf(route, source),
  ]).then(([redirect, protection]) => ({ ...redirect, ...protection, ...traits }));
}

/** Who may do what with the object, which no way of copying takes along. */
async function protectionOf({ from, preserve, grantsTo }: CopyRoute, source: ObjectEntry) {
  const [lock, grants] = await Promise.all([
    preserve.has('object-lock') && lockOf(from, source),
    grantsTo !== undefined && grantsOf(from, source, grantsTo),
  ]);
  return { ...lock, ...grants };
}

function redirectOf({ WebsiteRedirectLocation }: HeadObjectCommandOutput) {
  return WebsiteRedirectLocation === undefined ? {} : { WebsiteRedirectLocation };
}

/** Values of other than ASCII come encoded by RFC 2047 and are sent on as they are; S3 decodes them itself. */
function metadataOf(head: HeadObjectCommandOutput) {
  if ((head.MissingMeta ?? 0) > 0) {
    throw new UncarriableError(
      'unreadable-metadata',
      `${head.MissingMeta} of the object's metadata values cannot be sent in a header, so that the copy would lose them.`,
    );
  }
  const expires = head.ExpiresString === undefined ? undefined : new Date(head.ExpiresString);
  if (expires !== undefined && Number.isNaN(expires.getTime())) {
    throw new UncarriableError(
      'unreadable-metadata',
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
    Expires: expires,
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}

/**
 * As `Tagging` takes it: `k1=v1&k2=v2`, URL-encoded; empty without tags. Always asked for, because the number of tags is
 * told only to those who may read them, and a denial must not pass for none.
 */
async function taggingOf(from: Bucket, source: ObjectEntry): Promise<{ Tagging?: string }> {
  const { TagSet } = await from.send(new GetObjectTaggingCommand(from.naming(source)));
  if (TagSet === undefined) throw new Error('S3 answered 200 without the tags of the object.');
  if (TagSet.length === 0) return {};
  const pairs = TagSet.map(
    ({ Key = '', Value = '' }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`,
  );
  return { Tagging: pairs.join('&') };
}
