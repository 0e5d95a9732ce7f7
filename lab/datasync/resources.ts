/** Resources, found by their ARN. */
import { randomBytes } from 'node:crypto';
import { invalidRequest, notFound } from './errors.ts';
import type { Call, Execution, Location, Task } from './world.ts';

export const newId = (prefix: string): string => `${prefix}-${randomBytes(9).toString('hex').slice(0, 17)}`;

/** `where` is 'here' for what must be of the Region that is asked. */
export function locationOf({ world, home }: Call, arn = '', where: 'here' | 'anywhere' = 'here'): Location {
  assertOwn(home.account, arn);
  const region = where === 'here' ? home.region : regionOf(arn);
  const location = world.home(home.account, region).locations.get(arn);
  if (!location) throw notFound('Location', arn);
  return location;
}

export function taskOf({ home }: Call, arn = ''): Task {
  assertOwn(home.account, arn);
  const task = home.tasks.get(arn);
  if (!task) throw notFound('Task', arn);
  return task;
}

export function executionOf(call: Call, arn = ''): Execution {
  const [taskArn] = arn.split('/execution/');
  const execution = taskOf(call, taskArn).executions.find(one => one.arn === arn);
  if (!execution) throw notFound('Task execution', arn);
  return execution;
}

export const regionOf = (arn: string): string => arn.split(':')[3] ?? '';

function assertOwn(account: string, arn: string): void {
  const owner = arn.split(':')[4];
  if (owner === account) return;
  throw invalidRequest(`Invalid parameter: ARN account (${owner}) must match authenticated user.`);
}
