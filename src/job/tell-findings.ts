/** What a run found out, told when it is over: notes, and one error for each kind of failure, never one for each object. */
import type { Log } from '../model/log.ts';
import type { FailureGroup } from '../model/outcome.ts';
import type { RunReport } from '../record.ts';

/** GitHub shows ten errors of a step and drops the rest; the tenth is kept for the verdict. */
const SHOWN = 9;

export function tellFindings({ notes, failures }: Pick<RunReport, 'notes' | 'failures'>, log: Log): void {
  for (const note of notes) log.info(note);
  for (const failure of failures.slice(0, SHOWN)) tellFailure(failure, log);
  const left = failures.length - SHOWN;
  if (left > 0) log.info(`${left} more kinds of failure are in the report.`);
}

function tellFailure({ code, reason, count, message, examples, fix }: FailureGroup, log: Log): void {
  const example = examples[0] === undefined ? '' : ` First: ${examples[0]}.`;
  const todo = fix === undefined ? '' : ` ${fix.todo}`;
  // What halted the run is no object's failure.
  const title = reason === 'halted' ? undefined : `${code}: ${count} ${count === 1 ? 'object' : 'objects'}`;
  log.error(`${message}${example}${todo}`, title);
}
