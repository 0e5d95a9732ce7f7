/**
 * What of a plan decides how long and how dear each engine is, counted while the plan is made: nothing of it grows with the
 * buckets.
 */
import { whyUncarriable } from '../datasync/paths.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { PlanItem } from '../model/plan.ts';
import { SINGLE_COPY_BYTES } from '../s3/copy.ts';
import { provenByEtags } from '../sync/evidence.ts';
import { isMarker, versionsToSend } from '../sync/history.ts';
import { countCopy, countStream, type Manner, type Requests, Tally } from './requests.ts';

/** How objects are carried, as far as it shows in what the run costs. */
export interface Carrying extends Manner {
  /** Of every copy; `undefined` where each keeps its own. */
  readonly storageClass: string | undefined;
  /** Copies are encrypted with KMS, so that no ETag can prove them. */
  readonly underKms: boolean;
  /** What stands between the folder of DataSync and the keys of the plan; `undefined` where it has no such folder. */
  readonly rest: string | undefined;
}

/** Objects to copy that have something in common. */
export class Pile {
  objects = 0;
  bytes = 0;
  readonly #copying = new Tally();
  readonly #streaming = new Tally();
  /** Objects by the class that their copies are written to. */
  readonly written = new Map<string, number>();
  /** Bytes by the class that they are read from. */
  readonly read = new Map<string, number>();

  add(source: ObjectEntry, carrying: Carrying): void {
    const { storageClass = source.storageClass } = carrying;
    this.objects++;
    this.bytes += source.size;
    increase(this.written, storageClass, 1);
    increase(this.read, source.storageClass, source.size);
    countCopy(this.#copying, source, carrying);
    countStream(this.#streaming, source, carrying);
  }

  /** A deletion that belongs to a history. */
  mark(): void {
    for (const tally of [this.#copying, this.#streaming]) tally.add('DeleteObject');
  }

  /** Sent from here where the engine carries all of it. */
  get requests(): Readonly<Record<'copy' | 'stream', Requests>> {
    return { copy: this.#copying.toJSON(), stream: this.#streaming.toJSON() };
  }
}

export class Census {
  readonly all = new Pile();
  /** Too large for jobs that copy. */
  readonly aboveJobs = new Pile();
  /** With paths that DataSync cannot transfer. */
  readonly beyondDataSync = new Pile();
  /** Objects that only the source has. */
  missing = 0;
  /** Objects whose ETags will prove nothing, so that verification has to ask for more than listings. */
  readonly doubtful = { objects: 0, bytes: 0 };
  readonly #carrying: Carrying;

  constructor(carrying: Carrying) {
    this.#carrying = carrying;
  }

  count(item: PlanItem): void {
    const { action, source, destination } = item;
    if (source === undefined || (action !== 'copy' && action !== 'unchanged')) return;
    if (this.#isDoubtful(item)) {
      this.doubtful.objects++;
      this.doubtful.bytes += source.size;
    }
    if (action !== 'copy') return;
    if (destination === undefined) this.missing++;
    const sent = source.history === undefined ? [source] : versionsToSend(source, item.from);
    for (const version of sent) {
      if (isMarker(version)) this.all.mark();
      else this.#carry(version);
    }
  }

  #carry(source: ObjectEntry): void {
    const { rest } = this.#carrying;
    this.all.add(source, this.#carrying);
    if (source.size > SINGLE_COPY_BYTES) this.aboveJobs.add(source, this.#carrying);
    if (rest !== undefined && whyUncarriable(rest + source.key) !== undefined)
      this.beyondDataSync.add(source, this.#carrying);
  }

  #isDoubtful({ action, reason, source, destination }: PlanItem): boolean {
    if (source === undefined || reason === 'exists') return false;
    if (action === 'unchanged')
      return destination !== undefined && provenByEtags(source.etag, destination.etag) === undefined;
    // Copied in one request, what was written in parts gets another ETag.
    return this.#carrying.underKms || provenByEtags(source.etag, source.etag) !== 'etag';
  }
}

function increase(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
