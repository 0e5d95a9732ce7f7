/**
 * What is wrong and what to do about it: checks that did not pass, and failures grouped by cause.
 */
import { type CheckResult, type Fix, isFailed, type Verdict } from '../model/checks.ts';
import type { FailureGroup } from '../model/outcome.ts';
import type { RunReport } from '../record.ts';
import { HOW_TO_PASTE, POLICIES, type PolicyToChange, policiesToChange } from './policies.ts';
import { clip, code, count, details, fenced, join, type Markup, md, table } from './text.ts';
import { causes, HALTED, isHalt, tallyOf, whyOf, worstFirst } from './words.ts';

/** Kinds of failure shown in full. */
const GROUPS = 20;
/** Characters of a message; services and policies can be long-winded. */
const MESSAGE = 2000;
/** Characters of a code, which reports of services tell as they like. */
const CODE = 200;

const ICONS: Readonly<Record<Verdict, string>> = { pass: '✅', warn: '⚠️', fail: '❌', unknown: '❔' };

/** The failed checks, one part each. */
export function failedChecks({ checks }: RunReport): Markup[] {
  const failed = checks.filter(isFailed);
  return failed.length === 0 ? [] : [md`### Checks that failed`, ...failed.map(failedCheck)];
}

export function failedCheck({ check, seen, fix }: CheckResult): Markup {
  return paragraphs([
    md`❌ **${check}**: ${clip(seen, MESSAGE)}`,
    ...(fix === undefined ? [] : [todo(fix), ...alone(fix)]),
  ]);
}

/** What is to be pasted, one part a policy, in plain sight: without it the run cannot work. */
export function policies(report: Pick<RunReport, 'checks' | 'failures'>): Markup[] {
  const all = policiesToChange(report).map(policy);
  return all.length === 0 ? [] : [md`### ${POLICIES}\n\n${HOW_TO_PASTE}`, ...all];
}

function policy({ title, asked, text }: PolicyToChange): Markup {
  return paragraphs([md`**${title}**, for ${asked.join(', ')}:`, fenced(text, 'json')]);
}

/** Failures by cause, one part each, most objects first. */
export function failureGroups(report: RunReport): Markup[] {
  const ordered = causes(report);
  if (ordered.length === 0) return [];
  const left = ordered.length - GROUPS;
  return [
    report.mode === 'verify' ? md`### Differences` : md`### Failures`,
    ...ordered.slice(0, GROUPS).map(failureGroup),
    ...(left > 0 ? [md`${count(left, 'more cause')} in report.json.`] : []),
  ];
}

function failureGroup(failure: FailureGroup): Markup {
  const { code: errorCode, count: number, message, examples, requestId, fix } = failure;
  const request = requestId === undefined ? md`` : md` (request ${code(requestId)})`;
  const title = number > examples.length ? md`The first ${examples.length} of ${number} keys` : md`The keys`;
  const keys = join(examples.map(code), '<br>');
  return paragraphs([
    isHalt(failure)
      ? md`❌ **${HALTED}**`
      : md`❌ **${count(number, 'object')}: ${clip(errorCode, CODE)}** (${clip(whyOf(failure), CODE)})`,
    md`${clip(message, MESSAGE)}${request}`,
    ...(fix === undefined ? [] : [todo(fix)]),
    ...(fix === undefined || alone(fix).length === 0
      ? []
      : [details(md`Text to paste`, join(alone(fix), ''))]),
    ...(examples.length === 0 ? [] : [details(title, keys)]),
  ]);
}

/** The checks that did not fail in one table, folded away; those that did stand in plain sight. */
export function checkList({ checks }: Pick<RunReport, 'checks'>): Markup | undefined {
  const ordered = worstFirst(checks.filter(check => !isFailed(check)));
  if (ordered.length === 0) return undefined;
  const body = table(
    [
      ['', 'left'],
      ['Check', 'left'],
      ['Seen', 'left'],
    ],
    ordered.map(({ check, verdict, seen, fix }) => {
      const todo = verdict === 'pass' || fix === undefined ? '' : ` ${fix.todo}`;
      return [md`${ICONS[verdict]}`, md`${check}`, md`${clip(seen + todo, MESSAGE)}`];
    }),
  );
  return details(md`${tallyOf(ordered)}`, paragraphs([body, ...ordered.flatMap(advised)]));
}

function advised({ check, fix }: CheckResult): Markup[] {
  return fix?.paste === undefined ? [] : [md`**${check}**:`, ...paste(fix)];
}

function todo({ todo, grants }: Fix): Markup {
  const where = grants === undefined ? md`` : md` It stands under “${POLICIES}”.`;
  return md`**What to do:** ${clip(todo, MESSAGE)}${where}`;
}

/** What stands in no policy that is shown as a whole. */
function alone(fix: Fix): Markup[] {
  return fix.grants === undefined ? paste(fix) : [];
}

function paste(fix: Fix): Markup[] {
  return fix.paste === undefined ? [] : [fenced(fix.paste, 'json')];
}

function paragraphs(parts: readonly Markup[]): Markup {
  return join(parts, '\n\n');
}
