/** How far an execution is, as one line for people who wait. */
import type { HowFar } from '../model/log.ts';
import { shareOf } from '../report/progress.ts';
import { Rate, timeLeft } from '../report/rate.ts';
import { bytes, count, thousands } from '../report/text.ts';
import type { Look } from './execution.ts';

export class ExecutionProgress {
  #status = '';
  #look: Look | undefined;
  readonly #rate = new Rate();

  /** Whether the execution has entered another phase. */
  see(look: Look): boolean {
    const isNew = look.status !== this.#status;
    this.#status = look.status;
    this.#look = look;
    this.#rate.see(look.transferred, look.bytesTransferred);
    return isNew;
  }

  howFar(): HowFar {
    const line = this.line();
    const look = this.#look;
    if (look === undefined || look.objects === 0) return { line };
    return { line, share: shareOf(look.transferred, look.objects, look.bytesTransferred, look.bytes) };
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
    const perSecond = look.isOver ? undefined : this.#rate.perSecond(look.transferred, look.bytesTransferred);
    if (perSecond === undefined) return [];
    const [objects = 0, byteRate = 0] = perSecond;
    const left = [look.objects - look.transferred, look.bytes - look.bytesTransferred];
    return [
      `${thousands(Math.round(objects))} objects/s`,
      `${bytes(byteRate)}/s`,
      ...timeLeft(left, perSecond),
    ];
  }
}
