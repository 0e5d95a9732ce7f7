/**
 * Requests of which nobody knows whether S3 has done what they asked. Their repetition can be refused for the sake of what
 * the first attempt has made.
 */
import { troubleOf } from '../aws/trouble.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { weigh } from '../sync/evidence.ts';
import { checksumsOf, headEntry, noneWhereRefused } from './head.ts';
import { type Copied, type CopyRoute, copied } from './route.ts';

/** Whether an attempt of one request may have been carried out although no answer said so. */
export class Doubt {
  #isOpen = false;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** To be told of what every attempt threw. */
  readonly see = (error: unknown): void => {
    const { status, kind } = troubleOf(error);
    // Anything but a refusal may have come too late to keep S3 from doing it.
    this.#isOpen ||= kind !== 'throttle' && (status < 400 || status >= 500);
  };
}

/** Whether a write that must not overwrite has met an object. */
export function hasMetAnother(error: unknown): boolean {
  const { kind, condition } = troubleOf(error);
  return kind === 'precondition' && /^if-none-match$/i.test(condition ?? '');
}

/**
 * A write whose repetition, where nothing may be overwritten, can be refused for the sake of the copy that the first attempt
 * has made.
 *
 * @param write passes what every attempt throws on
 * @throws what the last attempt did, where what is there is not shown to be the content of the source
 */
export async function evenIfUnanswered(
  { from, to }: Pick<CopyRoute, 'from' | 'to'>,
  source: ObjectEntry,
  write: (onError: Doubt['see']) => Promise<Copied>,
): Promise<Copied> {
  const doubt = new Doubt();
  try {
    return await write(doubt.see);
  } catch (error) {
    if (!doubt.isOpen || !hasMetAnother(error)) throw error;
    const there = await noneWhereRefused(() => headEntry(to, source.key));
    if (there === undefined) throw error;
    const [ours, theirs] = await Promise.all([checksumsOf(from, source), checksumsOf(to, there)]);
    if (!weigh({ source: ours, destination: theirs })?.same) throw error;
    return copied(there.etag, undefined, undefined);
  }
}
