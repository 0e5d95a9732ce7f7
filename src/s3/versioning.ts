/** Turning versioning on, which can never be turned off again, only suspended. (S3 User Guide, "Using versioning in S3 buckets".) */
import { setTimeout as sleep } from 'node:timers/promises';
import { GetBucketVersioningCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { FatalError, StoppedError } from '../errors.ts';
import type { Bucket } from './bucket.ts';

/** For people to do it themselves. */
export function enabling({ location }: Bucket): string {
  return `aws s3api put-bucket-versioning --bucket ${location.bucket} --versioning-configuration Status=Enabled`;
}

const SHOWN_WITHIN_MS = 60_000;
const AGAIN_MS = 500;

/**
 * Resolves when S3 shows it. For up to 15 minutes more S3 can answer 404 to single requests for new objects; those are told
 * of as failures of their objects, and another run mends them.
 *
 * @throws what S3 answers; FatalError when it goes on showing something else
 */
export async function enableVersioning(bucket: Bucket): Promise<void> {
  await bucket.send(
    new PutBucketVersioningCommand({ ...bucket.common, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const begun = Date.now();
  for (;;) {
    const { Status } = await bucket.send(new GetBucketVersioningCommand(bucket.common));
    if (Status === 'Enabled') return;
    if (Date.now() - begun > SHOWN_WITHIN_MS) {
      throw new FatalError(`Versioning of ${bucket.location.bucket} was enabled, and S3 does not show it.`, {
        todo: 'Run again in a few minutes.',
      });
    }
    await sleep(AGAIN_MS, undefined, { signal: bucket.aborting }).catch(cause => {
      throw new StoppedError('Stopped while versioning was being enabled.', { cause });
    });
  }
}
