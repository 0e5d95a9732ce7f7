/** How far a job is, as one line for people who wait. */
import type { HowFar } from '../model/log.ts';
import { Rate, timeLeft } from '../report/rate.ts';
import { count, thousands } from '../report/text.ts';
import type { Look } from './jobs.ts';

export class JobProgress {
  readonly #rate = new Rate();
  #look: Look | undefined;

  /** Whether the job has entered another state. */
  see(look: Look): boolean {
    const isNew = look.status !== this.#look?.status;
    this.#look = look;
    this.#rate.see(look.succeeded + look.failed);
    return isNew;
  }

  howFar(): HowFar {
    const line = this.line();
    const { total = 0, succeeded = 0, failed = 0 } = this.#look ?? {};
    return total === 0 ? { line } : { line, share: (succeeded + failed) / total };
  }

  /** `S3 Batch Operations Active: 1,200 of 5,000 objects, 3 failed, 240 objects/s, 16s left.` */
  line(): string {
    const look = this.#look;
    if (look === undefined) return 'S3 Batch Operations is being set up.';
    if (look.total === 0) return `S3 Batch Operations ${look.status}.`;
    const done = look.succeeded + look.failed;
    const parts = [`${thousands(done)} of ${count(look.total, 'object')}`];
    if (look.failed > 0) parts.push(`${thousands(look.failed)} failed`);
    return `S3 Batch Operations ${look.status}: ${[...parts, ...this.#rates(look, done)].join(', ')}.`;
  }

  #rates(look: Look, done: number): string[] {
    const perSecond = look.isOver ? undefined : this.#rate.perSecond(done);
    if (perSecond === undefined) return [];
    const [objects = 0] = perSecond;
    return [`${thousands(Math.round(objects))} objects/s`, ...timeLeft([look.total - done], perSecond)];
  }
}
