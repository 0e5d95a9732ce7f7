/**
 * Task reports: a summary, and lists of what was transferred, skipped, verified and deleted.
 * Source: DataSync User Guide, task-reports, creating-task-report and task-report-viewing. Documented are the folders;
 * the names of the files and of the summary's members are the lab's.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { Content } from '../s3/content.ts';
import { bucketOf, folder } from './access-test.ts';
import { accessTo, type BucketAccess } from './bucket-access.ts';
import { describeCounts } from './counts.ts';
import { type Reason, reasonOf } from './errors.ts';
import { type Findings, LISTS, rowsOf } from './report-rows.ts';
import { resultOf } from './result.ts';
import type { Execution, World } from './world.ts';

/** Writes the report under its own role, after the execution has ended, and notes what became of it. */
export async function writeReport(world: World, execution: Execution, findings: Findings): Promise<void> {
  const { settings, task, phases } = execution;
  const place = settings.report?.Destination?.S3;
  if (!place) return;
  await breathe();
  try {
    if (!phases.TRANSFERRING) throw EARLY;
    const access = await accessTo(world, {
      bucket: bucketOf(place.S3BucketArn ?? ''),
      region: task.home.region,
      account: task.home.account,
      roleArn: place.BucketAccessRoleArn ?? '',
      sourceArn: task.arn,
      signal: execution.cancel.signal,
    });
    await writeFiles(access, folder(place.Subdirectory ?? ''), execution, findings);
    execution.reportResult = { status: 'SUCCESS' };
  } catch (error) {
    const reason = error === EARLY ? EARLY : { ...UNWRITTEN, code: reasonOf(error).code };
    execution.reportResult = { status: 'ERROR', error: reason };
  }
}

/** Source: DataSync User Guide, troubleshooting-tasks ("Task report errors"). The codes are not documented. */
const EARLY: Reason = {
  code: 'ExecutionError',
  message: 'Execution error occurred prior to generating any Task Reports',
};
const UNWRITTEN = { message: 'Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role' };

async function writeFiles(
  access: BucketAccess,
  prefix: string,
  execution: Execution,
  findings: Findings,
): Promise<void> {
  const { arn, task, settings } = execution;
  const [taskId, executionId] = [task.arn, arn].map(one => one.split('/').at(-1) ?? '');
  const write = (kind: 'Summary' | 'Detailed', name: string, document: unknown) =>
    access.write(
      `${prefix}${kind}-Reports/${taskId}/${executionId}/${executionId}.${name}.json`,
      Content.of(JSON.stringify(document)),
      { 'content-type': 'application/json' },
    );
  await write('Summary', 'summary', summaryOf(execution));
  if (settings.report?.OutputType !== 'STANDARD') return;
  for (const list of LISTS) {
    if (list === 'Deleted' && settings.options.PreserveDeletedFiles !== 'REMOVE') continue;
    const chunks = chunksOf(rowsOf(list, execution, findings));
    for (const [index, rows] of chunks.entries()) {
      const name = `files-${list.toLowerCase()}-v1-${String(index + 1).padStart(5, '0')}`;
      await write('Detailed', name, { TaskExecutionId: executionId, [list]: rows });
    }
  }
}

function summaryOf(execution: Execution): Record<string, unknown> {
  const { arn, task, settings, status, started, ended, counts } = execution;
  return {
    TaskExecutionId: arn.split('/').at(-1),
    AccountId: task.home.account,
    TaskMode: task.mode,
    SourceLocation: task.source.arn,
    DestinationLocation: task.destination.arn,
    Status: status,
    StartTime: started,
    EndTime: ended,
    ...describeCounts(counts, task.mode === 'ENHANCED'),
    Result: resultOf(execution),
    Options: settings.options,
  };
}

/** Less than 5 MB, for what stands around the rows. */
const MAX_FILE_BYTES = 4_999_000;

/** A report of more than 5 MB is split; one without rows is a file all the same. */
export function chunksOf<T>(rows: readonly T[], most = MAX_FILE_BYTES): readonly (readonly T[])[] {
  const chunks: T[][] = [[]];
  let size = 1;
  for (const row of rows) {
    const bytes = Buffer.byteLength(JSON.stringify(row)) + 1;
    if (size > 1 && size + bytes > most) {
      chunks.push([]);
      size = 1;
    }
    chunks.at(-1)?.push(row);
    size += bytes;
  }
  return chunks;
}
