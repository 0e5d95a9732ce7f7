/**
 * Completion reports: a manifest of CSV files with a row for each task. What the User Guide shows of them contradicts itself
 * in the order of two columns, and does not say how keys are written. (S3 User Guide, "Examples: S3 Batch Operations
 * completion reports".)
 */
import { pipeline, type Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** What became of one line of the manifest. */
export interface TaskResult {
  readonly bucket: string;
  readonly key: string;
  /** '' where no versions are told apart. */
  readonly versionId: string;
  readonly succeeded: boolean;
  readonly code: string;
  /** Of HTTP; 0 when the row does not tell. */
  readonly status: number;
  readonly message: string;
}

/** Below the prefix of reports, all that belongs to the one of a job. */
export function reportFolder(id: string): string {
  return `job-${id}/`;
}

/** What names the files of a report, below its folder. */
export const REPORT_INDEX = 'manifest.json';

/** One file of a report. */
export interface ResultFile {
  /** Key in the bucket of reports. */
  readonly key: string;
  /** The file is of tasks that failed. */
  readonly ofFailed: boolean;
  readonly columns: readonly string[];
}

const COLUMNS = ['Bucket', 'Key', 'VersionId', 'TaskStatus', 'ErrorCode', 'HTTPStatusCode', 'ResultMessage'];

/** @returns the files that the index names; `undefined` when it is none */
export function filesIn(index: string): ResultFile[] | undefined {
  const { Results, ReportSchema } = objectIn(index);
  if (!Array.isArray(Results)) return undefined;
  const given = typeof ReportSchema === 'string' ? ReportSchema.split(',').map(name => name.trim()) : [];
  // An order is of use only when it is one of all columns.
  const columns = COLUMNS.every(name => given.includes(name)) ? given : COLUMNS;
  return Results.flatMap(({ Key, TaskExecutionStatus }) =>
    typeof Key === 'string' ? [{ key: Key, ofFailed: TaskExecutionStatus === 'failed', columns }] : [],
  );
}

function objectIn(text: string): { readonly Results?: unknown; readonly ReportSchema?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Messages may have quotes that are not doubled. */
const TOLERANT = { relax_quotes: true, relax_column_count: true, skip_empty_lines: true } as const;

/** The rows of a file, one by one, in constant memory. */
export async function* resultsIn(file: ResultFile, content: Readable): AsyncGenerator<TaskResult> {
  const parser = parse(TOLERANT);
  // Whatever ends the content ends the parser with it, which tells whoever reads.
  const rows: AsyncIterable<readonly string[]> = pipeline(content, parser, () => {});
  for await (const row of rows) yield resultOf(file, row);
}

function resultOf({ columns, ofFailed }: ResultFile, row: readonly string[]): TaskResult {
  const [order, word] = orderOf(columns, row);
  const value = (name: string) => row[order.indexOf(name)] ?? '';
  const [code, status] = [value('ErrorCode'), value('HTTPStatusCode')];
  const [plainCode, plainStatus] = isStatus(code) && !isStatus(status) ? [status, code] : [code, status];
  const http = isStatus(plainStatus) ? Number(plainStatus) : 0;
  return {
    bucket: value('Bucket'),
    key: decoded(value('Key')),
    versionId: value('VersionId'),
    // A word that nobody knows must not pass for what went well, nor one that another contradicts.
    succeeded: word === 'succeeded' && !ofFailed && http < 400,
    code: plainCode,
    status: http,
    message: value('ResultMessage'),
  };
}

const WORDS: ReadonlySet<string> = new Set(['succeeded', 'failed']);

/** The columns in the order that the row keeps to, and its word for what became of the task. */
function orderOf(columns: readonly string[], row: readonly string[]): [readonly string[], string] {
  const wordIn = (order: readonly string[]) => (row[order.indexOf('TaskStatus')] ?? '').toLowerCase();
  const order = [columns, COLUMNS].find(one => WORDS.has(wordIn(one))) ?? columns;
  return [order, wordIn(order)];
}

function isStatus(text: string): boolean {
  return /^[1-5]\d\d$/.test(text);
}

/** As in the manifest. What is no encoding of anything stands for itself. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
