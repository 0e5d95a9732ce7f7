/**
 * An item of the plan as it is written to disk. A plan has a line for every object, and what most lines would repeat (the
 * key on each side, the usual storage class) is two thirds of them.
 */
import type { ObjectEntry, Version } from '../model/objects.ts';
import type { Continuation, PlanItem } from '../model/plan.ts';

export type PlanLine = readonly [
  key: string,
  action: string,
  reason: string,
  source: EntryLine | 0,
  destination: EntryLine | 0,
  /** Only of a key with histories on both sides. */
  continuation?: Continuation,
];

type EntryLine =
  | readonly [size: number, etag: string, modified: number]
  | readonly [size: number, etag: string, modified: number, unusual: Unusual];

/** What is seldom anything else than this: STANDARD, and not restored. */
type Unusual = Omit<ObjectEntry, 'key' | 'size' | 'etag' | 'modified' | 'history'> & {
  readonly history?: readonly VersionLine[];
};

/** The versions of an entry all bear its key. */
type VersionLine = DistributiveOmit<Version, 'key'>;
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

export function toLine(item: PlanItem): PlanLine {
  const { key, action, reason, source, destination } = item;
  const ours = source ? entryLine(source) : 0;
  const theirs = destination ? entryLine(destination) : 0;
  if ((item.action !== 'copy' && item.action !== 'unchanged') || item.twins === undefined)
    return [key, action, reason, ours, theirs];
  const { from, twins, differing } = item;
  const continuation = { ...(from !== undefined && { from }), twins, ...(differing && { differing }) };
  return [key, action, reason, ours, theirs, continuation];
}

/** The item that the line was made of. */
export function fromLine([key, action, reason, source, destination, continuation]: PlanLine): PlanItem {
  const ours = source === 0 ? undefined : entryOf(key, source);
  const theirs = destination === 0 ? undefined : entryOf(key, destination);
  if (theirs === undefined) return { key, source: ours, action, reason } as PlanItem;
  if (ours === undefined) return { key, destination: theirs, action, reason } as PlanItem;
  const both = { key, source: ours, destination: theirs, action, reason } as PlanItem;
  return continuation === undefined ? both : ({ ...both, ...continuation } as PlanItem);
}

function entryLine(entry: ObjectEntry): EntryLine {
  const { size, etag, modified } = entry;
  return isUsual(entry) ? [size, etag, modified] : [size, etag, modified, unusual(entry)];
}

function isUsual({ storageClass, restored, restoring, versionId }: ObjectEntry): boolean {
  return storageClass === USUAL.storageClass && !restored && !restoring && versionId === undefined;
}

function unusual({
  key: _key,
  size: _size,
  etag: _etag,
  modified: _modified,
  history,
  ...others
}: ObjectEntry): Unusual {
  if (history === undefined) return others;
  return { ...others, history: history.map(({ key: _, ...version }) => version) };
}

const USUAL: Unusual = { storageClass: 'STANDARD', restored: false };

function entryOf(key: string, [size, etag, modified, others]: EntryLine): ObjectEntry {
  return others === undefined
    ? { key, size, etag, modified, storageClass: USUAL.storageClass, restored: USUAL.restored }
    : { key, size, etag, modified, ...expanded(key, others) };
}

function expanded(key: string, { history, ...others }: Unusual) {
  return history === undefined
    ? others
    : { ...others, history: history.map(version => ({ key, ...version }) as Version) };
}
