/** How an object is cut into parts (S3 User Guide, "Multipart upload limits"). */

export const MIN_PART_BYTES = 5 * 1024 ** 2;
export const MAX_PART_BYTES = 5 * 1024 ** 3;
export const MAX_PARTS = 10_000;
const MIB = 1024 ** 2;
/** Large enough that a 5 TB object needs few requests, small enough that eight of them in flight share the work. */
const DEFAULT_PART_BYTES = 256 * MIB;

export interface Part {
  /** From 1, without gaps. */
  readonly number: number;
  /** First and last byte, both included. */
  readonly first: number;
  readonly last: number;
}

/**
 * @param wanted bytes per part; raised where it would need more than 10,000 parts
 * @param size bytes of the object, more than 0
 */
export function cutIntoParts(size: number, wanted: number): Part[] {
  const bytes = partBytes(size, wanted);
  return Array.from({ length: Math.ceil(size / bytes) }, (_, index) => ({
    number: index + 1,
    first: index * bytes,
    last: Math.min(size, (index + 1) * bytes) - 1,
  }));
}

function partBytes(size: number, wanted: number): number {
  const fewest = Math.ceil(size / MAX_PARTS);
  if (wanted >= fewest && wanted >= MIN_PART_BYTES && wanted <= MAX_PART_BYTES) return wanted;
  const roundedUp = Math.ceil(Math.max(wanted, fewest) / MIB) * MIB;
  return Math.min(MAX_PART_BYTES, Math.max(MIN_PART_BYTES, roundedUp));
}

/**
 * The size of the source's own parts, when all but the last are equal, so that the copy gets the same ETag; else the
 * default.
 *
 * @param first bytes of the source's first part, and how many parts it has
 */
export function sourcePartBytes(
  size: number,
  first: { readonly bytes: number; readonly count: number } | undefined,
): number {
  const uniform = first !== undefined && first.count > 1 && Math.ceil(size / first.bytes) === first.count;
  return uniform ? first.bytes : DEFAULT_PART_BYTES;
}
