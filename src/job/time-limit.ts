/** `time-limit`: the run stops early enough to prove and report what it has done. */
import type { Log } from '../model/log.ts';
import { seconds } from '../report/text.ts';
import type { Stop } from '../sync/stop.ts';

const SHARE = 1 / 10;
const LEAST_MS = 4_000;
const MOST_MS = 5 * 60_000;

/** The closing comparison lists as much as the plan did, and writes down what it finds. */
const LOOK_AGAIN = 1.5;

/** When to stop, in milliseconds after the start of the process. */
export interface Deadlines {
  /** Nothing new is started any more. */
  readonly drain: number;
  /** What is still in flight is ended, so that the result can be looked at. */
  readonly cut: number;
  /** Looking at it is ended, so that the report can be written and uploaded. */
  readonly abort: number;
}

/**
 * A tenth of the limit is kept, from 4 seconds to 5 minutes: half of it for what is in flight, a quarter for what the
 * closing comparison takes longer than expected, and a quarter for the report.
 *
 * @param limitMs from the start of the process
 * @param planMs that the plan took; 0 as long as there is none
 */
export function deadlines(limitMs: number, planMs: number): Deadlines {
  const kept = Math.min(MOST_MS, Math.max(LEAST_MS, limitMs * SHARE));
  const look = planMs * LOOK_AGAIN;
  return { drain: limitMs - kept - look, cut: limitMs - kept / 2 - look, abort: limitMs - kept / 4 };
}

export class TimeLimit {
  readonly #seconds: number;
  readonly #stop: Stop;
  readonly #log: Log;
  #timers: NodeJS.Timeout[] = [];
  #drainAt = 0;
  #reached = false;

  /** @param seconds from the start of the process */
  constructor(seconds: number, stop: Stop, log: Log) {
    this.#seconds = seconds;
    this.#stop = stop;
    this.#log = log;
    this.#set(0);
  }

  /** Whether it has stopped the run, and nobody else has since. */
  get reached(): boolean {
    return this.#reached && !this.#stop.hurrying.aborted;
  }

  /** Until nothing new is started any more. */
  get secondsLeft(): number {
    return Math.max(0, this.#drainAt - performance.now()) / 1000;
  }

  /** @param ms that it took to list both sides */
  planned(ms: number): void {
    this.end();
    this.#set(ms);
  }

  /** From now on it stops nothing. */
  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #set(planMs: number): void {
    const { drain, cut, abort } = deadlines(this.#seconds * 1000, planMs);
    this.#drainAt = drain;
    const at = (ms: number, act: () => void) => setTimeout(act, Math.max(0, ms - performance.now()));
    this.#timers = [
      at(drain, () => this.#drain()),
      at(cut, () => this.#stop.cut()),
      at(abort, () => this.#stop.abort()),
    ];
  }

  #drain(): void {
    if (this.#stop.draining.aborted) return;
    this.#reached = true;
    this.#log.info(
      `The time limit of ${seconds(this.#seconds)} is near: nothing new is started, what is in flight is waited for.`,
    );
    this.#stop.drain();
  }
}
