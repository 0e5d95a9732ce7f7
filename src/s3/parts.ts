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

/** @param lengths bytes of each part, in order */
export function cutIntoParts(lengths: readonly number[]): Part[] {
  let next = 0;
  return lengths.map((bytes, index) => {
    const first = next;
    next += bytes;
    return { number: index + 1, first, last: next - 1 };
  });
}

/**
 * Lengths of parts that S3 takes, in bytes, all equal but the last.
 *
 * @param size bytes of the object, more than 0
 * @param wanted bytes per part; raised where it would need more than 10,000 parts
 */
export function evenLengths(size: number, wanted = DEFAULT_PART_BYTES): number[] {
  const bytes = partBytes(size, wanted);
  return evenly(size, Math.ceil(size / bytes), bytes);
}

function partBytes(size: number, wanted: number): number {
  const fewest = Math.ceil(size / MAX_PARTS);
  if (wanted >= fewest && wanted >= MIN_PART_BYTES && wanted <= MAX_PART_BYTES) return wanted;
  const roundedUp = Math.ceil(Math.max(wanted, fewest) / MIB) * MIB;
  return Math.min(MAX_PART_BYTES, Math.max(MIN_PART_BYTES, roundedUp));
}

/** So many parts, all of so many bytes but the last, which gets what is left, be it nothing or less. */
function evenly(size: number, count: number, bytes: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    index < count - 1 ? bytes : size - bytes * (count - 1),
  );
}

/** What is known of an object's parts when only two of them have been looked at. */
export interface Ends {
  /** How many parts there are, at least 2. */
  readonly count: number;
  /** Bytes of the first and of the last one. */
  readonly first: number;
  readonly last: number;
}

/**
 * The lengths of all parts, where the ends alone tell them: with two parts they are all there is, and with more the
 * last has just what equal ones leave. That could be chance, if parts in between made up for each other to the byte.
 *
 * @returns bytes of each part; `undefined` when every part has to be looked at
 */
export function lengthsByEnds(size: number, { count, first, last }: Ends): number[] | undefined {
  const lengths = evenly(size, count, first);
  return lengths.at(-1) === last ? lengths : undefined;
}

/** Whether the parts between these ends can make up the rest of the object, and be parts that S3 takes. */
export function mayHold(size: number, { count, first, last }: Ends): boolean {
  const between = size - first - last;
  return (
    first >= MIN_PART_BYTES &&
    between >= (count - 2) * MIN_PART_BYTES &&
    between <= (count - 2) * MAX_PART_BYTES
  );
}

/** Whether S3 takes parts of these lengths, and they make up the whole object. */
export function makeUp(size: number, lengths: readonly number[]): boolean {
  const end = lengths.length - 1;
  return (
    lengths.length <= MAX_PARTS &&
    lengths.every((bytes, index) => bytes >= (index < end ? MIN_PART_BYTES : 1) && bytes <= MAX_PART_BYTES) &&
    lengths.reduce((sum, bytes) => sum + bytes, 0) === size
  );
}
