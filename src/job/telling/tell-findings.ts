/**
 * What a run found out, told when it is over: notes, what is to be pasted, and one error for each kind of failure, never one
 * for each object.
 */
import { visible } from '../../errors.ts';
import type { Log } from '../../model/log.ts';
import type { FailureGroup } from '../../model/outcome.ts';
import type { RunReport } from '../../record.ts';
import { policiesToChange } from '../../report/policies.ts';
import { clip } from '../../report/text.ts';
import { tellText } from './tell.ts';

/** GitHub shows ten errors of a step and drops the rest; the tenth is kept for the verdict. */
const SHOWN = 9;

/**
 * Characters of S3's words, of a key and of a code. The runner cuts an error at 4,096 without a mark
 * (`_maxIssueMessageLength` in actions/runner), and what to do stands at its end.
 */
const [MESSAGE, KEY, CODE] = [2000, 1000, 200];

export function tellFindings(report: Pick<RunReport, 'notes' | 'checks' | 'failures'>, log: Log): void {
  const { notes, failures } = report;
  for (const note of notes) log.info(note);
  for (const { title, asked, text } of policiesToChange(report)) {
    log.info(`${title}, to add for ${asked.join(', ')}:`);
    tellText(text, log);
  }
  for (const failure of failures.slice(0, SHOWN)) tellFailure(failure, log);
  const left = failures.length - SHOWN;
  if (left > 0) log.info(`${left} more kinds of failure are in the report.`);
}

function tellFailure({ code, reason, count, message, examples, fix }: FailureGroup, log: Log): void {
  const example = examples[0] === undefined ? '' : ` First: ${clip(visible(examples[0]), KEY)}.`;
  const todo = fix === undefined ? '' : ` ${fix.todo}`;
  // What halted the run is no object's failure.
  const objects = count === 1 ? 'object' : 'objects';
  const title = reason === 'halted' ? undefined : `${clip(visible(code), CODE)}: ${count} ${objects}`;
  log.error(`${asSentence(clip(visible(message), MESSAGE))}${example}${todo}`, title);
}

/** Messages of others do not always end like a sentence. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
