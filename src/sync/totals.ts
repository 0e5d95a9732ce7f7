/** Counting, once per record, and the identity that says nothing fell between two stools. */
import { FatalError } from '../errors.ts';
import type { FailureGroup } from '../model/outcome.ts';
import { isUndeleted, isWrong, type ObjectRecord, PROOFS, type Proof, type Totals } from '../record.ts';
import { bytesCopied } from './conclude-history.ts';

const EXAMPLES = 5;

/** Kinds of failure that are told apart by what was denied; from then on its key of KMS, say, is not looked at. */
const MOST_KINDS = 1_000;

export class Tally {
  #listed = 0;
  #bytesListed = 0;
  #bytesCopied = 0;
  #versionsCopied = 0;
  #versionsNotKept = 0;
  #undeleted = 0;
  readonly #actions = { copied: 0, unchanged: 0, skipped: 0, failed: 0, deleted: 0, kept: 0 };
  /** By action, then by reason: to join the two into a key for every record would cost more than counting it. */
  readonly #reasons = new Map<string, Map<string, number>>();
  readonly #proofs = new Map<Proof, number>();
  readonly #failures = new Map<string, Group>();

  count(record: ObjectRecord): void {
    const { action, reason, proof, size } = record;
    const plain = action === 'would-copy' ? 'copied' : action === 'would-delete' ? 'deleted' : action;
    this.#actions[plain]++;
    if (record.sourceEtag !== undefined) {
      this.#listed++;
      this.#bytesListed += size;
    }
    if (plain === 'copied') {
      this.#bytesCopied += bytesCopied(record);
      this.#versionsCopied += record.versions?.filter(({ copied }) => copied).length ?? 0;
    }
    if (action === 'copied' || action === 'unchanged') {
      increment(this.#proofs, proof);
      this.#versionsNotKept +=
        record.versions?.filter(({ destination }) => destination === undefined).length ?? 0;
    }
    if (isUndeleted(record)) this.#undeleted++;
    if (isWrong(record)) this.#group(record);
    const reasons = this.#reasons.get(action) ?? new Map<string, number>();
    this.#reasons.set(action, reasons);
    increment(reasons, reason);
  }

  /**
   * @param planned source objects the plan listed
   * @throws FatalError when an object of the plan is not accounted for
   */
  totals(planned: number): Totals {
    const { copied, unchanged, skipped, failed } = this.#actions;
    const accounted = copied + unchanged + skipped + failed;
    if (accounted !== planned || this.#listed !== planned) {
      throw new FatalError(
        `The accounts do not close: ${planned} objects were listed in the source, but ${copied} copied + ${unchanged} unchanged + ${skipped} skipped + ${failed} failed make ${accounted}.`,
      );
    }
    return {
      listed: planned,
      ...this.#actions,
      undeleted: this.#undeleted,
      bytesListed: this.#bytesListed,
      bytesCopied: this.#bytesCopied,
      ...(this.#versionsCopied > 0 && { versionsCopied: this.#versionsCopied }),
      ...(this.#versionsNotKept > 0 && { versionsNotKept: this.#versionsNotKept }),
      reasons: Object.fromEntries(
        [...this.#reasons].flatMap(([action, reasons]) =>
          [...reasons].map(([reason, count]) => [`${action}: ${reason}`, count]),
        ),
      ),
      proofs: Object.fromEntries(PROOFS.map(proof => [proof, this.#proofs.get(proof) ?? 0])) as Record<
        Proof,
        number
      >,
    };
  }

  /** What went wrong, grouped by cause, largest group first. */
  failures(): FailureGroup[] {
    return [...this.#failures.values()].sort((a, b) => b.count - a.count);
  }

  #group({ key, reason, error, requestId }: ObjectRecord): void {
    const code = error?.code ?? reason;
    const told = error?.denied;
    const whole = `${reason}: ${code}: ${told ?? ''}`;
    const isTold = this.#failures.size < MOST_KINDS || this.#failures.has(whole);
    const [denied, cause] = isTold ? [told, whole] : [undefined, `${reason}: ${code}: `];
    const group = this.#failures.get(cause);
    if (group !== undefined) {
      group.count++;
      if (group.examples.length < EXAMPLES) group.examples.push(key);
      return;
    }
    this.#failures.set(cause, {
      code,
      reason,
      ...(denied !== undefined && { denied }),
      count: 1,
      message: error?.message ?? WORDS[reason] ?? reason,
      examples: [key],
      ...(requestId !== undefined && { requestId }),
    });
  }
}

type Group = Omit<FailureGroup, 'count' | 'examples'> & { count: number; examples: string[] };

/** What a reason means where S3 said nothing. */
const WORDS: Readonly<Record<string, string>> = {
  missing: 'The destination does not have the object.',
  'size-differs': 'The sizes differ.',
  'content-differs': 'The contents differ.',
  'source-newer': 'The source is newer than the destination.',
  'versions-missing': 'The destination lacks versions that the source has.',
  'versions-differ': 'The histories differ.',
  unproven: 'The two have no checksum in common, so that nothing proves them equal.',
  always: '`compare: always` takes every object as different.',
  archived: 'The object is archived and has no restored copy; `archived: fail` was asked for.',
  'key-too-long': "With the destination's prefix the key is longer than S3's 1,024 bytes.",
  'key-empty':
    'The key is exactly the source prefix and the destination prefix is empty: nothing is left to name it by.',
  extraneous: 'Only the destination has the object.',
};

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
