/**
 * What a run was given or issued in confidence stands in nothing that it leaves: every run of every test is searched for
 * it (`assertAbsent`). Here are the runs that have most reason to let something slip: those whose counterparts repeat in
 * their refusals all that they were sent, those that are killed, and those that are asked for debug lines.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { type Lab, startLab } from '../../lab/lab.ts';
import { sparse } from '../../lab/s3/index.ts';
import { readableBy } from '../../lab/worlds.ts';
import { runCli, startCli } from './cli-stage.ts';
import { GIB, type How, maskedIn, openLab, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const DEBUG = { environment: { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' } };
const NO_ROLES = { 'source-role': '', 'destination-role': '' };

function furnished(on: Lab = lab, count = 5): Stage {
  const s = setStage(on);
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
  return s;
}

/** Who repeats what they were sent, in which operations, and what the run then says of it. */
const ECHOES: readonly [operation: string, inputs: Readonly<Record<string, string>>][] = [
  ['GetIdToken', {}],
  ['AssumeRoleWithWebIdentity', {}],
  ['GetCallerIdentity', {}],
  ['ListObjectsV2', {}],
  ['CopyObject', {}],
  ['GetObject', { engine: 'stream' }],
  ['PutObject', { engine: 'stream' }],
  ['CreateArtifact', { artifact: 'echoed' }],
  ['ListIssueComments', { comment: 'true' }],
];

describe('a refusal that repeats all that was sent', { concurrency: 2 }, () => {
  for (const [operation, inputs] of ECHOES) {
    test(`of ${operation} is told without the secrets in it`, async t => {
      const own = await startLab();
      t.after(() => own.close());
      const s = furnished(own);
      own.faults.add({ operation, kind: 'echo', status: 400, code: 'Echo' });
      const run = await s.run(inputs, { ...DEBUG, pullRequest: { number: 1 } });
      const all = [run.log, run.summary, JSON.stringify(run.report)].join('\n');
      assert.match(all, /You said:[^\n]*\*\*\*/, 'the rest of it is told');
    });
  }

  test('of an upload keeps silent of the ambient credentials, too', async () => {
    const s = furnished();
    const { admin } = s.destination;
    s.source.setBucketPolicy(readableBy(admin.caller.arn, s.from.name));
    const how: How = { environment: { ...lab.environment(admin), ...DEBUG.environment } };
    s.fault({ operation: 'CopyObject' }, { kind: 'echo', status: 400, code: admin.secretAccessKey });
    const run = await s.run({ ...NO_ROLES, 'source-account': s.source.account }, how);
    assert.equal(run.report.failures[0]?.code, '***');
    assert.ok(maskedIn(run.raw).includes(admin.secretAccessKey));
  });

  test('is told without them by the command line', async () => {
    const s = furnished();
    s.fault({ operation: 'CopyObject' }, { kind: 'echo', status: 400, code: 'Echo' });
    const run = await runCli(s);
    assert.equal(run.code, 1);
    assert.match(run.log, /You said:.*\*\*\*/);
    assert.match(run.record('object-0').error?.message ?? '', /You said:.*\*\*\*/);
  });
});

describe('debug lines', { concurrency: 2 }, () => {
  test('of a run that does everything it can do, and renews its sessions, hold no secret', async () => {
    const s = furnished(lab, 60);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    const expire = (line: string) => {
      if (!line.startsWith('To copy')) return;
      lab.iam.sessions.expire(s.source.role);
      lab.iam.sessions.expire(s.destination.role);
    };
    const inputs = { artifact: 'debugged', comment: 'true', delete: 'true', concurrency: '8' };
    const run = await s.run(inputs, { ...DEBUG, pullRequest: { number: 2 }, onLine: expire });
    assert.equal(run.code, 0, run.log);
    assert.match(run.raw, /^::debug::/m, 'there are debug lines');
    const tokens = new Set(s.requests().flatMap(({ headers }) => headers['x-amz-security-token'] ?? []));
    assert.ok(tokens.size >= 4, 'both sessions were renewed');
    for (const token of tokens) assert.ok(maskedIn(run.raw).includes(token));
  });
});

test('a proxy that repeats all that was sent is told of without its password', async t => {
  const server = createServer(({ headers, url = '' }, answer) => {
    const message = `You said: ${JSON.stringify({ ...headers, proxy }).replaceAll('"', '')}`;
    const xml = `<ErrorResponse><Error><Code>Echo</Code><Message>${message}</Message></Error></ErrorResponse>`;
    answer.writeHead(400).end(url.includes('_github') ? JSON.stringify({ message }) : xml);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const password = 'pa%24sw%C3%B6rd-of-the-proxy';
  const proxy = `http://somebody:${password}@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secrets = [password, decodeURIComponent(password)];
  const s = furnished();
  const how: How = { environment: { HTTP_PROXY: proxy }, secrets };
  for (const { log } of [await s.run({}, how), await runCli(s, [], how)])
    assert.match(log, /You said:.*\*\*\*/);
});

describe('what a killed run leaves', { concurrency: 2 }, () => {
  /** An upload in parts that does not go on after the first. */
  function stuck(): { s: Stage; arrived: Promise<void> } {
    const s = furnished();
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    const { promise: never } = Promise.withResolvers<void>();
    s.fault({ operation: 'UploadPartCopy', skip: 1 }, { kind: 'hold', until: never });
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const look = setInterval(() => {
      if (s.requests('UploadPartCopy').length > 0) resolve();
    }, 20);
    return { s, arrived: arrived.finally(() => clearInterval(look)) };
  }

  test('in its scratch folder and for the post step holds no secret, and so do the words of that step', async () => {
    const { s, arrived } = stuck();
    const step = await s.start({}, DEBUG);
    await arrived;
    step.signal('SIGKILL');
    const killed = await step.finished;
    assert.equal(killed.code, null);
    assert.ok(killed.state['left-over']?.includes('journal'));
    const scratch = (await readdir(step.workspace)).filter(name => name.startsWith('s3-sync-'));
    assert.ok(
      scratch.some(name => name !== 's3-sync-report'),
      'the folder is searched before it is gone',
    );
    const post = await step.post();
    assert.match(post.log, /Aborted 1 multipart upload/);
  });

  test('by the command line holds no secret', async () => {
    const { s, arrived } = stuck();
    const { process: child, finished } = await startCli(s);
    await arrived;
    child.kill('SIGKILL');
    const run = await finished.catch(error => {
      if (!/There is no report/.test(String(error))) throw error;
    });
    assert.equal(run, undefined);
  });
});
