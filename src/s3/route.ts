/** How copies travel: from where, to where, and what goes with the content. All ways of copying share it. */
import type { ObjectCannedACL, ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3';
import type { ObjectEntry } from '../model/objects.ts';
import type { Preserved } from '../model/settings.ts';
import type { Place } from '../sync/places.ts';
import type { Bucket } from './bucket.ts';
import type { UploadJournal } from './journal.ts';
import { copySource, unquote } from './keys.ts';

export interface CopyRoute {
  /** The destination bucket as seen by whoever writes. */
  readonly to: Bucket;
  /** The source bucket as seen by whoever reads; for a server-side copy that is the same identity. */
  readonly from: Bucket;
  /** The destination bucket as seen by whoever deletes there, and puts the delete markers of histories. */
  readonly deletions: Bucket;
  readonly preserve: ReadonlySet<Preserved>;
  readonly storageClass: string | undefined;
  readonly encryption: ServerSideEncryption | undefined;
  readonly kmsKey: string | undefined;
  /** Canned, for every copy. */
  readonly acl: string | undefined;
  /** Canonical user id of who will own the copies where they get the ACLs of their sources; `undefined` where they do not. */
  readonly grantsTo: string | undefined;
  /** Refuse to replace an object that is already there. */
  readonly neverOverwrite: boolean;
  readonly partSize: number | 'auto';
  /** For each request of a multipart copy about a part. The copy itself holds no place meanwhile. */
  readonly parts: Place;
  readonly journal: UploadJournal;
}

export interface Copied {
  /** ETag of the new object, without quotes. */
  readonly etag: string;
  /** `undefined` where the destination keeps no versions. */
  readonly versionId: string | undefined;
  readonly requestId: string | undefined;
}

/** The headers by which S3 finds the source, checks its owner and makes sure that it is still the object listed. */
export function copiedFrom({ from, to }: Pick<CopyRoute, 'from' | 'to'>, source: ObjectEntry) {
  return {
    ...from.payer,
    ...to.payer,
    CopySource: copySource(from.location.bucket, from.fullKey(source.key), source.versionId),
    CopySourceIfMatch: `"${source.etag}"`,
    ...(from.owner !== undefined && { ExpectedSourceBucketOwner: from.owner }),
  };
}

/** What the new object gets whatever the source had. */
export function destinationTraits(route: CopyRoute, source: ObjectEntry) {
  const storageClass = route.preserve.has('storage-class') ? source.storageClass : route.storageClass;
  return {
    ...(storageClass !== undefined &&
      storageClass !== 'STANDARD' && { StorageClass: storageClass as StorageClass }),
    ...(route.encryption !== undefined && { ServerSideEncryption: route.encryption }),
    ...(route.kmsKey !== undefined && { SSEKMSKeyId: route.kmsKey }),
    ...(route.acl !== undefined && { ACL: route.acl as ObjectCannedACL }),
  };
}

/** @throws when S3 answered 200 without saying what it made; a copy is not done until there is an ETag */
export function copied(
  etag: string | undefined,
  versionId: string | undefined,
  requestId: string | undefined,
): Copied {
  const plain = unquote(etag);
  if (plain === '') throw new Error('S3 answered 200 without the ETag of the copy.');
  return { etag: plain, versionId, requestId };
}

const PATIENCE_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 10_000;

/** How long S3 may take to copy so many bytes before the request is given up as stalled, ms. */
export function patienceFor(bytes: number): number {
  return PATIENCE_MS + bytes / SLOWEST_BYTES_PER_MS;
}
