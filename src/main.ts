/** The step itself: inputs in, report out, exit code. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, messageOf } from './errors.ts';
import { annotateFailures } from './github/annotations.ts';
import { uploadFolder } from './github/artifact.ts';
import { rawInputs } from './github/inputs.ts';
import { githubLog as log, mask } from './github/log.ts';
import { idToken } from './github/oidc.ts';
import { outputsOf, setOutputs } from './github/outputs.ts';
import { currentRun, sessionName } from './github/run.ts';
import { saveState } from './github/state.ts';
import { writeSummary } from './github/summary.ts';
import { isCleanUpDue } from './job/clean-up.ts';
import { runJob } from './job/job.ts';
import { LEFT_OVER, type LeftOver } from './job/left-over.ts';
import type { Settings } from './model.ts';
import type { RunReport } from './record.ts';
import { makeFolder, writeReport } from './report/folder.ts';
import { renderSummary } from './report/summary.ts';
import { hints } from './settings/hints.ts';
import { parseSettings } from './settings/parse.ts';
import { Stop } from './sync/stop.ts';

async function main(): Promise<void> {
  const stop = stopOnSignals();
  const settings = parseSettings(rawInputs());
  for (const hint of hints(settings)) log.warning(hint);
  const { folder: wanted, artifact: name, artifactRetentionDays: retentionDays } = settings.report;
  const folder = await makeFolder(wanted, process.env.GITHUB_WORKSPACE);
  const upload = name === undefined ? undefined : { folder, name, retentionDays };
  const scratch = await mkdtemp(join(process.env.RUNNER_TEMP || tmpdir(), 's3-sync-'));
  let left: LeftOver = { scratch, upload };
  const leave = (more: Partial<LeftOver>) => {
    left = { ...left, ...more };
    saveState(LEFT_OVER, left);
  };
  leave({});

  const { report, rows } = await runJob(
    settings,
    {
      environment: process.env,
      log,
      idToken,
      mask,
      sessionName: sessionName(currentRun()),
      runUrl: currentRun().url,
      scratch,
      reportFolder: folder,
      remember: cleanUp => leave({ cleanUp }),
    },
    stop,
  );
  await writeReport(folder, report, rows);
  await tell(report, settings);

  // A cancelled step has seconds left; the post step has minutes.
  const uploaded = upload === undefined || stop.draining.aborted ? undefined : await uploadFolder(upload);
  if (uploaded?.warning !== undefined) log.warning(uploaded.warning);
  setOutputs(outputsOf(report, folder, uploaded?.url));
  if (!stop.draining.aborted) leave({ upload: undefined });
  if (!(await isCleanUpDue(left.cleanUp))) {
    await rm(scratch, { recursive: true, force: true });
    leave({ cleanUp: undefined });
  }
  if (!report.verdict.ok) process.exitCode = 1;
}

async function tell(report: RunReport, settings: Settings): Promise<void> {
  const { verdict, totals, notes, failures } = report;
  for (const note of notes) log.info(note);
  annotateFailures(failures, log);
  if (verdict.ok) {
    log.info(
      `Done: ${totals.listed} listed = ${totals.copied} copied + ${totals.unchanged} unchanged + ${totals.skipped} skipped + ${totals.failed} failed; ${totals.deleted} deleted.`,
    );
  } else log.error(verdict.text);
  if (!settings.report.summary) return;
  const warning = await writeSummary(renderSummary(report));
  if (warning !== undefined) log.info(warning);
}

/** The runner sends SIGINT on cancel, SIGTERM 7.5 seconds later, and ends the process after another 2.5. */
function stopOnSignals(): Stop {
  const stop = new Stop();
  process.on('SIGINT', () => {
    log.info('Stopping: no new copies are started, those in flight are waited for.');
    stop.drain();
  });
  process.on('SIGTERM', () => {
    log.info('Stopping now.');
    stop.abort();
  });
  return stop;
}

try {
  await main();
} catch (error) {
  const problems = error instanceof InputError ? error.problems : [messageOf(error)];
  for (const problem of problems) log.error(problem);
  process.exitCode = 1;
}
