/**
 * Why an object cannot be read although the policies of bucket and signer allow it: the KMS key it lies under. Across
 * accounts S3 says no more than "Access Denied", but describes the object, key and all, to whoever may read it.
 * (S3 API, HeadObject; S3 User Guide, "Using server-side encryption with AWS KMS keys".)
 */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { grantKey } from '../aws/grant.ts';
import { decryptStatement } from '../aws/policies.ts';
import type { Fix } from '../model/checks.ts';
import type { ObjectEntry } from '../model/objects.ts';
import { isManaged } from './encryption.ts';
import type { Scene } from './scene.ts';
import { isForeign } from './scene.ts';

/** What the signer sees of an object it was denied. */
export interface Sealed {
  /** ARN of the KMS key. */
  readonly key: string;
  readonly fix: Fix;
}

/**
 * @param message what S3 said of the denial
 * @returns `undefined` when it is not, or cannot be seen to be, the key that is in the way
 */
export async function lookForKey(
  scene: Scene,
  object: Pick<ObjectEntry, 'key' | 'versionId'>,
  message: string,
): Promise<Sealed | undefined> {
  const { from } = scene;
  try {
    const head = await from.send(new HeadObjectCommand(from.naming(object)));
    return head.SSEKMSKeyId === undefined
      ? undefined
      : { key: head.SSEKMSKeyId, fix: keyFix(scene, head.SSEKMSKeyId, message) };
  } catch {
    return undefined;
  }
}

function keyFix(scene: Scene, key: string, message: string): Fix {
  const { from, facts } = scene;
  const { encryption } = facts.source;
  const grant = grantKey(from.identity, key, decryptStatement, message);
  if (!isForeign(from.identity, from)) return grant;
  const options =
    'use `copy-as: source` or `engine: stream`, or copy the objects over themselves under a customer managed key that both accounts may use.';
  const byManaged =
    encryption.known && encryption.value.algorithm.startsWith('aws:kms') && isManaged(encryption.value.key);
  if (byManaged) {
    return {
      todo: `The source encrypts with the AWS managed key of account ${from.owner} (aws/s3), which can never be shared with another account: ${options}`,
    };
  }
  const unless = `If it is the AWS managed key of account ${from.owner} (aws/s3), it can never be shared: ${options}`;
  return { ...grant, todo: `${grant.todo} ${unless}` };
}
