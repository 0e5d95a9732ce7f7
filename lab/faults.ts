/** Trouble on demand: which requests it strikes, and what it does to them. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabResponse } from './kinds.ts';

/** What happens to a request that is struck. A service that needs a fault of its own adds it to this union. */
export type Effect =
  /** Refused before anything happened, in the words of the service that was asked. */
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  /** Refused in words that repeat all that was sent, secrets included. */
  | { readonly kind: 'echo'; readonly status: number; readonly code: string }
  /** Status 200 with an `<Error>` in the body, as CopyObject may answer; nothing was done. */
  | { readonly kind: 'error-in-200'; readonly code: string; readonly message?: string }
  /** Status 200 and not a byte more, as S3 answers a copy it gave up; nothing was done. */
  | { readonly kind: 'empty-200' }
  /** The connection is destroyed without an answer; with `applied`, after the work was done. */
  | { readonly kind: 'cut'; readonly applied?: boolean }
  /** A byte is another one on the way: of the request's payload, or of the answer's where the request has none. */
  | { readonly kind: 'damage' }
  /** Work done, and the answer ends in the middle of its body. */
  | { readonly kind: 'break' }
  /** Work done, and only this share of the body is sent, as if it were all: what a broken proxy makes of an answer. */
  | { readonly kind: 'truncate'; readonly share: number }
  /** Work done and status sent, then silence for `ms` before the body. */
  | { readonly kind: 'stall'; readonly ms: number }
  /**
   * Nothing more comes until the client hangs up: before anything happens, or with `applied`, when the work is done and
   * half of the answer's body is sent.
   */
  | { readonly kind: 'silence'; readonly applied?: boolean }
  /** `ms` of waiting before anything happens, then normal. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** Nothing happens before `until`, then normal: for tests that look at the middle of something. */
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  /** Work done, and another answer: for servers that want no good. */
  | { readonly kind: 'forge'; readonly answer: (honest: LabResponse) => LabResponse }
  /** Work done, and members of the JSON answer replaced: for values that no model knows yet. */
  | { readonly kind: 'overlay'; readonly members: Readonly<Record<string, unknown>> };

export interface Target {
  readonly operation: string;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
}

/** Which requests are struck: all that match, less the first `skip`, and then no more than `times`. */
export interface Aim {
  readonly operation?: string | RegExp;
  readonly bucket?: string | RegExp;
  readonly key?: string | RegExp;
  readonly skip?: number;
  readonly times?: number;
}

export type Fault = Aim & Effect;

/** What became of a request: the effect that struck it, and how long it waits in any case. */
export interface Strike {
  readonly effect: Effect | undefined;
  readonly wait: number;
}

/** Errors that AWS means to be tried again, or that call for new credentials. */
export const retryable = {
  slowDown: { kind: 'error', status: 503, code: 'SlowDown', message: 'Please reduce your request rate.' },
  internalError: {
    kind: 'error',
    status: 500,
    code: 'InternalError',
    message: 'We encountered an internal error. Please try again.',
  },
  expiredToken: {
    kind: 'error',
    status: 400,
    code: 'ExpiredToken',
    message: 'The provided token has expired.',
  },
} as const satisfies Record<string, Effect>;

interface Armed {
  readonly aim: Aim;
  /** What strikes, or what happens elsewhere. */
  readonly trouble: Effect | (() => void);
  seen: number;
}

export class Faults {
  readonly #armed = new Set<Armed>();
  readonly #struck = new Map<string, number>();
  #latency = 0;

  /** Arms a fault and returns the function that disarms it. Of several that match, the one armed first strikes. */
  add(fault: Fault): () => void {
    return this.#arm(fault, fault);
  }

  /** Has something happen elsewhere at the moment a request comes in, before it is carried out as it would be anyway. */
  when(aim: Aim, happens: () => void): () => void {
    return this.#arm(aim, happens);
  }

  /** How often what kind of trouble has struck so far, by its name. */
  struck(): ReadonlyMap<string, number> {
    return this.#struck;
  }

  /** Makes every request wait this long, as a distant Region would. */
  latency(milliseconds: number): void {
    this.#latency = milliseconds;
  }

  clear(): void {
    this.#armed.clear();
    this.#latency = 0;
  }

  /** What strikes this request. Every matching fault counts it. */
  strike(target: Target): Strike {
    let effect: Effect | undefined;
    for (const armed of this.#armed) {
      const { aim, trouble } = armed;
      if (!aimsAt(aim, target)) continue;
      const turn = armed.seen++ - (aim.skip ?? 0);
      if (turn < 0 || turn >= (aim.times ?? Number.POSITIVE_INFINITY)) continue;
      if (typeof trouble === 'function') trouble();
      else effect ??= trouble;
    }
    if (effect !== undefined) this.#struck.set(nameOf(effect), (this.#struck.get(nameOf(effect)) ?? 0) + 1);
    return { effect, wait: this.#latency + (effect?.kind === 'slow' ? effect.ms : 0) };
  }

  #arm(aim: Aim, trouble: Armed['trouble']): () => void {
    const armed = { aim, trouble, seen: 0 };
    this.#armed.add(armed);
    return () => this.#armed.delete(armed);
  }
}

function nameOf(effect: Effect): string {
  switch (effect.kind) {
    case 'error':
      return effect.code;
    case 'error-in-200':
      return `${effect.code} in 200`;
    case 'cut':
      return effect.applied ? 'cut after' : 'cut before';
    case 'silence':
      return effect.applied ? 'silence in the answer' : 'silence';
    default:
      return effect.kind;
  }
}

/** Lets the time pass that a strike costs, or less when the signal says that nobody waits any more. */
export async function sitOut({ effect, wait }: Strike, signal = new AbortController().signal): Promise<void> {
  const held = effect?.kind === 'hold';
  if ((wait === 0 && !held) || signal.aborted) return;
  const over = new AbortController();
  const time = Promise.all([
    held && effect.until,
    wait > 0 && sleep(wait, undefined, { ref: false, signal: over.signal }),
  ]);
  try {
    await Promise.race([time, once(signal, 'abort', { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

function aimsAt(aim: Aim, target: Target): boolean {
  return (
    matches(aim.operation, target.operation) &&
    matches(aim.bucket, target.bucket) &&
    matches(aim.key, target.key)
  );
}

function matches(wanted: string | RegExp | undefined, actual: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (actual === undefined) return false;
  // `search` ignores the lastIndex that makes a RegExp with the g flag match only every other time.
  return typeof wanted === 'string' ? wanted === actual : actual.search(wanted) >= 0;
}
