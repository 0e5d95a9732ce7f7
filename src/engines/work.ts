/** Manifests written and reports read as the identity that services are asked as, with what to grant where that is refused. */
import { grantOn } from '../aws/grant.ts';
import { workStatement } from '../aws/policies.ts';
import { messageOf } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Bucket } from '../s3/bucket.ts';
import { troubleAt } from '../s3/trouble.ts';

/**
 * @param doing what is done there, as the beginning of a sentence
 * @throws FatalError for whatever S3 answers that no further attempt would change; StoppedError
 */
export async function atWork<T>(doing: string, work: Bucket, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const { location, identity, owner } = work;
    const statement = workStatement(location, identity.partition);
    const fix = grantOn(identity, { bucket: location.bucket, owner }, statement, messageOf(error));
    throw troubleAt(doing, work, error, fix);
  }
}

/** Objects asked at the same time about what only a request of their own tells. */
export function askingAtOnce({ concurrency }: Pick<Settings, 'concurrency'>): number {
  return concurrency === 'auto' ? 32 : concurrency;
}
