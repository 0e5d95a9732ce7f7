/** How far an execution is, as one line for people who wait. */
import prettyMs from 'pretty-ms';
import { bytes, count, thousands } from '../report/text.ts';
import type { Look } from './execution.ts';

export class ExecutionProgress {
  #status = '';
  #look: Look | undefined;
  /** Of the first look at which something had been transferred. */
  #since: { readonly ms: number; readonly objects: number; readonly bytes: number } | undefined;

  /** Whether the execution has entered another phase. */
  see(look: Look): boolean {
    const isNew = look.status !== this.#status;
    this.#status = look.status;
    this.#look = look;
    if (look.transferred + look.bytesTransferred > 0)
      this.#since ??= { ms: performance.now(), objects: look.transferred, bytes: look.bytesTransferred };
    return isNew;
  }

  /** `DataSync TRANSFERRING: 1,200 of 5,000 objects, 3.1 GiB of 12 GiB, 80 verified, 240 objects/s, 620 MiB/s, 16s left` */
  line(): string {
    const look = this.#look;
    if (look === undefined) return 'DataSync is being set up.';
    if (look.objects + look.prepared === 0) return `DataSync ${look.status}.`;
    const parts =
      look.objects === 0
        ? [`${count(look.prepared, 'object')} prepared`]
        : [
            `${thousands(look.transferred)} of ${count(look.objects, 'object')}`,
            `${bytes(look.bytesTransferred)} of ${bytes(look.bytes)}`,
          ];
    for (const word of ['verified', 'skipped', 'failed'] as const)
      if (look[word] > 0) parts.push(`${thousands(look[word])} ${word}`);
    return `DataSync ${look.status}: ${[...parts, ...this.#rates(look)].join(', ')}.`;
  }

  #rates(look: Look): string[] {
    if (this.#since === undefined || look.isOver) return [];
    const seconds = (performance.now() - this.#since.ms) / 1000;
    if (seconds < 1) return [];
    const perSecond = {
      objects: (look.transferred - this.#since.objects) / seconds,
      bytes: (look.bytesTransferred - this.#since.bytes) / seconds,
    };
    const rates = [`${thousands(Math.round(perSecond.objects))} objects/s`, `${bytes(perSecond.bytes)}/s`];
    const left = secondsLeft(look, perSecond);
    return left === undefined ? rates : [...rates, `${prettyMs(left * 1000, { compact: true })} left`];
  }
}

/** The slower of two estimates, by objects and by bytes. */
function secondsLeft(
  look: Look,
  perSecond: { readonly objects: number; readonly bytes: number },
): number | undefined {
  const left = [
    [look.objects - look.transferred, perSecond.objects],
    [look.bytes - look.bytesTransferred, perSecond.bytes],
  ] as const;
  const estimates = left.filter(([amount]) => amount > 0).map(([amount, rate]) => amount / rate);
  const longest = Math.max(...estimates);
  return Number.isFinite(longest) ? Math.max(1, longest) : undefined;
}
