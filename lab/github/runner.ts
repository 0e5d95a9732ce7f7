/**
 * GitHub's runner as an action meets it: inputs and services in the environment, files to write outputs, state and
 * summary to, signals on cancel, a post step afterwards. The action itself is a process of its own, as it always is.
 * (GitHub Docs, "Workflow commands" and "Metadata syntax".)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface RunnerOptions {
  /** Folder of the action, where its action.yml is. */
  readonly action: string;
  /** As under `with:`; defaults of action.yml are filled in. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What `${{ github.token }}` stands for. */
  readonly token?: string;
  /** The pull request that set the run off. */
  readonly pullRequest?: { readonly number: number; readonly isFork?: boolean };
  /** Services and endpoints; nothing else of this process's environment reaches the action but PATH and HOME. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called with every line as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface StepResult {
  /** Exit code; `null` when a signal ended the process. */
  readonly code: number | null;
  /** What the process wrote, workflow commands and all. */
  readonly raw: string;
  /** What the page of the run shows: secrets starred, debug lines and mask commands gone. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface Step {
  readonly workspace: string;
  /** The process, to send signals to. */
  readonly process: ChildProcess;
  readonly finished: Promise<StepResult>;
  /** Runs the post step with the state that the main step left. */
  post(): Promise<StepResult>;
}

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string; readonly post: string };
}

export async function startAction(options: RunnerOptions): Promise<Step> {
  const manifest = parse(await readFile(join(options.action, 'action.yml'), 'utf8')) as Manifest;
  const home = await mkdtemp(join(tmpdir(), 'runner-'));
  const files = {
    GITHUB_OUTPUT: await emptyFile(home),
    GITHUB_STATE: await emptyFile(home),
    GITHUB_STEP_SUMMARY: await emptyFile(home),
  };
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    RUNNER_TEMP: home,
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: home,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'octo-org/octo-repo',
    GITHUB_RUN_ID: '4242',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_WORKFLOW: 'Nightly',
    GITHUB_JOB: 'sync',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    ...(options.pullRequest && (await pullRequestVariables(home, options.pullRequest))),
    ...files,
    ...inputVariables(manifest, options.inputs, options.token ?? ''),
    ...options.environment,
  };
  const start = (script: string, extra: Readonly<Record<string, string>>) =>
    spawn(process.execPath, [join(options.action, script)], { cwd: home, env: { ...environment, ...extra } });
  const finish = async (child: ChildProcess): Promise<StepResult> => ({
    ...(await ended(child, options.onLine)),
    outputs: await readFileCommands(files.GITHUB_OUTPUT),
    state: await readFileCommands(files.GITHUB_STATE),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
  });

  const main = start(manifest.runs.main, {});
  const finished = finish(main);
  return {
    workspace: home,
    process: main,
    finished,
    post: async () => {
      const { state } = await finished;
      const variables = Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]);
      return finish(start(manifest.runs.post, Object.fromEntries(variables)));
    },
  };
}

/** Runs the main step to its end. */
export async function runAction(
  options: RunnerOptions,
): Promise<StepResult & { readonly workspace: string }> {
  const step = await startAction(options);
  return { ...(await step.finished), workspace: step.workspace };
}

async function emptyFile(folder: string): Promise<string> {
  const path = join(folder, randomUUID());
  await writeFile(path, '');
  return path;
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
async function pullRequestVariables(
  home: string,
  { number, isFork = false }: NonNullable<RunnerOptions['pullRequest']>,
): Promise<Record<string, string>> {
  const path = join(home, randomUUID());
  const base = { ref: 'main', repo: { full_name: 'octo-org/octo-repo' } };
  const head = { ref: 'topic', repo: { full_name: isFork ? 'somebody/octo-repo' : 'octo-org/octo-repo' } };
  await writeFile(
    path,
    JSON.stringify({ action: 'synchronize', number, pull_request: { number, head, base } }),
  );
  return {
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: path,
    GITHUB_REF: `refs/pull/${number}/merge`,
  };
}

/** Spaces become underscores and letters capitals; hyphens stay. */
function inputVariables(
  manifest: Manifest,
  inputs: Readonly<Record<string, string>>,
  token: string,
): Record<string, string> {
  const defaults = Object.entries(manifest.inputs).map(([name, { default: value = '' }]) => [
    name,
    String(value).replace(/^\$\{\{ github\.token \}\}$/, () => token),
  ]);
  const all = { ...Object.fromEntries(defaults), ...inputs };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      String(value),
    ]),
  );
}

async function ended(
  child: ChildProcess,
  onLine: (line: string) => void = () => {},
): Promise<Pick<StepResult, 'code' | 'raw' | 'log'>> {
  const lines: string[] = [];
  const secrets: string[] = [];
  let raw = '';
  let rest = '';
  const show = (line: string) => {
    const shown = shownLine(line, secrets);
    if (shown === undefined) return;
    lines.push(shown);
    onLine(shown);
  };
  const take = (chunk: string) => {
    raw += chunk;
    const whole = (rest + chunk).split('\n');
    rest = whole.pop() ?? '';
    whole.forEach(show);
  };
  child.stdout?.setEncoding('utf8').on('data', take);
  child.stderr?.setEncoding('utf8').on('data', take);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (rest !== '') show(rest);
  return { code, raw, log: lines.join('\n') };
}

/** `undefined` for a line that the page does not show. Remembers the secrets it is told of. */
function shownLine(line: string, secrets: string[]): string | undefined {
  const [, command, data = ''] = /^::([\w-]+)[^:]*::(.*)$/.exec(line) ?? [];
  if (command === 'add-mask') secrets.push(data);
  if (command === 'add-mask' || command === 'debug') return undefined;
  return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), line);
}

/** `name<<delimiter`, the value, `delimiter`; a later value replaces an earlier one. */
async function readFileCommands(path: string): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  const text = await readFile(path, 'utf8');
  for (const [, name = '', , value = ''] of text.matchAll(/^(.+?)<<(.+)\r?\n([\s\S]*?)\r?\n\2\r?$/gm))
    values[name] = value;
  return values;
}
