/**
 * What a run found out, told when it is over: notes, what is to be pasted, and one error for each kind of failure, never one
 * for each object.
 */
import { visible } from '../../errors.ts';
import { isFailed } from '../../model/checks.ts';
import type { Log } from '../../model/log.ts';
import type { FailureGroup } from '../../model/outcome.ts';
import type { RunReport } from '../../record.ts';
import { policiesToChange } from '../../report/policies.ts';
import { clip } from '../../report/text.ts';
import { isHalt } from '../../report/words.ts';
import { asSentence, ERRORS_SHOWN, MESSAGE, tellText } from './tell.ts';

/** Characters of a key and of a code. */
const [KEY, CODE] = [1000, 200];

export function tellFindings(report: Pick<RunReport, 'notes' | 'checks' | 'failures'>, log: Log): void {
  const { notes, checks, failures } = report;
  for (const note of notes) log.info(note);
  for (const { title, asked, text } of policiesToChange(report)) {
    log.info(`${title}, to add for ${asked.join(', ')}:`);
    tellText(text, log);
  }
  // The checks that failed are errors, too.
  const room = Math.max(0, ERRORS_SHOWN - checks.filter(isFailed).length);
  for (const failure of failures.slice(0, room)) tellFailure(failure, log);
  const left = failures.length - room;
  if (left > 0) log.info(`${left} more kinds of failure are in the report.`);
}

function tellFailure(failure: FailureGroup, log: Log): void {
  const { code, count, message, examples, fix } = failure;
  const example = examples[0] === undefined ? '' : ` First: ${clip(visible(examples[0]), KEY)}.`;
  const todo = fix === undefined ? '' : ` ${fix.todo}`;
  const objects = count === 1 ? 'object' : 'objects';
  const title = isHalt(failure) ? undefined : `${clip(visible(code), CODE)}: ${count} ${objects}`;
  log.error(`${asSentence(clip(visible(message), MESSAGE))}${example}${todo}`, title);
}
