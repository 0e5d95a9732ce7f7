/**
 * Who owns what a foreign writer has written. S3 tells only afterwards, and an owner other than the bucket's can keep the
 * bucket's own account out. (S3 User Guide, "Controlling ownership of objects and disabling ACLs".)
 */
import { GetObjectAclCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../aws/trouble.ts';
import { StoppedError } from '../errors.ts';
import { isForeign, isServed, type Scene, workersOf } from '../preflight/scene.ts';

/**
 * Looks at one copy as the destination sees it: all have the same writer, bucket and ACL.
 *
 * @returns a word of warning; `undefined` when the copies belong to the owner of the bucket
 */
export async function foreignOwner(scene: Scene, key: string): Promise<string | undefined> {
  const { to, destination, facts } = scene;
  const { writer } = workersOf(scene);
  const { ownership, ownerId } = facts.destination;
  const certain = ownership.known && ownership.value === 'BucketOwnerEnforced';
  if (certain || !isForeign(writer, to)) return undefined;
  const disable = 'isable ACLs of the destination bucket, which then owns every object.';
  const todo = isServed(scene) ? `D${disable}` : `Use \`copy-as: destination\`, or d${disable}`;
  try {
    const acl = await destination.send(
      new GetObjectAclCommand({ ...destination.common, Key: destination.fullKey(key) }),
    );
    if (ownerId.known && acl.Owner?.ID === ownerId.value) return undefined;
    return `The copies belong to account ${writer.account}, which wrote them, and not to the owner of the destination. ${todo}`;
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    return `Whether the copies belong to the owner of the destination could not be read back (${troubleOf(error).code}). ${todo}`;
  }
}
