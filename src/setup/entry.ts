/** One statement, and the policy that it belongs in. */
import { accountOf } from '../aws/arn.ts';
import { isStranger, type Owned } from '../aws/grant.ts';
import { forPrincipal, type Statement } from '../aws/policies.ts';

/** Policies that there are: of a role its own and who may assume it, of a bucket, of a KMS key. */
export type Kind = 'role' | 'trust' | 'bucket' | 'key';

export interface Entry {
  readonly kind: Kind;
  /** ARN of the role or key, or name of the bucket; of a key that only AWS knows, words for it. */
  readonly name: string;
  /** 12-digit account that the policy is in. */
  readonly account: string;
  readonly statement: Statement;
  /** Ends the sentence "Only if …"; `undefined` for what is needed in any case. */
  readonly when?: string;
}

export interface OwnedBucket extends Owned {
  readonly owner: string;
}

/**
 * What lets a role do something in a bucket: its own policy, and across accounts that of the bucket as well. (IAM User Guide,
 * "Cross-account policy evaluation logic".)
 *
 * @param bucket `undefined` where it is no bucket that is asked
 */
export function permit(role: string, statement: Statement, bucket?: OwnedBucket): Entry[] {
  const account = accountOf(role);
  const own: Entry = { kind: 'role', name: role, account, statement };
  if (bucket === undefined || !isStranger({ account }, bucket)) return [own];
  const granted = forPrincipal(statement, role);
  return [own, { kind: 'bucket', name: bucket.bucket, account: bucket.owner, statement: granted }];
}

export function trust(role: string, statement: Statement): Entry {
  return { kind: 'trust', name: role, account: accountOf(role), statement };
}

/** The same, needed only then. */
export function onlyIf(when: string, entries: readonly Entry[]): Entry[] {
  return entries.map(entry => ({
    ...entry,
    when: entry.when === undefined ? when : `${when}, and ${entry.when}`,
  }));
}
