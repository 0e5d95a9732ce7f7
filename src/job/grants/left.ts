/** What was granted for a run, as a note for whoever takes it away: the run at its end, or the one that cleans up after it. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, type Surroundings } from '../../aws/identity.ts';
import { FatalError, messageOf } from '../../errors.ts';
import { Bucket } from '../../s3/bucket.ts';
import type { Network } from '../../s3/network.ts';
import { type Granted, removeGrant } from './grant.ts';

/** Is there something that may still be in place? */
export function isGrantLeft(note: string): boolean {
  return existsSync(note);
}

/** Synchronously, so that the note is on disk before the grant is made. */
export function noteGrants(note: string, granted: readonly Granted[]): void {
  if (granted.length === 0) {
    rmSync(note, { force: true });
    return;
  }
  writeFileSync(`${note}.new`, JSON.stringify(granted));
  renameSync(`${note}.new`, note);
}

/**
 * @returns what was done, a sentence each
 * @throws FatalError that says what is still in place, until when, and how to take it away
 */
export async function takeAwayLeft(
  note: string,
  surroundings: Surroundings,
  network: Network,
): Promise<string[]> {
  if (!isGrantLeft(note)) return [];
  let left: readonly Granted[] = JSON.parse(readFileSync(note, 'utf8'));
  const done: string[] = [];
  const failed: string[] = [];
  for (const granted of left.toReversed()) {
    const { bucket, region, owner, as, statement } = granted;
    try {
      const identity = await identify(as, surroundings);
      const location = { bucket, prefix: '' };
      const wasThere = await removeGrant(
        new Bucket({ location, region, owner, requestPayer: false, identity }, network),
        granted,
      );
      left = left.filter(one => one !== granted);
      noteGrants(note, left);
      if (wasThere)
        done.push(`Took ${statement.Sid} out of the policy of ${bucket}, where the run had put it.`);
    } catch (error) {
      failed.push(stillInPlace(granted, error));
    }
  }
  if (failed.length > 0) throw new FatalError(failed.join(' '));
  return done;
}

/** What to say of a grant that could not be taken away. */
export function stillInPlace({ bucket, owner, statement, until }: Granted, error: unknown): string {
  const todo = `Take it out of the bucket policy of ${bucket} (account ${owner}): aws s3api get-bucket-policy --bucket ${bucket} shows it`;
  return `The statement ${statement.Sid} could not be taken out of the policy of ${bucket} (${messageOf(error)}). It ends by itself at ${until}. ${todo}. The statement: ${JSON.stringify(statement)}`;
}
