/** DataSync's report becomes outcomes: one for each object of the manifest, in whatever order and lists it is told of. */
import { text } from 'node:stream/consumers';
import { detailsFolder, type Finding, findingsIn } from '../../datasync/report.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Settings } from '../../model/settings.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { download } from '../../s3/download.ts';
import { isFrozen, isGone } from '../../s3/head.ts';
import { list } from '../../s3/list.ts';
import type { Pages } from '../../sync/merge.ts';
import { type Folded, fold, Tellings } from '../fold.ts';
import { askingAtOnce, atWork } from '../work.ts';

export interface ReportFolding {
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

export async function foldReport(
  items: Pages<CopyItem>,
  folding: ReportFolding,
  record: (outcome: Outcome) => Promise<void>,
): Promise<Folded> {
  const tellings = new Tellings<Finding>(folding.scratch, ({ is }) => GRAVITY[is]);
  await atWork('Reading the report in', folding.work, () => readInto(tellings, folding));
  return fold(
    items,
    {
      reporter: 'DataSync',
      tellings,
      outcomeOf: (item, finding) => outcomeOf(item, finding, folding),
      isFailed: ({ is }) => is === 'failed',
      unmentioned: folding.unmentioned,
      asking: askingAtOnce(folding.settings),
    },
    record,
  );
}

/** An object that was transferred and then failed its verification is told of twice. */
const GRAVITY = { failed: 0, skipped: 1, transferred: 2 } as const satisfies Record<Finding['is'], number>;

async function readInto(
  tellings: Tellings<Finding>,
  { work, execution, rest }: ReportFolding,
): Promise<void> {
  const files = work.below(detailsFolder(execution));
  for await (const page of list(files)) {
    for (const { key } of page) {
      for (const finding of findingsIn(await readJson(files, key))) {
        if (finding.path.startsWith(rest)) await tellings.add(finding.path.slice(rest.length), finding);
      }
    }
  }
}

/** Files of a report are of 5 MB at most. */
async function readJson(bucket: Bucket, key: string): Promise<unknown> {
  const content = await download(bucket, key, text);
  try {
    return JSON.parse(content);
  } catch {
    // Something else that lies there. What is told nowhere else is not mentioned.
    return undefined;
  }
}

async function outcomeOf(item: CopyItem, finding: Finding, folding: ReportFolding): Promise<Outcome> {
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
async function skipped(
  { key }: CopyItem,
  why: string,
  { source, settings }: ReportFolding,
): Promise<Outcome> {
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
