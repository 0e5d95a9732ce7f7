/** What S3 answers names no bucket: whoever reads of it must learn which one was asked, and what for. */
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { Fix } from '../model/checks.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { uri } from '../sync/plan.ts';
import type { Bucket } from './bucket.ts';

/**
 * The error to throw for one that no further attempt would change; what says enough already stays as it is.
 *
 * @param doing what was done there, as the beginning of a sentence
 * @param fix what helps where S3 denies it
 */
export function troubleAt(
  doing: string,
  bucket: Bucket,
  error: unknown,
  fix = changedSince(bucket),
): unknown {
  if (error instanceof FatalError || error instanceof StoppedError) return error;
  const { kind, code, message } = troubleOf(error);
  const text = `${doing} ${uri(bucket.location)} failed (${code}: ${message}).`;
  return new FatalError(text, kind === 'denied' ? fix : undefined, error);
}

/** Either the checks have said what is wrong, or something is no longer as it was then. */
function changedSince({ location: { bucket }, identity, owner }: Bucket): Fix {
  const who = identity.principal ?? 'the identity in use';
  const whose = owner === undefined ? '' : `, and whether the bucket still belongs to account ${owner}`;
  const todo = `Where the checks found nothing against it when the run began, find out what has changed since: the policies of ${who}, the policy of ${bucket}${whose}.`;
  return { todo };
}

/** @throws FatalError when the bucket cannot be listed; StoppedError */
export async function* listed(
  pages: AsyncIterable<ObjectEntry[]>,
  bucket: Bucket,
): AsyncGenerator<ObjectEntry[]> {
  try {
    yield* pages;
  } catch (error) {
    throw troubleAt('Listing', bucket, error);
  }
}
