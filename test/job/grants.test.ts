/** Grants for as long as a run lasts, with lives short enough to be waited for. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bucketPolicyStatement, forPrincipal } from '../../src/aws/policies.ts';
import { statementsIn } from '../../src/aws/policy-text.ts';
import { readTemporary } from '../../src/aws/temporary.ts';
import { Diary } from '../../src/job/diary.ts';
import { Grants } from '../../src/job/grants/grants.ts';
import { isGrantLeft } from '../../src/job/grants/left.ts';
import type { CleanUp } from '../../src/job/left-over.ts';
import { readFacts } from '../../src/preflight/facts.ts';
import type { Scene } from '../../src/preflight/scene.ts';
import { FileJournal } from '../../src/s3/journal.ts';
import { parseSettings } from '../../src/settings/parse.ts';
import { until } from '../e2e/batch-stage.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { QUIET } from './job-on-lab.ts';

async function setStage(t: TestContext) {
  const { lab, source, destination, network, close } = await bucketsOnLab();
  const scratch = await mkdtemp(join(tmpdir(), 's3-sync-test-'));
  t.after(async () => {
    await close();
    await rm(scratch, { recursive: true });
  });
  const inputs = { source: 's3://source', destination: 's3://destination', grant: 'temporary' };
  const settings = parseSettings(new Map(Object.entries(inputs)));
  const [from, to] = [source.here, destination.here];
  const facts = { source: await readFacts(from), destination: await readFacts(to) };
  const journal = new FileJournal(join(scratch, 'uploads.ndjson'));
  const sides = { source: from, destination: to, from, to };
  const scene: Scene = { ...sides, settings, engine: 'copy', facts, network, journal };
  const left: CleanUp[] = [];
  const diary = new Diary();
  const host = {
    environment: process.env,
    log: QUIET,
    idToken: () => Promise.reject(new Error('Nobody needs a token.')),
    mask: () => {},
    sessionName: 'test',
    runUrl: undefined,
    scratch,
    reportFolder: scratch,
    remember: (cleanUp: CleanUp) => void left.push(cleanUp),
  };
  const grants = new Grants(settings, host, diary, 9_000);
  const statement = forPrincipal(
    bucketPolicyStatement(from.location, 'aws'),
    'arn:aws:iam::444455556666:role/other',
  );
  const inPlace = () =>
    statementsIn(JSON.stringify(source.there.policy)).flatMap(one => readTemporary(one) ?? []);
  const writes = () =>
    lab.requests
      .mutating()
      .filter(({ operation, status }) => operation === 'PutBucketPolicy' && status < 300);

  const before = { Version: '2012-10-17', Statement: { ...statement, Sid: 'Theirs', Effect: 'Deny' } };
  source.there.policy = before;
  const lack = { side: 'source', statement } as const;
  return { lab, source, scene, left, diary, grants, inPlace, writes, before, lack };
}

test('grants are renewed while the run goes on, and taken away they leave the policy as it was', async t => {
  const { source, scene, left, diary, grants, inPlace, writes, before, lack } = await setStage(t);
  for (const check of await grants.put([lack, lack], scene)) assert.equal(check.verdict, 'pass', check.seen);
  const first = inPlace();
  assert.equal(first.length, 2);
  assert.deepEqual(
    diary.grants.map(({ sid, removed }) => [sid, removed]),
    first.map(one => [one.sid, false]),
  );
  assert.ok(isGrantLeft(left[0]?.grants ?? ''));

  await until('renewals', () => writes().length > 3);
  const sidsOf = (all: typeof first) => all.map(one => one.sid).sort();
  assert.deepEqual(sidsOf(inPlace()), sidsOf(first));
  for (const one of first) {
    const now = inPlace().find(other => other?.sid === one.sid);
    assert.ok((now?.until ?? 0) > (one.until ?? 0), 'it holds for longer now');
  }

  await grants.takeAway();
  assert.deepEqual(source.there.policy, before);
  assert.deepEqual(
    diary.grants.map(({ removed }) => removed),
    [true, true],
  );
  assert.equal(isGrantLeft(left[0]?.grants ?? ''), false);
});

test('a grant that somebody takes out while the run goes on is not put back', async t => {
  const { source, scene, left, diary, grants, inPlace, writes, before, lack } = await setStage(t);
  await grants.put([lack, lack], scene);
  const [revoked, kept] = inPlace().map(one => one.sid);
  const { Statement } = source.there.policy as { Statement: readonly { Sid?: string }[] };
  source.there.policy = { ...before, Statement: Statement.filter(({ Sid }) => Sid !== revoked) };

  await until('a renewal', () => writes().length > 2);
  assert.deepEqual(
    inPlace().map(one => one.sid),
    [kept],
  );
  await grants.takeAway();
  assert.deepEqual(
    diary.grants.map(({ sid, removed }) => [sid, removed]),
    [
      [revoked, true],
      [kept, true],
    ],
  );
  assert.match(diary.notes.join('\n'), new RegExp(`Somebody took ${revoked} out of the policy of source`));
  assert.deepEqual(statementsIn(JSON.stringify(source.there.policy)), [before.Statement]);
  assert.equal(isGrantLeft(left[0]?.grants ?? ''), false);
});

test('what S3 refuses once the statement is there leaves nothing of it behind', async t => {
  const { lab, source, scene, left, diary, grants, writes, before, lack } = await setStage(t);
  const isThere = { operation: 'GetBucketPolicy', skip: 3, times: 1 };
  lab.faults.add({ ...isThere, kind: 'error', status: 403, code: 'AccessDenied' });
  const [check] = await grants.put([lack], scene);
  assert.equal(check?.verdict, 'fail');
  assert.equal(writes().length, 2, 'there and back');
  assert.deepEqual(source.there.policy, before);
  assert.deepEqual([diary.grants, isGrantLeft(left[0]?.grants ?? '')], [[], false]);
  await grants.takeAway();
});

test('what may be there still is taken away at the end', async t => {
  const { lab, source, scene, left, grants, inPlace, before, lack } = await setStage(t);
  const heal = lab.faults.add({
    operation: 'GetBucketPolicy',
    skip: 3,
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
  });
  const [check] = await grants.put([lack], scene);
  assert.deepEqual([check?.verdict, inPlace().length], ['fail', 1]);
  assert.ok(isGrantLeft(left[0]?.grants ?? ''));
  heal();
  await grants.takeAway();
  assert.deepEqual(source.there.policy, before);
});
