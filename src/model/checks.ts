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

/** An instruction, and where there is one the exact text to paste. */
export interface Fix {
  readonly todo: string;
  /** JSON policy statement(s), pretty-printed. */
  readonly paste?: string;
  /** Name of the bucket whose policy the statement goes into; absent where it goes elsewhere. */
  readonly bucket?: string;
}

/** Who a side turned out to be. */
export interface IdentityProof {
  readonly side: Side;
  /** `undefined` behind an endpoint without STS. */
  readonly account: string | undefined;
  readonly arn: string | undefined;
  readonly how: 'oidc' | 'ambient';
}
