/** Six hours and more with sessions of fifteen minutes: AWS's clock runs ahead with everything that is done. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type Lab, startLab } from '../../lab/lab.ts';
import { sparse } from '../../lab/s3/index.ts';
import { heldStage } from './batch-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { contents, GIB, MINUTE, type Run, type Stage, setStage } from './stage.ts';

const SESSIONS = { 'session-duration': '15m' };
const SESSION_MINUTES = 15;
const HOURS = 6;

async function ownStage(t: TestContext, apart = false): Promise<Stage> {
  const lab = await startLab();
  t.after(() => lab.close());
  return setStage(lab, { apart });
}

/** Each success of an operation takes so many minutes by the clock of AWS. */
function takes(lab: Lab, operation: string, minutes: number): { readonly minutes: number } {
  const passed = { minutes: 0 };
  lab.requests.watch(request => {
    if (request.operation !== operation || request.status !== 200) return;
    passed.minutes += minutes;
    lab.clock.advance(minutes * MINUTE);
  });
  return passed;
}

/** Sessions were renewed as long as it took, and hardly more often than they ended. */
function assertRenewed({ lab }: Stage, minutes: number, roles: number): void {
  assert.ok(minutes >= HOURS * 60, `only ${minutes} minutes went by`);
  const asked = lab.requests.count('AssumeRoleWithWebIdentity');
  const sessions = Math.ceil(minutes / SESSION_MINUTES);
  assert.ok(asked >= sessions, `${asked} sessions for ${minutes} minutes`);
  assert.ok(asked <= 1.5 * roles * sessions, `${asked} sessions for ${minutes} minutes`);
}

function assertWhole(s: Stage, run: Run): void {
  assert.equal(run.code, 0, run.log);
  assert.deepEqual([run.report.complete, run.report.verified], [true, true]);
  assert.deepEqual(contents(s.to), contents(s.from));
}

const OBJECTS = 800;

function fill(s: Stage): void {
  for (let i = 0; i < OBJECTS; i++) s.from.put(`object-${i}`, `content ${i}`);
}

/** Each object arrived by exactly one request that S3 took. */
function assertOnce(s: Stage, operation: string): void {
  const taken = s.requests(operation).filter(({ status }) => status === 200);
  assert.equal(taken.length, OBJECTS);
  assert.equal(new Set(taken.map(({ key }) => key)).size, OBJECTS);
}

describe('a run of six hours with sessions of fifteen minutes', { concurrency: 2 }, () => {
  test('copies every object once', async t => {
    const s = await ownStage(t);
    fill(s);
    const passed = takes(s.lab, 'CopyObject', 1 / 2);
    const run = await s.run({ ...SESSIONS, concurrency: '4' });
    assertWhole(s, run);
    assertOnce(s, 'CopyObject');
    assertRenewed(s, passed.minutes, 1);
  });

  test('streams every object once', async t => {
    const s = await ownStage(t, true);
    fill(s);
    const passed = takes(s.lab, 'PutObject', 1 / 2);
    const run = await s.run({ ...SESSIONS, engine: 'stream', concurrency: '4' });
    assertWhole(s, run);
    assertOnce(s, 'PutObject');
    assertRenewed(s, passed.minutes, 2);
  });

  test('copies one object in parts that outlives two dozen sessions', async t => {
    const s = await ownStage(t);
    s.from.put('large', sparse(400 * GIB, 'large'), { parts: GIB });
    const passed = takes(s.lab, 'UploadPartCopy', 1);
    const run = await s.run({ ...SESSIONS, concurrency: '4' });
    assertWhole(s, run);
    const taken = s.requests('UploadPartCopy').filter(({ status }) => status === 200);
    assert.equal(taken.length, 400);
    assertRenewed(s, passed.minutes, 1);
  });

  test('follows an execution of DataSync', async t => {
    const s = await dataSyncStage(t);
    s.from.put('object', 'content');
    const { promise: until, resolve } = Promise.withResolvers<void>();
    s.trouble({ operation: 'TRANSFERRING' }, { kind: 'hold', until });
    const passed = takes(s.lab, 'DescribeTaskExecution', 60);
    s.lab.requests.watch(() => passed.minutes >= HOURS * 60 && resolve());
    const run = await s.run(SESSIONS);
    assertWhole(s, run);
    assert.ok(s.lab.requests.count('AssumeRoleWithWebIdentity') >= HOURS);
  });

  test('follows a job', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    const passed = takes(s.lab, 'DescribeJob', 60);
    s.lab.requests.watch(() => passed.minutes >= HOURS * 60 && open());
    const run = await s.run(SESSIONS);
    assertWhole(s, run);
    assert.ok(s.lab.requests.count('AssumeRoleWithWebIdentity') >= HOURS);
  });
});
