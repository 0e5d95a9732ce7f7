/** The whole job on one screen: identify and check, plan, carry, conclude, report. */
import { guardCost } from '../choice/guard.ts';
import type { Job } from '../model/outcome.ts';
import type { Settings } from '../model/settings.ts';
import type { Scene } from '../preflight/scene.ts';
import type { RunReport } from '../record.ts';
import type { Rows } from '../report/digest/rows.ts';
import { createNetwork, type Network, RequestCounter } from '../s3/network.ts';
import { guardPlan } from '../sync/guards.ts';
import { OutcomeLog } from '../sync/outcomes.ts';
import type { Stop } from '../sync/stop.ts';
import { carryOut } from './carry.ts';
import { censusFor, compareWays, type SceneWithJobs, sceneOf, servedWays, wayWithJobs } from './choice.ts';
import { conclude } from './conclude.ts';
import { Diary } from './diary.ts';
import { attendRunning } from './earlier/attend.ts';
import { type Collected, collect, settle } from './earlier/collect.ts';
import { type Handover, handoverOf } from './earlier/handover.ts';
import { Grants } from './grants/grants.ts';
import type { Host } from './host.ts';
import { keepMemorySmall } from './memory.ts';
import { makePlan, type Plan } from './plan.ts';
import { carries, type Prepared, prepare } from './prepare/prepare.ts';
import { rememberCleanUp } from './remember.ts';
import { examine } from './replication/health.ts';
import { putInPlace, seeInPlace, takeAway } from './replication/rule.ts';
import { tellChecks, tellEngines, tellPlan } from './telling/tell.ts';
import { TimeLimit } from './time-limit.ts';

/** Connections to one host; more than copies in flight. */
const SOCKETS = 1024;

/** What every phase of one run shares. */
interface Run {
  readonly host: Host;
  readonly stop: Stop;
  readonly diary: Diary;
  readonly requests: RequestCounter;
  readonly limit: TimeLimit | undefined;
}

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
    await host.log.group('Preflight', async () => tellChecks(diary.checks, host.log));
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
  const handover = withJobs && handoverOf(withJobs);
  let planned = await planFor(prepared, run, withJobs, handover);
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
      // Its error is the one to tell, whatever comes of the rest.
      await diary
        .phase('transfer', () => carry(scene, plan, outcomes, run, collected?.job))
        .catch(error => diary.halt(error));
      if (handover !== undefined) await settle(handover, collected, plan, host, diary);
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

/** A plan, and the scene in which it is carried out. */
interface Planned {
  readonly plan: Plan;
  readonly scene: Scene;
  readonly collected?: Collected | undefined;
}

/** What an earlier run has left to be collected, or a new plan, made once nothing moves what it is about. */
async function planFor(
  prepared: Prepared,
  run: Run,
  withJobs: SceneWithJobs | undefined,
  handover: Handover | undefined,
): Promise<Planned> {
  const { host, stop, diary } = run;
  const collected =
    handover &&
    withJobs &&
    (await diary.phase('collection', () => collect(handover, withJobs.jobs, host, diary)));
  const served = servedWays(prepared);
  if (prepared.scene.settings.mode === 'sync' && served.length > 0 && collected === undefined)
    await diary.phase('attendance', async () => {
      for (const one of served) await attendRunning(one, stop, host.log);
    });
  if (withJobs === undefined || collected === undefined) return planAnew(prepared, run);
  diary.engine = withJobs.engine;
  return { plan: collected.plan, scene: withJobs, collected };
}

async function planAnew(prepared: Prepared, { host, diary, requests, limit }: Run): Promise<Planned> {
  const { scene } = prepared;
  const census = carries(scene.settings.mode) ? censusFor(scene) : undefined;
  const before = requests.toJSON();
  const begun = performance.now();
  const plan = await diary.phase('plan', () => makePlan(scene, host.scratch, census));
  limit?.planned(performance.now() - begun);
  if (census === undefined) return { plan, scene };
  const counted = { census, totals: plan.totals, before, spent: requests.toJSON() };
  diary.engines = compareWays(prepared, counted, limit?.secondsLeft);
  return { plan, scene: chosenScene(prepared, diary) };
}

/** Notes which engine it is. Where there is none, the guard ends the run. */
function chosenScene({ scene, ways, note }: Prepared, diary: Diary): Scene {
  const chosen = diary.engines?.chosen ?? scene.engine;
  diary.engine = chosen;
  if (chosen !== scene.engine) return sceneOf(chosen, ways);
  if (note !== undefined) diary.notes.push(note);
  return scene;
}

/** With replication: the rule still stands, or goes where that was asked for. */
async function lookAfterRule({ settings, replication }: Scene, { host, stop, diary }: Run): Promise<void> {
  if (replication === undefined) return;
  if (!stop.draining.aborted && !diary.halted) await diary.phase('rule-look', () => seeInPlace(replication));
  if (settings.replication.rule === 'remove')
    await diary.phase('removal', () => takeAway(replication, diary, host.log));
}

async function carry(
  scene: Scene,
  plan: Plan,
  outcomes: OutcomeLog,
  run: Run,
  collected: Job | undefined,
): Promise<void> {
  const { host, stop, diary, requests } = run;
  rememberCleanUp(scene, host);
  await carryOut({
    scene,
    plan,
    outcomes,
    requests,
    diary,
    stop,
    log: host.log,
    scratch: host.scratch,
    collected,
  });
}

/** What ends the copies must not keep anybody from looking at them, nor from tidying up. */
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
