/** What the job says while it works. */
import type { CheckResult } from '../../model/checks.ts';
import type { Log } from '../../model/log.ts';
import type { Settings } from '../../model/settings.ts';
import type { Engines } from '../../record.ts';
import { about, bytes, count, dollars, thousands } from '../../report/text.ts';
import { VERDICTS } from '../../report/words.ts';
import type { PlanTotals } from '../../sync/plan.ts';

/** Where the statements are that a fix speaks of. */
const BELOW = 'It is printed below, policy by policy.';

const SIGNS = { pass: '✓', warn: '!', fail: '✗', unknown: '?' } as const;

export function tellChecks(checks: readonly CheckResult[], log: Log): void {
  for (const { check, verdict, seen, fix } of checks) {
    log.info(`${SIGNS[verdict]} ${check}: ${seen}`);
    if (fix === undefined) continue;
    // Of what failed it is told at the end, policy by policy.
    const isTold = verdict === 'fail' && fix.grants !== undefined;
    log.info(`    ${fix.todo}${isTold ? ` ${BELOW}` : ''}`);
    if (fix.paste !== undefined && !isTold) tellText(fix.paste, log);
  }
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
