/** What a text about a run begins with: the verdict, and the run in a sentence. */
import type { RunReport } from '../record.ts';
import { bytes, clip, code, count, type Markup, md } from './text.ts';
import { FAILED, headline, neverLooked, toneOf } from './words.ts';

const SIGNS = { good: '✅', dubious: '⚠️', bad: '❌' } as const;

export function verdict(report: RunReport): Markup {
  return md`## ${SIGNS[toneOf(report)]} ${clip(headline(report), 500)}`;
}

export function whatHappened(report: RunReport): Markup {
  const { mode, totals, settings } = report;
  const [from, to] = [code(String(settings.source ?? '')), code(String(settings.destination ?? ''))];
  if (mode !== 'preflight' && neverLooked(report))
    return md`No object was looked at or changed, from ${from} to ${to}.`;
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

export function underWay({ underWay: job }: RunReport): Markup | undefined {
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
