/** How far the copies are: as one line for people who wait, and from time to time for the report. */
import prettyMs from 'pretty-ms';
import type { HowFar } from '../model/log.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Moment } from '../record.ts';
import { bytes, count, thousands } from './text.ts';
import { Throughput } from './throughput.ts';

export class Progress {
  failed = 0;
  #objects = 0;
  #bytes = 0;
  readonly #objectsInAll: number;
  readonly #bytesInAll: number;
  readonly #throttled: () => number;
  readonly #started = performance.now();
  readonly #throughput = new Throughput();

  /** @param throttled how often S3 has asked to slow down so far */
  constructor(objects: number, bytes: number, throttled: () => number) {
    this.#objectsInAll = objects;
    this.#bytesInAll = bytes;
    this.#throttled = throttled;
  }

  count(outcome: Outcome): void {
    this.#objects++;
    if (outcome.result === 'copied') this.#bytes += outcome.bytes;
    if (outcome.result === 'failed') this.failed++;
  }

  /** To be called every `LOOK_EVERY_MS`. */
  look(): void {
    this.#throughput.look(performance.now() - this.#started, this.#objects, this.#bytes);
  }

  /** All looks and a last one. */
  end(): readonly Moment[] {
    return this.#throughput.end(performance.now() - this.#started, this.#objects, this.#bytes);
  }

  howFar(): HowFar {
    return { line: this.line(), share: this.#share() };
  }

  /** `1,200 of 5,000 objects, 3.1 GiB of 12 GiB, 240 objects/s, 620 MiB/s, 16s left` */
  line(): string {
    const ms = performance.now() - this.#started;
    const perSecond = (amount: number) => (ms > 0 ? (amount * 1000) / ms : 0);
    const parts = [
      `${thousands(this.#objects)} of ${thousands(this.#objectsInAll)} objects`,
      `${bytes(this.#bytes)} of ${bytes(this.#bytesInAll)}`,
      `${thousands(Math.round(perSecond(this.#objects)))} objects/s`,
      `${bytes(perSecond(this.#bytes))}/s`,
    ];
    if (this.failed > 0) parts.push(`${thousands(this.failed)} failed`);
    const throttled = this.#throttled();
    if (throttled > 0) parts.push(`throttled ${count(throttled, 'time')}`);
    const left = this.#msLeft(ms);
    if (left !== undefined) parts.push(`${prettyMs(left, { compact: true })} left`);
    return parts.join(', ');
  }

  /** The slower of two estimates, by objects and by bytes: small objects cost requests, large ones time. */
  #msLeft(ms: number): number | undefined {
    const share = this.#share();
    // Of what failed no byte arrives.
    if (share <= 0 || this.#objects >= this.#objectsInAll) return undefined;
    return Math.max(1000, (ms / share) * (1 - share));
  }

  #share(): number {
    return shareOf(this.#objects, this.#objectsInAll, this.#bytes, this.#bytesInAll);
  }
}

/** From 0 to 1: the smaller of the shares of objects and of bytes. */
export function shareOf(objects: number, objectsInAll: number, bytes: number, bytesInAll: number): number {
  return Math.min(objects / objectsInAll, bytesInAll === 0 ? 1 : bytes / bytesInAll, 1);
}
