/**
 * Failures as annotations on the run page: one per kind of failure, never one per object.
 */
import type { FailureGroup, Log } from '../model.ts';

/** The runner shows ten errors of a step and drops the rest; the tenth is kept for the verdict. */
const SHOWN = 9;

/** An error annotation for each of the first groups, and one line that counts what is left. */
export function annotateFailures(failures: readonly FailureGroup[], log: Log): void {
  for (const { code, count, message, examples, fix } of failures.slice(0, SHOWN)) {
    const example = examples[0] === undefined ? '' : ` First: ${examples[0]}.`;
    const todo = fix === undefined ? '' : ` ${fix.todo}`;
    log.error(`${message}${example}${todo}`, `${code}: ${count} ${count === 1 ? 'object' : 'objects'}`);
  }
  const left = failures.length - SHOWN;
  if (left > 0) log.info(`${left} more kinds of failure are in the report.`);
}
