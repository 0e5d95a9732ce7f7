/**
 * `wait: false`: one run starts a job, another collects what it did. What the later run needs lies beside the manifest: which
 * job it is, and the plan that it works off, so that the report is that of one run that waited.
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
import { troubleOf } from '../aws/trouble.ts';
import { atWork } from '../engines/work.ts';
import { FatalError } from '../errors.ts';
import type { Job } from '../model.ts';
import type { Scene } from '../preflight/scene.ts';
import type { Bucket } from '../s3/bucket.ts';
import { download } from '../s3/download.ts';
import { upload } from '../s3/upload.ts';
import { fingerprintOf } from '../settings/fingerprint.ts';
import type { Host } from './host.ts';
import { type Plan, readPlan } from './plan.ts';

/** What one run leaves for the next. */
export interface HandedOver {
  readonly job: Job;
  /** Key of the plan, without the prefix of the work location. */
  readonly plan: string;
  /** When the job was started, in ISO 8601. */
  readonly started: string;
  /** Who started it: a URL, or the name of a session. */
  readonly run: string;
}

const FOLDER = 'under-way/';
const GZIP = 'application/gzip';

/** `undefined` where no engine has jobs. */
export function handoverOf({ settings, jobs }: Scene): Handover | undefined {
  return jobs && new Handover(jobs.work, fingerprintOf(settings), jobs.run);
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

  /** What an earlier run has left; `undefined` when there is nothing. */
  async find(): Promise<HandedOver | undefined> {
    return atWork('Looking for a job that an earlier run has left at', this.#work, async () => {
      try {
        return this.#read(await download(this.#work, this.#note, text));
      } catch (error) {
        if (troubleOf(error).kind === 'absent') return undefined;
        throw error;
      }
    });
  }

  /** The plan of the earlier run. */
  async take(
    { job, plan: key, started, run }: HandedOver,
    { scratch, log }: Pick<Host, 'scratch' | 'log'>,
  ): Promise<Plan> {
    log.info(`Collecting what the job ${job.id} has done, which ${run} started at ${started}, by its plan.`);
    const path = join(scratch, 'plan.ndjson');
    await atWork('Reading the plan of an earlier run at', this.#work, () =>
      download(this.#work, key, content => pipeline(content, createGunzip(), createWriteStream(path))),
    );
    return readPlan(path);
  }

  /** Leaves what goes on, and forgets what is over. */
  async settle(collected: HandedOver | undefined, underWay: Job | undefined, plan: Plan): Promise<void> {
    if (underWay === undefined && collected !== undefined) await this.forget(collected);
    if (underWay !== undefined && collected === undefined) await this.leave(underWay, plan);
  }

  /** The plan first: a note without its plan would be of no use. */
  async leave(job: Job, plan: Plan): Promise<void> {
    const key = `${FOLDER}${this.#fingerprint}-${randomUUID()}.plan.gz`;
    const packed = `${plan.path}.gz`;
    await pipeline(createReadStream(plan.path), createGzip(), createWriteStream(packed));
    const { size: bytes } = await stat(packed);
    const open = () => createReadStream(packed);
    const note: HandedOver = { job, plan: key, started: new Date().toISOString(), run: this.#run };
    const content = Buffer.from(JSON.stringify(note));
    await atWork(`Leaving job ${job.id} to the next run at`, this.#work, async () => {
      await upload(this.#work, { key, contentType: GZIP, bytes, open });
      await upload(this.#work, {
        key: this.#note,
        contentType: 'application/json',
        bytes: content.length,
        open: () => Readable.from([content]),
      });
    });
  }

  /** Nothing is left to collect. */
  async forget({ plan }: HandedOver): Promise<void> {
    await atWork(
      'Removing what an earlier run has left, or every later run would find it again, at',
      this.#work,
      async () => {
        for (const key of [this.#note, plan])
          await this.#work.send(
            new DeleteObjectCommand({ ...this.#work.common, Key: this.#work.fullKey(key) }),
          );
      },
    );
  }

  get #note(): string {
    return `${FOLDER}${this.#fingerprint}.json`;
  }

  /** Whoever can write to the work location can write this, too. */
  #read(content: string): HandedOver {
    try {
      const note: unknown = JSON.parse(content);
      if (isNote(note)) return note;
    } catch {
      // Not even JSON.
    }
    const place = `s3://${this.#work.location.bucket}/${this.#work.fullKey(this.#note)}`;
    throw new FatalError(`${place} is not one of ours, and should say which job an earlier run has left.`, {
      todo: `Delete ${place}: the next run then compares anew.`,
    });
  }
}

function isNote(note: unknown): note is HandedOver {
  const { job, plan, started, run } = (note ?? {}) as Partial<HandedOver>;
  const texts = [job?.id, job?.region, plan, started, run];
  return texts.every(one => typeof one === 'string') && plan?.startsWith(FOLDER) === true;
}
