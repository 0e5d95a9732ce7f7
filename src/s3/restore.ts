/**
 * Asks S3 to bring archived objects back. A restore takes hours, and nothing waits for it: what has arrived is found
 * readable by a later run. (S3 User Guide, "Restoring an archived object".)
 */
import { RestoreObjectCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { FailedOutcome, SkippedOutcome } from '../model/outcome.ts';
import type { Bucket } from './bucket.ts';
import { headEntry } from './head.ts';

/** Days that a restored copy can be read: long enough for a few nightly runs, and billed as Standard meanwhile. */
const RESTORED_DAYS = 7;

export type Asked = SkippedOutcome | FailedOutcome;

/** What a restore needs to be told of an object. */
export type Archive = Pick<ObjectEntry, 'key' | 'storageClass' | 'restoring'>;

/** RestoreObject as every object is asked back: in bulk, which is the cheapest of the tiers and the slowest. */
export function restoreCommand(bucket: Bucket, { key, storageClass }: Archive): RestoreObjectCommand {
  // Out of Intelligent-Tiering objects come back for good, and S3 refuses a number of days.
  // (S3 API, S3InitiateRestoreObjectOperation, "ExpirationInDays".)
  const days = storageClass === 'INTELLIGENT_TIERING' ? {} : { Days: RESTORED_DAYS };
  return new RestoreObjectCommand({
    ...bucket.common,
    ...bucket.payer,
    Key: bucket.fullKey(key),
    RestoreRequest: { ...days, GlacierJobParameters: { Tier: 'Bulk' } },
  });
}

/**
 * Asks one object back.
 *
 * @throws FatalError for trouble that every other object would meet as well; StoppedError
 */
export function restore(bucket: Bucket, object: Archive): Promise<Asked> {
  return asOutcome(object.key, () => ask(bucket, object));
}

/**
 * Asks back an object that only its copy showed to be archived: one in an archive tier of Intelligent-Tiering, which
 * no listing tells, or one whose restored copy has just expired.
 *
 * @throws FatalError for trouble that every other object would meet as well; StoppedError
 */
export function restoreUnlisted(bucket: Bucket, key: string): Promise<Asked> {
  return asOutcome(key, async () => ask(bucket, await headEntry(bucket, key)));
}

async function ask(bucket: Bucket, object: Archive): Promise<Asked> {
  const { key } = object;
  if (object.restoring) return { key, result: 'skipped', reason: 'restoring', requestId: undefined };
  const { $metadata } = await bucket.send(restoreCommand(bucket, object));
  return { key, result: 'skipped', reason: 'restore-asked', requestId: $metadata.requestId };
}

/** Somebody asked earlier, or an answer to an earlier attempt was lost; or the object has just come back. */
const UNDER_WAY: ReadonlySet<string> = new Set([
  'RestoreAlreadyInProgress',
  'ObjectAlreadyInActiveTierError',
]);

async function asOutcome(key: string, asking: () => Promise<Asked>): Promise<Asked> {
  try {
    return await asking();
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { kind, code, message, requestId } = troubleOf(error);
    if (kind === 'configuration') {
      throw new FatalError(
        `Restoring ${JSON.stringify(key)} failed with ${code}: ${message}`,
        undefined,
        error,
      );
    }
    if (UNDER_WAY.has(code)) return { key, result: 'skipped', reason: 'restoring', requestId };
    if (kind === 'absent') return { key, result: 'skipped', reason: 'vanished', requestId };
    const reason = kind === 'denied' ? 'restore-denied' : 'error';
    return { key, result: 'failed', reason, code, message, requestId };
  }
}
