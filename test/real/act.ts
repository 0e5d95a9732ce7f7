/**
 * Workflows as act runs them, on this machine, with the lab for AWS and for GitHub: jobs, expressions, inputs, outputs,
 * state, post steps and summaries are its own. Actions are not fetched: the examples' is this checkout's, with nothing
 * but what a runner would get.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Lab } from '../../lab/lab.ts';
import { need } from './programs.ts';
import { run } from './run.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES_NAME = 'OWNER/s3-cross-account-sync@v1';

export interface Event {
  readonly name: 'workflow_dispatch' | 'schedule' | 'push' | 'pull_request';
  /** `github.event`, without inputs. */
  readonly payload?: object;
  /** What is chosen by hand; the others have the workflow's defaults. */
  readonly inputs?: Readonly<Record<string, string>>;
}

/** A line of act's log, of what is read here. https://github.com/nektos/act/blob/master/pkg/runner/command.go */
interface Line {
  readonly msg: string;
  readonly stage?: 'Pre' | 'Main' | 'Post';
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
  readonly jobID?: string;
  readonly jobResult?: string;
}

export interface WorkflowRun {
  /** All that act said. */
  readonly text: string;
  /** What became of each job that was run. */
  readonly jobs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Warnings and errors that the page of the run would show. */
  readonly annotations: readonly string[];
  /** What main steps and post steps wrote. */
  readonly main: string;
  readonly post: string;
}

export interface Performance {
  readonly process: ChildProcess;
  readonly finished: Promise<WorkflowRun>;
}

/** Runs a workflow to its end. */
export async function runWorkflow(
  t: TestContext,
  lab: Lab,
  path: string,
  event: Event,
): Promise<WorkflowRun> {
  return (await startWorkflow(t, lab, path, event)).finished;
}

/** Starts the workflow in a file, unchanged, in a repository of its own. */
export async function startWorkflow(
  t: TestContext,
  lab: Lab,
  path: string,
  event: Event,
): Promise<Performance> {
  const home = await mkdtemp(join(tmpdir(), 'act-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const [action, repository, payload] = [join(home, 'action'), join(home, 'repo'), join(home, 'event.json')];
  await layOut(action);
  await makeRepository(repository);
  await writeFile(payload, JSON.stringify({ ...event.payload, inputs: event.inputs }));

  const github = lab.github.environment();
  const args = [
    event.name,
    ...['--json', '--no-cache-server', '--pull=false'],
    ...['--directory', repository, '--workflows', path],
    ...['--platform', 'ubuntu-latest=-self-hosted', '--local-repository', `${EXAMPLES_NAME}=${action}`],
    // What act would set itself goes in as flags, the rest by the environment.
    ...['--eventpath', payload, '--env', `GITHUB_API_URL=${github.GITHUB_API_URL}`],
    ...['--secret', `GITHUB_TOKEN=${lab.github.comments.token()}`],
  ];
  // `using: node24` is the first `node` of the path.
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
  const act = spawn(need('act'), args, { env: { PATH, HOME: home, ...lab.environment(), ...github } });
  return { process: act, finished: read(act) };
}

/** The action as a runner gets it, without what it is built from. */
async function layOut(folder: string): Promise<void> {
  await mkdir(folder);
  for (const part of ['action.yml', 'dist']) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
}

/** What tells act which repository and which commit this is. */
async function makeRepository(folder: string): Promise<void> {
  await mkdir(folder);
  const git = (...args: string[]) =>
    run('git', ['-C', folder, '-c', 'user.name=octocat', '-c', 'user.email=octocat@example.com', ...args]);
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('remote', 'add', 'origin', 'https://github.com/octo-org/octo-repo.git');
  await git('commit', '--quiet', '--allow-empty', '--message', 'Begin');
}

async function read(child: ChildProcess): Promise<WorkflowRun> {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', chunk => {
      text += chunk;
    });
  }
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const lines: Line[] = text.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const of = (command: string) => lines.filter(line => line.command === command);
  const written = (stage: string) =>
    lines
      .filter(line => line.stage === stage)
      .map(({ msg }) => msg)
      .join('\n');
  return {
    text,
    jobs: Object.fromEntries(
      lines.flatMap(({ jobID, jobResult }) => (jobResult === undefined ? [] : [[jobID, jobResult]])),
    ),
    outputs: Object.fromEntries(of('set-output').map(({ name, arg }) => [name, arg])),
    summary: of('summary')
      .map(({ content }) => content)
      .join('\n'),
    annotations: [...of('warning'), ...of('error')].map(({ arg = '' }) => arg),
    main: written('Main'),
    post: written('Post'),
  };
}
