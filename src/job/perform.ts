/** A run from its settings to its written report, wherever it is performed. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { unwritten } from '../disk.ts';
import type { FailureGroup } from '../model/outcome.ts';
import type { Settings } from '../model/settings.ts';
import type { RunReport } from '../record.ts';
import type { Rows } from '../report/digest/rows.ts';
import { makeFolder, writeReport } from '../report/folder.ts';
import type { Stop } from '../sync/stop.ts';
import { haltedBy } from './diary.ts';
import type { Host } from './host.ts';
import { runJob } from './job.ts';
import type { Left } from './left-over.ts';

/** What a place lends to a run; the folders are made here. */
export interface Place extends Omit<Host, 'scratch' | 'reportFolder' | 'remember'> {
  /** What a relative report folder is relative to. */
  readonly workspace: string;
  /** Existing folder for files of this run that nobody will read. */
  readonly temporary: string;
  /** Told what would be left if the run were killed now, whenever that changes. */
  readonly leave: (left: Left) => void;
}

export interface Performed {
  readonly report: RunReport;
  /** The first objects of every kind. */
  readonly rows: Rows;
  /** For whoever performs the run to tidy up. */
  readonly left: Left;
}

/**
 * A report that cannot be written fails the run, and what has become of the objects is told all the same.
 *
 * @throws InputError when nothing can be written to the report folder; else what the file system answers
 */
export async function perform(settings: Settings, place: Place, stop: Stop): Promise<Performed> {
  const { workspace, temporary, leave, ...host } = place;
  const reportFolder = await makeFolder(settings.report.folder, workspace);
  const scratch = await mkdtemp(join(temporary, 's3-sync-'));
  let left: Left = { scratch, reportFolder };
  leave(left);
  const remember: Host['remember'] = cleanUp => {
    left = { ...left, cleanUp };
    leave(left);
  };
  const { report, rows } = await runJob(settings, { ...host, scratch, reportFolder, remember }, stop);
  try {
    await writeReport(reportFolder, report, rows);
    return { report, rows, left };
  } catch (error) {
    return { report: withFailure(report, haltedBy(unwritten(reportFolder, error))), rows, left };
  }
}

function withFailure(report: RunReport, failure: FailureGroup): RunReport {
  const { verdict, failures } = report;
  return {
    ...report,
    verdict: verdict.ok ? { ok: false, text: failure.message } : verdict,
    failures: [failure, ...failures],
  };
}
