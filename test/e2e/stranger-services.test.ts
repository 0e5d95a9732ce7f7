/**
 * Services of AWS work under roles and name no owner: a bucket that a stranger has taken over is as good to them as ours.
 * What a run asks for itself is refused there as ever, and a statement in the service's role keeps the service out as well.
 * Without it, what the service does is known to fail the run.
 * (DataSync User Guide, "Providing DataSync access to S3 buckets"; Service Authorization Reference, "Amazon S3".)
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findings } from './stage.ts';
import {
  assertUntouched,
  type Case,
  type Circumstances,
  type Contested,
  confine,
  contested,
  DELETING,
  takeOver,
  takeOverAt,
} from './stranger-stage.ts';

const REMOVING: Circumstances = { inputs: { 'replication-rule': 'remove' } };
const ENABLING: Circumstances = {
  inputs: { 'enable-versioning': 'true' },
  furnish: ({ from, to }) => {
    for (const bucket of [from, to]) bucket.versioning = undefined;
  },
};

/** What the run asks for itself. */
const OURS: readonly Case[] = [
  { engine: 'datasync', taken: 'from', at: 'HeadObject' },
  { engine: 'datasync', taken: 'work', at: 'PutObject' },
  { engine: 'datasync', taken: 'work', at: 'ListObjectsV2', after: 'VERIFYING' },
  { engine: 'datasync', taken: 'work', at: 'GetObject', after: 'VERIFYING' },
  {
    engine: 'datasync',
    taken: 'work',
    at: 'DeleteObjects',
    inputs: { 'datasync-keep': 'false' },
    endsWell: /Not all that this run made for DataSync could be removed/,
  },
  { engine: 'datasync', taken: 'from', at: 'ListObjectsV2', after: 'VERIFYING' },
  { engine: 'datasync', taken: 'to', at: 'ListObjectsV2', after: 'VERIFYING' },
  { engine: 'datasync', taken: 'to', at: 'DeleteObjects', ...DELETING },
  { engine: 'batch', taken: 'work', at: 'PutObject' },
  { engine: 'batch', taken: 'work', at: 'ListObjectsV2', after: 'Completing' },
  { engine: 'batch', taken: 'work', at: 'GetObject', after: 'Completing' },
  { engine: 'batch', taken: 'from', at: 'ListObjectsV2', after: 'Completing' },
  { engine: 'batch', taken: 'to', at: 'ListObjectsV2', after: 'Completing' },
  { engine: 'batch', taken: 'to', at: 'DeleteObjects', ...DELETING },
  { engine: 'replication', taken: 'from', at: 'PutBucketVersioning', ...ENABLING },
  { engine: 'replication', taken: 'to', at: 'PutBucketVersioning', ...ENABLING },
  { engine: 'replication', taken: 'from', at: 'PutBucketReplication' },
  { engine: 'replication', taken: 'work', at: 'PutObject' },
  { engine: 'replication', taken: 'work', at: 'ListObjectsV2', after: 'Completing' },
  { engine: 'replication', taken: 'work', at: 'GetObject', after: 'Completing' },
  { engine: 'replication', taken: 'to', at: 'ListObjectsV2', after: 'Completing' },
  { engine: 'replication', taken: 'from', at: 'GetBucketReplication', after: 'Completing' },
  { engine: 'replication', taken: 'from', at: 'DeleteBucketReplication', ...REMOVING },
];

/** What a service does, or is about to be asked for. */
const SERVICES: readonly Case[] = [
  { engine: 'datasync', taken: 'from', at: 'CreateLocationS3' },
  { engine: 'datasync', taken: 'to', at: 'CreateLocationS3' },
  { engine: 'datasync', taken: 'work', at: 'CreateTask' },
  { engine: 'datasync', taken: 'from', at: 'StartTaskExecution' },
  { engine: 'datasync', taken: 'to', at: 'StartTaskExecution' },
  { engine: 'datasync', taken: 'work', at: 'StartTaskExecution' },
  { engine: 'datasync', taken: 'from', at: 'GetObject', after: 'TRANSFERRING' },
  { engine: 'datasync', taken: 'to', at: 'PutObject' },
  { engine: 'datasync', taken: 'work', at: 'PutObject', after: 'TRANSFERRING' },
  { engine: 'batch', taken: 'from', at: 'CreateJob' },
  { engine: 'batch', taken: 'to', at: 'CreateJob' },
  { engine: 'batch', taken: 'work', at: 'CreateJob' },
  { engine: 'batch', taken: 'from', at: 'CopyObject', on: 'to' },
  { engine: 'batch', taken: 'to', at: 'CopyObject' },
  { engine: 'replication', taken: 'to', at: 'PutBucketReplication', on: 'from' },
  { engine: 'replication', taken: 'from', at: 'CreateJob' },
  { engine: 'replication', taken: 'to', at: 'CreateJob' },
  { engine: 'replication', taken: 'work', at: 'CreateJob' },
  { engine: 'replication', taken: 'from', at: 'ReplicateObject' },
  { engine: 'replication', taken: 'to', at: 'ReplicateObject', on: 'from' },
];

/** Where the job itself is told whose bucket the report goes to. */
const REPORTS: readonly Case[] = [
  { engine: 'batch', taken: 'work', at: 'PutObject', after: 'Completing' },
  { engine: 'replication', taken: 'work', at: 'PutObject', after: 'Completing' },
];

async function play({ engine, taken, inputs, furnish, ...moment }: Case, s: Contested) {
  furnish?.(s);
  const theft = takeOverAt(s, taken, moment);
  const run = await s.run({ engine, ...inputs });
  assert.match(run.log, /^To copy: /m, 'the preflight was over');
  return { run, theft: theft() };
}

function nameOf({ engine, taken, at, after = 'the preflight' }: Case): string {
  return `${engine}, ${taken}, at ${at} after ${after}`;
}

describe('a bucket that is a stranger’s since the preflight is refused to us', { concurrency: 2 }, () => {
  for (const one of OURS) {
    test(nameOf(one), async t => {
      const s = await contested(one.engine, t);
      confine(s);
      const { run, theft } = await play(one, s);
      assert.ok(assertUntouched(s, theft) > 0);
      assert.equal(run.code, one.endsWell ? 0 : 1, run.log);
      assert.match(run.log, one.endsWell ?? /AccessDenied|Access denied/);
    });
  }
});

describe('with the statement of the documentation in its role, a service', { concurrency: 2 }, () => {
  for (const engine of ['datasync', 'batch', 'replication'] as const) {
    test(`does its work: ${engine}`, async t => {
      const s = await contested(engine, t);
      confine(s);
      const run = await s.run({ engine });
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(
        findings(run).filter(found => /role|fail/.test(found)),
        [],
      );
      assert.equal(s.to.size, 20);
    });
  }
  for (const one of SERVICES) {
    test(`does nothing in a stranger’s bucket: ${nameOf(one)}`, async t => {
      const s = await contested(one.engine, t);
      confine(s);
      const { run, theft } = await play(one, s);
      assertUntouched(s, theft);
      assert.equal(run.code, 1, run.log);
      assert.equal(run.report.verified, false);
    });
  }
  test('replicates nothing to a stranger once the run is over', async t => {
    const s = await contested('replication', t);
    confine(s);
    await s.run({ engine: 'replication' });
    const theft = takeOver(s, 'to');
    s.from.put('new', 'of the day after');
    await s.settled();
    assertUntouched(s, theft);
    assert.equal(s.from.get('new')?.replicationStatus, 'FAILED');
  });
});

describe('without that statement', { concurrency: 2 }, () => {
  for (const one of REPORTS) {
    test(`no report is written into a stranger’s bucket: ${nameOf(one)}`, async t => {
      const s = await contested(one.engine, t);
      const { run, theft } = await play(one, s);
      assertUntouched(s, theft);
      assert.equal(run.code, 1, run.log);
    });
  }
  for (const one of SERVICES) {
    test(`a run that a stranger came into fails: ${nameOf(one)}`, async t => {
      const s = await contested(one.engine, t);
      const { run } = await play(one, s);
      assert.equal(run.code, 1, run.log);
      assert.equal(run.report.verified, false);
      assert.match(run.log, /AccessDenied|Access denied/);
    });
  }
});
