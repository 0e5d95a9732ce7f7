import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { UnsecuredJWT } from 'jose';
import { visible } from '../src/errors.ts';
import { rawInputs } from '../src/github/inputs.ts';
import { OUTPUT_NAMES, outputsOf } from '../src/github/outputs.ts';
import { fitting } from '../src/github/summary.ts';
import type { RunReport } from '../src/record.ts';

const run = promisify(execFile);

/** Runs a module body in a process of its own, as the runner would, and returns what it wrote to stdout. */
async function stdoutOf(body: string, env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', body], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout;
}

/** The JSON value an expression comes to, in a process of its own. */
async function resultOf(
  imports: string,
  expression: string,
  env: Record<string, string> = {},
): Promise<unknown> {
  const file = join(await mkdtemp(join(tmpdir(), 'value-')), 'value.json');
  const body = `import { writeFileSync } from 'node:fs'; ${imports}
    writeFileSync(${JSON.stringify(file)}, JSON.stringify((await (${expression})) ?? null));`;
  await stdoutOf(body, env);
  return JSON.parse(await readFile(file, 'utf8'));
}

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Half of a surrogate pair; the type stripper does not take it as an escape. */
const LONE = String.fromCharCode(0xd800);

const HOSTILE = [
  '::error::pwned',
  '  ::set-output name=x::1',
  '\u00a0\ufeff::stop-commands::t',
  'a\n::error::pwned',
  'a\r::error::pwned',
  'a\u2028::error::pwned',
  'x ##[error]pwned',
  '\u001b[31mred\u001b[0m',
  '\u009b31m',
  '\u202egnp.exe',
  LONE,
  '%0A::error::pwned',
];

test('no key can start a workflow command or a second line in the log', async () => {
  const body = `
    import { githubLog as log } from './src/github/log.ts';
    for (const text of ${JSON.stringify(HOSTILE)}) {
      log.info(text); log.debug(text); log.warning(text, text); log.error(text, text);
      await log.group(text, async () => {});
    }`;
  const lines = (await stdoutOf(body)).split('\n').slice(0, -1);
  assert.equal(lines.length, HOSTILE.length * 6);
  for (const [index, line] of lines.entries()) {
    // The runner looks for `::` at the start of a line, after white space, and for `##[` anywhere in it.
    const kind = ['text', '::debug::', '::warning title=', '::error title=', '::group::', '::endgroup::'][
      index % 6
    ];
    if (kind === 'text') assert.doesNotMatch(line, /^\s*::|##\[/);
    else assert.ok(line.startsWith(kind ?? ''), line);
    assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029\u202e]/u);
  }
});

test('text without anything dangerous is logged as it is', async () => {
  const text = 'arn:aws:iam::111122223333:role/x ä 日本 \\d {a} #1';
  assert.equal(
    await stdoutOf(`(await import('./src/github/log.ts')).githubLog.info(${JSON.stringify(text)})`),
    `${text}\n`,
  );
});

test('what cannot be seen is written out', () => {
  assert.equal(
    visible(`a\n\t\u0085\u2028\u202e\u{1f600}${LONE}`),
    'a\\x0a\\x09\\x85\\u{2028}\\u{202e}\u{1f600}\\u{d800}',
  );
});

test('a masked value is given to the runner', async () => {
  assert.equal(
    await stdoutOf(`(await import('./src/github/log.ts')).mask('v3ry-s3cret')`),
    '::add-mask::v3ry-s3cret\n',
  );
});

test('inputs: names in lower case with their hyphens, unknown ones included, values untouched', () => {
  const env = {
    'INPUT_MAX-DELETE': ' 5 ',
    'INPUT_DRY-RUN': 'true',
    INPUT_MIN_SIZE: '',
    INPUT_: 'x',
    OTHER: 'y',
  };
  assert.deepEqual(
    [...rawInputs(env)],
    [
      ['max-delete', ' 5 '],
      ['dry-run', 'true'],
      ['min_size', ''],
    ],
  );
});

test('no OIDC token: the missing permission is named, and forks when it is one', async () => {
  const ask = 'idToken("sts.amazonaws.com").catch(error => [error.name, error.message, error.fix.todo])';
  const imports = `import { idToken } from './src/github/oidc.ts';`;
  const [name, message, todo] = (await resultOf(imports, ask)) as string[];
  assert.deepEqual([name, message], ['FatalError', 'GitHub offers this job no OIDC token.']);
  assert.match(todo ?? '', /permissions: id-token: write/);

  const event = join(await mkdtemp(join(tmpdir(), 'event-')), 'event.json');
  const repo = (full_name: string) => ({ repo: { full_name } });
  const pull = (head: object) => JSON.stringify({ pull_request: { head, base: repo('o/r') } });
  for (const [head, says] of [
    [repo('fork/r'), /forks/],
    [{ repo: null }, /forks/],
    [repo('o/r'), /permissions: id-token: write/],
  ] as const) {
    await writeFile(event, pull(head));
    const answer = (await resultOf(imports, ask, { GITHUB_EVENT_PATH: event })) as string[];
    assert.match(answer[2] ?? '', says);
  }
});

test('an OIDC token is asked for with its audience and masked; a refusal becomes one line', async t => {
  const seen: (string | undefined)[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(request.url, request.headers.authorization);
    if (request.url?.includes('refused')) response.writeHead(400).end('{"message":"no"}');
    else response.end('{"value":"header.payload.signature"}');
  });
  const env = { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/?v=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't0ken' };
  const imports = `import { idToken } from './src/github/oidc.ts';`;
  const out = await stdoutOf(`${imports} console.log(await idToken('a b'))`, env);
  assert.deepEqual(seen, ['/?v=1&audience=a%20b', 'Bearer t0ken']);
  assert.match(out, /^::add-mask::header\.payload\.signature\nheader\.payload\.signature$/m);
  const refused = await resultOf(imports, 'idToken("refused").catch(error => error.message)', env);
  assert.match(String(refused), /^GitHub's token service gave no ID token for the audience refused: .*400/);
});

const RUN = {
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '3',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_EVENT_NAME: 'schedule',
};

test('the run is known on GitHub and unknown elsewhere', async () => {
  const imports = `import { currentRun, sessionName } from './src/github/run.ts';`;
  const both = '[currentRun(), sessionName(currentRun())]';
  assert.deepEqual(await resultOf(imports, both, RUN), [
    {
      repository: 'o/r',
      id: 42,
      attempt: 3,
      event: 'schedule',
      url: 'https://github.com/o/r/actions/runs/42',
    },
    's3sync-42-3',
  ]);
  assert.deepEqual(await resultOf(imports, both), [{}, 's3sync-local']);
});

test('a summary that is too long ends before a heading and says so', () => {
  const markdown = `# Title\n\n## One\n\n${'ä\n'.repeat(300)}\n## Two\n\n${'ö\n'.repeat(300)}`;
  assert.equal(fitting(markdown, 10_000), markdown);
  assert.ok(Buffer.byteLength(fitting('ä\n'.repeat(500), 400)) <= 400);
  for (const limit of [400, 1200, 1500]) {
    const cut = fitting(markdown, limit);
    assert.ok(Buffer.byteLength(cut) <= limit);
    assert.match(cut, /ends here; the report has the rest\._\n$/);
    assert.doesNotMatch(cut, /\n## (One\n\nä*\n*_|Two)|\ufffd/);
  }
});

test('the summary is written in place of an earlier one, and its failure is a sentence', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'summary-')), 'summary.md');
  await writeFile(file, 'before');
  const imports = `import { writeSummary } from './src/github/summary.ts';`;
  assert.equal(await resultOf(imports, 'writeSummary("# Done")', { GITHUB_STEP_SUMMARY: file }), null);
  assert.equal(await readFile(file, 'utf8'), '# Done');
  assert.match(String(await resultOf(imports, 'writeSummary("# Done")')), /^No summary: /);
  const gone = await resultOf(imports, 'writeSummary("# Done")', { GITHUB_STEP_SUMMARY: `${file}/none` });
  assert.match(String(gone), /^No summary: /);
});

test('outputs: every declared name gets a value', async () => {
  const totals = { listed: 10, copied: 4, unchanged: 3, skipped: 2, failed: 1, deleted: 5, bytesCopied: 99 };
  const times = { started: '2026-11-20T12:00:00.000Z', finished: '2026-11-20T12:01:30.400Z' };
  const report = {
    engine: 'copy',
    complete: true,
    verified: false,
    totals,
    underWay: { id: 'job-1', region: 'eu-west-1' },
    ...times,
  } as unknown as RunReport;
  const outputs = outputsOf(report, '/w/report', undefined);
  assert.deepEqual(Object.keys(outputs), [...OUTPUT_NAMES]);
  const numbers = [10, 4, 3, 2, 1, 5, 99];
  assert.deepEqual(Object.values(outputs), ['copy', true, false, ...numbers, 'job-1', 90, '/w/report', '']);

  const file = join(await mkdtemp(join(tmpdir(), 'outputs-')), 'outputs');
  await writeFile(file, '');
  const imports = `import { setOutputs } from './src/github/outputs.ts';`;
  await resultOf(imports, `setOutputs(${JSON.stringify(outputs)})`, { GITHUB_OUTPUT: file });
  const written = await readFile(file, 'utf8');
  for (const name of OUTPUT_NAMES) assert.match(written, new RegExp(`^${name}<<`, 'm'));
});

test('state: what main saves, post reads; nothing saved is undefined', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'state-')), 'state');
  await writeFile(file, '');
  const imports = `import { readState, saveState } from './src/github/state.ts';`;
  await resultOf(imports, `saveState('uploads', { a: ['x'] })`, { GITHUB_STATE: file });
  const [, value] = /^uploads<<.*\n(.*)\n/m.exec(await readFile(file, 'utf8')) ?? [];
  const read = `[readState('uploads'), readState('other') === undefined]`;
  assert.deepEqual(await resultOf(imports, read, { STATE_uploads: value ?? '' }), [{ a: ['x'] }, true]);
});

const upload = (folder: string) =>
  `uploadFolder({ folder: ${JSON.stringify(folder)}, name: 'rep', retentionDays: 5 })`;
const UPLOAD = `import { uploadFolder } from './src/github/artifact.ts';`;

async function reportFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  await writeFile(join(folder, 'report.json'), '{}');
  return folder;
}

/** GitHub's artifact service, as much of it as one upload needs. `refusal` is what it answers to CreateArtifact. */
function artifactService(calls: string[], refusal?: { status: number; body: string }): RequestListener {
  return async (request: IncomingMessage, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    calls.push(`${request.method} ${path.split('/').at(-1)}`);
    for await (const _ of request);
    response.setHeader('content-type', 'application/json');
    if (path.endsWith('/CreateArtifact')) {
      const url = `http://${request.headers.host}/acct/container/blob?sig=x`;
      if (refusal) response.writeHead(refusal.status).end(refusal.body);
      else response.end(JSON.stringify({ ok: true, signed_upload_url: url }));
    } else if (path.endsWith('/FinalizeArtifact')) {
      response.end(JSON.stringify({ ok: true, artifact_id: '77' }));
    } else response.writeHead(201).end();
  };
}

function runnerTokens(url: string): Record<string, string> {
  const token = new UnsecuredJWT({ scp: 'Actions.Results:run-1:job-1' }).encode();
  return { ...RUN, ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token, GITHUB_WORKSPACE: tmpdir() };
}

test('the report folder is uploaded and its page returned', async t => {
  const calls: string[] = [];
  const env = runnerTokens(await serve(t, artifactService(calls)));
  assert.deepEqual(await resultOf(UPLOAD, upload(await reportFolder()), env), {
    url: 'https://github.com/o/r/actions/runs/42/artifacts/77',
  });
  assert.equal(calls[0], 'POST CreateArtifact');
  assert.equal(calls.at(-1), 'POST FinalizeArtifact');
});

test('a failed upload is a sentence, never an error', async t => {
  const warning = async (folder: string, env: Record<string, string> = {}) => {
    const { url, warning } = (await resultOf(UPLOAD, upload(folder), env)) as Record<string, string>;
    assert.equal(url, undefined);
    return warning ?? '';
  };
  const folder = await reportFolder();
  assert.match(await warning(folder), /^The report was not uploaded: this job offers no artifact service\./);

  const taken = {
    status: 409,
    body: '{"msg":"an artifact with this name already exists on the workflow run"}',
  };
  const conflict = runnerTokens(await serve(t, artifactService([], taken)));
  assert.match(
    await warning(folder, conflict),
    /already exists .*Give each job of the run its own artifact name\.$/,
  );
  assert.match(await warning(`${folder}/none`, conflict), /^The report was not uploaded: ENOENT/);
  assert.match(
    await warning(folder, { ...conflict, ACTIONS_RUNTIME_TOKEN: 'junk' }),
    /^The report was not uploaded: /,
  );
  assert.match(
    await warning(folder, { ...conflict, GITHUB_SERVER_URL: 'https://ghes.example' }),
    /not uploaded: .*GHES/,
  );
});
