/** `grant: temporary` when a run is stopped or killed, when another one is under way, and when what was left has expired. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { type Lab, startLab } from '../../lab/lab.ts';
import { until } from './batch-stage.ts';
import { startCli } from './cli-stage.ts';
import { clockAhead, letGrant, policyOf, TEMPORARY, temporaryIn } from './grant-stage.ts';
import { checkOf, consistent, contents, HOUR, openLab, policy, type Stage, setStage } from './stage.ts';

const shared = await openLab();

const THEIRS = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket' };

/** A source whose policy lets nobody in, and copies that last until they are let go. */
function heldStage(t: TestContext, lab: Lab = shared) {
  const s = setStage(lab);
  for (let i = 0; i < 3; i++) s.from.put(`p/${i}`, `content ${i}`);
  const theirs = JSON.stringify(policy({ ...THEIRS, Sid: 'Theirs', Resource: s.from.arn }));
  s.source.setBucketPolicy(JSON.parse(theirs));
  letGrant(lab, s);
  const owner = policyOf(lab, s.source);
  t.after(owner.close);
  const { promise, resolve: open } = Promise.withResolvers<void>();
  const heal = s.fault({ operation: 'CopyObject' }, { kind: 'hold', until: promise });
  t.after(() => open());
  return { s, owner, theirs, open, heal };
}

const copying = (s: Stage) =>
  until('a copy', () => s.requests('GetObject').length > 1 && temporaryIn(s.from).length > 0);

describe('a run that is stopped takes its grant away itself', { concurrency: 2 }, () => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    test(name, async t => {
      const { s, owner, theirs, open } = heldStage(t);
      const step = await s.start(TEMPORARY, {
        onLine: line => {
          if (!line.startsWith('To copy')) return;
          step.signal(name);
          if (name === 'SIGINT') open();
        },
      });
      const run = consistent(await step.finished);
      assert.equal(run.code, 1, run.log);
      assert.deepEqual(
        run.report.grants?.map(({ removed }) => removed),
        [true],
        run.log,
      );
      assert.equal(await owner.read(), theirs);
      const before = s.requests().length;
      assert.equal((await step.post()).code, 0);
      assert.equal(s.requests().length, before, 'nothing is left for the post step');
    });
  }

  test('and where it cannot, nor the post step, that saves the report all the same', async t => {
    const { s, owner, open } = heldStage(t);
    const artifact = `cancelled-${s.to.name}`;
    const step = await s.start(
      { ...TEMPORARY, artifact },
      {
        onLine: line => {
          if (!line.startsWith('To copy')) return;
          shared.iam.accounts.putPolicy(s.source.role, 'grant', policy());
          step.signal('SIGINT');
          open();
        },
      },
    );
    await step.finished;
    const post = await step.post();
    assert.match(post.log, /could not be taken out of the policy/);
    assert.equal((await owner.temporary()).length, 1);
    assert.ok(shared.github.results.artifact(artifact), post.log);
  });

  test('SIGTERM, from the command line', async t => {
    const { s, owner, theirs } = heldStage(t);
    const { process: child, finished } = await startCli(s, ['--grant=temporary']);
    await copying(s);
    child.kill('SIGTERM');
    const run = await finished;
    assert.equal(run.code, 143, run.log);
    assert.equal(await owner.read(), theirs);
    assert.deepEqual(run.remains, []);
  });
});

describe('a run that is killed', { concurrency: 2 }, () => {
  test('leaves it to the post step', async t => {
    const { s, owner, theirs } = heldStage(t);
    const step = await s.start(TEMPORARY);
    await copying(s);
    step.signal('SIGKILL');
    await step.finished;
    const [left] = await owner.temporary();
    assert.ok(left);
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    assert.match(post.log, new RegExp(`Took ${left.Sid} out of the policy of ${s.from.name}`));
    assert.equal(await owner.read(), theirs);
  });

  test('before it knew that its statement was there leaves it to the post step as well', async t => {
    const { s, owner, theirs } = heldStage(t);
    const answer = s.fault({ operation: 'PutBucketPolicy' }, { kind: 'stall', ms: 15_000 });
    const step = await s.start(TEMPORARY);
    await until('a statement', () => temporaryIn(s.from).length > 0);
    step.signal('SIGKILL');
    await step.finished;
    answer();
    const post = await step.post();
    assert.equal(await owner.read(), theirs, post.log);
  });

  test('has its post step say what is left, and until when, where it cannot take it away', async t => {
    const { s, owner } = heldStage(t);
    const step = await s.start(TEMPORARY);
    await copying(s);
    step.signal('SIGKILL');
    await step.finished;
    shared.iam.accounts.putPolicy(s.source.role, 'grant', policy());
    const post = await step.post();
    const [left] = await owner.temporary();
    assert.equal(post.code, 0);
    assert.match(post.log, new RegExp(`${left?.Sid} could not be taken out of the policy of ${s.from.name}`));
    assert.ok(post.log.includes(JSON.stringify(left)), post.log);
    assert.ok(post.log.includes(`ends by itself at ${left?.Condition?.DateLessThan?.['aws:CurrentTime']}`));
  });

  test('and never cleaned up after: the statement ends by itself, and the next run takes it out', async t => {
    const lab = await startLab();
    t.after(() => lab.close());
    const { s, owner, theirs, open, heal } = heldStage(t, lab);
    const step = await s.start(TEMPORARY);
    await copying(s);
    step.signal('SIGKILL');
    await step.finished;
    heal();
    open();
    const [left] = await owner.temporary();
    let clock = {};
    const pass = (hours: number) => {
      lab.clock.advance(hours * HOUR);
      clock = clockAhead(lab);
    };
    const canRead = async () =>
      checkOf(await s.run({ engine: 'copy', mode: 'preflight' }, { environment: clock }), 'signer-can-read')
        .verdict;
    assert.equal(await canRead(), 'pass');

    pass(5);
    const early = await s.run({ ...TEMPORARY, engine: 'copy' }, { environment: clock });
    assert.equal(early.code, 0, early.log);
    assert.deepEqual(await owner.temporary(), [left], 'one that holds still may be in use');
    assert.equal(await canRead(), 'pass');

    pass(1.5);
    assert.equal(await canRead(), 'fail');
    const run = await s.run({ ...TEMPORARY, engine: 'copy' }, { environment: clock });
    assert.equal(run.code, 0, run.log);
    assert.match(
      run.log,
      new RegExp(`Took ${left?.Sid} out of the policy of ${s.from.name}: an earlier run`),
    );
    assert.equal(await owner.read(), theirs);
    assert.deepEqual(contents(s.to), contents(s.from));
  });
});

test('what looks like ours stays where it does not say until when, and what is of others where it has expired', async t => {
  const { s, owner, open } = heldStage(t);
  open();
  const past = { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } };
  const kept = [
    { ...THEIRS, Sid: 'S3SyncTemporary0123456789abcdef', Resource: s.from.arn },
    { ...THEIRS, Sid: 'S3SyncTemporaryByHand', Resource: s.from.arn, Condition: past },
    { ...THEIRS, Sid: 'Theirs', Resource: s.from.arn, Condition: past },
  ];
  const stale = { ...THEIRS, Sid: 'S3SyncTemporaryfedcba9876543210', Resource: s.from.arn, Condition: past };
  await owner.write(JSON.stringify(policy(...kept, stale)));
  const run = await s.run(TEMPORARY);
  assert.equal(run.code, 0, run.log);
  assert.equal(await owner.read(), JSON.stringify(policy(...kept)));
});

describe('two runs at the same time', { concurrency: 1 }, () => {
  test('that both start by granting lose neither their own statement nor that of the other', async t => {
    const { s, owner, theirs, open } = heldStage(t);
    open();
    const runs = await Promise.all([
      s.run({ ...TEMPORARY, destination: `s3://${s.to.name}/one/` }),
      s.run({ ...TEMPORARY, destination: `s3://${s.to.name}/two/` }),
    ]);
    for (const run of runs) assert.equal(run.code, 0, run.log);
    assert.equal(await owner.read(), theirs);
    assert.equal(s.to.size, 6);
  });

  test('of which the second can read by the grant of the first get one each, and the second outlives the first', async t => {
    const { s, owner, theirs, open, heal } = heldStage(t);
    heal();
    const { promise, resolve } = Promise.withResolvers<void>();
    t.after(() => resolve());
    s.fault({ operation: 'CopyObject', key: /^one/ }, { kind: 'hold', until: promise });
    const later = Promise.withResolvers<void>();
    t.after(() => later.resolve());
    s.fault({ operation: 'CopyObject', key: /^two/ }, { kind: 'hold', until: later.promise });
    open();
    const one = await s.start({ ...TEMPORARY, destination: `s3://${s.to.name}/one/` });
    await copying(s);
    const two = await s.start({ ...TEMPORARY, destination: `s3://${s.to.name}/two/` });
    await until('two grants', () => temporaryIn(s.from).length === 2);
    resolve();
    const first = await one.finished;
    assert.equal(first.code, 0, first.log);
    assert.equal((await owner.temporary()).length, 1);
    later.resolve();
    const second = await two.finished;
    assert.equal(second.code, 0, second.log);
    assert.equal(await owner.read(), theirs);
  });
});
