/** After the step, whatever became of it: ends what a killed run left open and saves its report. */
import { rm } from 'node:fs/promises';
import { messageOf } from './errors.ts';
import { uploadFolder } from './github/artifact.ts';
import { githubLog as log, mask } from './github/log.ts';
import { idToken } from './github/oidc.ts';
import { readState } from './github/state.ts';
import { cleanUp } from './job/clean-up.ts';
import { keepGivenSecrets } from './job/given-secrets.ts';
import { LEFT_OVER, type LeftOver } from './job/left-over.ts';

async function post(): Promise<void> {
  keepGivenSecrets(process.env);
  const left = readState(LEFT_OVER) as LeftOver | undefined;
  if (left === undefined) return log.info('Nothing was left to do.');
  if (left.cleanUp === undefined && left.upload === undefined) log.info('Nothing was left to do.');
  if (left.cleanUp !== undefined) {
    const host = { environment: process.env, idToken, mask };
    const done = await cleanUp(left.cleanUp, host, AbortSignal.timeout(MINUTE)).catch(notFinished);
    for (const one of done) log.info(one);
  }
  if (left.upload !== undefined) {
    const { url, warning } = await uploadFolder({ folder: left.reportFolder, ...left.upload });
    log.info(warning ?? `The report of the stopped run is at ${url}.`);
  }
  await rm(left.scratch, { recursive: true, force: true });
}

const MINUTE = 60_000;

/** The step has its own result; what could not be cleaned up is told, not failed. */
function notFinished(error: unknown): string[] {
  log.warning(`Clean-up did not finish: ${messageOf(error)}`);
  return [];
}

try {
  await post();
} catch (error) {
  notFinished(error);
}
