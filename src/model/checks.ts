/** What was found out before anything moves, and what to do about it. */
import type { Side } from './objects.ts';

export type Verdict = 'pass' | 'warn' | 'fail' | 'unknown';

/** The answer of one preflight check. */
export interface CheckResult {
  /** Stable id, kebab-case, for example `source-listable`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was seen, one sentence. */
  readonly seen: string;
  /** What to do about it; absent on pass. */
  readonly fix?: Fix;
}

export function isFailed({ verdict }: Pick<CheckResult, 'verdict'>): boolean {
  return verdict === 'fail';
}

/** An instruction, and where there is one the exact text to paste. */
export interface Fix {
  readonly todo: string;
  /** JSON policy statement(s), pretty-printed. */
  readonly paste?: string;
  /** Which statements go into which policy; together they are all that is to be pasted, in every place it is needed. */
  readonly grants?: readonly Grant[];
}

/** Statements that one policy lacks. */
export interface Grant extends PolicyPlace {
  readonly statements: readonly object[];
}

/** A policy that people put statements into. */
export interface PolicyPlace {
  /** Of a role or user, of a bucket, of a KMS key, or the one that says who may assume a role. */
  readonly policy: 'identity' | 'bucket' | 'key' | 'trust';
  /** ARN of the role, user or key; name of the bucket. */
  readonly of: string;
  /** 12-digit account in which the policy is, where that is known. */
  readonly account?: string | undefined;
}

/** Who a side turned out to be. */
export interface IdentityProof {
  readonly side: Side;
  /** `undefined` behind an endpoint without STS. */
  readonly account: string | undefined;
  readonly arn: string | undefined;
  readonly how: 'oidc' | 'ambient';
}
