/** The source of CopyObject and UploadPartCopy. */
import { assertOwner, assertPayer, findBucket, readable } from './access.ts';
import { assertReadable } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { assertCopyConditions } from './conditions.ts';
import { assertCustomerKey } from './encryption.ts';
import { invalidArgument, invalidRequest, notImplemented, S3Error } from './errors.ts';
import { demandDecryption } from './key-access.ts';
import type { StoredObject } from './object.ts';
import type { BucketCall } from './world.ts';

export interface CopySource {
  readonly bucket: Bucket;
  readonly object: StoredObject;
  /** Present when the request names a version. */
  readonly versionId: string | undefined;
}

/**
 * The object a copy reads, after every question its own side asks.
 * Source: API Reference, CopyObject; User Guide, bucket-owner-condition.
 */
export async function copySource(call: BucketCall): Promise<CopySource> {
  const { headers } = call.request;
  const named = parseCopySource(headers['x-amz-copy-source'] ?? '');
  const bucket = findBucket(call, named.bucket);
  assertOwner(call, bucket, 'x-amz-source-expected-bucket-owner');
  assertPayer(call, bucket);
  const object = await readable(call, bucket, named.key, named.versionId).catch(explainMarker);
  assertCustomerKey(headers, object.encryption, 'copy source');
  await demandDecryption(call, bucket, named.key, object.encryption);
  assertReadable(object, call.world.now());
  assertCopyConditions(headers, object);
  return { bucket, object, versionId: named.versionId };
}

function explainMarker(error: unknown): never {
  if (error instanceof S3Error && error.code === 'MethodNotAllowed') {
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
  throw error;
}

/**
 * `[/]bucket/key[?versionId=…]`. A raw `?` ends the key, `%3F` belongs to it; a `+` is a space, as in a form, so that
 * clients must send `%2B`.
 * Source: API model, CopyObjectRequest.CopySource; aws/aws-sdk-js#1821.
 */
export function parseCopySource(header: string): {
  bucket: string;
  key: string;
  versionId: string | undefined;
} {
  if (header.startsWith('arn:')) throw notImplemented('x-amz-copy-source');
  const [path = '', query] = header.split(/\?(.*)/s);
  const decoded = decode(path.replace(/^\//, ''), header);
  const slash = decoded.indexOf('/');
  if (slash < 1 || slash === decoded.length - 1) throw malformed(header);
  const versionId = query === undefined ? undefined : /^versionId=(.+)$/.exec(query)?.[1];
  if (query !== undefined && versionId === undefined) throw malformed(header);
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1), versionId };
}

function decode(path: string, header: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '));
  } catch {
    throw malformed(header);
  }
}

const malformed = (header: string): S3Error =>
  invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    'x-amz-copy-source',
    header,
  );

/** Names the version that was read, where versions are kept. */
export const sourceVersion = ({ bucket, object }: CopySource): Record<string, string> =>
  bucket.versioning ? { 'x-amz-copy-source-version-id': object.versionId } : {};
