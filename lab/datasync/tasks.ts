/** Tasks: from which location to which, and how. */
import type {
  CreateTaskRequest,
  DeleteTaskRequest,
  DescribeTaskRequest,
  ListTasksRequest,
  UpdateTaskRequest,
} from '@aws-sdk/client-datasync';
import { testReport } from './access-test.ts';
import { pageOf, passes, seconds } from './answers.ts';
import { invalidRequest } from './errors.ts';
import { demand, demandPassRole, demandServiceLinkedRole, demandTagging } from './permissions.ts';
import { locationOf, newId, regionOf, taskOf } from './resources.ts';
import { settingsFor } from './settings.ts';
import { tagsOf } from './tags.ts';
import { type Call, isOver, type Settings, type Task } from './world.ts';

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_CreateTask.html */
export async function createTask(call: Call, request: CreateTaskRequest) {
  const { home, world } = call;
  const source = locationOf(call, request.SourceLocationArn, 'anywhere');
  const destination = locationOf(call, request.DestinationLocationArn, 'anywhere');
  const tags = tagsOf(request.Tags);
  const mode = request.TaskMode ?? 'BASIC';
  for (const location of [source, destination]) await demand(call, 'CreateTask', location, tags);
  if (mode === 'ENHANCED') await demandServiceLinkedRole(call);
  assertTogether(call, source.arn, destination.arn);
  const task: Task = {
    arn: `arn:aws:datasync:${home.region}:${home.account}:task/${newId('task')}`,
    home,
    mode,
    source,
    destination,
    created: world.now(),
    executions: [],
    name: request.Name,
    logGroup: request.CloudWatchLogGroupArn,
    settings: settingsFor(mode, destination, request),
    ready: false,
    tags,
  };
  await demandTagging(call, task);
  await demandRoles(call, task.settings);
  await testReport(world, task);
  home.tasks.set(task.arn, task);
  return { TaskArn: task.arn };
}

/** Source: DataSync User Guide, working-with-locations. */
function assertTogether({ home }: Call, source: string, destination: string): void {
  if (source === destination)
    throw invalidRequest('Invalid parameter: source and destination must be different locations.');
  if (![source, destination].some(arn => regionOf(arn) === home.region))
    throw invalidRequest(`Invalid parameter: one of the locations must be in ${home.region}.`);
}

/** Source: DataSync API model, CreateTaskRequest.ManifestConfig and TaskReportConfig. */
export async function demandRoles(call: Call, { manifest, report }: Settings): Promise<void> {
  for (const place of [manifest?.Source?.S3, report?.Destination?.S3])
    if (place?.BucketAccessRoleArn) await demandPassRole(call, place.BucketAccessRoleArn);
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_UpdateTask.html */
export async function updateTask(call: Call, request: UpdateTaskRequest) {
  const task = taskOf(call, request.TaskArn);
  await demand(call, 'UpdateTask', task);
  const settings = settingsFor(task.mode, task.destination, request, task.settings);
  await demandRoles(call, settings);
  await testReport(call.world, { ...task, settings });
  task.settings = settings;
  task.name = request.Name ?? task.name;
  task.logGroup = request.CloudWatchLogGroupArn ?? task.logGroup;
  return {};
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_DescribeTask.html */
export async function describeTask(call: Call, { TaskArn }: DescribeTaskRequest) {
  const task = taskOf(call, TaskArn);
  await demand(call, 'DescribeTask', task);
  const answer = {
    ...entry(task),
    CurrentTaskExecutionArn: task.executions.findLast(execution => !isOver(execution))?.arn,
    SourceLocationArn: task.source.arn,
    DestinationLocationArn: task.destination.arn,
    CloudWatchLogGroupArn: task.logGroup,
    CreationTime: seconds(task.created),
    ...describeSettings(task.settings),
  };
  task.ready = true;
  return answer;
}

export const describeSettings = ({ options, includes, excludes, manifest, report }: Settings) => ({
  Options: options,
  Includes: includes,
  Excludes: excludes,
  ManifestConfig: manifest,
  TaskReportConfig: report,
});

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_ListTasks.html */
export async function listTasks(call: Call, request: ListTasksRequest) {
  await demand(call, 'ListTasks');
  const attributes = ({ source, destination, created }: Task, name: string | undefined): string[] =>
    name === 'LocationId' ? [source.arn, destination.arn] : [created.toISOString()];
  const found = [...call.home.tasks.values()].filter(
    task => request.Filters?.every(filter => passes(filter, attributes(task, filter.Name))) ?? true,
  );
  return pageOf('Tasks', request, found, entry);
}

const entry = (task: Task) => ({
  TaskArn: task.arn,
  Status: statusOf(task),
  Name: task.name,
  TaskMode: task.mode,
});

/** Source: DataSync User Guide, create-task-how-to ("Task statuses"). */
function statusOf({ ready, executions }: Task): string {
  if (!ready) return 'CREATING';
  return executions.every(isOver) ? 'AVAILABLE' : 'RUNNING';
}

/** https://docs.aws.amazon.com/datasync/latest/userguide/API_DeleteTask.html */
export async function deleteTask(call: Call, { TaskArn }: DeleteTaskRequest) {
  const task = taskOf(call, TaskArn);
  await demand(call, 'DeleteTask', task);
  if (!task.executions.every(isOver))
    throw invalidRequest(`Invalid parameter: Task ${task.arn} cannot be deleted while it is executed.`);
  call.home.tasks.delete(task.arn);
  return {};
}
