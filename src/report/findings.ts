/**
 * What is wrong and what to do about it: checks that did not pass, and failures grouped by cause.
 */
import type { CheckResult, Fix, Verdict } from '../model/checks.ts';
import type { FailureGroup } from '../model/outcome.ts';
import type { RunReport } from '../record.ts';
import { type PolicyToChange, policiesToChange } from './policies.ts';
import { clip, code, count, details, fenced, join, type Markup, md, table } from './text.ts';
import { causes, tallyOf, worstFirst } from './words.ts';

/** Kinds of failure shown in full. */
const GROUPS = 20;
/** Characters of a message; services and policies can be long-winded. */
const MESSAGE = 2000;
/** Characters of a code, which reports of services tell as they like. */
const CODE = 200;

const ICONS: Readonly<Record<Verdict, string>> = { pass: '✅', warn: '⚠️', fail: '❌', unknown: '❔' };

/** The failed checks, one part each. */
export function failedChecks({ checks }: RunReport): Markup[] {
  const failed = checks.filter(({ verdict }) => verdict === 'fail');
  return failed.length === 0 ? [] : [md`### Checks that failed`, ...failed.map(failedCheck)];
}

export function failedCheck({ check, seen, fix }: CheckResult): Markup {
  return paragraphs([
    md`❌ **${check}**: ${clip(seen, MESSAGE)}`,
    ...(fix === undefined ? [] : [md`**What to do:** ${clip(fix.todo, MESSAGE)}`, ...alone(fix)]),
  ]);
}

/** What is to be pasted, one part a policy, in plain sight: without it the run cannot work. */
export function policies(report: Pick<RunReport, 'checks' | 'failures'>): Markup[] {
  const all = policiesToChange(report).map(policy);
  return all.length === 0 ? [] : [POLICIES, ...all];
}

const POLICIES = md`### Policies to change\n\nEach once. Add the statements to what the policy has; where there is none, the text is a whole one.`;

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

function failureGroup({
  code: errorCode,
  reason,
  denied,
  count: number,
  message,
  examples,
  requestId,
  fix,
}: FailureGroup) {
  const request = requestId === undefined ? md`` : md` (request ${code(requestId)})`;
  const title = number > examples.length ? md`The first ${examples.length} of ${number} keys` : md`The keys`;
  const keys = join(examples.map(code), '<br>');
  return paragraphs([
    md`❌ **${count(number, 'object')}: ${clip(errorCode, CODE)}** (${denied === undefined ? reason : `${reason}: ${clip(denied, CODE)}`})`,
    md`${clip(message, MESSAGE)}${request}`,
    ...(fix === undefined ? [] : [md`**What to do:** ${clip(fix.todo, MESSAGE)}`]),
    ...(fix === undefined || alone(fix).length === 0
      ? []
      : [details(md`Text to paste`, join(alone(fix), ''))]),
    ...(examples.length === 0 ? [] : [details(title, keys)]),
  ]);
}

/** Every check in one table: folded away when all is well. */
export function checkList({ checks }: Pick<RunReport, 'checks'>): Markup | undefined {
  if (checks.length === 0) return undefined;
  const ordered = worstFirst(checks);
  const body = table(
    [
      ['', 'left'],
      ['Check', 'left'],
      ['Seen', 'left'],
    ],
    ordered.map(({ check, verdict, seen, fix }) => {
      const todo = verdict === 'pass' || verdict === 'fail' || fix === undefined ? '' : ` ${fix.todo}`;
      return [md`${ICONS[verdict]}`, md`${check}`, md`${clip(seen + todo, MESSAGE)}`];
    }),
  );
  return details(md`${tallyOf(checks)}`, paragraphs([body, ...ordered.flatMap(advised)]));
}

/** Of a failed check it stands in plain sight. */
function advised({ check, verdict, fix }: CheckResult): Markup[] {
  return verdict === 'fail' || fix?.paste === undefined ? [] : [md`**${check}**:`, ...paste(fix)];
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
