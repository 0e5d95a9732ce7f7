/** Everything a run will be asked about afterwards, noted as it happens. */

import { whenDiskIsFull } from '../disk.ts';
import { FatalError, messageOf, StoppedError } from '../errors.ts';
import { type CheckResult, type IdentityProof, isFailed } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import type { FailureGroup, Job } from '../model/outcome.ts';
import type { EngineName, Mode, Settings } from '../model/settings.ts';
import type { Engines, Moment, ReplicationHealth, RunReport, TemporaryGrant, Totals } from '../record.ts';
import { Digest } from '../report/digest/digest.ts';
import { seconds } from '../report/text.ts';
import type { RequestCounter } from '../s3/network.ts';
import { echoSettings } from '../settings/echo.ts';
import { Tally } from '../sync/totals.ts';
import type { TimeLimit } from './time-limit.ts';
import { TOOL } from './tool.ts';

const NOTHING: Totals = new Tally().totals(0);

/** What halts a run that was told to stop. */
const STOPPED = 'Stopped';

const WENT_WRONG: Partial<Record<Mode, string>> = { verify: 'differ', health: 'not replicated' };

/** What ended a run, as one of its failures. */
export function haltedBy(error: unknown): FailureGroup {
  const fix = (error instanceof FatalError ? error.fix : undefined) ?? whenDiskIsFull(error);
  return {
    code: error instanceof StoppedError ? STOPPED : error instanceof Error ? error.name : 'Error',
    reason: 'halted',
    count: 1,
    message: messageOf(error),
    examples: [],
    ...(fix !== undefined && { fix }),
  };
}

export class Diary {
  readonly identities: IdentityProof[] = [];
  readonly checks: CheckResult[] = [];
  readonly regions: Record<Side, string | undefined> = { source: undefined, destination: undefined };
  readonly notes: string[] = [];
  /** Once it is chosen. */
  engine: EngineName | undefined;
  /** All of them compared, by the plan. */
  engines: Engines | undefined;
  slowedTo: number | undefined;
  /** A job that goes on without the run. */
  underWay: Job | undefined;
  /** What was granted for the run, as it stands. */
  grants: readonly TemporaryGrant[] = [];
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
  readonly #limit: Pick<TimeLimit, 'reached'> | undefined;

  constructor(limit?: Pick<TimeLimit, 'reached'>) {
    this.#limit = limit;
  }

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
    this.#halted ??= haltedBy(error);
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
    const halted = this.#tooLate(settings) ?? this.#halted;
    const verdict = this.#verdict(settings.mode, halted);
    return {
      schema: 1,
      tool: TOOL,
      mode: settings.mode,
      engine: this.engine ?? (settings.engine === 'auto' ? 'copy' : settings.engine),
      complete: this.complete,
      verified: this.compared && this.complete && verdict.ok && !this.totals.reasons['skipped: replicating'],
      verdict,
      settings: echoSettings(settings),
      identities: this.identities,
      regions: this.regions,
      checks: this.checks,
      totals: this.totals,
      notes: this.notes,
      failures: halted === undefined ? this.failures : [halted, ...this.failures],
      ...this.digest.distribution(),
      ...(this.throughput !== undefined && { throughput: this.throughput }),
      requests: requests.toJSON(),
      ...(this.bytesRead > 0 && { bytesRead: this.bytesRead }),
      ...(this.slowedTo !== undefined && { slowedTo: this.slowedTo }),
      ...(this.underWay !== undefined && { underWay: this.underWay }),
      ...(this.grants.length > 0 && { grants: this.grants }),
      started: this.#started.toISOString(),
      finished: new Date().toISOString(),
      timings: this.#timings,
      ...(this.engines !== undefined && { engines: this.engines }),
      runUrl,
      ...(this.replication !== undefined && { replication: this.replication }),
    };
  }

  /** All that is left is with a job that was meant to go on. */
  get #goesOn(): boolean {
    return this.underWay !== undefined && !this.totals.reasons['skipped: stopped'];
  }

  get #isCutShort(): boolean {
    return this.#limit?.reached === true && !this.complete;
  }

  /** A run that its time limit kept from whatever it was for: the next one would come no further. */
  #tooLate({ mode, timeLimitSeconds = 0 }: Settings): FailureGroup | undefined {
    if (!this.#isCutShort || (this.halted && this.#halted?.code !== STOPPED)) return undefined;
    const { copied, deleted, failed, undeleted, reasons } = this.totals;
    const hasMoved = copied + deleted + (reasons['skipped: restore-asked'] ?? 0) > 0;
    const goesOn = mode === 'sync' && (hasMoved || this.underWay !== undefined);
    if (!this.halted && (goesOn || failed + undeleted > 0)) return undefined;
    const missed =
      mode !== 'sync' ? 'all was looked at' : hasMoved ? 'the copies were compared' : 'anything was copied';
    return {
      code: 'TimeLimit',
      reason: 'halted',
      count: 1,
      message: `The time limit of ${seconds(timeLimitSeconds)} was reached before ${missed}.`,
      examples: [],
      fix: { todo: 'Raise `time-limit`: as it is, the next run would come no further.' },
    };
  }

  #verdict(mode: Mode, halted: FailureGroup | undefined): RunReport['verdict'] {
    const failedChecks = this.checks.filter(isFailed);
    const { failed, undeleted } = this.totals;
    if (failedChecks.length > 0) {
      return { ok: false, text: `Preflight failed: ${failedChecks.map(({ check }) => check).join(', ')}.` };
    }
    if (halted !== undefined) return { ok: false, text: halted.message };
    if (failed + undeleted > 0) {
      const objects = failed + undeleted === 1 ? 'object' : 'objects';
      return { ok: false, text: `${failed + undeleted} ${objects} ${WENT_WRONG[mode] ?? 'failed'}.` };
    }
    return this.complete || this.#goesOn || this.#isCutShort
      ? { ok: true, text: 'success' }
      : { ok: false, text: 'The run was stopped before it was done.' };
  }
}
