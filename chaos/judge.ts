/** Keeps count of what was looked at, and of what did not hold. */
import { messageOf } from '../src/errors.ts';

/** What must hold of every schedule, in the order of the report. */
export const INVARIANTS = {
  'no object wrong':
    'every write makes exactly what the source has, or had when it was read; nothing is written elsewhere',
  'none lost':
    'nothing is removed but what only the destination has, and only where `delete` asks for it; no version ever is; `compare: missing` overwrites nothing; the source is never written to',
  'histories in order':
    'with `preserve: versions`, each version that is appended comes behind the one that the source has before it, or is its oldest; none is passed over',
  'accounts close':
    'listed = copied + unchanged + skipped + failed, one line an object, totals as the lines add up, exit code as the verdict',
  'report true':
    'what is reported as copied, unchanged or deleted is so, by the ETags and the proof it names; a run that ends well has left nothing undone',
  'nothing left':
    'after the post step no multipart upload is open, no execution or job goes on that was not meant to, and no file lies about',
  'looking changes nothing': '`dry-run` and `verify` send no request that changes anything',
  'it ends': 'within minutes, within seconds of SIGTERM, and by itself unless it was killed',
  'no secret': 'no key and no token of any session stands in the log or in a file',
  'rerun completes':
    'without faults a run ends well, and both sides are the same, with what `preserve` names',
  'the lab is well': 'it has met nothing that it does not know',
} as const;
export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  /** Which of the runs. */
  readonly where: string;
  readonly what: string;
}

export class Judge {
  readonly violations: Violation[] = [];
  /** How often each was looked at. */
  readonly checks = new Map<Invariant, number>();

  /** @param holds throws when it does not */
  check(invariant: Invariant, where: string, holds: () => void): void {
    this.checks.set(invariant, (this.checks.get(invariant) ?? 0) + 1);
    try {
      holds();
    } catch (error) {
      this.violations.push({ invariant, where, what: messageOf(error) });
    }
  }

  async checkLater(invariant: Invariant, where: string, holds: () => Promise<void>): Promise<void> {
    const failed = await holds().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    this.check(invariant, where, () => {
      if (failed !== undefined) throw failed.error;
    });
  }
}
