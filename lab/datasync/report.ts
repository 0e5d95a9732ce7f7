/**
 * Task reports: a summary, and lists of what was transferred, skipped, verified and deleted.
 * Source: DataSync User Guide, task-reports, creating-task-report and task-report-viewing. Documented are the folders,
 * the members of transferred lists and that other lists hold a path, a time, a reason, checksums and whether it went
 * well; the names of files and of the other members are the lab's.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import type { TaskReportConfig } from '@aws-sdk/client-datasync';
import { Content } from '../s3/content.ts';
import type { StoredObject } from '../s3/index.ts';
import { bucketOf, folder } from './access-test.ts';
import { accessTo, type BucketAccess } from './bucket-access.ts';
import { describeCounts } from './counts.ts';
import { type Reason, reasonOf } from './errors.ts';
import { resultOf } from './result.ts';
import type { Execution, Settings, World } from './world.ts';

/** What became of one item in one of the phases; with a reason when it did not go well. */
interface Finding {
  readonly path: string;
  readonly at: Date;
  readonly reason?: Reason;
}

export interface Findings {
  readonly transferred: (Finding & {
    readonly object: StoredObject | undefined;
    readonly overwrite: boolean;
    readonly versionId?: string | undefined;
  })[];
  /** `why` is what makes skipping right. */
  readonly skipped: (Finding & { readonly why?: string })[];
  readonly verified: (Finding & {
    readonly source?: StoredObject;
    readonly destination?: StoredObject | undefined;
  })[];
  readonly deleted: Finding[];
}

export const noFindings = (): Findings => ({ transferred: [], skipped: [], verified: [], deleted: [] });

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
      Content.of(JSON.stringify(document, undefined, 2)),
      { 'content-type': 'application/json' },
    );
  await write('Summary', 'summary', summaryOf(execution));
  if (settings.report?.OutputType !== 'STANDARD') return;
  for (const list of ['Transferred', 'Skipped', 'Verified', 'Deleted'] as const) {
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

type List = 'Transferred' | 'Skipped' | 'Verified' | 'Deleted';

/** The rows of a list that the report's level lets through. */
function rowsOf(list: List, execution: Execution, findings: Findings): readonly Record<string, unknown>[] {
  const { settings, task } = execution;
  const enhanced = task.mode === 'ENHANCED';
  const all = settings.report && levelOf(settings.report, list) === 'SUCCESSES_AND_ERRORS';
  const wanted = <T extends Finding>(some: readonly T[]): readonly T[] =>
    some.filter(({ reason }) => all || reason);
  const row = ({ path, at, reason }: Finding, verb: string, members: object) => ({
    RelativePath: enhanced ? path : `/${path}`,
    ...members,
    [`${verb}Timestamp`]: at,
    [`${verb}Status`]: reason ? 'FAILED' : 'SUCCESS',
    ...(reason &&
      (enhanced
        ? { ErrorCode: reason.code, ErrorDetail: reason.message }
        : { FailureReason: reason.message, FailureCode: BASIC_FAILURE })),
  });
  switch (list) {
    case 'Transferred':
      return wanted(findings.transferred).map(one =>
        row(one, 'Transfer', {
          ...(enhanced
            ? { SourceMetadata: enhancedMetadata(one.object) }
            : { SrcMetadata: basicMetadata(one.object) }),
          Overwrite: one.overwrite ? 'True' : 'False',
          ...versionOf(one.versionId, settings),
          TransferType: 'CONTENT_AND_METADATA',
        }),
      );
    case 'Skipped':
      return wanted(findings.skipped).map(one =>
        row(one, 'Skip', { ...(one.why && { SkipReason: one.why }) }),
      );
    case 'Verified':
      return wanted(findings.verified).map(one =>
        row(one, 'Verify', {
          SourceChecksum: one.source?.content.checksum('SHA256'),
          DestinationChecksum: one.destination?.content.checksum('SHA256'),
        }),
      );
    case 'Deleted':
      return wanted(findings.deleted).map(one => row(one, 'Delete', {}));
  }
}

/** Basic mode gives numbers; this one stands in the User Guide's example. */
const BASIC_FAILURE = 40974;

const levelOf = ({ ReportLevel, Overrides }: TaskReportConfig, list: List): string =>
  Overrides?.[list]?.ReportLevel ?? ReportLevel ?? 'ERRORS_ONLY';

const versionOf = (versionId: string | undefined, { report }: Settings) =>
  report?.ObjectVersionIds === 'INCLUDE' && versionId !== undefined && versionId !== 'null'
    ? { DstS3VersionId: versionId }
    : {};

const enhancedMetadata = (object: StoredObject | undefined) =>
  object && {
    Type: 'Object',
    ContentSize: object.content.size,
    LastModified: object.lastModified,
    SystemMetadata: {
      ContentType: object.headers['content-type'],
      ETag: `"${object.etag}"`,
      ServerSideEncryption: object.encryption.algorithm,
    },
    UserMetadata: object.metadata,
    Tags: [...object.tags].map(([Key, Value]) => ({ Key, Value })),
  };

const basicMetadata = (object: StoredObject | undefined) =>
  object && { Type: 'Regular', ContentSize: object.content.size, Mtime: object.lastModified };

const MAX_FILE_BYTES = 5_000_000;

/** A report of more than 5 MB is split; one without rows is a file all the same. */
export function chunksOf<T>(rows: readonly T[], most = MAX_FILE_BYTES): readonly (readonly T[])[] {
  const chunks: T[][] = [[]];
  let size = 0;
  for (const row of rows) {
    const bytes = Buffer.byteLength(JSON.stringify(row, undefined, 2)) * 1.2;
    if (size > 0 && size + bytes > most) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(row);
    size += bytes;
  }
  return chunks;
}
