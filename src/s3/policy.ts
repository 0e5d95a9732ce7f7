/**
 * The policy of a bucket, which is one for all who write it. S3 has no conditional write of it: so it is read again just
 * before it is written, and looked at once it is, and what others have written over is done once more. (S3 API,
 * PutBucketPolicy.)
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { statementsIn } from '../aws/policy-text.ts';
import { troubleOf } from '../aws/trouble.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { Bucket } from './bucket.ts';

/** From the text of a policy to another; `undefined` is none. Gives back what it is given where nothing is left to do. */
export type Edit = (policy: string | undefined) => string | undefined;

/**
 * The text of the policy as S3 has it; `undefined` where there is none.
 *
 * @throws what S3 answers; FatalError when it answers without a policy, which must not pass for none: what is written then
 *   would replace those of others
 */
export async function readPolicy(
  bucket: Bucket,
  signal: AbortSignal = bucket.aborting,
): Promise<string | undefined> {
  try {
    const { Policy } = await bucket.send(new GetBucketPolicyCommand(bucket.common), { signal });
    if (Policy === undefined)
      throw new FatalError(`S3 answered 200 without the policy of ${bucket.location.bucket}.`);
    return Policy;
  } catch (error) {
    if (troubleOf(error).code === 'NoSuchBucketPolicy') return undefined;
    throw error;
  }
}

export interface Revision {
  readonly edit: Edit;
  /** Told each time that somebody else was seen to write at the same time. */
  readonly onRival: () => void;
  /** Ends it; by default the run's abort does, which taking away must outlive. */
  readonly signal?: AbortSignal;
}

/**
 * Nothing is written where nothing is to be changed.
 *
 * @returns whether something was written
 * @throws what S3 answers; FatalError when others keep writing over it; StoppedError
 */
export async function revisePolicy(
  bucket: Bucket,
  { edit, onRival, signal = bucket.aborting }: Revision,
): Promise<boolean> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const before = await readPolicy(bucket, signal);
    const after = edit(before);
    if (after === before) return tries > 0;
    if ((await readPolicy(bucket, signal)) === before) {
      await write(bucket, after, signal);
      if (await stays(bucket, edit, before, signal)) return true;
    }
    onRival();
  }
  const { bucket: name } = bucket.location;
  throw new FatalError(`The policy of ${name} does not settle: somebody else keeps writing it.`, {
    todo: `Let one run or person at a time write the policy of ${name}, and run again.`,
  });
}

const MOST_TRIES = 6;

async function write(bucket: Bucket, policy: string | undefined, signal: AbortSignal): Promise<void> {
  if (policy === undefined) {
    await bucket.send(new DeleteBucketPolicyCommand(bucket.common), { signal });
    return;
  }
  await bucket.send(new PutBucketPolicyCommand({ ...bucket.common, Policy: policy }), { signal });
}

/** Who read the policy before we wrote it writes it within this time after us, and over what we wrote. */
const SETTLES_MS = 1_000;

/** How long S3 may show the policy that was. (S3 User Guide, "Amazon S3 data consistency model": configurations.) */
const STALE_FOR_MS = 10_000;
const LOOK_AFTER_MS = 300;

/** Whether S3 shows what was written, and still does after a while. */
async function stays(
  bucket: Bucket,
  edit: Edit,
  before: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const end = Date.now() + STALE_FOR_MS;
  for (let seen = false; ; ) {
    const now = await readPolicy(bucket, signal);
    const isThere = edit(now) === now;
    if (isThere && seen) return true;
    if (!isThere && (seen || !isSame(now, before) || Date.now() > end)) return false;
    seen = isThere;
    await pause(isThere ? SETTLES_MS : LOOK_AFTER_MS, signal);
  }
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return isDeepStrictEqual(statementsIn(one), statementsIn(other));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw new StoppedError('Stopped while a bucket policy was looked after.', { cause: error });
  }
}
