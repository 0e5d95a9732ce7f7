/** A file of our own making, written in one request. */
import type { Readable } from 'node:stream';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';
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
}

export function upload(bucket: Bucket, { key, contentType, bytes, open }: Upload): Promise<unknown> {
  return bucket.repeated(bucket, () =>
    bucket.sendOnce(
      new PutObjectCommand({
        ...bucket.common,
        Key: bucket.fullKey(key),
        ContentType: contentType,
        ContentLength: bytes,
        Body: open(),
      }),
      { withinMs: patienceFor(bytes) },
    ),
  );
}
