/**
 * The summary of a run for people: what happened first, then what to do, then the evidence.
 */
import type { RunReport } from '../record.ts';
import { charts } from './charts.ts';
import { engines } from './engines.ts';
import { checkList, failedChecks, failureGroups, policies } from './findings.ts';
import { fitting } from './fit.ts';
import { health } from './health.ts';
import { underWay, verdict, whatHappened } from './opening.ts';
import { restores } from './restores.ts';
import { evidence, identities, notes, reasons, slowDowns, timings, totals } from './tables.ts';
import { count, type Markup, md } from './text.ts';

/** Bytes of UTF-8 that a summary stays below; GitHub takes 1 MiB. */
export const SUMMARY_LIMIT = 512 * 1024;

/** Pure Markdown, always shorter than `SUMMARY_LIMIT`. Parts that do not fit are left out and counted. */
export function renderSummary(report: RunReport): string {
  return fit([
    verdict(report),
    whatHappened(report),
    engines(report),
    underWay(report),
    totals(report),
    health(report),
    restores(report),
    identities(report),
    ...failedChecks(report),
    ...failureGroups(report),
    ...policies(report),
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
