/**
 * The report folder.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunReport } from '../record.ts';
import { renderSummary } from './summary.ts';

/** The names in the folder; part of the contract. */
export const REPORT_FILE = 'report.json';
export const RECORDS_FILE = 'objects.ndjson';
export const SUMMARY_FILE = 'summary.md';

/**
 * Makes the folder where it is missing.
 *
 * @param folder absolute, or relative to `workspace`.
 * @returns its absolute path.
 */
export async function makeFolder(folder: string, workspace = process.cwd()): Promise<string> {
  const path = resolve(workspace, folder);
  await mkdir(path, { recursive: true });
  return path;
}

/** Writes `report.json` and `summary.md`; `objects.ndjson` is written while the run goes on. */
export async function writeReport(folder: string, report: RunReport): Promise<void> {
  await writeFile(join(folder, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, SUMMARY_FILE), renderSummary(report));
}
