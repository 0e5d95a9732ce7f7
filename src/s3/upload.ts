/** A file of our own making, written in one request. */
import type { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
import { unquote } from './keys.ts';
import { patienceFor } from './route.ts';

/** Bytes of the largest object that goes in one request. (S3 API, PutObject.) */
export const LARGEST_UPLOAD = 5 * 1024 ** 3;

export interface Upload {
  /** Without the prefix of the bucket's location. */
  readonly key: string;
  readonly contentType: string;
  /** Of what `open` yields. */
  readonly bytes: number;
  /** The content from its beginning; called once for each attempt. */
  readonly open: () => Readable;
  /** Whatever the bucket's default is. */
  readonly encryption?: 'AES256';
}

/** @returns the ETag, without quotes */
export async function upload(
  bucket: Bucket,
  { key, contentType, bytes, open, encryption }: Upload,
): Promise<string> {
  const { ETag } = await bucket.repeated(bucket, () =>
    bucket.sendOnce(
      new PutObjectCommand({
        ...bucket.common,
        Key: bucket.fullKey(key),
        ContentType: contentType,
        ContentLength: bytes,
        // A bucket that locks what is written takes nothing without one. (S3 API, PutObject, "Content-MD5".)
        ChecksumAlgorithm: 'CRC32',
        Body: open(),
        ...(encryption !== undefined && { ServerSideEncryption: encryption }),
      }),
      { withinMs: patienceFor(bytes) },
    ),
  );
  return unquote(ETag);
}
