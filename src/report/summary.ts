/**
 * The summary of a run for people: what happened first, then what to do, then the evidence.
 */
import type { RunReport } from '../record.ts';
import { charts } from './charts.ts';
import { checkList, failedChecks, failureGroups } from './findings.ts';
import { fitting } from './fit.ts';
import { health } from './health.ts';
import { restores } from './restores.ts';
import { evidence, identities, notes, reasons, slowDowns, timings, totals } from './tables.ts';
import { bytes, clip, code, count, type Markup, md } from './text.ts';
import { FAILED, headline } from './words.ts';

/** Bytes of UTF-8 that a summary stays below; GitHub takes 1 MiB. */
export const SUMMARY_LIMIT = 512 * 1024;

/** Pure Markdown, always shorter than `SUMMARY_LIMIT`. Parts that do not fit are left out and counted. */
export function renderSummary(report: RunReport): string {
  return fit([
    verdict(report),
    whatHappened(report),
    underWay(report),
    totals(report),
    health(report),
    restores(report),
    identities(report),
    ...failedChecks(report),
    ...failureGroups(report),
    ...notes(report),
    ...charts(report),
    checkList(report),
    reasons(report),
    evidence(report),
    slowDowns(report),
    timings(report),
  ]);
}

function fit(parts: readonly (Markup | undefined)[]): string {
  const texts = parts.flatMap(part => part?.text ?? []);
  const { kept, left } = fitting(texts, SUMMARY_LIMIT - 200);
  if (left > 0) kept.push(md`_${count(left, 'part')} too long for this page; see report.json._`.text);
  return `${kept.join('\n\n')}\n`;
}

function verdict(report: RunReport): Markup {
  return md`## ${report.verdict.ok ? '✅' : '❌'} ${clip(headline(report), 500)}`;
}

function whatHappened(report: RunReport): Markup {
  const { mode, totals, settings } = report;
  const [from, to] = [code(String(settings.source ?? '')), code(String(settings.destination ?? ''))];
  const { versionsCopied } = totals;
  const inVersions = versionsCopied === undefined ? '' : ` in ${count(versionsCopied, 'version')}`;
  const copied = md`**${count(totals.copied, 'object')}**${inVersions} (${bytes(totals.bytesCopied)})`;
  const rest = md`${totals.unchanged} already there${others(report)}`;
  switch (mode) {
    case 'sync':
      return md`${copied} copied from ${from} to ${to}; ${rest}.`;
    case 'dry-run':
      return md`${copied} would be copied from ${from} to ${to}; ${rest}.`;
    case 'verify':
      return md`**${count(totals.listed, 'object')}** in ${from} compared with ${to}: ${totals.unchanged} equal${others(report)}.`;
    case 'health':
      return md`**${count(totals.listed, 'object')}** in ${from}: ${totals.unchanged} replicated to ${to}${others(report)}.`;
    case 'preflight':
      return md`${passed(report)} for copying from ${from} to ${to}.`;
  }
}

function underWay({ underWay: job }: RunReport): Markup | undefined {
  return job && md`Job ${code(job.id)} of S3 Batch Operations in ${job.region} goes on without this run.`;
}

function others({ mode, totals }: RunReport): string {
  const would = mode === 'dry-run' ? 'would be ' : '';
  const parts = [
    { number: totals.skipped, word: `${would}skipped` },
    {
      number: totals.failed,
      word: FAILED[mode],
    },
    { number: totals.deleted, word: `${would}deleted` },
    { number: totals.undeleted, word: 'should be gone' },
  ];
  return parts
    .filter(({ number }) => number > 0)
    .map(({ number, word }) => `, ${number.toLocaleString('en-US')} ${word}`)
    .join('');
}

function passed({ checks }: RunReport): string {
  const good = checks.filter(check => check.verdict === 'pass').length;
  return `${good} of ${count(checks.length, 'check')} passed`;
}
