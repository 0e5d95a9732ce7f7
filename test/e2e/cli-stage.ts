/** The built command line on the stage of the others: a process in a folder of its own, in a shell or on a terminal. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, readdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ACTION,
  assertAbsent,
  assertAccounts,
  readRun,
  type Stage,
  type Written,
  workspaces,
} from './stage.ts';

const CLI = join(ACTION, 'dist/cli/index.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  /** What went to stderr. */
  readonly log: string;
}

export interface CliRun extends CliResult, Written {
  /** What is left of the run besides its report. */
  readonly remains: readonly string[];
}

export interface CliPerformance {
  readonly process: ChildProcessWithoutNullStreams;
  readonly finished: Promise<CliRun>;
}

export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  readonly without?: readonly string[];
  /** What a test puts into the environment in confidence; those of the lab are known. */
  readonly secrets?: readonly string[];
  /** On a terminal with this many columns: stdout and stderr are one then, and go to `stdout`. */
  readonly columns?: number;
}

/** Any call of the program. */
export async function call(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return resultOf(open(args, tmpdir(), environment));
}

/** A run from bucket to bucket, with both roles and a token for them in the environment. */
export async function startCli(
  s: Stage,
  flags: readonly string[] = [],
  { environment, without = [], columns, secrets = [] }: Surroundings = {},
): Promise<CliPerformance> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'shell-')));
  workspaces.push(folder);
  const all: Record<string, string> = {
    ...s.lab.environment(),
    S3_SYNC_ID_TOKEN: await s.lab.github.oidc.token('sts.amazonaws.com'),
    TMPDIR: folder,
    ...environment,
  };
  for (const name of without) delete all[name];
  const { source, destination } = s;
  const args = [
    `--source=s3://${source.bucket}`,
    `--destination=s3://${destination.bucket}`,
    ...(flags.some(flag => flag.startsWith('--source-role')) ? [] : [`--source-role=${source.role}`]),
    ...(flags.some(flag => flag.startsWith('--destination-role'))
      ? []
      : [`--destination-role=${destination.role}`]),
    ...flags,
  ];
  const child = open(args, folder, all, columns);
  return { process: child, finished: resultOf(child).then(result => look(s, result, folder, secrets)) };
}

export async function runCli(
  s: Stage,
  flags?: readonly string[],
  surroundings?: Surroundings,
): Promise<CliRun> {
  return (await startCli(s, flags, surroundings)).finished;
}

async function look(s: Stage, result: CliResult, folder: string, given: readonly string[]): Promise<CliRun> {
  await assertAbsent([...s.lab.secrets(), ...given], { stdout: result.stdout, stderr: result.log }, folder);
  const run = await readRun(result, folder);
  assertAccounts(run);
  const remains = (await readdir(folder)).filter(name => name !== 's3-sync-report');
  // A spread would read the report where there is none.
  return Object.assign(run, { remains });
}

function open(
  args: readonly string[],
  cwd: string,
  extra: Readonly<Record<string, string>>,
  columns?: number,
): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, TERM: 'xterm-256color', ...extra };
  if (columns === undefined) return spawn(process.execPath, [CLI, ...args], { cwd, env });
  // util-linux' script: a terminal of its own for the command, whose keys are our bytes.
  const words = [process.execPath, CLI, ...args].map(word => `'${word.replaceAll("'", `'\\''`)}'`);
  const command = `stty cols ${columns} rows 40; exec ${words.join(' ')}`;
  return spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], { cwd, env });
}

async function resultOf(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  let [stdout, log] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', chunk => {
    log += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { code, stdout, log };
}
