/**
 * What of a copy was denied. S3 names the action within one account or organization only; across them the object is looked
 * at once more, so that ten thousand denials come to as many causes as they have.
 * (S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors".)
 */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { keyIn } from '../aws/grant.ts';
import { troubleOf } from '../aws/trouble.ts';
import { StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Bucket } from '../s3/bucket.ts';
import { readOneByte } from '../s3/read.ts';

/**
 * @param message what S3 said of the denial
 * @returns an action, with the KMS key that it is about, or `reading`, or `tags or writing`, which S3 does not tell apart
 * @throws StoppedError when the run was aborted meanwhile
 */
export async function deniedOf(
  from: Bucket,
  object: Pick<ObjectEntry, 'key' | 'size' | 'versionId'>,
  message: string,
): Promise<string> {
  const [, action] = /not authorized to perform: ([\w-]+:\w+)/.exec(message) ?? [];
  if (action !== undefined) return onKey(action, keyIn(message));
  if (object.size === 0 || !(await isDenied(readOneByte(from, object)))) return 'tags or writing';
  // Whoever may read an object but not use its key is told which key that is.
  const head = from.send(new HeadObjectCommand(from.naming(object)));
  if (await isDenied(head)) return 'reading';
  const { SSEKMSKeyId } = await head.catch(() => ({ SSEKMSKeyId: undefined }));
  return SSEKMSKeyId === undefined ? 'reading' : onKey('kms:Decrypt', SSEKMSKeyId);
}

function onKey(action: string, key: string | undefined): string {
  return key === undefined ? action : `${action} on ${key}`;
}

/** Other trouble is none of a denial. */
async function isDenied(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return false;
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    return troubleOf(error).kind === 'denied';
  }
}
