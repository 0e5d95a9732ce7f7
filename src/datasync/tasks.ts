/** Tasks: from which location to which, and in which mode, which cannot be changed later. */
import {
  CreateTaskCommand,
  type CreateTaskCommandInput,
  DescribeTaskCommand,
  ListTasksCommand,
  type TaskListEntry,
} from '@aws-sdk/client-datasync';
import { pause } from '../aws/waiting.ts';
import { FatalError, StoppedError } from '../errors.ts';
import type { Ask, DataSyncService } from './service.ts';

export interface TaskWish {
  readonly region: string;
  readonly source: string;
  readonly destination: string;
  readonly mode: 'ENHANCED' | 'BASIC';
}

/** ARNs of the tasks between these locations that can be started; their options are given anew with every start. */
export async function findTasks(ask: Ask, wish: TaskWish): Promise<string[]> {
  const found: string[] = [];
  for await (const { TaskArn, Status } of tasksOf(ask, wish)) {
    if (TaskArn === undefined || Status === 'UNAVAILABLE') continue;
    const task = await ask(wish.region, new DescribeTaskCommand({ TaskArn }));
    // Older tasks name no mode: there was but one.
    const isMode = (task.TaskMode ?? 'BASIC') === wish.mode;
    const isWay = task.SourceLocationArn === wish.source && task.DestinationLocationArn === wish.destination;
    if (isMode && isWay) found.push(TaskArn);
  }
  return found;
}

async function* tasksOf(ask: Ask, { region, destination }: TaskWish): AsyncGenerator<TaskListEntry> {
  let NextToken: string | undefined;
  do {
    const page = await ask(
      region,
      new ListTasksCommand({
        Filters: [{ Name: 'LocationId', Operator: 'Equals', Values: [destination] }],
        ...(NextToken && { NextToken }),
      }),
    );
    yield* page.Tasks ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
}

export function createTask(
  service: DataSyncService,
  wish: TaskWish,
  more: Pick<CreateTaskCommandInput, 'Name' | 'Options' | 'TaskReportConfig' | 'Tags'>,
): Promise<string> {
  const find = (once: Ask) => findTasks(once, wish);
  return service.makeAnother(find, async once => {
    const { TaskArn = '' } = await once(
      wish.region,
      new CreateTaskCommand({
        SourceLocationArn: wish.source,
        DestinationLocationArn: wish.destination,
        TaskMode: wish.mode,
        ...more,
      }),
    );
    return TaskArn;
  });
}

const READY_WITHIN_MS = 10 * 60_000;

/**
 * A new task is CREATING at first. One that runs or waits already can be started once more: the execution is queued.
 *
 * @throws FatalError when it has become unavailable, or is not ready in time; StoppedError
 */
export async function untilReady(
  { ask }: DataSyncService,
  region: string,
  TaskArn: string,
  stopping: AbortSignal,
): Promise<void> {
  const end = Date.now() + READY_WITHIN_MS;
  for (let polls = 0; ; polls++) {
    const { Status, ErrorCode, ErrorDetail } = await ask(region, new DescribeTaskCommand({ TaskArn }));
    if (Status !== 'CREATING' && Status !== 'UNAVAILABLE') return;
    if (Status === 'UNAVAILABLE' || Date.now() > end) {
      const why = [ErrorCode, ErrorDetail].filter(Boolean).join(': ') || 'DataSync does not say why';
      throw new FatalError(`The task ${TaskArn} is ${Status} (${why}).`, {
        todo: 'Look at the task in the DataSync console of that Region. Deleted there, it is made anew by the next run.',
      });
    }
    await pause(polls, stopping);
    if (stopping.aborted) throw new StoppedError('Stopped before the task was ready.');
  }
}
