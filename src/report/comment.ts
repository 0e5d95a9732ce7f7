/**
 * A run as a comment on a pull request: what would happen, to which objects first, and what is wrong. What takes long to
 * read is folded away.
 */
import { type CheckResult, isFailed } from '../model/checks.ts';
import type { RecordedAction, RunReport } from '../record.ts';
import type { Rows } from './digest/rows.ts';
import { engines } from './engines.ts';
import { checkList, failedCheck, failureGroups, policies } from './findings.ts';
import { fitting } from './fit.ts';
import { health } from './health.ts';
import { underWay, verdict, whatHappened } from './opening.ts';
import { restores } from './restores.ts';
import { notes, timings, totals } from './tables.ts';
import { clip, code, count, details, join, type Markup, md } from './text.ts';
import { namedTotals, type Row } from './words.ts';

/**
 * Bytes of UTF-8 that a comment stays below. GitHub takes 65,536 characters; the rest is left to what the comment is
 * found again by.
 */
export const COMMENT_LIMIT = 48 * 1024;
/** Of these, for the link and a word on what was left out. */
const LAST_WORDS = 1000;

/** Keys shown of each kind. */
const KEYS = 10;

/** Markdown that notifies nobody, always shorter than `COMMENT_LIMIT`. Parts that do not fit are left out and counted. */
export function renderComment(report: RunReport, rows: Rows): string {
  const parts = [
    verdict(report),
    whatHappened(report),
    engine(report),
    engines(report),
    underWay(report),
    totals(report),
    health(report),
    restores(report),
    ...failed(report),
    ...failureGroups(report),
    ...policies(report),
    ...firstKeys(report, rows),
    ...notes(report),
    doubtful(report),
    timings(report),
  ];
  const texts = parts.flatMap(part => (part === undefined ? [] : quiet(part.text)));
  const { kept, left } = fitting(texts, COMMENT_LIMIT - LAST_WORDS);
  return `${[...kept, lastWords(report, left).text].join('\n\n')}\n`;
}

/** Where engines were compared, the comparison says why; else the checks have decided. */
function engine({ engine: name, checks, engines: compared }: RunReport): Markup | undefined {
  if (compared !== undefined) return undefined;
  const why = checks.find(({ check, seen }) => check === 'engine' && seen.startsWith(`${name},`))?.seen;
  return why === undefined ? md`Engine: ${name}` : md`Engine: ${clip(why, 500)}`;
}

function failed({ checks }: RunReport): Markup[] {
  return checks.filter(isFailed).map(folded);
}

function folded(check: CheckResult): Markup {
  return details(md`❌ ${check.check}: ${clip(check.seen, 200)}`, failedCheck(check));
}

/** What warned, and what is not known. */
function doubtful({ checks }: RunReport): Markup | undefined {
  return checkList({ checks: checks.filter(({ verdict }) => verdict === 'warn' || verdict === 'unknown') });
}

/** Of what moves, goes, or is left out; failures come with keys of their own. */
const LISTED: Partial<Record<Row, readonly RecordedAction[]>> = {
  copied: ['copied', 'would-copy'],
  deleted: ['deleted', 'would-delete'],
  skipped: ['skipped'],
  kept: ['kept'],
};

/** One part a kind, each in key order. */
function firstKeys(report: RunReport, { rows }: Rows): Markup[] {
  return namedTotals(report).flatMap(({ row, name, objects }) => {
    const keys = rows
      .filter(({ action }) => LISTED[row]?.includes(action))
      .slice(0, KEYS)
      .map(({ key, reason }) => md`${code(key)} (${reason})`);
    if (keys.length === 0) return [];
    const title =
      objects > keys.length
        ? md`${name}: the first ${keys.length} of ${count(objects, 'key')}`
        : md`${name}: ${count(objects, 'key')}`;
    return [details(title, join(keys, '<br>'))];
  });
}

function lastWords({ runUrl }: RunReport, left: number): Markup {
  const missing = left === 0 ? md`` : md`_${count(left, 'part')} too long for a comment; see the summary._ `;
  return runUrl === undefined || runUrl.length > LAST_WORDS / 2
    ? md`${missing}The summary and the report are on the page of the run.`
    : md`${missing}[The summary and the report of this run](${runUrl})`;
}

/**
 * A space of no width behind what would mention somebody or refer to an issue. GitHub looks for both in the text that
 * people see, in which a character reference has become the character; inside of code it does not look, but a reply by
 * mail quotes code as plain text. Fenced texts are to be pasted and stay as they are.
 */
function quiet(markdown: string): string {
  return markdown.replace(
    /^(`{3,})[^\n]*\n[\s\S]*?\n\1$|&#(?:35|64);|GH-(?=\d)/gim,
    (match, fence?: string) => (fence === undefined ? `${match}&#8203;` : match),
  );
}
