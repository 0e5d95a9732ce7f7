/** Object Lock of one object: until when nobody may delete it, and whether somebody forbade it until further notice. */
import { GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Bucket } from './bucket.ts';

/**
 * Retention and legal hold as a write takes them; empty where there are none. HeadObject would show both in one request,
 * but leaves out in silence what the reader may not see. (S3 API, GetObjectRetention and GetObjectLegalHold.)
 *
 * @throws trouble of the kind `denied` without `s3:GetObjectRetention` and `s3:GetObjectLegalHold`
 */
export async function lockOf(from: Bucket, source: Pick<ObjectEntry, 'key' | 'versionId'>) {
  const object = from.naming(source);
  const [retention, hold] = await Promise.all([
    unlessUnlocked(async () => said((await from.send(new GetObjectRetentionCommand(object))).Retention)),
    unlessUnlocked(async () => said((await from.send(new GetObjectLegalHoldCommand(object))).LegalHold)),
  ]);
  const { Mode, RetainUntilDate } = retention ?? {};
  // What has run out forbids nothing any more, and S3 takes no date of the past.
  const retained = RetainUntilDate !== undefined && RetainUntilDate.getTime() > Date.now();
  return {
    ...(Mode !== undefined &&
      retained && { ObjectLockMode: Mode, ObjectLockRetainUntilDate: RetainUntilDate }),
    ...(hold?.Status === 'ON' && { ObjectLockLegalHoldStatus: hold.Status }),
  };
}

function said<T>(lock: T | undefined): T {
  if (lock === undefined) throw new Error('S3 answered 200 without the lock of the object.');
  return lock;
}

/** S3 answers "none" with an error, be it that the object has none or that its bucket cannot. */
async function unlessUnlocked<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    const { code, message } = troubleOf(error);
    if (code === 'NoSuchObjectLockConfiguration') return undefined;
    if (code === 'InvalidRequest' && /missing object lock configuration/i.test(message)) return undefined;
    throw error;
  }
}
