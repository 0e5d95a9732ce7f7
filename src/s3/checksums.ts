/** The checksums that an object has, and the form in which S3 holds a new object against one of them. */
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

/** Members of the answer by algorithm. (S3 API, HeadObject.) */
const MEMBERS = {
  CRC64NVME: 'ChecksumCRC64NVME',
  CRC32: 'ChecksumCRC32',
  CRC32C: 'ChecksumCRC32C',
  SHA1: 'ChecksumSHA1',
  SHA256: 'ChecksumSHA256',
  SHA512: 'ChecksumSHA512',
  MD5: 'ChecksumMD5',
  XXHASH64: 'ChecksumXXHASH64',
  XXHASH3: 'ChecksumXXHASH3',
  XXHASH128: 'ChecksumXXHASH128',
} as const satisfies Record<string, keyof HeadObjectCommandOutput>;

/**
 * Base64 by algorithm; empty when S3 sent none. Composite checksums depend on how the object was cut into parts and say
 * nothing about another object with other parts.
 */
export function fullObjectChecksums(
  head: HeadObjectCommandOutput,
): Partial<Record<keyof typeof MEMBERS, string>> {
  if (head.ChecksumType === 'COMPOSITE') return {};
  const checksums = Object.entries(MEMBERS).map(([algorithm, member]) => [algorithm, head[member]] as const);
  return Object.fromEntries(checksums.filter(([, value]) => value !== undefined && !value.includes('-')));
}

/** The first of the algorithms that the object has a full-object checksum of. */
export function fullObjectChecksum<A extends Algorithm>(
  head: HeadObjectCommandOutput,
  algorithms: readonly A[],
): Checksum<A> | undefined {
  const checksums: Partial<Record<Algorithm, string>> = fullObjectChecksums(head);
  for (const algorithm of algorithms) {
    const value = checksums[algorithm];
    if (value !== undefined) return { algorithm, value };
  }
  return undefined;
}

/** The member by which a request names the checksum of the whole object. */
export function checksumMember(
  checksum: Checksum | undefined,
): Partial<Record<`Checksum${Algorithm}`, string>> {
  return checksum === undefined ? {} : { [`Checksum${checksum.algorithm}`]: checksum.value };
}
