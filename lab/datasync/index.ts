/** The DataSync of the lab: it really moves the lab's objects, under roles, and nothing else does so for it. */
import { AwsError } from '../errors.ts';
import type { LabRequest, LabResponse, Service } from '../kinds.ts';
import { assertValid } from './constraints.ts';
import {
  cancelTaskExecution,
  describeTaskExecution,
  listTaskExecutions,
  startTaskExecution,
  updateTaskExecution,
} from './executions.ts';
import {
  createLocationS3,
  deleteLocation,
  describeLocationS3,
  listLocations,
  updateLocationS3,
} from './locations.ts';
import { requests } from './requests.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';
import { createTask, deleteTask, describeTask, listTasks, updateTask } from './tasks.ts';
import type { Call, Execution, Home, Location, Task, World } from './world.ts';

export type { Execution, Location, Task } from './world.ts';

export interface DataSync extends Service {
  locations(): readonly Location[];
  tasks(): readonly Task[];
  executions(): readonly Execution[];
  /** Resolves when no execution is under way and every report is written. */
  settled(): Promise<void>;
  /** Cancels everything. Rejects, once, when the lab itself went wrong in an execution. */
  stop(): Promise<void>;
}

/** What is read has been held against the operation's rule in `requests.ts`. */
// biome-ignore lint/suspicious/noExplicitAny: each operation names the shape of its own request
type Operation = (call: Call, request: any) => Promise<object>;

const operations: Readonly<Record<string, Operation>> = {
  CreateLocationS3: createLocationS3,
  UpdateLocationS3: updateLocationS3,
  DescribeLocationS3: describeLocationS3,
  ListLocations: listLocations,
  DeleteLocation: deleteLocation,
  CreateTask: createTask,
  UpdateTask: updateTask,
  DescribeTask: describeTask,
  ListTasks: listTasks,
  DeleteTask: deleteTask,
  StartTaskExecution: startTaskExecution,
  DescribeTaskExecution: describeTaskExecution,
  ListTaskExecutions: listTaskExecutions,
  CancelTaskExecution: cancelTaskExecution,
  UpdateTaskExecution: updateTaskExecution,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};

const TARGET = 'FmrsService.';

export function createDataSync(
  deps: Pick<World, 'authorize' | 'accounts' | 'sessions' | 's3' | 'faults' | 'now'>,
): DataSync {
  const homes = new Map<string, Home>();
  const all = <T>(of: (home: Home) => Iterable<T>): T[] => [...homes.values()].flatMap(home => [...of(home)]);
  const tasks = () => all(home => home.tasks.values());
  const executions = () => tasks().flatMap(task => task.executions);
  const world: World = {
    ...deps,
    running: new Set(),
    closing: new AbortController(),
    bugs: [],
    home: (account, region) => {
      const name = `${account}/${region}`;
      const home = homes.get(name) ?? { account, region, locations: new Map(), tasks: new Map() };
      homes.set(name, home);
      return home;
    },
    tasks,
  };
  const settled = async (): Promise<void> => {
    while (world.running.size > 0) await Promise.all(world.running);
  };
  return {
    operation: request => ({ name: nameOf(request) }),
    handle: request => answer(world, request),
    locations: () => all(home => home.locations.values()),
    tasks,
    executions,
    settled,
    stop: async () => {
      world.closing.abort();
      for (const { cancel } of executions()) cancel.abort();
      await settled();
      const bugs = world.bugs.splice(0);
      if (bugs.length > 0) throw new AggregateError(bugs, `The lab went wrong: ${bugs[0]}`);
    },
  };
}

const nameOf = ({ headers }: LabRequest): string =>
  headers['x-amz-target']?.replace(TARGET, '') ?? 'UnknownOperation';

async function answer(world: World, request: LabRequest): Promise<LabResponse> {
  const { caller, scope } = request;
  if (!caller || !scope)
    throw new AwsError(400, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  const name = nameOf(request);
  const operation = operations[name];
  const rule = requests[name];
  if (!operation || !rule) throw new AwsError(400, 'UnknownOperationException', `Unknown operation ${name}`);
  const body = parse(request.body);
  assertValid(rule, body);
  const home = world.home(caller.account, scope.region);
  return {
    status: 200,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': request.id },
    body: JSON.stringify(await operation({ world, home, caller }, body)),
  };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError(400, 'SerializationException', 'The request is no JSON');
  }
}
