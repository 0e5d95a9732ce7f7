/**
 * What a report says in the same words wherever it is read: in Markdown and on its page.
 */
import type { CheckResult, Verdict } from '../model/checks.ts';
import type { FailureGroup } from '../model/outcome.ts';
import type { Mode } from '../model/settings.ts';
import type { EngineOffer, PricesUsed, Proof, RunReport, SizeClass } from '../record.ts';
import { bytes, count, dollars, thousands } from './text.ts';

/** The verdict in a few words; of a run that failed, why. */
export function headline(report: RunReport): string {
  return report.verdict.ok ? success(report) : report.verdict.text;
}

/** All that was done is well, but the time limit kept the rest from being done. */
export function isCutShort({ verdict, complete, underWay }: RunReport): boolean {
  return verdict.ok && !complete && underWay === undefined;
}

/** The run went well and still deserves a look: it was cut short, or there was nothing for it to do. */
export function isDubious(report: RunReport): boolean {
  return isCutShort(report) || (report.verdict.ok && whyIdle(report) !== undefined);
}

/** Whether a run went well, as a sign or a colour tells it. */
export function toneOf(report: RunReport): 'good' | 'dubious' | 'bad' {
  if (!report.verdict.ok) return 'bad';
  return isDubious(report) ? 'dubious' : 'good';
}

/** With these, a day on which nothing is left to do is nothing unusual. */
const BY_AGE_OR_SIZE = ['modified-after', 'modified-before', 'min-size', 'max-size'];

/** Why there was nothing to do, maybe because a prefix or a glob is mistyped; `undefined` where there was something. */
function whyIdle({ mode, totals, settings }: RunReport): string | undefined {
  if (mode === 'preflight' || mode === 'health') return undefined;
  const what = mode === 'verify' ? 'nothing was compared' : 'there was nothing to copy';
  if (totals.listed === 0) return `The source is empty: ${what}`;
  if (totals.reasons['skipped: excluded'] !== totals.listed) return undefined;
  if (BY_AGE_OR_SIZE.some(name => settings[name] !== undefined)) return undefined;
  return `include and exclude leave out all of ${count(totals.listed, 'object')}: ${what}`;
}

/** The run ended before it looked at any object, and so it has changed none. */
export function neverLooked({ verdict, totals, timings }: RunReport): boolean {
  return !verdict.ok && totals.listed === 0 && timings.plan === undefined && timings.collection === undefined;
}

function success(report: RunReport): string {
  const { mode, verified, underWay, totals } = report;
  if (underWay !== undefined) return 'Started; the next run with the same inputs verifies and reports';
  if (isCutShort(report)) {
    const { copied } = totals;
    const planned = copied + (totals.reasons['skipped: stopped'] ?? 0);
    return `Stopped at its time limit: ${thousands(copied)} of ${count(planned, 'object')} copied; the next run goes on`;
  }
  const idle = whyIdle(report);
  if (idle !== undefined) return idle;
  if (mode === 'dry-run') return 'Dry run: nothing was changed';
  if (mode === 'verify') return 'Verified: no difference';
  if (mode === 'preflight') return 'Ready to sync';
  if (mode === 'health') return 'Replication is healthy';
  return verified ? 'Synced and verified' : 'Synced, not verified';
}

/** What a failure is in each mode. */
export const FAILED: Readonly<Record<Mode, string>> = {
  sync: 'failed',
  'dry-run': 'would fail',
  verify: 'different',
  preflight: 'failed',
  health: 'not replicated',
};

/** What a grade of evidence means, strongest first. */
export const GRADES: Readonly<Record<Proof, string>> = {
  content: 'read on both sides, and the same',
  checksum: 'S3 holds the same checksum of the whole object on both sides',
  etag: 'same ETag on both sides, the MD5 of the content',
  'part-etag': 'same ETag on both sides, made of the MD5s of the parts',
  size: 'same size on both sides',
  none: 'not compared',
};

export type Row = 'listed' | 'copied' | 'unchanged' | 'skipped' | 'failed' | 'deleted' | 'kept' | 'undeleted';

/** These add up, so they are shown even when they are zero; the others are news only when they are not. */
const ALWAYS: readonly Row[] = ['listed', 'copied', 'unchanged', 'skipped', 'failed'];

/** What the totals are called: a dry run speaks in the conditional, and verifying copies nothing. */
const NAMES: Readonly<Record<Exclude<Mode, 'preflight'>, Partial<Record<Row, string>>>> = {
  sync: {
    listed: 'Listed in the source',
    copied: 'Copied',
    unchanged: 'Unchanged',
    skipped: 'Skipped',
    failed: 'Failed',
    deleted: 'Deleted',
    kept: 'Only in the destination, kept',
    undeleted: 'Of these, should be gone',
  },
  'dry-run': {
    listed: 'Listed in the source',
    copied: 'Would be copied',
    unchanged: 'Unchanged',
    skipped: 'Would be skipped',
    failed: 'Would fail',
    deleted: 'Would be deleted',
    kept: 'Only in the destination, would be kept',
  },
  verify: {
    listed: 'Listed in the source',
    unchanged: 'Equal',
    skipped: 'Skipped',
    failed: 'Different',
    kept: 'Only in the destination',
    undeleted: 'Of these, should be gone',
  },
  health: {
    listed: 'Listed in the source',
    unchanged: 'Replicated',
    skipped: 'On their way, or not for replication',
    failed: 'Not replicated',
    kept: 'Only in the destination',
  },
};

/** The totals that have something to say, in the words of the mode; none of a preflight, nor of a run that came no further. */
export function namedTotals(
  report: RunReport,
): { row: Row; name: string; objects: number; bytes?: number }[] {
  const { mode, totals } = report;
  if (mode === 'preflight' || neverLooked(report)) return [];
  const bytes: Partial<Record<Row, number>> = { listed: totals.bytesListed, copied: totals.bytesCopied };
  return (Object.entries(NAMES[mode]) as [Row, string][])
    .filter(([row]) => totals[row] > 0 || ALWAYS.includes(row))
    .map(([row, name]) => ({
      row,
      name,
      objects: totals[row],
      ...(bytes[row] !== undefined && { bytes: bytes[row] }),
    }));
}

/** The grades of evidence that any object was verified with, strongest first. */
export function gradesGiven({ totals }: RunReport): Proof[] {
  return (Object.keys(GRADES) as Proof[]).filter(proof => totals.proofs[proof] > 0);
}

/** The causes, most objects first. */
export function causes({ failures }: RunReport): FailureGroup[] {
  return failures.toSorted((a, b) => b.count - a.count);
}

/** What a failure is called where a check has its name. */
export function causeOf(failure: FailureGroup): string {
  return `${failure.code} (${whyOf(failure)})`;
}

/** It ended the run, and is no object's failure. */
export function isHalt({ reason }: FailureGroup): boolean {
  return reason === 'halted';
}

/** Above what ended the run. */
export const HALTED = 'The run could not go on';

/** `denied: s3:PutObject`: its reason, and what was denied. */
export function whyOf({ reason, denied }: FailureGroup): string {
  return denied === undefined ? reason : `${reason}: ${denied}`;
}

/** The checks, what needs attention first. */
export function worstFirst(checks: readonly CheckResult[]): CheckResult[] {
  return checks.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict));
}

const WORST_FIRST: readonly Verdict[] = ['fail', 'warn', 'unknown', 'pass'];

/** `12 checks passed, 1 warned` */
export function tallyOf(checks: readonly CheckResult[]): string {
  const words: Readonly<Record<Verdict, string>> = {
    pass: 'passed',
    warn: 'warned',
    fail: 'failed',
    unknown: 'unknown',
  };
  return WORST_FIRST.toReversed()
    .map(verdict => ({ verdict, number: checks.filter(check => check.verdict === verdict).length }))
    .filter(({ number }) => number > 0)
    .map(({ verdict, number }, index) => `${index === 0 ? count(number, 'check') : number} ${words[verdict]}`)
    .join(', ');
}

/** `1 KiB to 4 KiB` */
export function sizeName({ from, below }: SizeClass): string {
  if (below === 1) return 'empty';
  if (from <= 1) return `below ${bytes(below ?? 0)}`;
  return below === undefined ? `from ${bytes(from)}` : `${bytes(from)} to ${bytes(below)}`;
}

/** How an engine stands in the comparison. */
export const VERDICTS: Readonly<Record<EngineOffer['verdict'], string>> = {
  chosen: 'chosen',
  possible: 'possible',
  'not-taken': 'not taken',
  impossible: 'not possible',
};

/** `$25.55 (requests $5.00, transfer $20.55)`: the parts where several are worth naming. */
export function costWords({ usd, costs }: EngineOffer): string {
  const parts = Object.entries(costs)
    .filter(([, part]) => part >= 0.01)
    .map(([name, part]) => `${name} ${dollars(part)}`);
  return parts.length > 1 ? `${dollars(usd)} (${parts.join(', ')})` : dollars(usd);
}

/** Which prices an estimate was made with. */
export function priceWords({ dates: [from, to], regions, standIns }: PricesUsed): string {
  const { source, destination } = regions;
  const where = source === destination ? source : `${source} and ${destination}`;
  const prices = `Estimates for ${where}, all requests of the run included, with prices of ${from === to ? from : `${from} to ${to}`}.`;
  const others = Object.entries(standIns).map(([region, items]) => `${items.join(', ')} in ${region}`);
  return others.length === 0
    ? prices
    : `${prices} Priced as in us-east-1, for want of the Region's own: ${others.join('; ')}.`;
}
