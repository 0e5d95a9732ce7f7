#!/usr/bin/env node
/** The command line: flags in, result and report out, exit code. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { InputError, messageOf } from './errors.ts';
import { cleanUp, isCleanUpDue } from './job/clean-up.ts';
import { keepGivenSecrets } from './job/given-secrets.ts';
import type { Left } from './job/left-over.ts';
import { type Performed, perform } from './job/perform.ts';
import { tellFindings } from './job/telling/tell-findings.ts';
import { TOOL } from './job/tool.ts';
import type { Settings } from './model/settings.ts';
import { renderResult } from './report/result.ts';
import { headline, isCutShort, isDubious } from './report/words.ts';
import { hints } from './settings/hints.ts';
import { parseSettings } from './settings/parse.ts';
import { policiesFor } from './setup/policies.ts';
import { renderJson, renderText } from './setup/render.ts';
import { wrongSubjects } from './setup/subjects.ts';
import type { Stop } from './sync/stop.ts';
import { runUrl, sessionName } from './terminal/ci-run.ts';
import { EXIT_CODE } from './terminal/exit-code.ts';
import { readFlags } from './terminal/flags.ts';
import { help } from './terminal/help.ts';
import { idTokenOf } from './terminal/id-token.ts';
import { openTerminal } from './terminal/log.ts';
import { oldNode } from './terminal/node-version.ts';
import { stopOnSignals } from './terminal/signals.ts';

const { env: environment, stdout, stderr } = process;
const { log, mask } = openTerminal(stderr, environment);

/** What identities are made with, here and when a run is cleaned up after. */
const lent = {
  environment,
  mask,
  idToken: async (audience: string) => {
    const token = await idTokenOf(environment, audience);
    mask(token);
    return token;
  },
};

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const old = oldNode(process.versions.node);
  if (old !== undefined) throw new InputError([old]);
  const { wants, inputs, problems, subjects, json } = readFlags(args);
  if (wants === 'help' || wants === 'version') {
    stdout.write(wants === 'help' ? help(TOOL.name, stdout.columns || undefined) : `${TOOL.version}\n`);
    return EXIT_CODE.well;
  }
  const settings = parseSettings(inputs, new Date(), [...problems, ...wrongSubjects(subjects)]);
  if (wants === 'run') return sync(settings);
  const policies = policiesFor(settings, subjects);
  stdout.write(json ? renderJson(policies) : renderText(policies));
  return EXIT_CODE.well;
}

async function sync(settings: Settings): Promise<number> {
  keepGivenSecrets(environment);
  const signals = stopOnSignals(log);
  for (const hint of hints(settings, environment)) log.warning(hint);
  const { report, left } = await performAndTidyUp(settings, signals.stop);
  tellFindings(report, log);
  const { verdict, failures } = report;
  if (isDubious(report)) log.warning(`${headline(report)}.`);
  if (!verdict.ok && failures.every(({ message }) => message !== verdict.text)) log.error(verdict.text);
  stdout.write(renderResult(report, left.reportFolder));
  if (signals.received !== undefined) return EXIT_CODE[signals.received];
  if (!verdict.ok) return EXIT_CODE.failed;
  return isCutShort(report) ? EXIT_CODE.outOfTime : EXIT_CODE.well;
}

async function performAndTidyUp(settings: Settings, stop: Stop): Promise<Performed> {
  const last: { left?: Left } = {};
  const place = {
    ...lent,
    log,
    sessionName: sessionName(environment),
    runUrl: runUrl(environment),
    workspace: process.cwd(),
    temporary: tmpdir(),
    leave: (left: Left) => {
      last.left = left;
    },
  };
  try {
    return await perform(settings, place, stop);
  } finally {
    if (last.left !== undefined) await tidyUp(last.left, stop);
  }
}

/** Milliseconds for what a run could not end itself. Who has pressed Ctrl-C waits for seconds, not for a minute. */
const [TIME, TIME_WHEN_STOPPED] = [60_000, 8_000];

async function tidyUp({ scratch, cleanUp: due }: Left, stop: Stop): Promise<void> {
  try {
    if (due !== undefined && (await isCleanUpDue(due))) {
      const limit = AbortSignal.timeout(stop.hurrying.aborted ? TIME_WHEN_STOPPED : TIME);
      for (const done of await cleanUp(due, lent, limit)) log.info(done);
    }
    await rm(scratch, { recursive: true, force: true });
  } catch (error) {
    log.warning(`Clean-up did not finish: ${messageOf(error)}`);
  }
}

// A reader that goes away, such as `head`, must not end a sync in the middle.
for (const stream of [stdout, stderr]) stream.on('error', () => {});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof InputError;
  for (const problem of isUsage ? error.problems : [messageOf(error)]) log.error(problem);
  if (isUsage) log.info(`All flags: ${TOOL.name} --help`);
  process.exitCode = isUsage ? EXIT_CODE.usage : EXIT_CODE.failed;
}
