/** The step itself: inputs in, report out, exit code. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { InputError, messageOf } from './errors.ts';
import { uploadFolder } from './github/artifact.ts';
import { keepComment } from './github/comment.ts';
import { rawInputs } from './github/inputs.ts';
import { githubLog as log, mask } from './github/log.ts';
import { idToken } from './github/oidc.ts';
import { outputsOf, setOutputs } from './github/outputs.ts';
import { currentRun, sessionName } from './github/run.ts';
import { saveState } from './github/state.ts';
import { writeSummary } from './github/summary.ts';
import { isCleanUpDue } from './job/clean-up.ts';
import { keepGivenSecrets } from './job/given-secrets.ts';
import { LEFT_OVER, type LeftOver } from './job/left-over.ts';
import { perform } from './job/perform.ts';
import { tellFindings } from './job/telling/tell-findings.ts';
import type { Settings } from './model/settings.ts';
import type { RunReport } from './record.ts';
import { renderComment } from './report/comment.ts';
import type { Rows } from './report/digest/rows.ts';
import { accounts } from './report/result.ts';
import { renderSummary } from './report/summary.ts';
import { headline, isDubious } from './report/words.ts';
import { hints } from './settings/hints.ts';
import { parseSettings } from './settings/parse.ts';
import { Stop } from './sync/stop.ts';

async function main(): Promise<void> {
  const stop = stopOnSignals();
  keepGivenSecrets(process.env);
  const settings = parseSettings(rawInputs());
  if (settings.report.githubToken !== undefined) mask(settings.report.githubToken);
  for (const hint of hints(settings, process.env)) log.warning(hint);
  const { artifact: name, artifactRetentionDays: retentionDays } = settings.report;
  const upload = name === undefined ? undefined : { name, retentionDays };
  const leave = (left: LeftOver) => saveState(LEFT_OVER, left);
  const { report, rows, left } = await perform(
    settings,
    {
      environment: process.env,
      log,
      idToken,
      mask,
      sessionName: sessionName(currentRun()),
      runUrl: currentRun().url,
      workspace: process.env.GITHUB_WORKSPACE || process.cwd(),
      temporary: process.env.RUNNER_TEMP || tmpdir(),
      leave: now => leave({ ...now, upload }),
    },
    stop,
  );
  await tell(report, settings);

  // A cancelled step has seconds left; the post step has minutes.
  const isHurried = stop.hurrying.aborted;
  const folder = left.reportFolder;
  const uploaded = upload === undefined || isHurried ? undefined : await uploadFolder({ folder, ...upload });
  if (uploaded?.warning !== undefined) log.warning(uploaded.warning);
  setOutputs(outputsOf(report, folder, uploaded?.url));
  const isDue = await isCleanUpDue(left.cleanUp);
  if (!isDue) await rm(left.scratch, { recursive: true, force: true });
  leave({
    ...left,
    upload: isHurried ? upload : undefined,
    cleanUp: isDue ? left.cleanUp : undefined,
  });
  if (!report.verdict.ok) process.exitCode = 1;
  // Last, because by now nothing is lost if it takes too long.
  if (settings.report.comment) await comment(report, rows, settings.report.githubToken, stop);
}

async function tell(report: RunReport, settings: Settings): Promise<void> {
  const { verdict, failures } = report;
  tellFindings(report, log);
  if (isDubious(report)) log.warning(`${headline(report)}.`);
  if (verdict.ok) log.info(`Done: ${accounts(report)}.`);
  else if (failures.every(({ message }) => message !== verdict.text)) log.error(verdict.text);
  if (!settings.report.summary) return;
  const warning = await writeSummary(renderSummary(report));
  if (warning !== undefined) log.info(warning);
}

async function comment(report: RunReport, rows: Rows, token: string | undefined, stop: Stop): Promise<void> {
  const { source, destination } = report.settings;
  const about = { source: String(source), destination: String(destination) };
  const text = renderComment(report, rows);
  const told = await keepComment({ about, text, token, stop: stop.hurrying });
  if (told.isTrouble) log.warning(told.text);
  else log.info(told.text);
}

/** The runner sends SIGINT on cancel, SIGTERM 7.5 seconds later, and ends the process after another 2.5. */
function stopOnSignals(): Stop {
  const stop = new Stop();
  process.on('SIGINT', () => {
    log.info('Stopping: no new copies are started, those in flight are waited for.');
    stop.hurry();
  });
  process.on('SIGTERM', () => {
    log.info('Stopping now.');
    stop.hurry();
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
