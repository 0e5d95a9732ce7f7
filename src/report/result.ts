/** The end of a run in a few lines of plain text. */
import { harmless } from '../errors.ts';
import type { Mode } from '../model/settings.ts';
import type { RunReport } from '../record.ts';
import { bytes } from './text.ts';
import { headline, neverLooked } from './words.ts';

/** `60 listed = 40 copied + 20 unchanged + 0 skipped + 0 failed; 0 deleted`, of a dry run with what would be. */
export function accounts({ totals, mode }: Pick<RunReport, 'totals' | 'mode'>): string {
  const { listed, copied, unchanged, skipped, failed, deleted } = totals;
  const [copies, failures, deletions] =
    mode === 'dry-run' ? ['to copy', 'to fail', 'to delete'] : ['copied', 'failed', 'deleted'];
  return `${listed} listed = ${copied} ${copies} + ${unchanged} unchanged + ${skipped} skipped + ${failed} ${failures}; ${deleted} ${deletions}`;
}

/** What is said of the bytes of a run, where it moves any. */
const MOVED: Partial<Record<Mode, string>> = { sync: 'copied', 'dry-run': 'to copy' };

/**
 * The verdict, the totals and where the report is, a line each.
 *
 * @param folder where the report was written
 */
export function renderResult(report: RunReport, folder: string): string {
  const { verdict, totals, mode } = report;
  const moved = MOVED[mode] === undefined ? '' : ` ${bytes(totals.bytesCopied)} ${MOVED[mode]}.`;
  const lines = [
    verdict.ok ? `${headline(report)}.` : `Failed: ${verdict.text}`,
    ...(mode === 'preflight' || neverLooked(report) ? [] : [`${accounts(report)}.${moved}`]),
    `Report: ${folder}`,
  ];
  return lines.map(line => `${harmless(line)}\n`).join('');
}
