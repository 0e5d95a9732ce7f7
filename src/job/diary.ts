/** Everything a run will be asked about afterwards, noted as it happens. */
import { FatalError, messageOf, StoppedError } from '../errors.ts';
import type { CheckResult, IdentityProof } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import type { FailureGroup, Job } from '../model/outcome.ts';
import type { EngineName, Mode, Settings } from '../model/settings.ts';
import type { Moment, ReplicationHealth, RunReport, Totals } from '../record.ts';
import { Digest } from '../report/digest/digest.ts';
import type { RequestCounter } from '../s3/bucket.ts';
import { echoSettings } from '../settings/echo.ts';
import { Tally } from '../sync/totals.ts';
import { TOOL } from './tool.ts';

const NOTHING: Totals = new Tally().totals(0);

const WENT_WRONG: Partial<Record<Mode, string>> = { verify: 'differ', health: 'not replicated' };

export class Diary {
  readonly identities: IdentityProof[] = [];
  readonly checks: CheckResult[] = [];
  readonly regions: Record<Side, string | undefined> = { source: undefined, destination: undefined };
  readonly notes: string[] = [];
  /** Once it is chosen. */
  engine: EngineName | undefined;
  slowedTo: number | undefined;
  /** A job that goes on without the run. */
  underWay: Job | undefined;
  /** By `mode: health`. */
  replication: ReplicationHealth | undefined;
  /** By `verify: content`, of both sides together. */
  bytesRead = 0;
  totals: Totals = NOTHING;
  failures: readonly FailureGroup[] = [];
  digest = new Digest('');
  throughput: readonly Moment[] | undefined;
  /** Everything planned was attempted. */
  complete = false;
  /** Both sides were compared at the end of the run, or by `mode: verify`. */
  compared = false;
  #halted: FailureGroup | undefined;
  readonly #started = new Date();
  readonly #timings: Record<string, number> = {};

  async phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#timings[name] = Math.round(performance.now() - start) / 1000;
    }
  }

  /** The run could not go on. The first reason stands. */
  halt(error: unknown): void {
    this.#halted ??= {
      code: error instanceof StoppedError ? 'Stopped' : error instanceof Error ? error.name : 'Error',
      reason: 'halted',
      count: 1,
      message: messageOf(error),
      examples: [],
      ...(error instanceof FatalError && error.fix !== undefined && { fix: error.fix }),
    };
  }

  /** All was done, and nothing is amiss by now. */
  get isWell(): boolean {
    const { failed, undeleted } = this.totals;
    return this.complete && !this.halted && failed + undeleted === 0;
  }

  get halted(): boolean {
    return this.#halted !== undefined;
  }

  report(settings: Settings, requests: RequestCounter, runUrl: string | undefined): RunReport {
    const verdict = this.#verdict(settings.mode);
    return {
      schema: 1,
      tool: TOOL,
      mode: settings.mode,
      engine: this.engine ?? (settings.engine === 'auto' ? 'copy' : settings.engine),
      complete: this.complete,
      verified: this.compared && verdict.ok && !this.totals.reasons['skipped: replicating'],
      verdict,
      settings: echoSettings(settings),
      identities: this.identities,
      regions: this.regions,
      checks: this.checks,
      totals: this.totals,
      notes: this.notes,
      failures: this.#halted === undefined ? this.failures : [this.#halted, ...this.failures],
      ...this.digest.distribution(),
      ...(this.throughput !== undefined && { throughput: this.throughput }),
      requests: requests.toJSON(),
      ...(this.bytesRead > 0 && { bytesRead: this.bytesRead }),
      ...(this.slowedTo !== undefined && { slowedTo: this.slowedTo }),
      ...(this.underWay !== undefined && { underWay: this.underWay }),
      started: this.#started.toISOString(),
      finished: new Date().toISOString(),
      timings: this.#timings,
      runUrl,
      ...(this.replication !== undefined && { replication: this.replication }),
    };
  }

  /** All that is left is with a job that was meant to go on. */
  get #goesOn(): boolean {
    return this.underWay !== undefined && !this.totals.reasons['skipped: stopped'];
  }

  #verdict(mode: Mode): RunReport['verdict'] {
    const failedChecks = this.checks.filter(({ verdict }) => verdict === 'fail');
    const { failed, undeleted } = this.totals;
    if (failedChecks.length > 0) {
      return { ok: false, text: `Preflight failed: ${failedChecks.map(({ check }) => check).join(', ')}.` };
    }
    if (this.#halted !== undefined) return { ok: false, text: this.#halted.message };
    if (failed + undeleted > 0) {
      const objects = failed + undeleted === 1 ? 'object' : 'objects';
      return { ok: false, text: `${failed + undeleted} ${objects} ${WENT_WRONG[mode] ?? 'failed'}.` };
    }
    return this.complete || this.#goesOn
      ? { ok: true, text: 'success' }
      : { ok: false, text: 'The run was stopped before it was done.' };
  }
}
