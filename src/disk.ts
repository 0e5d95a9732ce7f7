/** Trouble with the disk of the machine that the run is on: nothing of AWS's, and nothing that another attempt changes. */
import { FatalError, messageOf } from './errors.ts';
import type { Fix } from './model/checks.ts';

/** What to do when there is no room left, be it that an error has it only for its cause; `undefined` for other errors. */
export function whenDiskIsFull(error: unknown): Fix | undefined {
  const { code, cause } = Object(error) as { readonly code?: unknown; readonly cause?: unknown };
  if (cause !== undefined) return whenDiskIsFull(cause);
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? {
        todo: 'The disk of this machine is full. Make room, or have files written elsewhere: those of the report by `report`, those of the run by `RUNNER_TEMP`, on the command line `TMPDIR`. What has arrived stays, and the next run goes on from there.',
      }
    : undefined;
}

/** That `path` could not be written. */
export function unwritten(path: string, error: unknown): FatalError {
  return new FatalError(`${path} could not be written (${messageOf(error)}).`, whenDiskIsFull(error), error);
}
