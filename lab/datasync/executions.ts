/** Executions of tasks: started, queued, watched, cancelled. */
import type {
  CancelTaskExecutionRequest,
  DescribeTaskExecutionRequest,
  ListTaskExecutionsRequest,
  StartTaskExecutionRequest,
  UpdateTaskExecutionRequest,
} from '@aws-sdk/client-datasync';
import { testReport } from './access-test.ts';
import { pageOf, seconds } from './answers.ts';
import { describeCounts, noCounts } from './counts.ts';
import { invalidRequest } from './errors.ts';
import { execute } from './execute.ts';
import { demand, demandTagging } from './permissions.ts';
import { executionOf, newId, taskOf } from './resources.ts';
import { resultOf } from './result.ts';
import { settingsFor } from './settings.ts';
import { tagsOf } from './tags.ts';
import { demandRoles, describeSettings } from './tasks.ts';
import { type Call, type Execution, isOver, type Task, type World } from './world.ts';

/** Source: DataSync User Guide, datasync-limits. */
const MAX_QUEUED = 50;

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_StartTaskExecution.html */
export async function startTaskExecution(call: Call, request: StartTaskExecutionRequest) {
  const { world } = call;
  const task = taskOf(call, request.TaskArn);
  const tags = tagsOf(request.Tags);
  await demand(call, 'StartTaskExecution', task, tags);
  if (!task.ready) throw invalidRequest(`Invalid parameter: Task ${task.arn} is not AVAILABLE.`);
  const wishes = { ...request, Options: request.OverrideOptions };
  const settings = settingsFor(task.mode, task.destination, wishes, task.settings);
  await demandRoles(call, settings);
  if (request.TaskReportConfig) await testReport(world, { ...task, settings });
  const execution: Execution = {
    arn: `${task.arn}/execution/${newId('exec')}`,
    task,
    settings,
    tags,
    started: world.now(),
    counts: noCounts(),
    cancel: new AbortController(),
    phases: {},
    status: 'QUEUED',
    launched: undefined,
    ended: undefined,
    error: undefined,
    reportResult: settings.report && { status: 'PENDING' },
  };
  await demandTagging(call, execution);
  assertTurn(execution);
  task.executions.push(execution);
  launchNext(world, task);
  return { TaskExecutionArn: execution.arn };
}

/** Source: DataSync User Guide, run-task ("Queueing task executions"). */
function assertTurn({ task, settings }: Execution): void {
  const waiting = task.executions.filter(execution => !isOver(execution)).length;
  if (waiting > 0 && settings.options.TaskQueueing === 'DISABLED')
    throw invalidRequest(`Invalid parameter: Task ${task.arn} is already being executed.`);
  if (waiting > MAX_QUEUED)
    throw invalidRequest(`Invalid parameter: Task ${task.arn} has ${MAX_QUEUED} queued executions.`);
}

function launchNext(world: World, task: Task): void {
  const next = task.executions.find(execution => !isOver(execution));
  if (!next || next.launched) return;
  const work = execute(world, next)
    .catch(bug => {
      world.bugs.push(bug);
      Object.assign(next, { status: 'ERROR', ended: world.now(), error: { code: 'LabBug' } });
    })
    .finally(() => {
      world.running.delete(work);
      launchNext(world, task);
    });
  world.running.add(work);
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTaskExecution.html */
export async function describeTaskExecution(call: Call, { TaskExecutionArn }: DescribeTaskExecutionRequest) {
  const execution = executionOf(call, TaskExecutionArn);
  await demand(call, 'DescribeTaskExecution', execution);
  const { task, counts, settings, reportResult } = execution;
  return {
    ...entry(execution),
    ...describeSettings(settings),
    StartTime: seconds(execution.started),
    LaunchTime: seconds(execution.launched),
    EndTime: seconds(execution.ended),
    ...describeCounts(counts, task.mode === 'ENHANCED'),
    Result: resultOf(execution),
    ReportResult: reportResult && {
      Status: reportResult.status,
      ErrorCode: reportResult.error?.code,
      ErrorDetail: reportResult.error?.message,
    },
  };
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_ListTaskExecutions.html */
export async function listTaskExecutions(call: Call, request: ListTaskExecutionsRequest) {
  await demand(call, 'ListTaskExecutions');
  const tasks =
    request.TaskArn === undefined ? [...call.home.tasks.values()] : [taskOf(call, request.TaskArn)];
  return pageOf(
    'TaskExecutions',
    request,
    tasks.flatMap(({ executions }) => executions),
    entry,
  );
}

const entry = ({ arn, status, task }: Execution) => ({
  TaskExecutionArn: arn,
  Status: status,
  TaskMode: task.mode,
});

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_CancelTaskExecution.html */
export async function cancelTaskExecution(call: Call, { TaskExecutionArn }: CancelTaskExecutionRequest) {
  const execution = executionOf(call, TaskExecutionArn);
  await demand(call, 'CancelTaskExecution', execution);
  assertUnderWay(execution);
  execution.status = 'CANCELLING';
  execution.cancel.abort();
  return {};
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTaskExecution.html */
export async function updateTaskExecution(call: Call, request: UpdateTaskExecutionRequest) {
  const execution = executionOf(call, request.TaskExecutionArn);
  await demand(call, 'UpdateTaskExecution', execution);
  assertUnderWay(execution);
  const { BytesPerSecond, ...others } = request.Options ?? {};
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw invalidRequest(`Invalid parameter: ${other} of an execution cannot be changed.`);
  const { task, settings } = execution;
  Object.assign(
    settings,
    settingsFor(task.mode, task.destination, { Options: { BytesPerSecond } }, settings),
  );
  return {};
}

function assertUnderWay(execution: Execution): void {
  if (isOver(execution))
    throw invalidRequest(`Invalid parameter: Task execution ${execution.arn} is not in progress.`);
}
