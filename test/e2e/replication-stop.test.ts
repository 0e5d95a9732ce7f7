/** Runs with replication that are stopped, killed, left to the next one, or find somebody else's job in their way. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlClient, reportTo } from '../lab/batch-lab.ts';
import { gate } from '../lab/datasync-lab.ts';
import { type ReplicationStage, refusals, replicationStage } from './replication-stage.ts';
import { checkOf, consistent, contents } from './stage.ts';

describe('a run with replication', { concurrency: 3 }, () => {
  test('stopped by SIGINT cancels its job, tells what has arrived, and leaves the rule', async t => {
    const s = await replicationStage(t);
    fill(s, 3);
    const { opened, open } = gate();
    s.trouble({ operation: 'ReplicateObject', key: 'object-1' }, { kind: 'hold', until: opened });
    const step = await s.start({ 'replication-rule': 'remove' });
    await until('one object', () => s.to.size > 0);
    step.signal('SIGINT');
    await until('the cancellation', () => s.jobs()[0]?.status === 'Cancelling');
    open();
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
    const { copied, skipped, failed } = run.report.totals;
    assert.deepEqual([copied, skipped, failed], [2, 1, 0], 'the one on its way arrives');
    assert.match(run.report.verdict.text, /stopped before it was done/);
    assert.deepEqual(
      s.rules().map(({ id }) => id),
      [s.rule()],
    );
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    const again = await s.run({ 'replication-rule': 'remove' });
    assert.equal(again.code, 0, again.log);
    assert.deepEqual([contents(s.to), s.from.replication], [contents(s.from), undefined]);
  });

  test('killed leaves its job to the post step, which cancels it as the source', async t => {
    const s = await replicationStage(t);
    fill(s, 2);
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: new Promise(() => {}) });
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    step.signal('SIGKILL');
    await step.finished;
    const post = await step.post();
    assert.equal(post.code, 0, post.log);
    await s.lab.s3control.settled();
    assert.equal(s.jobs()[0]?.status, 'Cancelled');
    assert.equal((await s.run()).code, 0);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('with wait: false leaves the job to the next run, which reports what arrived', async t => {
    const s = await replicationStage(t);
    fill(s, 3);
    const { opened, open } = gate();
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: opened });
    const left = await s.run({ wait: 'false' });
    assert.equal(left.code, 0, left.log);
    assert.equal(left.report.totals.copied, 0);
    assert.match(left.log, /goes on\. The next run with the same inputs verifies/);
    s.from.put('later', 'by the rule');
    await s.settled();
    open();
    await s.lab.s3control.settled();
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.report.totals.copied, run.report.verified], [3, true]);
    assert.equal(s.jobs().length, 1);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('whose objects are overwritten meanwhile takes the later ones for arrived', async t => {
    const s = await replicationStage(t);
    fill(s, 3);
    const { opened, open } = gate();
    s.trouble({ operation: 'Active', times: 1 }, { kind: 'hold', until: opened });
    const step = await s.start();
    await until('the job', () => s.jobs()[0]?.status === 'Active');
    s.from.put('object-1', 'newer content');
    await s.settled();
    open();
    const run = await step.finished;
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.report.totals.copied, run.report.verified], [3, true]);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('whose job cannot be made says so, and lists nothing for it', async t => {
    const s = await replicationStage(t);
    fill(s, 2);
    s.trouble({ operation: 'CreateJob' }, { kind: 'error', status: 400, code: 'InvalidRequest' });
    const listings = () => s.requests('ListObjectsV2').filter(({ bucket }) => bucket === s.to.name).length;
    assert.equal((await s.run({ mode: 'dry-run' })).code, 0);
    const planning = listings();
    const run = await s.run();
    assert.equal(run.code, 1, run.log);
    assert.match(run.report.verdict.text, /Making a job of S3 Batch Operations .* failed \(InvalidRequest/);
    assert.equal(listings(), 2 * planning + 1, 'once more because the rule is new');
  });

  test('fails when another run writes the configuration over its rule meanwhile', async t => {
    const s = await replicationStage(t);
    const at = (prefix: string) => ({
      source: `s3://${s.from.name}/${prefix}/`,
      destination: `s3://${s.to.name}/${prefix}/`,
    });
    for (const prefix of ['a', 'b']) s.from.put(`${prefix}/1`, 'x');
    const [first, second] = [gate(), gate()];
    s.trouble({ operation: 'PutBucketReplication', times: 1 }, { kind: 'hold', until: first.opened });
    const a = await s.start(at('a'));
    // By a check, before it writes, and twice to agree; then it writes.
    await until('the last look of the first', () => s.lab.requests.count('GetBucketReplication') === 4);
    s.trouble({ operation: 'Completing', times: 1 }, { kind: 'hold', until: second.opened });
    const b = await s.start(at('b'));
    await until('the second job', () => s.jobs()[0]?.status === 'Completing');
    first.open();
    const one = await a.finished;
    assert.equal(one.code, 0, one.log);
    second.open();
    const other = await b.finished;
    assert.equal(other.code, 1, other.log);
    assert.deepEqual([other.report.totals.copied, other.report.verified], [1, false]);
    assert.match(other.report.verdict.text, new RegExp(`The rule ${s.rule('b/')} is no longer in`));
    assert.match(other.report.failures[0]?.fix?.todo ?? '', /Run again.*`concurrency` group/);
    const again = await s.run(at('b'));
    assert.equal(again.code, 0, again.log);
    assert.deepEqual(
      s.rules().map(({ id }) => id),
      [s.rule('a/'), s.rule('b/')],
    );
  });

  test('is warned while six other jobs of Batch Replication are under way, and refused only one it needs', async t => {
    const s = await replicationStage(t);
    fill(s, 1);
    const { opened, open } = gate();
    s.trouble({ operation: 'Active' }, { kind: 'hold', until: opened });
    assert.equal((await s.run({ wait: 'false' })).code, 0);
    const control = controlClient(s.lab.endpoint, s.source.admin, s.source.region);
    const another = () =>
      control.createJob({
        AccountId: s.source.account,
        Operation: { S3ReplicateObject: {} },
        ManifestGenerator: {
          S3JobManifestGenerator: { SourceBucket: s.from.arn, EnableManifestOutput: false },
        },
        Report: reportTo(s.work),
        ClientRequestToken: randomUUID(),
        Priority: 1,
        RoleArn: s.jobRole,
        ConfirmationRequired: false,
      });
    const health = await s.run({ mode: 'health' });
    assert.match(checkOf(health, 'batch-jobs').seen, /The job .* of a sync is under way/);
    for (let n = 0; n < 5; n++) await another();
    const five = await s.run({ mode: 'preflight' });
    assert.equal(checkOf(five, 'batch-jobs').verdict, 'pass', 'the sixth is of these inputs');
    await another();
    const six = await s.run({ mode: 'preflight' });
    assert.equal(six.code, 0, six.log);
    assert.equal(checkOf(six, 'batch-jobs').verdict, 'warn');
    assert.match(checkOf(six, 'batch-jobs').seen, /6 other jobs of Batch Replication are under way/);
    open();
    await s.lab.s3control.settled();
    control.destroy();
    assert.equal((await s.run()).code, 0);
  });

  test('is refused where work-location is in another Region than the source', async t => {
    const s = await replicationStage(t);
    const { account } = s.source;
    s.lab.s3.createBucket({ name: 'octo-far', account, region: 'us-west-2' });
    const run = await s.run({ 'work-location': 's3://octo-far/sync' });
    assert.deepEqual(refusals(run), ['work-bucket: fail']);
    assert.deepEqual(s.mutations(), []);
  });

  test('is refused by a destination that lets requesters pay, or lacks the lock of the source', async t => {
    const s = await replicationStage(t, {
      source: { objectLock: {} },
      destination: { requestPayer: 'Requester' },
    });
    const run = await s.run();
    assert.deepEqual(refusals(run), ['destination-object-lock: fail', 'destination-request-payment: fail']);
    assert.deepEqual(s.rules(), []);
  });
});

function fill(s: ReplicationStage, count: number): void {
  for (let n = 0; n < count; n++) s.from.put(`object-${n}`, `content ${n}`);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    assert.ok(looks < 1000, `${what} did not come`);
    await sleep(20);
  }
}
