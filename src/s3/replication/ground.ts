/**
 * The buckets between which a rule replicates and the role under which it does, as plain values for requests, messages
 * and statements.
 */
import { isStranger } from '../../aws/grant.ts';
import type { Bucket } from '../bucket.ts';
import type { Wanted } from './rule.ts';

export interface Ground {
  /** Both buckets as their own sides see them; the source's identity also calls S3 and its jobs. */
  readonly source: Bucket;
  readonly destination: Bucket;
  /** ARN of the role that S3 replicates with. */
  readonly role: string;
  readonly wanted: Wanted;
  /** The source may have locked objects, whose locks are to be read. */
  readonly locks: boolean;
  /** The destination may encrypt with KMS what comes without any encryption. */
  readonly sealsByDefault: boolean;
  /** ARN of the key that the source encrypts with by default, where it names one. */
  readonly sourceKey: string | undefined;
}

/** Replication goes into another account. */
export function isAcross({ source, destination }: Pick<Ground, 'source' | 'destination'>): boolean {
  return isStranger({ account: source.owner }, destination);
}
