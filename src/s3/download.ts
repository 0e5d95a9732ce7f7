/** A file that a service or an earlier run has left, read from its beginning to its end. */
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Bucket } from './bucket.ts';

/**
 * @param key without the prefix of the bucket's location
 * @param consume takes the content in, which has this ETag; called once for each attempt, because a connection can break in
 *   the middle
 * @throws what S3 answered, or `consume` threw
 */
export function download<T>(
  bucket: Bucket,
  key: string,
  consume: (content: Readable, etag: string) => Promise<T>,
): Promise<T> {
  return bucket.repeated(bucket, async () => {
    const { Body, ETag = '' } = await bucket.sendOnce(
      new GetObjectCommand({ ...bucket.common, Key: bucket.fullKey(key) }),
    );
    return consume(Body as Readable, ETag);
  });
}
