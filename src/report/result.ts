/** The end of a run in a few lines of plain text. */
import { harmless } from '../errors.ts';
import type { Mode } from '../model/settings.ts';
import type { RunReport, Totals } from '../record.ts';
import { bytes } from './text.ts';
import { headline } from './words.ts';

/** `60 listed = 40 copied + 20 unchanged + 0 skipped + 0 failed; 0 deleted` */
export function accounts({ listed, copied, unchanged, skipped, failed, deleted }: Totals): string {
  return `${listed} listed = ${copied} copied + ${unchanged} unchanged + ${skipped} skipped + ${failed} failed; ${deleted} deleted`;
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
    ...(mode === 'preflight' ? [] : [`${accounts(totals)}.${moved}`]),
    `Report: ${folder}`,
  ];
  return lines.map(line => `${harmless(line)}\n`).join('');
}
