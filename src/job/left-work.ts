/** An execution of DataSync that a killed run has left going on: found by its manifest and cancelled. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { identify, type Surroundings } from '../aws/identity.ts';
import { cancel, findByManifest } from '../datasync/execution.ts';
import { DataSyncService } from '../datasync/service.ts';
import type { ExecutionNote } from '../engines/datasync/options.ts';
import type { ExecutionLeft } from './host.ts';

export function isExecutionLeft(left: ExecutionLeft | undefined): boolean {
  return left !== undefined && existsSync(left.note);
}

/**
 * By its manifest, because the run may have been killed before it knew the name of what it had started.
 *
 * @returns the ARN of what was cancelled; `undefined` when nothing was under way any more but its end
 */
export async function endExecution(
  left: ExecutionLeft | undefined,
  surroundings: Surroundings,
): Promise<string | undefined> {
  if (left === undefined || !isExecutionLeft(left)) return undefined;
  const { task, manifest } = JSON.parse(await readFile(left.note, 'utf8')) as ExecutionNote;
  const { requestHandler, aborting } = surroundings;
  const identity = await identify(left.as, surroundings);
  const { ask } = new DataSyncService({ identity, requestHandler, aborting, count: () => {} });
  const execution = await findByManifest(ask, left.region, task, manifest);
  if (execution === undefined || execution.isEnding) return undefined;
  await cancel(ask, left.region, execution.arn, aborting);
  return execution.arn;
}
