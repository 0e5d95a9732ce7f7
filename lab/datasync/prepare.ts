/** What an execution has to do: both sides listed, and every item judged. */
import { isReadable } from '../s3/archive.ts';
import { S3Error } from '../s3/errors.ts';
import type { StoredObject } from '../s3/index.ts';
import { count, type Kind } from './counts.ts';
import { reasonOf } from './errors.ts';
import { filterOf, isOwn, untransferable } from './filters.ts';
import { type Listed, readManifest } from './manifest.ts';
import type { Run } from './run.ts';

/** One object, or in Basic mode a folder that is no object, by its path relative to both locations. */
export interface Item extends Listed {
  readonly kind: Kind;
  readonly virtual?: boolean;
}

export interface Plan {
  /** What will be at the destination in the end, whether it is transferred or there already. */
  readonly items: readonly Item[];
  readonly toTransfer: readonly Item[];
  /** Paths at the destination. */
  readonly toDelete: readonly Item[];
}

export async function prepare(run: Run): Promise<Plan> {
  const listed = await listSource(run);
  const [items, toTransfer]: [Item[], Item[]] = [[], []];
  for (const item of listed) {
    await run.step();
    const verdict = await judge(run, item);
    if (verdict === 'transfer') {
      toTransfer.push(item);
      count(run.execution.counts, item, 'toTransfer');
    }
    if (verdict !== 'leave') items.push(item);
  }
  return { items, toTransfer, toDelete: await listExtraneous(run, listed) };
}

/** Source: DataSync API model, TaskExecutionFilesListedDetail (what is listed before and after filters). */
async function listSource(run: Run): Promise<readonly Item[]> {
  const { world, execution, source } = run;
  const { settings, task, counts } = execution;
  if (settings.manifest) {
    const items = (await readManifest(world, execution)).map(listed => itemOf(listed));
    for (const item of items) count(counts, item, 'listedAtSource');
    return items;
  }
  const { prefix } = task.source;
  const { included, excluded } = filterOf(settings.includes, settings.excludes);
  const items = itemsBelow(prefix, await source.list(prefix)).filter(({ path }) => included(path));
  for (const item of items) count(counts, item, 'listedAtSource');
  const taken = items.filter(({ path }) => !excluded(path));
  return task.mode === 'BASIC' ? [...foldersAbove(taken), ...taken] : taken;
}

/** Basic mode works on each level of the paths, the root included. Source: DataSync User Guide, datasync-limits. */
function foldersAbove(items: readonly Item[]): Item[] {
  const folders = new Set(items.length > 0 ? [''] : []);
  for (const { path } of items)
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
      folders.add(path.slice(0, slash + 1));
  for (const { path } of items) folders.delete(path);
  return [...folders].map(path => ({ path, kind: 'folders', virtual: true }));
}

const itemsBelow = (prefix: string, keys: readonly string[]): Item[] =>
  keys
    .map(key => key.slice(prefix.length))
    .filter(path => path !== '' && !isOwn(path))
    .map(path => itemOf({ path }));

const itemOf = (listed: Listed): Item => ({
  ...listed,
  kind: listed.path.endsWith('/') ? 'folders' : 'files',
});

/** To be transferred, there already, or left where it is. */
type Verdict = 'transfer' | 'present' | 'leave';

/**
 * What to do with an item. What is not to be transferred is counted and noted as what it is.
 * Source: DataSync User Guide, how-datasync-transfer-works: what is archived is skipped, and does not fail.
 */
async function judge(run: Run, item: Item): Promise<Verdict> {
  const { counts, settings, task } = run.execution;
  if (item.virtual) return judgeFolder(run, item);
  const key = task.source.prefix + item.path;
  const hindrance = untransferable(key);
  if (hindrance !== undefined) return skip(run, item, 'leave', hindrance);
  try {
    const { TransferMode, OverwriteMode, ObjectTags } = settings.options;
    const tagged = ObjectTags === 'PRESERVE';
    const object = await run.source.head(key, tagged, item.versionId);
    if (!isReadable(object, run.world.now()))
      return skip(run, item, 'leave', 'Object is archived and not restored');
    if (TransferMode === 'CHANGED') count(counts, item, 'prepared');
    if (TransferMode === 'CHANGED' || OverwriteMode === 'NEVER') {
      const there = await run.destination.find(task.destination.prefix + item.path, tagged);
      if (there && OverwriteMode === 'NEVER')
        return skip(run, item, 'present', 'Object exists at the destination');
      if (there && isSame(object, there, tagged)) return skip(run, item, 'present', 'Object is unchanged');
    }
    counts.bytesToTransfer += object.content.size;
    return 'transfer';
  } catch (error) {
    const missing = settings.manifest && error instanceof S3Error && error.status === 404;
    const reason = missing ? { code: 'ManifestFileDoesNotExist', message: error.message } : reasonOf(error);
    count(counts, item, 'failedToPrepare');
    run.findings.skipped.push({ ...item, at: run.world.now(), reason });
    return 'leave';
  }
}

function judgeFolder({ world, execution }: Run, item: Item): Verdict {
  const { bucket, prefix } = execution.task.destination;
  const exists = world.s3
    .bucket(bucket)
    .keys()
    .some(key => key.startsWith(prefix + item.path));
  if (exists) count(execution.counts, item, 'skipped');
  return exists ? 'present' : 'transfer';
}

function skip({ world, execution, findings }: Run, item: Item, verdict: Verdict, why: string): Verdict {
  count(execution.counts, item, 'skipped');
  findings.skipped.push({ ...item, at: world.now(), why });
  return verdict;
}

/** Source: DataSync User Guide, metadata-copied: a change of system metadata alone goes unnoticed. */
export const isSame = (object: StoredObject, other: StoredObject, tagged: boolean): boolean =>
  object.content.size === other.content.size &&
  object.content.md5 === other.content.md5 &&
  sameEntries(Object.entries(object.metadata), Object.entries(other.metadata)) &&
  (!tagged || sameEntries([...object.tags], [...other.tags]));

const sameEntries = (some: readonly [string, string][], others: readonly [string, string][]): boolean =>
  JSON.stringify([...some].sort()) === JSON.stringify([...others].sort());

/** What REMOVE will delete: filters protect what they leave out on both sides. */
async function listExtraneous(run: Run, listed: readonly Item[]): Promise<readonly Item[]> {
  const { settings, task, counts } = run.execution;
  if (settings.options.PreserveDeletedFiles !== 'REMOVE') return [];
  const { prefix } = task.destination;
  const { included, excluded } = filterOf(settings.includes, settings.excludes);
  const kept = new Set(listed.map(({ path }) => path));
  const items = itemsBelow(prefix, await run.destination.list(prefix));
  for (const item of items) count(counts, item, 'listedAtDestination');
  const extraneous = items.filter(({ path }) => !kept.has(path) && included(path) && !excluded(path));
  for (const item of extraneous) count(counts, item, 'toDelete');
  return extraneous;
}
