/** The checksums that an object has, and the form in which S3 holds a new object against one of them. */
import type { ChecksumType, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { isComposite } from '../sync/evidence.ts';

/**
 * Members of an answer by algorithm. (S3 API, HeadObject.) First those that an upload in parts can be checked by as a
 * whole (S3 User Guide, "Checking object integrity").
 */
const MEMBERS = {
  CRC64NVME: 'ChecksumCRC64NVME',
  CRC32: 'ChecksumCRC32',
  CRC32C: 'ChecksumCRC32C',
  SHA256: 'ChecksumSHA256',
  SHA1: 'ChecksumSHA1',
  SHA512: 'ChecksumSHA512',
  MD5: 'ChecksumMD5',
  XXHASH64: 'ChecksumXXHASH64',
  XXHASH3: 'ChecksumXXHASH3',
  XXHASH128: 'ChecksumXXHASH128',
} as const satisfies Record<string, keyof HeadObjectCommandOutput>;

export type Algorithm = keyof typeof MEMBERS;
export const ALGORITHMS = Object.keys(MEMBERS) as Algorithm[];
/** Algorithms by which an upload in parts can be checked as a whole. */
const UPLOAD_ALGORITHMS: readonly Algorithm[] = ['CRC64NVME', 'CRC32', 'CRC32C'];

/** A checksum that an object has or is to have. */
export interface Checksum {
  readonly algorithm: Algorithm;
  /** Of all bytes in a row, or of the checksums of the parts. */
  readonly type: ChecksumType;
  /** Base64; `undefined` where S3 is to find it out. */
  readonly value: string | undefined;
}

/** What S3 gives to objects of which nobody says anything; it can be compared whatever the parts. */
const DEFAULT: Checksum = { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: undefined };

/**
 * All that S3 told, by algorithm. A composite checksum ends in the number of parts: it depends on how the object was cut,
 * and says nothing about another object with other parts.
 *
 * @param head an answer to `ChecksumMode: 'ENABLED'`; empty without checksums
 */
export function checksumsIn(head: HeadObjectCommandOutput): Partial<Record<Algorithm, string>> {
  const told = ALGORITHMS.map(algorithm => [algorithm, head[MEMBERS[algorithm]]] as const);
  return Object.fromEntries(
    told.flatMap(([algorithm, value]) =>
      value === undefined ? [] : [[algorithm, head.ChecksumType === 'COMPOSITE' ? composite(value) : value]],
    ),
  );
}

/** Not every server writes the number of parts behind it. */
function composite(value: string): string {
  return isComposite(value) ? value : `${value}-`;
}

/** The one checksum of an object, as it was made. */
function checksumIn(head: HeadObjectCommandOutput): Checksum | undefined {
  const checksums = checksumsIn(head);
  const algorithm = ALGORITHMS.find(one => checksums[one] !== undefined);
  const value = algorithm && checksums[algorithm];
  if (algorithm === undefined || value === undefined) return undefined;
  return { algorithm, type: isComposite(value) ? 'COMPOSITE' : 'FULL_OBJECT', value };
}

/** The checksum of the whole object, where it has one. */
export function fullObjectChecksum(head: HeadObjectCommandOutput): Checksum | undefined {
  const checksum = checksumIn(head);
  return checksum?.type === 'FULL_OBJECT' ? checksum : undefined;
}

/**
 * The checksum that an upload in parts is to end with: the source's own where an upload can have it as a whole.
 *
 * @param head what HeadObject said of the source
 */
export function wholeChecksum(head: HeadObjectCommandOutput): Checksum {
  const checksum = fullObjectChecksum(head);
  return checksum && UPLOAD_ALGORITHMS.includes(checksum.algorithm) ? checksum : DEFAULT;
}

/** That of the source, of whichever type; another one only where the source has none. */
export function sameChecksum(head: HeadObjectCommandOutput): Checksum {
  return checksumIn(head) ?? DEFAULT;
}

/** The member by which a request names the checksum of what it sends. */
export function checksumMember({
  algorithm,
  value,
}: Pick<Checksum, 'algorithm' | 'value'>): Partial<Record<`Checksum${Algorithm}`, string>> {
  return value === undefined ? {} : { [`Checksum${algorithm}`]: value };
}
