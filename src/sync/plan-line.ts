/**
 * An item of the plan as it is written to disk. A plan has a line for every object, and what most lines would repeat (the
 * key on each side, the usual storage class) is two thirds of them.
 */
import type { ObjectEntry, PlanItem } from '../model.ts';

export type PlanLine = readonly [
  key: string,
  action: string,
  reason: string,
  source: EntryLine | 0,
  destination: EntryLine | 0,
];

type EntryLine =
  | readonly [size: number, etag: string, modified: number]
  | readonly [size: number, etag: string, modified: number, unusual: Unusual];

/** What is seldom anything else than this: STANDARD, and not restored. */
type Unusual = Omit<ObjectEntry, 'key' | 'size' | 'etag' | 'modified'>;

export function toLine({ key, action, reason, source, destination }: PlanItem): PlanLine {
  return [key, action, reason, source ? entryLine(source) : 0, destination ? entryLine(destination) : 0];
}

/** The item that the line was made of. */
export function fromLine([key, action, reason, source, destination]: PlanLine): PlanItem {
  const ours = source === 0 ? undefined : entryOf(key, source);
  const theirs = destination === 0 ? undefined : entryOf(key, destination);
  if (theirs === undefined) return { key, source: ours, action, reason } as PlanItem;
  if (ours === undefined) return { key, destination: theirs, action, reason } as PlanItem;
  return { key, source: ours, destination: theirs, action, reason } as PlanItem;
}

function entryLine(entry: ObjectEntry): EntryLine {
  const { size, etag, modified } = entry;
  return isUsual(entry) ? [size, etag, modified] : [size, etag, modified, unusual(entry)];
}

function isUsual({ storageClass, restored, restoring }: ObjectEntry): boolean {
  return storageClass === USUAL.storageClass && !restored && !restoring;
}

function unusual({
  key: _key,
  size: _size,
  etag: _etag,
  modified: _modified,
  ...others
}: ObjectEntry): Unusual {
  return others;
}

const USUAL: Unusual = { storageClass: 'STANDARD', restored: false };

function entryOf(key: string, [size, etag, modified, others]: EntryLine): ObjectEntry {
  return others === undefined
    ? { key, size, etag, modified, storageClass: USUAL.storageClass, restored: USUAL.restored }
    : { key, size, etag, modified, ...others };
}
