/**
 * The stage these tests play on: a lab, two accounts of their own for each test, and the built action as a process.
 * Whatever a test is about, every run is also held to what must hold of all runs: see `consistent`.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { workBucketOf } from '../../lab/datasync-worlds.ts';
import type { Effect, Fault } from '../../lab/faults.ts';
import { type RunnerOptions, type StepResult, startAction } from '../../lab/github/runner.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { LoggedRequest } from '../../lab/request-log.ts';
import type { Bucket, BucketSettings, StoredObject } from '../../lab/s3/index.ts';
import { type TwoAccounts, type TwoAccountsOptions, twoAccounts } from '../../lab/worlds.ts';
import type { ObjectRecord, Prefixes, RunReport, Share } from '../../src/record.ts';

/** The action under test; another build of it can be given to see that these tests notice what is broken in it. */
export const ACTION = process.env.E2E_ACTION ?? join(import.meta.dirname, '../..');

export type Inputs = Readonly<Record<string, string>>;

export interface Stage extends TwoAccounts {
  readonly lab: Lab;
  /** The two buckets by direct access. */
  readonly from: Bucket;
  readonly to: Bucket;
  /** Runs the main step from bucket to bucket, without an artifact unless a test asks for it. */
  run(inputs?: Inputs, how?: How): Promise<Run>;
  start(inputs?: Inputs, how?: How): Promise<Performance>;
  /** Arms a fault that strikes requests to these two buckets only. */
  fault(
    aim: Partial<Pick<Fault, 'operation' | 'bucket' | 'key' | 'skip' | 'times'>>,
    effect: Effect,
  ): () => void;
  /** Requests on these buckets, and those of both accounts to the control planes of services, so far. */
  requests(operation?: string): LoggedRequest[];
  mutations(): LoggedRequest[];
}

export interface How {
  readonly environment?: Readonly<Record<string, string>>;
  /** Names of variables to leave out of what a runner would set. */
  readonly without?: readonly string[];
  readonly onLine?: (line: string) => void;
  /** The token of the job; without it, one that may write comments. */
  readonly token?: string;
  /** What a test puts into the environment in confidence; those of the lab are known. */
  readonly secrets?: readonly string[];
  readonly pullRequest?: RunnerOptions['pullRequest'];
}

export interface Run extends StepResult, Written {}

/** What a run has written into its report folder. */
export interface Written {
  readonly workspace: string;
  /** `report.json`; throws when there is none. */
  readonly report: RunReport;
  /** `objects.ndjson`; empty when there is none. */
  readonly records: readonly ObjectRecord[];
  /** The record of a key in the source, or of one that only the destination has. */
  record(key: string): ObjectRecord;
}

/** A run under way. */
export interface Performance {
  readonly workspace: string;
  signal(name: NodeJS.Signals): void;
  readonly finished: Promise<Run>;
  post(): Promise<StepResult>;
}

/** Removed after the last test of the file. */
export const workspaces: string[] = [];

/** A lab for the tests of one file; closed after the last of them. */
export async function openLab(): Promise<Lab> {
  const lab = await startLab();
  after(async () => {
    await lab.close();
    await Promise.all(workspaces.map(folder => rm(folder, { recursive: true, force: true })));
  });
  return lab;
}

let stages = 0;

const CONTROL_PLANES: ReadonlySet<string> = new Set(['datasync', 's3control']);

/** Two accounts with a bucket and a role each, used by nobody else. */
export function setStage(lab: Lab, options: TwoAccountsOptions = {}): Stage {
  const number = ++stages;
  const settings = (name: string, first: string, region: string): BucketSettings => ({
    name: `octo-${name}-${number}`,
    account: `${first}${String(number).padStart(11, '0')}`,
    region,
  });
  const world = twoAccounts(lab, {
    ...options,
    source: { ...settings('source', '1', 'eu-west-1'), ...options.source },
    destination: { ...settings('destination', '2', 'eu-central-1'), ...options.destination },
  });
  const { source, destination } = world;
  const ours = new RegExp(`^(${source.bucket}|${destination.bucket}|${workBucketOf(world)})$`);
  // What is asked of control planes names no bucket, but accounts are of one stage only.
  const here = ({ bucket, service, caller }: LoggedRequest) =>
    bucket !== undefined
      ? ours.test(bucket)
      : CONTROL_PLANES.has(service) &&
        [source, destination].some(({ account }) => caller?.includes(`:${account}:`));

  const start = async (inputs: Inputs = {}, how: How = {}): Promise<Performance> => {
    const environment: Record<string, string> = {
      ...lab.environment(),
      ...lab.github.environment(),
      ...how.environment,
    };
    for (const name of how.without ?? []) delete environment[name];
    const token = how.token ?? lab.github.comments.token();
    const secrets = () => [...lab.secrets(), token, ...(how.secrets ?? [])];
    const step = await startAction({
      action: ACTION,
      inputs: {
        source: `s3://${source.bucket}`,
        destination: `s3://${destination.bucket}`,
        'source-role': source.role,
        'destination-role': destination.role,
        artifact: '',
        ...inputs,
      },
      environment,
      token,
      ...(how.pullRequest && { pullRequest: how.pullRequest }),
      ...(how.onLine && { onLine: how.onLine }),
    });
    workspaces.push(step.workspace);
    return {
      workspace: step.workspace,
      signal: name => step.process.kill(name),
      finished: step.finished.then(async result => {
        await assertNoSecrets(result, step.workspace, secrets(), environment);
        return readRun(result, step.workspace, inputs.report);
      }),
      post: async () => {
        const result = await step.post();
        await assertNoSecrets(result, step.workspace, secrets(), environment);
        return result;
      },
    };
  };

  return {
    ...world,
    lab,
    from: lab.s3.bucket(source.bucket),
    to: lab.s3.bucket(destination.bucket),
    start,
    run: async (inputs, how) => consistent(await (await start(inputs, how)).finished, inputs),
    fault: (aim, effect) => lab.faults.add({ bucket: ours, ...aim, ...effect }),
    requests: operation =>
      lab.requests
        .all()
        .filter(request => here(request) && (operation === undefined || request.operation === operation)),
    mutations: () => lab.requests.mutating().filter(here),
  };
}

export async function readRun<Result extends { readonly log: string }>(
  result: Result,
  workspace: string,
  report = 's3-sync-report',
): Promise<Result & Written> {
  const folder = resolve(workspace, report);
  const reportFile = join(folder, 'report.json');
  const recordsFile = join(folder, 'objects.ndjson');
  const written = existsSync(reportFile) ? JSON.parse(await readFile(reportFile, 'utf8')) : undefined;
  const lines = existsSync(recordsFile) ? (await readFile(recordsFile, 'utf8')).split('\n').slice(0, -1) : [];
  const records = lines.map(line => JSON.parse(line) as ObjectRecord);
  return {
    ...result,
    workspace,
    get report() {
      if (written === undefined) throw new Error(`There is no report. The log:\n${result.log}`);
      return written as RunReport;
    },
    records,
    record: key => {
      const found = records.find(record => record.key === key);
      if (found === undefined) throw new Error(`There is no record of ${JSON.stringify(key)}.`);
      return found;
    },
  };
}

/** What must hold of every run that came to its end, whatever it was about. */
export function consistent(run: Run, inputs: Inputs = {}): Run {
  const refused = Object.keys(run.outputs).length === 0;
  if (refused) {
    assert.equal(run.code, 1, run.log);
    return run;
  }
  const { report, outputs } = run;
  const { totals, verdict } = report;
  assert.equal(run.code, verdict.ok ? 0 : 1, run.log);
  assert.deepEqual(
    {
      ...outputs,
      report: '',
      'artifact-url': '',
      'duration-seconds': Number(outputs['duration-seconds']) >= 0,
    },
    {
      engine: report.engine,
      complete: String(report.complete),
      verified: String(report.verified),
      'objects-listed': String(totals.listed),
      'objects-copied': String(totals.copied),
      'objects-unchanged': String(totals.unchanged),
      'objects-skipped': String(totals.skipped),
      'objects-failed': String(totals.failed),
      'objects-deleted': String(totals.deleted),
      'bytes-copied': String(totals.bytesCopied),
      job: report.underWay?.id ?? '',
      'duration-seconds': true,
      report: '',
      'artifact-url': '',
    },
  );
  assertAccounts(run);
  assert.equal(run.summary === '', inputs.summary === 'false', 'a summary, unless it is not wanted');
  return run;
}

/** The totals of a report are what its records add up to. */
export function assertAccounts({ report, records }: Written): void {
  const { totals } = report;
  assert.equal(totals.listed, totals.copied + totals.unchanged + totals.skipped + totals.failed);
  const count = (...actions: string[]) => records.filter(({ action }) => actions.includes(action)).length;
  assert.deepEqual(
    {
      listed: records.filter(({ sourceEtag }) => sourceEtag !== undefined).length,
      copied: count('copied', 'would-copy'),
      unchanged: count('unchanged'),
      skipped: count('skipped'),
      failed: count('failed'),
      deleted: count('deleted', 'would-delete'),
      kept: count('kept'),
      bytesCopied: records
        .filter(({ action }) => action === 'copied' || action === 'would-copy')
        .reduce((sum, record) => sum + bytesOf(record), 0),
    },
    {
      listed: totals.listed,
      copied: totals.copied,
      unchanged: totals.unchanged,
      skipped: totals.skipped,
      failed: totals.failed,
      deleted: totals.deleted,
      kept: totals.kept,
      bytesCopied: totals.bytesCopied,
    },
  );
  assert.equal(new Set(records.map(({ key }) => key)).size >= totals.listed, true, 'one line an object');
  const sum = (shares: readonly Share[], name: keyof Share) =>
    shares.reduce((all, share) => all + share[name], 0);
  for (const shares of [report.sizes, ...(report.prefixes ? [sharesOf(report.prefixes)] : [])]) {
    assert.deepEqual(
      [sum(shares, 'objects'), sum(shares, 'bytes'), sum(shares, 'copied'), sum(shares, 'failed')],
      [totals.listed, totals.bytesListed, totals.copied, totals.failed],
    );
  }
}

function sharesOf({ largest, others, without }: Prefixes): readonly Share[] {
  return [...largest, others, without];
}

/** Of a history, only what was copied of it. */
function bytesOf({ size, versions }: ObjectRecord): number {
  return versions === undefined ? size : versions.reduce((sum, v) => sum + (v.copied ? v.size : 0), 0);
}

/** What the lab or a test gave in confidence, or a process asked the runner to star out, must stand in nothing that it leaves. */
async function assertNoSecrets(
  { raw, log, outputs, state, summary }: StepResult,
  workspace: string,
  secrets: readonly string[],
  { ACTIONS_ID_TOKEN_REQUEST_TOKEN: asking = '', ACTIONS_RUNTIME_TOKEN: uploading = '' }: NodeJS.ProcessEnv,
): Promise<void> {
  const places = {
    log,
    raw: raw.replace(/^::(add-mask|debug)::.*$/gm, ''),
    debug: starred(raw, [asking, uploading]),
    outputs: JSON.stringify(outputs),
    state: JSON.stringify(state),
    summary,
  };
  await assertAbsent([...secrets, ...maskedIn(raw)], places, workspace);
}

/** No secret, and no token of whatever kind, stands in a text or in a file of the folder. */
export async function assertAbsent(
  secrets: readonly string[],
  texts: Readonly<Record<string, string>>,
  folder: string,
): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const places = { ...texts };
  for (const { parentPath, name } of entries.filter(entry => entry.isFile())) {
    places[join(parentPath, name)] = await readFile(join(parentPath, name), 'latin1');
  }
  const forms = [...new Set(secrets)].flatMap(formsOf);
  for (const [place, text] of Object.entries(places)) {
    assert.doesNotMatch(text, /eyJ[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/, `a token stands in ${place}`);
    assert.equal(
      forms.some(form => text.includes(form)),
      false,
      `a secret stands in ${place}`,
    );
  }
}

/** A secret as it is, as in an address, and as in Base64 of a text that it is part of, wherever it begins there. */
function formsOf(secret: string): string[] {
  const inBase64 = [0, 1, 2].map(before => {
    const bytes = Buffer.from(' '.repeat(before) + secret);
    return bytes.toString('base64', before === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
  });
  return [secret, encodeURIComponent(secret), ...inBase64];
}

/**
 * The debug lines as the runner shows them to those who turn them on: without the secrets it knew of by then.
 *
 * @param own the tokens that are the runner's own
 */
function starred(raw: string, own: readonly string[]): string {
  const known = own.filter(token => token !== '');
  const shown: string[] = [];
  for (const line of raw.split('\n')) {
    known.push(...maskedIn(line));
    if (line.startsWith('::debug::'))
      shown.push(known.reduce((text, secret) => text.replaceAll(secret, '***'), line));
  }
  return shown.join('\n');
}

/** The values that a process asked the runner to star out. */
export function maskedIn(raw: string): string[] {
  return [...raw.matchAll(/^::add-mask::(.+)$/gm)].map(([, secret = '']) => secret);
}

/** The `::error` commands a process wrote: title and message, as the page of the run shows them. */
export function annotations(raw: string): { readonly title: string; readonly message: string }[] {
  return [...raw.matchAll(/^::error(?: ([^:]*))?::(.*)$/gm)].map(([, properties = '', message = '']) => ({
    title: unescaped(/(?:^|,)title=([^,]*)/.exec(properties)?.[1] ?? ''),
    message: unescaped(message),
  }));
}

function unescaped(text: string): string {
  return text.replace(/%(25|0D|0A|3A|2C)/g, code => decodeURIComponent(code));
}

/** All that a copy is to carry, in a form to compare. */
export function seen(object: StoredObject | undefined) {
  if (object === undefined) return undefined;
  const { content, metadata, headers, tags } = object;
  return { size: content.size, md5: content.md5, metadata, headers, tags: Object.fromEntries(tags) };
}

/** Every object below a prefix with what it carries, by its key without the prefix. */
export function contents(bucket: Bucket, prefix = ''): Record<string, ReturnType<typeof seen>> {
  const keys = bucket.keys().filter(key => key.startsWith(prefix));
  return Object.fromEntries(keys.map(key => [key.slice(prefix.length), seen(bucket.get(key))]));
}

export function ago(milliseconds: number): Date {
  return new Date(Date.now() - milliseconds);
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

export function policy(...statements: readonly object[]) {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(action: string | readonly string[], resource: string | readonly string[]) {
  return { Effect: 'Allow', Action: action, Resource: resource };
}

/**
 * The JSON texts that a run tells people to paste, each parsed, in the order of the log. The same stand in the summary,
 * the worst first.
 */
export function pasted({ summary, log }: StepResult): unknown[] {
  const inSummary = [...summary.matchAll(/^(`{3,})json\n([\s\S]*?)\n\1$/gm)].map(([, , json = '']) => json);
  const inLog = [...log.matchAll(/^ {4}\{\n[\s\S]*?\n {4}\}$/gm)].map(([json]) =>
    json.replace(/^ {4}/gm, ''),
  );
  assert.deepEqual(inLog.toSorted(), inSummary.toSorted(), 'log and summary tell the same');
  return inLog.map(json => JSON.parse(json));
}

/** The checks of a run that did not pass, as `id: verdict`. */
export function findings({ report }: Written): string[] {
  return report.checks
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ check, verdict }) => `${check}: ${verdict}`);
}

export function checkOf({ report }: Written, id: string) {
  const check = report.checks.find(each => each.check === id);
  if (check === undefined) throw new Error(`There is no check ${id}.`);
  return check;
}
