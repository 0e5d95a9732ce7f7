/**
 * The buckets belong to whom they should. Bucket names are global: a deleted or mistyped one can be somebody else's.
 * (S3 User Guide, "Verifying bucket ownership with bucket owner condition".)
 */
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { Check } from './scene.ts';

export const checkOwners: Check = async ({ source, destination }) =>
  Promise.all([checkOwner('source', source), checkOwner('destination', destination)]);

async function checkOwner(side: Side, bucket: Bucket): Promise<CheckResult> {
  const check = `${side}-owner`;
  const { bucket: name } = bucket.location;
  if (bucket.owner === undefined) {
    const todo = `Set \`${side}-account\` to the 12-digit account that owns the bucket.`;
    return {
      check,
      verdict: 'warn',
      seen: `Nobody said which account owns ${name}, so that nothing checks it.`,
      fix: { todo },
    };
  }
  const belongs = await belongsToOwner(bucket);
  if (belongs) return { check, verdict: 'pass', seen: `${name} belongs to account ${bucket.owner}.` };
  if (belongs === false) {
    return {
      check,
      verdict: 'fail',
      seen: `${name} does not belong to account ${bucket.owner}.`,
      fix: {
        todo: `Check the name of the bucket. If it is right, set \`${side}-account\` to the account that owns it.`,
      },
    };
  }
  return {
    check,
    verdict: 'unknown',
    seen: `HeadBucket on ${name} is denied, so that its owner does not show.`,
  };
}

/** Whether the bucket belongs to the account that it should; `undefined` where that does not show. */
export async function belongsToOwner(bucket: Bucket): Promise<boolean | undefined> {
  if (await canHead(bucket, { ...bucket.common })) return true;
  return (await canHead(bucket, { Bucket: bucket.location.bucket })) ? false : undefined;
}

async function canHead(
  bucket: Bucket,
  request: { Bucket: string; ExpectedBucketOwner?: string },
): Promise<boolean> {
  try {
    await bucket.send(new HeadBucketCommand(request));
    return true;
  } catch (error) {
    if (troubleOf(error).kind === 'denied') return false;
    throw error;
  }
}
