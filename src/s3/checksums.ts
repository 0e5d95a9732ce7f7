/** What an object says of its own content, in the form in which S3 holds a new object against it. */
import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';

/** Algorithms by which an upload in parts can be checked as a whole (S3 User Guide, "Checking object integrity"). */
export const UPLOAD_ALGORITHMS = ['CRC64NVME', 'CRC32', 'CRC32C'] as const;
/** Algorithms by which an upload in one request can. */
export const ALGORITHMS = [...UPLOAD_ALGORITHMS, 'SHA256', 'SHA1'] as const;

export type Algorithm = (typeof ALGORITHMS)[number];
export type UploadAlgorithm = (typeof UPLOAD_ALGORITHMS)[number];

export interface Checksum<A extends Algorithm = Algorithm> {
  readonly algorithm: A;
  /** Base64. */
  readonly value: string;
}

/** `undefined` when S3 sent none, or only one that depends on how the object was cut into parts. */
export function fullObjectChecksum<A extends Algorithm>(
  head: HeadObjectCommandOutput,
  algorithms: readonly A[],
): Checksum<A> | undefined {
  if (head.ChecksumType === 'COMPOSITE') return undefined;
  for (const algorithm of algorithms) {
    const value = head[`Checksum${algorithm}`];
    if (value !== undefined && !value.includes('-')) return { algorithm, value };
  }
  return undefined;
}

/** The member by which a request names the checksum of the whole object. */
export function checksumMember(
  checksum: Checksum | undefined,
): Partial<Record<`Checksum${Algorithm}`, string>> {
  return checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value };
}
