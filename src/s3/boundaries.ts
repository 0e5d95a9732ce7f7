/**
 * Where the parts of an object begin and end, so that its copy can have the same ones and with them the same ETag.
 *
 * HeadObject tells the length of any one part. GetObjectAttributes would list a thousand at a time, but only of
 * objects uploaded with a checksum, only to those allowed `s3:GetObjectAttributes`, and without `If-Match`; a part that
 * is asked for is a part that is copied, at a tenth of the price, so that little could be saved.
 */
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { headListed } from './head.ts';
import { lengthsByEnds, MAX_PARTS, makeUp, mayHold } from './parts.ts';
import type { CopyRoute } from './route.ts';
import { together } from './together.ts';

/**
 * Whether the copy has to be written in the source's own parts: a composite checksum comes of no others, and neither
 * does the ETag by which the versions of a history are told apart.
 */
export function mustKeepParts(
  { preserve }: Pick<CopyRoute, 'preserve'>,
  { size, etag }: ObjectEntry,
): boolean {
  return (preserve.has('checksum') || preserve.has('versions')) && size > 0 && partsCount(etag) > 0;
}

/**
 * Two requests where all parts but the last have one length, else one for each part (S3 API, HeadObject, `partNumber`).
 *
 * @returns bytes of each part; `undefined` when the object was not written in parts, when they cannot be found out, or
 *   when S3 would not take them again
 * @throws trouble that says the object is no longer the one listed, and what ends the run
 */
export async function sourceLengths(
  route: Pick<CopyRoute, 'from' | 'parts'>,
  source: ObjectEntry,
): Promise<readonly number[] | undefined> {
  const count = partsCount(source.etag);
  if (count < 1 || count > MAX_PARTS) return undefined;
  try {
    const lengths = count === 1 ? [source.size] : await findLengths(route, source, count);
    return lengths !== undefined && makeUp(source.size, lengths) ? lengths : undefined;
  } catch (error) {
    if (endsCopy(error)) throw error;
    return undefined;
  }
}

/**
 * The number behind the hyphen; 0 without one. (S3 User Guide, "Checking object integrity".) Unlike `PartsCount`, which
 * not every server sends, it is there before the first question, and the ETag of the copy has to end in it.
 */
export function partsCount(etag: string): number {
  return Number(/^[0-9a-f]{32}-(\d+)$/.exec(etag)?.[1] ?? 0);
}

async function findLengths(
  { from, parts }: Pick<CopyRoute, 'from' | 'parts'>,
  source: ObjectEntry,
  count: number,
): Promise<number[] | undefined> {
  const lengthsOf = (numbers: number[]) =>
    together(parts, numbers, async PartNumber => {
      const { ContentLength = 0 } = await headListed(from, source, { PartNumber });
      return ContentLength;
    });
  const [first = 0, last = 0] = await lengthsOf([1, count]);
  const ends = { count, first, last };
  if (!mayHold(source.size, ends)) return undefined;
  const told = lengthsByEnds(source.size, ends);
  if (told !== undefined) return told;
  const between = await lengthsOf(Array.from({ length: count - 2 }, (_, index) => index + 2));
  return [first, ...between, last];
}

/** Whether the copy could not go on either. After any other trouble it goes on, with other parts. */
function endsCopy(error: unknown): boolean {
  if (error instanceof StoppedError || error instanceof FatalError) return true;
  const { kind } = troubleOf(error);
  return kind === 'precondition' || kind === 'absent';
}
