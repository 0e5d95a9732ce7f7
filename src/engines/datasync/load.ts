/** What DataSync can carry without loss, and what is copied from here. */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { manifestLine } from '../../datasync/manifest.ts';
import { whyUncarriable } from '../../datasync/paths.ts';
import type { ObjectEntry } from '../../model/objects.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { noneWhereRefused } from '../../s3/head.ts';
import type { Pages } from '../../sync/merge.ts';
import { type LineOf, type Load, sortOut } from '../load.ts';

export interface DataSyncLoad extends Load {
  /** Objects of the manifest that would not say whether DataSync loses some of their metadata. */
  readonly unasked: number;
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

export async function sortOutForDataSync(
  items: Pages<CopyItem>,
  { source, rest, scratch, draining, asking }: Sorting,
): Promise<DataSyncLoad> {
  const place = pLimit(asking);
  let unasked = 0;
  const whyNot = async (item: CopyItem) => {
    const why = whyUncarriable(rest + item.key) ?? (await place(() => whyLossy(source, item.source)));
    if (why !== UNASKED) return why;
    unasked++;
    return undefined;
  };
  const load = await sortOut(items, {
    hindrances: page => Promise.all(page.map(whyNot)),
    lineOf: lineBelow(rest),
    fullKey: key => source.fullKey(key),
    scratch,
    draining,
  });
  return { ...load, unasked };
}

export function lineBelow(rest: string): LineOf {
  return ({ key }) => manifestLine(rest + key);
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
