/** The whole job on one screen: identify and check, plan, carry, conclude, report. */
import { join } from 'node:path';
import { createDispatcher, createRequestHandler } from '../aws/endpoint.ts';
import type { RunReport, Settings } from '../model.ts';
import type { Scene } from '../preflight/scene.ts';
import { type Network, RequestCounter } from '../s3/bucket.ts';
import { FileJournal } from '../s3/journal.ts';
import { Connection } from '../s3/wire/connection.ts';
import { guardPlan } from '../sync/guards.ts';
import { OutcomeLog } from '../sync/outcomes.ts';
import type { Stop } from '../sync/stop.ts';
import { carryOut } from './carry.ts';
import { cleanUpFor } from './clean-up.ts';
import { conclude } from './conclude.ts';
import { Diary } from './diary.ts';
import type { Host } from './host.ts';
import { makePlan, type Plan } from './plan.ts';
import { prepare } from './prepare.ts';
import { tellChecks, tellPlan } from './tell.ts';

/** Connections to one host; more than objects and parts in flight together. */
const SOCKETS = 1024;

/** Never throws: whatever happened is in the report. */
export async function runJob(settings: Settings, host: Host, stop: Stop): Promise<RunReport> {
  const diary = new Diary();
  const requests = new RequestCounter();
  try {
    const network: Network = {
      environment: host.environment,
      requestHandler: createRequestHandler(host.environment, SOCKETS),
      connection: new Connection(createDispatcher(host.environment, SOCKETS), stop.aborting),
      aborting: stop.aborting,
      requests,
    };
    const scene = await diary.phase('preflight', () => prepare(settings, host, network, diary));
    await host.log.group('Preflight', async () => tellChecks(diary.checks, host.log));
    if (settings.mode === 'preflight') diary.complete = true;
    else if (scene !== undefined) await planAndCarry(scene, host, stop, diary);
  } catch (error) {
    diary.halt(error);
  }
  return diary.report(settings, requests, host.runUrl);
}

async function planAndCarry(scene: Scene, host: Host, stop: Stop, diary: Diary): Promise<void> {
  const { settings } = scene;
  const plan = await diary.phase('plan', () => makePlan(scene, host.scratch));
  tellPlan(plan.totals, settings, host.log);
  const outcomes = new OutcomeLog(host.scratch);
  try {
    // A dry run says what a guard would refuse, too; comparing deletes nothing.
    if (settings.mode !== 'verify') guardPlan(settings, plan.totals);
    if (settings.mode === 'sync')
      await diary.phase('transfer', () => carry(scene, plan, outcomes, host, stop));
  } catch (error) {
    diary.halt(error);
  }
  await diary.phase('conclusion', () => concludeWithWhatIsLeft({ scene, plan, outcomes, host, stop, diary }));
}

interface Ending {
  readonly scene: Scene;
  readonly plan: Plan;
  readonly outcomes: OutcomeLog;
  readonly host: Host;
  readonly stop: Stop;
  readonly diary: Diary;
}

/** When both sides can no longer be listed, what was done is still told. */
async function concludeWithWhatIsLeft({ scene, plan, outcomes, host, stop, diary }: Ending): Promise<void> {
  const ending = { scene, plan, outcomes, reportFolder: host.reportFolder };
  const mayLook = !stop.draining.aborted && !diary.halted;
  try {
    await conclude({ ...ending, mayLook }, diary);
  } catch (error) {
    diary.halt(error);
    if (!mayLook) throw error;
    await conclude({ ...ending, mayLook: false }, diary);
  }
}

async function carry(scene: Scene, plan: Plan, outcomes: OutcomeLog, host: Host, stop: Stop): Promise<void> {
  const journal = join(host.scratch, 'uploads.ndjson');
  host.remember(cleanUpFor(scene, host, journal));
  await carryOut({ scene, plan, outcomes, journal: new FileJournal(journal), stop, log: host.log });
}
