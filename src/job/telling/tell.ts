/** What the job says while it works. */
import { visible } from '../../errors.ts';
import { type CheckResult, isFailed } from '../../model/checks.ts';
import type { Log } from '../../model/log.ts';
import type { Settings } from '../../model/settings.ts';
import type { Engines } from '../../record.ts';
import { about, bytes, clip, count, dollars, thousands } from '../../report/text.ts';
import { VERDICTS } from '../../report/words.ts';
import type { PlanTotals } from '../../sync/plan.ts';

/** GitHub shows ten errors of a step and drops the rest; the tenth is kept for the verdict. */
export const ERRORS_SHOWN = 9;

/**
 * Characters of the words of others. The runner cuts an error at 4,096 without a mark (`_maxIssueMessageLength` in
 * actions/runner), and what to do stands at its end.
 */
export const MESSAGE = 2000;

/** Where the statements are that a fix speaks of. */
const AT_THE_END = 'The end of the log has it, policy by policy.';

const SIGNS = { pass: '✓', warn: '!', unknown: '?' } as const;

/** The page of a run folds the group away, so that what failed stands after it, each as an error of its own. */
export async function tellChecks(checks: readonly CheckResult[], log: Log): Promise<void> {
  await log.group('Preflight', async () => {
    for (const { check, verdict, seen, fix } of checks) {
      if (verdict === 'fail') continue;
      log.info(`${SIGNS[verdict]} ${check}: ${seen}`);
      if (fix === undefined) continue;
      log.info(`    ${fix.todo}`);
      if (fix.paste !== undefined) tellText(fix.paste, log);
    }
  });
  checks.filter(isFailed).forEach((result, index) => {
    tellFailed(result, index < ERRORS_SHOWN, log);
  });
}

function tellFailed({ check, seen, fix }: CheckResult, asError: boolean, log: Log): void {
  const end = fix?.grants === undefined ? '' : ` ${AT_THE_END}`;
  const todo = fix === undefined ? '' : ` ${fix.todo}${end}`;
  const text = `${check}: ${asSentence(clip(visible(seen), MESSAGE))}${todo}`;
  if (asError) log.error(text);
  else log.info(text);
  if (fix?.paste !== undefined && fix.grants === undefined) tellText(fix.paste, log);
}

/** With a full stop where it has no end of its own. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** To be copied from the log. */
export function tellText(text: string, log: Log): void {
  for (const line of text.split('\n')) log.info(`    ${line}`);
}

export function tellPlan(totals: PlanTotals, settings: Settings, log: Log): void {
  const { listed, bytesListed, atDestination, toCopy, bytesToCopy, toDelete, toRestore, toFail } = totals;
  const inVersions = totals.versionsToCopy > 0 ? ` in ${count(totals.versionsToCopy, 'version')}` : '';
  log.info(
    `Listed ${thousands(listed)} source objects (${bytes(bytesListed)}) and ${thousands(atDestination)} at the destination.`,
  );
  const verb =
    settings.mode === 'dry-run'
      ? 'Would copy'
      : settings.mode === 'verify' || settings.mode === 'health'
        ? 'Different:'
        : 'To copy:';
  const deletions = toDelete > 0 ? `, ${thousands(toDelete)} to delete` : '';
  const restores = toRestore > 0 ? `, ${thousands(toRestore)} to ask back from an archive` : '';
  const failures = toFail > 0 ? `, ${thousands(toFail)} that cannot be carried` : '';
  log.info(
    `${verb} ${thousands(toCopy)} objects${inVersions} (${bytes(bytesToCopy)})${deletions}${restores}${failures}.`,
  );
}

/** A line of columns for each engine, with its reasons and remarks below. */
export function tellEngines({ why, offers }: Engines, log: Log): void {
  log.info(why);
  for (const { engine, verdict, usd, seconds, reasons, remarks } of offers) {
    const sign = verdict === 'chosen' ? '→' : ' ';
    const columns = [
      engine.padEnd(11),
      VERDICTS[verdict].padEnd(12),
      about(seconds).padEnd(12),
      dollars(usd),
    ];
    log.info(`  ${sign} ${columns.join('  ')}`);
    if (reasons.length + remarks.length > 0) log.info(`      ${[...reasons, ...remarks].join(' ')}`);
  }
}
