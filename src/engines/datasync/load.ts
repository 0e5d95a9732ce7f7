/** The plan sorted out: what goes into DataSync's manifest, and what it cannot carry, which is copied from here. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { manifestLine } from '../../datasync/manifest.ts';
import { whyUncarriable } from '../../datasync/paths.ts';
import type { CopyItem, ObjectEntry } from '../../model.ts';
import { NdjsonWriter, readNdjson } from '../../ndjson.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { noneWhereRefused } from '../../s3/head.ts';
import type { Pages } from '../../sync/merge.ts';
import { fromLine, type PlanLine, toLine } from '../../sync/plan-line.ts';

const EXAMPLES = 3;

export interface Load {
  /** Objects of the manifest, in key order. */
  readonly listed: Pile;
  /** Bytes of the manifest. */
  readonly manifestBytes: number;
  /** The others, in key order. */
  readonly others: Pile;
  /** The first of the others, and why each is one. */
  readonly examples: readonly string[];
  /** Objects of the manifest that would not say whether DataSync loses some of their metadata. */
  readonly unasked: number;
}

/** Items on disk, so that memory does not grow with them. */
export interface Pile {
  readonly count: number;
  items(): Pages<CopyItem>;
}

export interface Sorting {
  /** As its own side sees it. */
  readonly source: Bucket;
  /** What stands between DataSync's folder and the keys of the plan. */
  readonly rest: string;
  /** A folder for the piles. */
  readonly scratch: string;
  readonly draining: AbortSignal;
  /** Objects asked at the same time. */
  readonly asking: number;
}

export async function sortOut(
  items: Pages<CopyItem>,
  { source, rest, scratch, draining, asking }: Sorting,
): Promise<Load> {
  await mkdir(scratch, { recursive: true });
  const [listed, others] = [
    new PileWriter(join(scratch, 'listed.ndjson')),
    new PileWriter(join(scratch, 'others.ndjson')),
  ];
  const examples: string[] = [];
  const place = pLimit(asking);
  let manifestBytes = 0;
  let unasked = 0;
  for await (const page of items) {
    if (draining.aborted) break;
    const hindrances = await Promise.all(
      page.map(item => whyUncarriable(rest + item.key) ?? place(() => whyLossy(source, item.source))),
    );
    for (const [index, item] of page.entries()) {
      const hindrance = hindrances[index];
      if (hindrance === UNASKED) unasked++;
      const why = hindrance === UNASKED ? undefined : hindrance;
      if (why === undefined) manifestBytes += Buffer.byteLength(manifestLine(rest + item.key));
      else if (examples.length < EXAMPLES)
        examples.push(`${JSON.stringify(source.fullKey(item.key))} (${why})`);
      await (why === undefined ? listed : others).write(item);
    }
  }
  return { listed: await listed.close(), manifestBytes, others: await others.close(), examples, unasked };
}

/** An object that may not be asked is DataSync's to try: its role is another identity. */
const UNASKED = Symbol('unasked');

/** What DataSync would leave behind of the object's metadata. (DataSync User Guide, "Metadata copied by DataSync".) */
async function whyLossy(source: Bucket, entry: ObjectEntry): Promise<string | typeof UNASKED | undefined> {
  // As it is by now, because that is what DataSync will read.
  const head = await noneWhereRefused(() => source.send(new HeadObjectCommand(source.naming(entry))));
  if (head === undefined) return UNASKED;
  if (head.CacheControl !== undefined) return 'DataSync loses Cache-Control';
  if (head.ExpiresString !== undefined) return 'DataSync loses Expires';
  return head.MissingMeta ? 'has metadata that no header can carry' : undefined;
}

/** The manifest of what is listed, from its beginning. */
export function manifestOf({ listed }: Load, rest: string): Readable {
  return Readable.from(manifestPages(listed, rest));
}

async function* manifestPages({ items }: Pile, rest: string): AsyncGenerator<Buffer> {
  for await (const page of items()) {
    if (page.length > 0) yield Buffer.from(page.map(({ key }) => manifestLine(rest + key)).join(''));
  }
}

class PileWriter {
  readonly #writer: NdjsonWriter<PlanLine>;
  #count = 0;

  constructor(path: string) {
    this.#writer = new NdjsonWriter(path);
  }

  write(item: CopyItem): Promise<void> | undefined {
    this.#count++;
    return this.#writer.write(toLine(item));
  }

  async close(): Promise<Pile> {
    await this.#writer.close();
    const { path } = this.#writer;
    return { count: this.#count, items: () => readItems(path) };
  }
}

async function* readItems(path: string): AsyncGenerator<CopyItem[]> {
  for await (const page of readNdjson<PlanLine>(path)) yield page.map(line => fromLine(line) as CopyItem);
}
