/** `mode: health`: green while replication works, and red with the cause as soon as it has silently broken. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ruleFor } from '../../src/s3/replication/rule.ts';
import { gate } from '../lab/datasync-lab.ts';
import { plainRule } from '../s3/plain.ts';
import { applyFix, without } from './paste.ts';
import { codes, type ReplicationStage, refusals, replicationStage } from './replication-stage.ts';
import { ago, checkOf, HOUR, type Inputs, policy } from './stage.ts';

const HEALTH = { mode: 'health' };

/** Puts the rule there as a sync would have, a few objects before it and some after it. */
async function settle(s: ReplicationStage, inputs: Partial<Parameters<typeof ruleFor>[0]> = {}) {
  const plain = plainRule({ bucket: s.to.name, prefix: '' });
  const wanted = { ...plain, account: s.destination.account, ...inputs };
  await s.admin.putBucketReplication({
    Bucket: s.from.name,
    ReplicationConfiguration: { Role: s.role, Rules: [ruleFor(wanted, 1)] },
  });
  for (const key of ['one', 'two', 'three']) s.from.put(key, `content of ${key}`);
  await s.settled();
}

describe('the health of replication', { concurrency: 3 }, () => {
  test('is green with numbers while the rule stands and all has arrived; nothing is changed', async t => {
    const s = await replicationStage(t);
    await settle(s);
    const before = s.mutations().length;
    const run = await s.run(HEALTH);
    assert.equal(run.code, 0, run.log);
    assert.match(run.summary, /Replication is healthy/);
    const { listed, unchanged } = run.report.totals;
    assert.deepEqual([listed, unchanged, run.report.verified], [3, 3, true]);
    assert.deepEqual(run.report.replication, { pending: 0, pendingBytes: 0, failures: {} });
    assert.match(run.summary, /Backlog: \*\*0 objects\*\*/);
    assert.equal(s.mutations().length, before);
  });

  test('tells of what is on its way, and fails when that takes too long', async t => {
    const s = await replicationStage(t);
    await settle(s);
    const { opened, open } = gate();
    s.trouble({ operation: 'ReplicateObject' }, { kind: 'hold', until: opened });
    s.from.put('young', 'young', { lastModified: new Date(s.lab.clock.now().getTime() - HOUR) });
    const green = await s.run(HEALTH);
    assert.equal(green.code, 0, green.log);
    assert.equal(green.record('young').reason, 'replicating');
    assert.equal(green.report.verified, false, 'what is on its way is not there');
    assert.deepEqual([green.report.replication?.pending, green.report.replication?.pendingBytes], [1, 5]);
    assert.equal(green.report.replication?.oldestPending?.key, 'young');
    assert.ok(Math.abs(Number(green.report.replication?.oldestPending?.seconds) - 3600) < 60);
    const red = await s.run({ ...HEALTH, 'replication-max-lag': '30m' });
    assert.equal(red.code, 1);
    assert.deepEqual(codes(red), { ReplicationLate: 1 });
    assert.match(red.report.failures[0]?.message ?? '', /was written 1h.* ago and is not replicated yet/);
    assert.match(red.summary, /Run `mode: sync`|What to do/);
    open();
    await s.settled();
    assert.equal((await s.run({ ...HEALTH, 'replication-max-lag': '30m' })).code, 0);
  });

  const BROKEN: readonly {
    readonly by: string;
    readonly how: (s: ReplicationStage) => unknown;
    readonly inputs?: Inputs;
    readonly finds?: readonly string[];
    readonly says?: RegExp;
    readonly codes?: Readonly<Record<string, number>>;
  }[] = [
    {
      by: 'a rule that was deleted, even though both sides are equal',
      how: s => s.admin.deleteBucketReplication({ Bucket: s.from.name }),
      finds: ['replication-rule: fail'],
      says: /is not in the replication configuration/,
    },
    {
      by: 'a rule that was disabled',
      how: s => amendRule(s, rule => ({ ...rule, Status: 'Disabled' })),
      finds: ['replication-rule: fail'],
      says: /Status is Disabled instead of Enabled/,
    },
    {
      by: 'a rule that was narrowed',
      how: s => amendRule(s, rule => ({ ...rule, Filter: { Prefix: 'o' } })),
      finds: ['replication-rule: fail'],
      says: /the prefix is "o" instead of ""/,
    },
    {
      by: 'another role',
      how: async s => {
        const { ReplicationConfiguration } = await s.admin.getBucketReplication({ Bucket: s.from.name });
        await s.admin.putBucketReplication({
          Bucket: s.from.name,
          ReplicationConfiguration: { Rules: ReplicationConfiguration?.Rules, Role: s.jobRole },
        });
      },
      finds: ['replication-rule: fail'],
      says: /the role is .*batch-replication instead of .*s3-replication/,
    },
    {
      by: 'versioning suspended at the destination',
      how: s => {
        s.to.versioning = 'Suspended';
      },
      finds: ['destination-versioning: fail'],
      says: /has versioning suspended/,
    },
    {
      by: 'an object that S3 has given up',
      how: async s => {
        s.trouble(
          { operation: 'ReplicateObject', times: 1 },
          { kind: 'error', status: 500, code: 'InternalError' },
        );
        s.from.put('four', 'x');
        await s.settled();
      },
      codes: { ReplicationFailed: 1 },
    },
    {
      by: 'an object from before the rule',
      how: async s => {
        const rules = s.from.replication;
        s.from.replication = undefined;
        s.from.put('early', 'x');
        s.from.replication = rules;
      },
      codes: { NotReplicated: 1 },
    },
    {
      by: 'an object under KMS, without a key for its replica',
      how: async s => {
        const key = s.lab.s3.createKey({ account: s.source.account, region: s.source.region });
        s.from.put('sealed', 'x', { encryption: { algorithm: 'aws:kms', keyArn: key.arn } });
        await s.settled();
      },
      codes: { NotReplicatedUnderKms: 1 },
    },
    {
      by: 'a replica that was deleted',
      how: s => {
        s.to.delete('two');
      },
      codes: { ReplicaMissing: 1 },
    },
    {
      by: 'a replica that was overwritten',
      how: s => {
        s.to.put('two', 'something else');
      },
      codes: { ReplicaDiffers: 1 },
    },
  ];
  for (const { by, how, inputs = {}, finds, says, codes: found } of BROKEN) {
    test(`is broken by ${by}`, async t => {
      const s = await replicationStage(t);
      await settle(s);
      await how(s);
      const before = s.mutations().length;
      const run = await s.run({ ...HEALTH, ...inputs });
      assert.equal(run.code, 1, run.log);
      assert.equal(s.mutations().length, before);
      if (finds !== undefined) {
        assert.deepEqual(refusals(run), finds);
        const [first = ''] = finds;
        const check = checkOf(run, first.replace(/:.*/, ''));
        assert.match(check.seen, says ?? /./);
        assert.ok(check.fix?.todo);
      } else {
        assert.deepEqual(codes(run), found);
        assert.deepEqual(run.report.replication?.failures, found);
        assert.ok(run.report.failures.every(({ fix }) => fix !== undefined));
      }
    });
  }

  test('asks anew what arrives, or is overwritten, after the destination was listed', async t => {
    const s = await replicationStage(t);
    await settle(s);
    const [arriving, asking] = [gate(), gate()];
    s.trouble({ operation: 'ReplicateObject', times: 2 }, { kind: 'hold', until: arriving.opened });
    s.from.put('x-late', 'x');
    s.from.put('x-moving', 'x');
    s.trouble({ operation: 'HeadObject', key: /x-/, times: 2 }, { kind: 'hold', until: asking.opened });
    const meanwhile = async () => {
      arriving.open();
      s.from.put('x-moving', 'on');
      await s.settled();
      asking.open();
    };
    const run = await s.run(HEALTH, { onLine: line => /^Listed \d+ source/.test(line) && meanwhile() });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.record('x-late').reason, run.record('x-moving').reason], ['arrived', 'arrived']);
    assert.deepEqual([run.report.replication?.pending, run.report.verified], [0, true]);
  });

  test('does not take a rule for another one where nobody tells who owns the replicas', async t => {
    const s = await replicationStage(t);
    await settle(s);
    for (const [name, held] of s.lab.iam.accounts.policiesOf(s.destination.role))
      s.lab.iam.accounts.putPolicy(s.destination.role, name, without(held, 's3:GetBucketOwnershipControls'));
    const run = await s.run(HEALTH);
    assert.equal(run.code, 0, run.log);
    assert.equal(checkOf(run, 'destination-ownership').verdict, 'unknown');
  });

  test('without the right to ask the destination, does not take for there what it did not see', async t => {
    const s = await replicationStage(t);
    await settle(s);
    s.to.delete('two');
    const names = [...s.lab.iam.accounts.policiesOf(s.destination.role).keys()];
    for (const name of names) {
      const held = s.lab.iam.accounts.policiesOf(s.destination.role).get(name) ?? policy();
      s.lab.iam.accounts.putPolicy(s.destination.role, name, without(held, 's3:GetObject'));
    }
    const run = await s.run(HEALTH);
    assert.deepEqual(codes(run), { ReplicaUnseen: 1 });
    applyFix(s.lab, run.report.failures[0]?.fix ?? { todo: '' });
    assert.deepEqual(codes(await s.run(HEALTH)), { ReplicaMissing: 1 });
  });

  test('leaves out what is archived, also restored, or fails for it, and asks nobody for a work location', async t => {
    const s = await replicationStage(t);
    await settle(s);
    s.from.put('ice', 'x', { storageClass: 'GLACIER' });
    const until = new Date(s.lab.clock.now().getTime() + 24 * HOUR);
    s.from.put('thawed', 'x', {
      storageClass: 'DEEP_ARCHIVE',
      restoration: { readyAt: ago(HOUR), expiresAt: until },
    });
    const inputs = { ...HEALTH, 'work-location': '' };
    const run = await s.run(inputs);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.record('ice').reason, run.record('thawed').reason], ['archived', 'archived']);
    const strict = await s.run({ ...inputs, archived: 'fail' });
    assert.equal(strict.code, 1);
    assert.deepEqual(
      strict.report.failures.map(({ reason, count }) => [reason, count]),
      [
        ['archived', 1],
        ['archived', 1],
      ],
    );
  });
});

type Rule = ReturnType<typeof ruleFor>;

async function amendRule(s: ReplicationStage, amend: (rule: Rule) => Rule): Promise<void> {
  const { ReplicationConfiguration: standing } = await s.admin.getBucketReplication({ Bucket: s.from.name });
  await s.admin.putBucketReplication({
    Bucket: s.from.name,
    ReplicationConfiguration: { Role: s.role, Rules: (standing?.Rules ?? []).map(amend) },
  });
}
