/** The whole job in this process, between two buckets of the lab, as one user who may do everything. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import { runJob } from '../../src/job/job.ts';
import type { Log } from '../../src/model/log.ts';
import type { ObjectRecord, RunReport } from '../../src/record.ts';
import type { Rows } from '../../src/report/digest/rows.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { Stop } from '../../src/sync/stop.ts';
import { allow } from '../lab/s3-lab.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

export const QUIET: Log = {
  info: () => {},
  debug: () => {},
  warning: () => {},
  error: () => {},
  group: (_, work) => work(),
  watch: (_, work) => work(),
};

export interface JobRun {
  readonly report: RunReport;
  /** Of the report's page. */
  readonly rows: Rows;
  readonly records: readonly ObjectRecord[];
  /** `action: reason (proof)` by key. */
  readonly words: Readonly<Record<string, string>>;
}

/** How a run in this process may differ from that of a user with keys of his own. */
interface Here {
  readonly log?: Log;
  readonly idToken?: (audience: string) => Promise<string>;
}

/** The whole job in this process, with the environment that it has. @param scratch an empty folder, for the report as well */
export async function runHere(
  inputs: Readonly<Record<string, string>>,
  scratch: string,
  stop = new Stop(),
  { log = QUIET, idToken = () => Promise.reject(new Error('Nobody needs a token.')) }: Here = {},
): Promise<JobRun> {
  const { report, rows } = await runJob(
    parseSettings(new Map(Object.entries(inputs))),
    {
      environment: process.env,
      log,
      idToken,
      mask: () => {},
      sessionName: 'test',
      runUrl: undefined,
      scratch,
      reportFolder: scratch,
      remember: () => {},
    },
    stop,
  );
  const text = await readFile(join(scratch, 'objects.ndjson'), 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  const records = lines.map(line => JSON.parse(line) as ObjectRecord);
  return {
    report,
    rows,
    records,
    words: Object.fromEntries(
      records.map(({ key, action, reason, proof }) => [key, `${action}: ${reason} (${proof})`]),
    ),
  };
}

/** A lab for the tests of one file, whose user's credentials stand in the environment of this process. */
export async function jobsOnLab() {
  const lab = await startLab();
  lab.iam.accounts.add(ACCOUNT);
  const user = lab.iam.accounts.addUser(ACCOUNT, 'user', { all: allow('*', '*') });
  const environment = lab.environment(user, REGION);
  Object.assign(process.env, environment);
  const folder = await mkdtemp(join(tmpdir(), 's3-sync-test-'));
  after(async () => {
    for (const name of Object.keys(environment)) delete process.env[name];
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  let stages = 0;
  return {
    lab,
    /** Two empty buckets, and runs from one to the other. */
    setStage() {
      const number = ++stages;
      const open = (name: string) =>
        lab.s3.createBucket({ name: `${name}-${number}`, account: ACCOUNT, region: REGION });
      const [from, to] = [open('source'), open('destination')];
      const run = async (inputs: Record<string, string> = {}, stop = new Stop()): Promise<JobRun> => {
        const given = { source: `s3://${from.name}`, destination: `s3://${to.name}`, ...inputs };
        return runHere(given, await mkdtemp(join(folder, 'run-')), stop);
      };
      const requests = (operation: string) =>
        lab.requests
          .all()
          .filter(
            request =>
              request.operation === operation && (request.bucket === from.name || request.bucket === to.name),
          );
      return { lab, from, to, run, requests };
    },
  };
}
