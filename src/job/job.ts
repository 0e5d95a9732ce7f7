/** The story of a run: prepare, plan, carry, conclude, report. */
import { guardCost } from '../choice/guard.ts';
import type { Settings } from '../model/settings.ts';
import type { Scene } from '../preflight/scene.ts';
import type { RunReport } from '../record.ts';
import type { Rows } from '../report/digest/rows.ts';
import { createNetwork, type Network, RequestCounter } from '../s3/network.ts';
import { guardPlan } from '../sync/guards.ts';
import { OutcomeLog } from '../sync/outcomes.ts';
import type { Stop } from '../sync/stop.ts';
import { carryOut } from './carry.ts';
import { wayWithJobs } from './choice.ts';
import { conclude } from './conclude.ts';
import { Diary } from './diary.ts';
import { settle } from './earlier/collect.ts';
import { handoverOf } from './earlier/handover.ts';
import { Grants } from './grants/grants.ts';
import type { Host } from './host.ts';
import { keepMemorySmall } from './memory.ts';
import type { Plan } from './plan.ts';
import { type Planned, planAnew, planFor } from './planning.ts';
import { carries, type Prepared, prepare } from './prepare/prepare.ts';
import { rememberCleanUp } from './remember.ts';
import { examine } from './replication/health.ts';
import { putInPlace, seeInPlace, takeAway } from './replication/rule.ts';
import type { Run } from './run.ts';
import { tellChecks, tellEngines, tellPlan } from './telling/tell.ts';
import { TimeLimit } from './time-limit.ts';

/** Connections to one host; more than copies in flight. */
const SOCKETS = 1024;

/** What a run comes to. */
export interface Ending {
  readonly report: RunReport;
  /** The objects that the page of the report shows. */
  readonly rows: Rows;
}

/** Never throws: whatever happened is in the report. */
export async function runJob(settings: Settings, host: Host, stop: Stop): Promise<Ending> {
  const { timeLimitSeconds } = settings;
  const limit = timeLimitSeconds === undefined ? undefined : new TimeLimit(timeLimitSeconds, stop, host.log);
  const run: Run = { host, stop, diary: new Diary(limit), requests: new RequestCounter(), limit };
  const { diary, requests } = run;
  const grants = new Grants(settings, host, diary);
  try {
    const network = networkFor(run, settings, stop.cutting);
    const prepared = await diary.phase('preflight', () =>
      prepare(settings, { host, network, aborting: stop.aborting, diary, grants }),
    );
    await tellChecks(diary.checks, host.log);
    if (settings.mode === 'preflight') diary.complete = true;
    else if (prepared !== undefined) await planAndCarry(prepared, run);
  } catch (error) {
    diary.halt(error);
  } finally {
    limit?.end();
  }
  await grants.takeAway();
  return { report: diary.report(settings, requests, host.runUrl), rows: diary.digest.rows() };
}

function networkFor({ host, requests }: Run, { maxRate }: Settings, aborting: AbortSignal): Network {
  return createNetwork({ environment: host.environment, sockets: SOCKETS, aborting, requests, maxRate });
}

async function planAndCarry(prepared: Prepared, run: Run): Promise<void> {
  const { host, diary } = run;
  const { settings } = prepared.scene;
  keepMemorySmall();
  const withJobs = settings.mode === 'sync' ? wayWithJobs(prepared) : undefined;
  let planned = await planFor(prepared, run, withJobs);
  let rule: Rule;
  const outcomes = new OutcomeLog(host.scratch);
  try {
    judge(planned, settings, run);
    rule = await putRule(planned, run);
    if (rule === 'new' && planned.collected === undefined) {
      host.log.info(
        'Comparing both sides once more: what was written before the rule was there is not replicated.',
      );
      planned = await planAnew(prepared, run);
      judge(planned, settings, run);
    }
    const { plan, scene, collected } = planned;
    if (settings.mode === 'health')
      diary.replication = await diary.phase('examination', () => examine(scene, plan, outcomes, run.stop));
    if (settings.mode === 'sync') {
      // The first error is the one that is told: what went wrong here must not be hidden by what comes after.
      await diary.phase('transfer', () => carry(planned, outcomes, run)).catch(error => diary.halt(error));
      if (withJobs !== undefined) await settle(handoverOf(withJobs), collected, plan, host, diary);
    }
  } catch (error) {
    diary.halt(error);
  }
  const { plan, scene } = planned;
  const closing = closingScene(scene, run);
  await diary.phase('conclusion', () => concludeWithWhatIsLeft(closing, plan, outcomes, run));
  if (rule !== undefined) await lookAfterRule(closing, run);
}

/** Whether the plan may be carried out. A dry run says what a guard would refuse, too; comparing deletes nothing. */
function judge({ plan: { totals } }: Planned, settings: Settings, { host, diary }: Run): void {
  tellPlan(totals, settings, host.log);
  if (carries(settings.mode)) guardPlan(settings, totals);
  if (diary.engines === undefined) return;
  tellEngines(diary.engines, host.log);
  guardCost(settings, diary.engines);
}

/** Of replication; `undefined` where this run has none to look after. */
type Rule = 'new' | 'found' | undefined;

/** Only once no guard has refused the plan, because the rule and versioning change buckets. */
async function putRule({ scene }: Planned, { host, stop, diary }: Run): Promise<Rule> {
  const { settings, replication } = scene;
  if (replication === undefined || settings.mode !== 'sync' || stop.draining.aborted) return undefined;
  const isNew = await diary.phase('rule', () => putInPlace(scene, replication, diary, host.log));
  return isNew ? 'new' : 'found';
}

/** With replication: the rule still stands, or goes where that was asked for. */
async function lookAfterRule({ settings, replication }: Scene, { host, stop, diary }: Run): Promise<void> {
  if (replication === undefined) return;
  if (!stop.draining.aborted && !diary.halted) await diary.phase('rule-look', () => seeInPlace(replication));
  if (settings.replication.rule === 'remove')
    await diary.phase('removal', () => takeAway(replication, diary, host.log));
}

async function carry({ scene, plan, collected }: Planned, outcomes: OutcomeLog, run: Run): Promise<void> {
  rememberCleanUp(scene, run.host);
  await carryOut({ ...run, scene, plan, outcomes, collected: collected?.job });
}

/** The same scene by a network that outlives what ends the copies: they are still to be looked at and tidied up after. */
function closingScene(scene: Scene, run: Run): Scene {
  const { source, destination, from, to, replication } = scene;
  const network = networkFor(run, scene.settings, run.stop.aborting);
  const seen = { source: source.by(network), destination: destination.by(network) };
  const asking = { from: from.by(network), to: to.by(network) };
  return { ...scene, ...seen, ...asking, ...(replication && { replication: { ...replication, ...seen } }) };
}

/** When both sides can no longer be listed, what was done is still told. */
async function concludeWithWhatIsLeft(
  scene: Scene,
  plan: Plan,
  outcomes: OutcomeLog,
  { host, stop, diary }: Run,
): Promise<void> {
  const ending = { scene, plan, outcomes, reportFolder: host.reportFolder, stop };
  const isEnding = stop.hurrying.aborted || stop.aborting.aborted;
  const mayLook = !isEnding && !diary.halted && diary.underWay === undefined;
  try {
    await conclude({ ...ending, mayLook }, diary);
  } catch (error) {
    diary.halt(error);
    if (!mayLook) throw error;
    await conclude({ ...ending, mayLook: false }, diary);
  }
}
