/**
 * Task reports: JSON files with a row for each object that was transferred, verified or skipped. Enhanced and Basic mode
 * name their members differently, and not all of them are documented. (DataSync User Guide, "Monitoring your data
 * transfers with task reports".)
 */
import type { ObjectEntry } from '../model/objects.ts';
import type { FailReason } from '../model/plan.ts';

/** What a report says of one object in one of its lists. */
export type Finding =
  | {
      readonly path: string;
      readonly is: 'transferred';
      /** The object that was read, where the report tells. */
      readonly source: Pick<ObjectEntry, 'size' | 'etag' | 'modified'> | undefined;
    }
  | { readonly path: string; readonly is: 'skipped'; readonly why: string }
  | {
      readonly path: string;
      readonly is: 'failed';
      /** As far as DataSync knows: its source is not there. */
      readonly isGone: boolean;
      readonly reason: FailReason;
      readonly code: string;
      readonly message: string;
    };

/** Where DataSync puts the rows of an execution, below the folder it was given. */
export function detailsFolder(execution: string): string {
  return `Detailed-Reports/${idsOf(execution)}/`;
}

/** Where it puts everything about it. */
export function reportFolders(execution: string): string[] {
  return [`Summary-Reports/${idsOf(execution)}/`, detailsFolder(execution)];
}

/** `task-…/exec-…` of `arn:…:task/task-…/execution/exec-…`. */
function idsOf(execution: string): string {
  const [, task, , id] = execution.split('/');
  return `${task}/${id}`;
}

type Row = Readonly<Record<string, unknown>>;

const LISTS = { Transferred: 'Transfer', Verified: 'Verify', Skipped: 'Skip' } as const;
type List = keyof typeof LISTS;

/** All that a file of the report says; nothing of a file that is something else. */
export function findingsIn(document: unknown): Finding[] {
  return (Object.keys(LISTS) as List[]).flatMap(list =>
    rowsOf(document, list).flatMap(row => findingOf(list, row)),
  );
}

function rowsOf(document: unknown, list: List): Row[] {
  const rows = isRow(document) ? document[list] : undefined;
  return Array.isArray(rows) ? rows.filter(isRow) : [];
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

function findingOf(list: List, row: Row): Finding[] {
  const metadata = row.SourceMetadata ?? row.SrcMetadata;
  // Of a folder, which an object may have for a name as well.
  if (isRow(metadata) && metadata.Type === 'Directory') return [];
  // Paths of Basic mode begin with a slash; no object that DataSync takes does.
  const path = textOf(row.RelativePath).replace(/^\//, '');
  const code = textOf(row.ErrorCode ?? row.FailureCode);
  const message = textOf(row.ErrorDetail ?? row.FailureReason);
  const status = row[`${LISTS[list]}Status`];
  if (list === 'Skipped' && status !== 'FAILED')
    return [{ path, is: 'skipped', why: textOf(row.SkipReason) || message }];
  // No other word is documented for success, and an unknown one must not pass for it.
  if (status !== 'SUCCESS') return [failed(path, list, code, message)];
  if (list === 'Verified') return [];
  return [{ path, is: 'transferred', source: sourceOf(row.SourceMetadata) }];
}

function failed(path: string, list: List, code: string, message: string): Finding {
  // A message may quote the key, which can have any number in it.
  const isDenied = /access ?denied|403/i.test(code) || /access ?denied|not authorized/i.test(message);
  const reason = isDenied ? 'denied' : list === 'Verified' ? 'content-differs' : 'error';
  return {
    path,
    is: 'failed',
    isGone: /ManifestFileDoesNotExist|NoSuchKey/.test(`${code} ${message}`) || code === '404',
    reason,
    code: code || `${LISTS[list]}Failed`,
    message: message || 'DataSync does not say why.',
  };
}

function sourceOf(metadata: unknown): Pick<ObjectEntry, 'size' | 'etag' | 'modified'> | undefined {
  if (!isRow(metadata) || !isRow(metadata.SystemMetadata)) return undefined;
  const etag = textOf(metadata.SystemMetadata.ETag).replace(/^"|"$/g, '');
  const size = Number(metadata.ContentSize);
  const modified = Date.parse(textOf(metadata.LastModified));
  return etag !== '' && Number.isInteger(size) && Number.isFinite(modified)
    ? { size, etag, modified }
    : undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
