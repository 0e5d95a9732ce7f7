/** Executions of a task: started, found again, looked at, cancelled. */
import {
  CancelTaskExecutionCommand,
  DescribeTaskExecutionCommand,
  type DescribeTaskExecutionCommandOutput,
  ListTaskExecutionsCommand,
  StartTaskExecutionCommand,
  type StartTaskExecutionCommandInput,
} from '@aws-sdk/client-datasync';
import type { Ask, DataSyncService } from './service.ts';

/** What is known of an execution at one moment. Counters that a mode does not have are 0. */
export interface Look {
  /** As DataSync calls it; there may be words that no model knows yet. */
  readonly status: string;
  readonly isOver: boolean;
  readonly isWell: boolean;
  /** Code and words of an execution that did not end well; '' else. */
  readonly error: string;
  /** Key of the manifest it works off. */
  readonly manifest: string | undefined;
  readonly objects: number;
  readonly bytes: number;
  readonly prepared: number;
  readonly transferred: number;
  readonly bytesTransferred: number;
  readonly verified: number;
  readonly skipped: number;
  readonly failed: number;
  /** Of the task report; `undefined` when there will be none. */
  readonly report: { readonly status: string; readonly error: string } | undefined;
}

/** There is no other way to end, and none is called cancelled. (DataSync API, TaskExecutionStatus.) */
const OVER: ReadonlySet<string | undefined> = new Set(['SUCCESS', 'ERROR']);

/**
 * Starts an execution. There is no token that would keep a repeated request from starting a second one, so that one
 * whose answer was lost is looked for by its manifest.
 *
 * @returns its ARN
 */
export function start(
  service: DataSyncService,
  region: string,
  input: StartTaskExecutionCommandInput & { readonly TaskArn: string },
): Promise<string> {
  let tried = false;
  return service.repeated(async once => {
    const started = tried ? await findByManifest(once, region, input.TaskArn, manifestOf(input)) : undefined;
    if (started !== undefined) return started.arn;
    tried = true;
    const { TaskExecutionArn = '' } = await once(region, new StartTaskExecutionCommand(input));
    return TaskExecutionArn;
  });
}

/** An execution that runs or waits. */
export interface UnderWay {
  readonly arn: string;
  readonly isEnding: boolean;
}

/** The execution under way that works off this manifest. */
export async function findByManifest(
  ask: Ask,
  region: string,
  task: string,
  manifest: string | undefined,
): Promise<UnderWay | undefined> {
  for (const execution of await underWay(ask, region, task)) {
    if ((await look(ask, region, execution.arn)).manifest === manifest) return execution;
  }
  return undefined;
}

/** The executions of a task that run or wait, in the order in which they were started. */
export async function underWay(ask: Ask, region: string, TaskArn: string): Promise<UnderWay[]> {
  const found: UnderWay[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListTaskExecutionsCommand({ TaskArn, ...(NextToken && { NextToken }) });
    const page = await ask(region, command);
    for (const { TaskExecutionArn: arn, Status } of page.TaskExecutions ?? [])
      if (arn !== undefined && !OVER.has(Status)) found.push({ arn, isEnding: Status === 'CANCELLING' });
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

export async function look(ask: Ask, region: string, TaskExecutionArn: string): Promise<Look> {
  return lookOf(await ask(region, new DescribeTaskExecutionCommand({ TaskExecutionArn })));
}

function lookOf(execution: DescribeTaskExecutionCommandOutput): Look {
  const { Status = '', Result, ReportResult, FilesFailed } = execution;
  return {
    status: Status,
    isOver: OVER.has(Status),
    isWell: Status === 'SUCCESS',
    error: words(Result?.ErrorCode, Result?.ErrorDetail),
    manifest: manifestOf(execution),
    objects: execution.EstimatedFilesToTransfer ?? 0,
    bytes: execution.EstimatedBytesToTransfer ?? 0,
    prepared: execution.FilesPrepared ?? 0,
    transferred: execution.FilesTransferred ?? 0,
    bytesTransferred: execution.BytesTransferred ?? 0,
    verified: execution.FilesVerified ?? 0,
    skipped: execution.FilesSkipped ?? 0,
    failed: (FilesFailed?.Prepare ?? 0) + (FilesFailed?.Transfer ?? 0) + (FilesFailed?.Verify ?? 0),
    report: ReportResult && {
      status: ReportResult.Status ?? 'PENDING',
      error: words(ReportResult.ErrorCode, ReportResult.ErrorDetail),
    },
  };
}

function manifestOf({
  ManifestConfig,
}: Pick<StartTaskExecutionCommandInput, 'ManifestConfig'>): string | undefined {
  return ManifestConfig?.Source?.S3?.ManifestObjectPath?.replace(/^\//, '');
}

function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(': ');
}

/** Ends an execution that runs or waits. Some objects may have arrived in part; the next run sees to them. */
export async function cancel(
  ask: Ask,
  region: string,
  TaskExecutionArn: string,
  signal: AbortSignal,
): Promise<void> {
  await ask(region, new CancelTaskExecutionCommand({ TaskExecutionArn }), signal);
}
