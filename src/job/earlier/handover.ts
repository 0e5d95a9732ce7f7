/**
 * `wait: false`: one run starts a job, another collects what it did. What the later run needs lies beside the manifest:
 * which job it is, and the plan that the job works through, so that its report reads like that of a single run that
 * waited.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../../aws/trouble.ts';
import { atWork } from '../../engines/work.ts';
import type { Job } from '../../model/outcome.ts';
import type { SceneWithJobs } from '../../preflight/scene.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { download } from '../../s3/download.ts';
import { upload } from '../../s3/upload.ts';
import { fingerprintOf } from '../../settings/fingerprint.ts';
import { type Plan, readPlan } from '../plan.ts';

/** What one run leaves for the next. */
export interface HandedOver {
  readonly schema: 1;
  readonly job: Job;
  /** Key of the plan, without the prefix of the work location. */
  readonly plan: string;
  /** When the job was started, in ISO 8601. */
  readonly started: string;
  /** Who started it: a URL, or the name of a session. */
  readonly run: string;
}

/** What a run finds that an earlier one has left. */
export interface Left {
  /** `undefined` when it is not one of ours, or one of another version. */
  readonly note: HandedOver | undefined;
  /** Of the object that holds the note. */
  readonly etag: string;
}

const FOLDER = 'under-way/';
const GZIP = 'application/gzip';

export function handoverOf({ settings, jobs }: SceneWithJobs): Handover {
  return new Handover(jobs.work, fingerprintOf(settings), jobs.run);
}

export class Handover {
  readonly #work: Bucket;
  readonly #fingerprint: string;
  readonly #run: string;

  /**
   * @param fingerprint what the later run has in common with this one
   * @param run what this one is called
   */
  constructor(work: Bucket, fingerprint: string, run: string) {
    this.#work = work;
    this.#fingerprint = fingerprint;
    this.#run = run;
  }

  /** `undefined` when there is nothing. */
  async find(): Promise<Left | undefined> {
    return atWork('Looking for a job that an earlier run has left at', this.#work, async () => {
      try {
        return await download(this.#work, this.#note, async (content, etag) => ({
          note: noteIn(await text(content)),
          etag,
        }));
      } catch (error) {
        if (troubleOf(error).kind === 'absent') return undefined;
        throw error;
      }
    });
  }

  /** The plan of the earlier run; `undefined` when it is not there any more, or no plan. */
  async take({ plan: key }: HandedOver, scratch: string): Promise<Plan | undefined> {
    const path = join(scratch, 'plan.ndjson');
    const isThere = await atWork('Reading the plan of an earlier run at', this.#work, async () => {
      try {
        await download(this.#work, key, content =>
          pipeline(content, createGunzip(), createWriteStream(path)),
        );
        return true;
      } catch (error) {
        if (troubleOf(error).kind === 'absent' || isGarbled(error)) return false;
        throw error;
      }
    });
    const plan = isThere ? await readPlan(path).catch(() => undefined) : undefined;
    // A plan with nothing to copy has started no job.
    return plan !== undefined && plan.totals.toCopy > 0 ? plan : undefined;
  }

  /** The plan first: a note without its plan would be of no use. */
  async leave(job: Job, plan: Plan): Promise<void> {
    const key = `${FOLDER}${this.#fingerprint}-${randomUUID()}.plan.gz`;
    const packed = `${plan.path}.gz`;
    await pipeline(createReadStream(plan.path), createGzip(), createWriteStream(packed));
    const { size: bytes } = await stat(packed);
    const open = () => createReadStream(packed);
    const note: HandedOver = { schema: 1, job, plan: key, started: new Date().toISOString(), run: this.#run };
    const content = Buffer.from(JSON.stringify(note));
    try {
      await atWork(`Leaving job ${job.id} to the next run at`, this.#work, async () => {
        await upload(this.#work, { key, contentType: GZIP, bytes, open });
        await upload(this.#work, {
          key: this.#note,
          contentType: 'application/json',
          bytes: content.length,
          open: () => Readable.from([content]),
        });
      });
    } catch (error) {
      // Without its note nobody would ever find the plan. Should removing it fail as well, the first error is the one
      // to tell.
      await this.#remove(key).catch(() => {});
      throw error;
    }
  }

  /** Nothing is left to collect; what somebody else has left there meanwhile stays. */
  async forget({ note, etag }: Left): Promise<void> {
    await atWork(
      'Removing what an earlier run has left, or every later run would find it again, at',
      this.#work,
      async () => {
        await this.#remove(this.#note, etag);
        if (note !== undefined) await this.#remove(note.plan);
      },
    );
  }

  async #remove(key: string, IfMatch?: string): Promise<void> {
    const named = { ...this.#work.common, Key: this.#work.fullKey(key) };
    try {
      await this.#work.send(new DeleteObjectCommand({ ...named, ...(IfMatch && { IfMatch }) }));
    } catch (error) {
      const { kind } = troubleOf(error);
      if (kind !== 'precondition' && kind !== 'absent') throw error;
    }
  }

  get #note(): string {
    return `${FOLDER}${this.#fingerprint}.json`;
  }
}

/** Not to be trusted: whoever can write to the work location can write a note, too. */
function noteIn(content: string): HandedOver | undefined {
  try {
    const note: unknown = JSON.parse(content);
    return isNote(note) ? note : undefined;
  } catch {
    return undefined;
  }
}

function isNote(note: unknown): note is HandedOver {
  const { schema, job, plan, started, run } = (note ?? {}) as Partial<HandedOver>;
  const texts = [job?.id, job?.region, plan, started, run];
  return (
    schema === 1 &&
    texts.every(one => typeof one === 'string') &&
    plan?.startsWith(FOLDER) === true &&
    !Number.isNaN(Date.parse(`${started}`))
  );
}

/** Not packed, or cut short. */
function isGarbled(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith('Z_') === true;
}
