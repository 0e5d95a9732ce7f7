/** What a run leaves behind of itself: `report.json`. */
import type { CheckResult, EngineName, FailureGroup, IdentityProof, Mode, Side, Totals } from './model.ts';

/** `report.json`, schema 1. */
export interface RunReport {
  readonly schema: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly mode: Mode;
  readonly engine: EngineName;
  /** Everything planned was attempted. */
  readonly complete: boolean;
  /** The independent comparison ran and found no difference. */
  readonly verified: boolean;
  /** `success`, or why the run failed, one sentence. */
  readonly verdict: { readonly ok: boolean; readonly text: string };
  readonly settings: Readonly<Record<string, unknown>>;
  readonly identities: readonly IdentityProof[];
  readonly regions: Readonly<Record<Side, string | undefined>>;
  readonly checks: readonly CheckResult[];
  readonly totals: Totals;
  /** Notable but not wrong, one sentence each, for example objects the source gained after it was listed. */
  readonly notes: readonly string[];
  readonly failures: readonly FailureGroup[];
  readonly requests: Readonly<Record<string, number>>;
  /** Bytes that `verify: content` read from both sides together; absent when it read none. */
  readonly bytesRead?: number;
  /** Copies in flight that `concurrency: auto` went down to; absent when S3 did not make it. */
  readonly slowedTo?: number;
  readonly started: string;
  readonly finished: string;
  /** Seconds per phase. */
  readonly timings: Readonly<Record<string, number>>;
  /** Link to the workflow run, where there is one. */
  readonly runUrl: string | undefined;
}
