/** DataSync's report becomes outcomes: one for each object of the manifest, in whatever order and lists it is told of. */
import { mkdir } from 'node:fs/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { detailsFolder, type Finding, findingsIn } from '../../datasync/report.ts';
import type { CopyItem, Outcome, Settings } from '../../model.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { isFrozen, isGone } from '../../s3/head.ts';
import { list } from '../../s3/list.ts';
import { type Meeting, mergeByKey, type Pages } from '../../sync/merge.ts';
import { OutcomeLog } from '../../sync/outcomes.ts';
import { askingAtOnce } from './options.ts';
import { atWork } from './work.ts';

export interface Folding {
  readonly work: Bucket;
  readonly source: Bucket;
  readonly settings: Settings;
  /** What stands between DataSync's folder and the keys of the plan. */
  readonly rest: string;
  /** A folder to sort in. */
  readonly scratch: string;
  readonly execution: string;
  /** What becomes of an object that the report does not mention; `undefined` leaves it without an outcome. */
  readonly unmentioned: (item: CopyItem) => Outcome | undefined;
}

/** How many objects the report does not mention, and of how many it says that they failed. */
export interface Folded {
  readonly unmentioned: number;
  readonly failed: number;
}

export async function fold(
  items: Pages<CopyItem>,
  folding: Folding,
  record: (outcome: Outcome) => Promise<void>,
): Promise<Folded> {
  const place = pLimit(askingAtOnce(folding.settings));
  const names = { left: 'The manifest', right: 'The report of DataSync' };
  let unmentioned = 0;
  let failed = 0;
  for await (const meetings of mergeByKey(items, await findings(folding), names)) {
    const outcomes = await Promise.all(meetings.map(meeting => place(() => outcomeOf(meeting, folding))));
    for (const outcome of outcomes) if (outcome !== undefined) await record(outcome);
    unmentioned += meetings.filter(({ left, right }) => left !== undefined && right === undefined).length;
    failed += meetings.filter(
      ({ left, right }) => left !== undefined && right?.finding.is === 'failed',
    ).length;
  }
  return { unmentioned, failed };
}

interface Told {
  readonly key: string;
  readonly finding: Finding;
}

/** The worst first: an object that was transferred and then failed its verification is told of twice. */
const GRAVITY = { failed: 0, skipped: 1, transferred: 2 } as const satisfies Record<Finding['is'], number>;

/** No key of a manifest holds this character, and no character comes before it. */
const BREAK = '\0';

/** The worst that is said of each key, in key order. Sorted on disk. */
async function findings(folding: Folding): Promise<Pages<Told>> {
  await mkdir(folding.scratch, { recursive: true });
  const sorted = new OutcomeLog<Told>(folding.scratch);
  await atWork('Reading the report in', folding.work, () => readInto(sorted, folding));
  return worstOfEach(await sorted.inKeyOrder());
}

async function readInto(sorted: OutcomeLog<Told>, { work, execution, rest }: Folding): Promise<void> {
  let number = 0;
  const files = work.below(detailsFolder(execution));
  for await (const page of list(files)) {
    for (const { key } of page) {
      for (const finding of findingsIn(await readJson(files, key))) {
        if (!finding.path.startsWith(rest)) continue;
        const plain = finding.path.slice(rest.length);
        await sorted.add({ key: `${plain}${BREAK}${GRAVITY[finding.is]}${BREAK}${number++}`, finding });
      }
    }
  }
}

async function* worstOfEach(told: Pages<Told>): AsyncGenerator<Told[]> {
  let last: string | undefined;
  for await (const page of told) {
    const worst: Told[] = [];
    for (const { key, finding } of page) {
      const plain = key.slice(0, key.indexOf(BREAK));
      if (plain !== last) worst.push({ key: plain, finding });
      last = plain;
    }
    yield worst;
  }
}

/** Files of a report are of 5 MB at most. */
async function readJson(bucket: Bucket, key: string): Promise<unknown> {
  const { Body } = await bucket.send(new GetObjectCommand({ ...bucket.common, Key: bucket.fullKey(key) }));
  const text = (await Body?.transformToString()) ?? '';
  try {
    return JSON.parse(text);
  } catch {
    // Something else that lies there. What is told nowhere else is not mentioned.
    return undefined;
  }
}

async function outcomeOf(
  { left: item, right }: Meeting<CopyItem, Told>,
  folding: Folding,
): Promise<Outcome | undefined> {
  if (item === undefined) return undefined;
  if (right === undefined) return folding.unmentioned(item);
  const { finding } = right;
  const { key } = item;
  const requestId = undefined;
  switch (finding.is) {
    case 'transferred': {
      const source =
        finding.source !== undefined && finding.source.etag !== item.source.etag
          ? { ...item.source, ...finding.source }
          : undefined;
      const bytes = (source ?? item.source).size;
      return { key, result: 'copied', bytes, ...(source !== undefined && { source }), requestId };
    }
    case 'skipped':
      return skipped(item, finding.why, folding);
    case 'failed': {
      const { reason, code, message } = finding;
      // Something else of the same words can be missing, too.
      if (finding.isGone && (await isGone(folding.source, item.source)))
        return { key, result: 'skipped', reason: 'vanished', requestId };
      return { key, result: 'failed', reason, code, message, requestId };
    }
  }
}

/** DataSync skips what is archived without a word; nothing else that was in the manifest may be missing in silence. */
async function skipped({ key }: CopyItem, why: string, { source, settings }: Folding): Promise<Outcome> {
  const requestId = undefined;
  const isArchived = (await isFrozen(source, key)) ?? /archive/i.test(why);
  if (isArchived && settings.archived !== 'fail')
    return { key, result: 'skipped', reason: 'archived', requestId };
  const message = `DataSync skipped the object: ${why || 'it does not say why'}.`;
  const other = settings.compare === 'missing' ? 'changed' : 'error';
  return {
    key,
    result: 'failed',
    reason: isArchived ? 'archived' : other,
    code: 'Skipped',
    message,
    requestId,
  };
}
