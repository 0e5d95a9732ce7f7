/**
 * The report folder.
 */
import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { InputError, messageOf, visible } from '../errors.ts';
import { plainJson } from '../ndjson.ts';
import type { RunReport } from '../record.ts';
import { writeWhole } from '../whole-file.ts';
import type { Rows } from './digest/rows.ts';
import { renderPage } from './page/page.ts';
import { renderSummary } from './summary.ts';

/** The names in the folder; part of the contract. */
const REPORT_FILE = 'report.json';
export const RECORDS_FILE = 'objects.ndjson';
const SUMMARY_FILE = 'summary.md';
const PAGE_FILE = 'report.html';

/**
 * Makes the folder where it is missing.
 *
 * @param folder absolute, or relative to `workspace`.
 * @returns its absolute path.
 * @throws InputError when nothing can be written there.
 */
export async function makeFolder(folder: string, workspace = process.cwd()): Promise<string> {
  const path = resolve(workspace, folder);
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw new InputError([
      `report: "${visible(folder)}" cannot be written to (${messageOf(error)}). Accepted: a folder that this job may make or write to.`,
    ]);
  }
  return path;
}

/**
 * Writes `report.json`, `summary.md` and `report.html`; `objects.ndjson` is written while the run goes on.
 *
 * @param rows of the table of objects on the page
 */
export async function writeReport(folder: string, report: RunReport, rows: Rows): Promise<void> {
  await writeWhole(join(folder, REPORT_FILE), `${plainJson(report, 2)}\n`);
  await writeWhole(join(folder, SUMMARY_FILE), renderSummary(report));
  await writeWhole(join(folder, PAGE_FILE), renderPage(report, rows));
}
