/** What the checks look at: both buckets, through the eyes of every identity that will use them. */
import type { Identity } from '../aws/identity.ts';
import { forPrincipal, type Statement } from '../aws/policies.ts';
import type { CheckResult, EngineName, Fix, Settings } from '../model.ts';
import type { Bucket } from '../s3/bucket.ts';
import type { Facts } from './facts.ts';

export interface Scene {
  readonly settings: Settings;
  /** Each bucket as its own side sees it: lists, configuration, deletions. */
  readonly source: Bucket;
  readonly destination: Bucket;
  readonly engine: EngineName;
  /** Both buckets as those see them who do the work: the signer of the copies, or with `stream` each side's own. */
  readonly from: Bucket;
  readonly to: Bucket;
  readonly facts: Facts;
}

/** One prerequisite. Answers, never throws: what it cannot find out is `unknown`. */
export type Check = (scene: Scene) => Promise<CheckResult[]> | CheckResult[];

/** Who reads or writes belongs to another account than the bucket. */
export function isForeign(identity: Identity, bucket: Bucket): boolean {
  return identity.account !== undefined && bucket.owner !== undefined && identity.account !== bucket.owner;
}

/**
 * What to add after `identity` was denied on `bucket`. Across accounts both the bucket policy and the identity's own
 * policy must allow; S3 says which one did not only within one account or organization (S3 User Guide, "Troubleshoot
 * access denied (403 Forbidden) errors").
 */
export function grant(identity: Identity, bucket: Bucket, statement: Statement, message: string): Fix {
  const who = identity.principal ?? 'the identity in use';
  const name = bucket.location.bucket;
  const paste = (one: Statement) => JSON.stringify(one, null, 2);
  if (identity.principal === undefined) {
    return { todo: `Allow ${who} to use ${name}.`, paste: paste(statement) };
  }
  const ownPolicy = `the policy of ${who} (account ${identity.account})`;
  if (/no identity-based policy allows/.test(message) || !isForeign(identity, bucket)) {
    return { todo: `Add this statement to ${ownPolicy}.`, paste: paste(statement) };
  }
  const bucketPolicy = `the bucket policy of ${name} (account ${bucket.owner})`;
  const missing = /no resource-based policy allows/.test(message)
    ? `Add this statement to ${bucketPolicy}.`
    : `Add this statement to ${bucketPolicy}. ${capitalised(ownPolicy)} needs the same statement without \`Principal\`.`;
  return { todo: missing, paste: paste(forPrincipal(statement, identity.principal)) };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
