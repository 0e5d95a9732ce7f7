/**
 * What keeps S3 from replicating ends in a named cause with words that can be pasted, whether it was found before or only when
 * an object failed. Here they are, by the letter, and then the same run must pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { apply, applyFix, without } from './paste.ts';
import { codes, type ReplicationStage, replicationStage } from './replication-stage.ts';
import { allow, contents, findings, type Inputs, policy } from './stage.ts';

interface Case {
  readonly missing: string;
  readonly take: (s: ReplicationStage) => void;
  readonly inputs?: Inputs;
  readonly options?: TwoAccountsOptions;
  /** Codes of what failed, or the words of what ended the run. */
  readonly ends: Readonly<Record<string, number>> | RegExp;
}

const OBJECTS = 2;

/** Only when objects fail is it known: nobody here may ask IAM. */
const CASES: readonly Case[] = [
  {
    missing: "the role's trust in S3",
    take: s => s.lab.iam.accounts.setTrustPolicy(s.role, trusting('ec2.amazonaws.com')),
    ends: { AssumeRoleNotPermitted: OBJECTS },
  },
  ...(
    [
      ['source', 's3:GetObjectVersionForReplication', 'SrcGetObjectNotPermitted', OBJECTS],
      ['source', 's3:GetReplicationConfiguration', 'SrcGetObjectNotPermitted', OBJECTS],
      ['source', 's3:GetObjectVersionTagging', 'SrcGetTaggingNotPermitted', 1],
      ['destination', 's3:ReplicateObject', 'DstPutObjectNotPermitted', OBJECTS],
      ['destination', 's3:ReplicateTags', 'DstPutTaggingNotPermitted', 1],
    ] as const
  ).map(([name, action, code, number]) => ({
    missing: `${action} for the role`,
    take: (s: ReplicationStage) => takeFrom(s, s.role, name, action),
    ends: { [code]: number },
  })),
  {
    missing: 'the right of the role to hand replicas over',
    options: { destination: { ownership: 'BucketOwnerPreferred' } },
    take: s => takeFrom(s, s.role, 'destination', 's3:ObjectOwnerOverrideToBucketOwner'),
    ends: { DstPutAclNotPermitted: OBJECTS },
  },
  {
    missing: 's3:InitiateReplication for the role of the job',
    take: s => takeFrom(s, s.jobRole, 'source', 's3:InitiateReplication'),
    ends: { AccessDenied: OBJECTS },
  },
  {
    missing: 'the right to pass the role to S3',
    take: s => denied(s, 'iam:PassRole', s.role),
    ends: /Putting the rule .* failed \(AccessDenied.*iam:PassRole/,
  },
  {
    missing: 'the right to configure replication',
    take: s => denied(s, 's3:PutReplicationConfiguration'),
    ends: /Putting the rule .* failed \(AccessDenied/,
  },
  {
    missing: 'the right to enable versioning',
    take: s => {
      s.from.versioning = undefined;
    },
    inputs: { 'enable-versioning': 'true' },
    ends: /Enabling versioning of .* failed \(AccessDenied/,
  },
];

describe('what keeps S3 from replicating has a cause and a fix that helps:', { concurrency: 3 }, () => {
  for (const { missing, take, options = {}, inputs = {}, ends } of CASES) {
    test(missing, async t => {
      const s = await replicationStage(t, options);
      fill(s);
      take(s);
      const run = await s.run(inputs);
      assert.equal(run.code, 1, run.log);
      if (ends instanceof RegExp) assert.match(run.report.verdict.text, ends);
      else assert.deepEqual(codes(run), ends);
      const fixes = run.report.failures.map(({ fix }) => fix);
      assert.ok(fixes.length > 0);
      for (const fix of fixes) {
        assert.ok(fix?.paste, JSON.stringify(run.report.failures));
        applyFix(s.lab, fix);
      }
      const again = await s.run(inputs);
      assert.equal(again.code, 0, again.log);
      assert.deepEqual(contents(s.to), contents(s.from));
    });
  }

  test('keys that the role may not use, of both sides', async t => {
    const s = await replicationStage(t);
    const key = (side: typeof s.source) =>
      s.lab.s3.createKey({
        account: side.account,
        region: side.region,
        policy: policy({
          ...allow('kms:*', '*'),
          Principal: { AWS: `arn:aws:iam::${s.source.account}:root` },
        }),
      }).arn;
    const [ours, theirs] = [key(s.source), key(s.destination)];
    s.from.encryption = { algorithm: 'aws:kms', keyArn: ours };
    fill(s);
    const inputs = { encryption: 'aws:kms', 'kms-key': theirs };
    for (const code of ['SrcKmsKeyInvalidState', 'DstKmsKeyInvalidState']) {
      const run = await s.run(inputs);
      assert.deepEqual(codes(run), { [code]: OBJECTS }, run.log);
      for (const { fix } of run.report.failures) {
        assert.match(fix?.todo ?? '', /key is missing, disabled or not for|key of the .* is missing/);
        applyFix(s.lab, fix ?? { todo: '' });
      }
    }
    const run = await s.run(inputs);
    assert.equal(run.code, 0, run.log);
  });

  test('the right to start replications, by its own code', async t => {
    const s = await replicationStage(t);
    fill(s);
    takeFrom(s, s.jobRole, 'source', 's3:InitiateReplication');
    // As S3 may say it in reports, for all that the lab would call AccessDenied.
    s.trouble(
      { operation: 'ReplicateObject', times: OBJECTS },
      { kind: 'error', status: 403, code: 'InitiateReplicationNotPermitted' },
    );
    s.lab.iam.accounts.putPolicy(
      s.jobRole,
      'meanwhile',
      policy(allow('s3:InitiateReplication', `${s.from.arn}/*`)),
    );
    const run = await s.run();
    assert.deepEqual(codes(run), { InitiateReplicationNotPermitted: OBJECTS }, run.log);
    s.lab.iam.accounts.deletePolicy(s.jobRole, 'meanwhile');
    applyFix(s.lab, run.report.failures[0]?.fix ?? { todo: '' });
    const again = await s.run();
    assert.equal(again.code, 0, again.log);
  });

  test('a replica that was deleted for good, which S3 does not make a second time', async t => {
    const s = await replicationStage(t);
    fill(s);
    await s.run();
    const { versionId = '' } = s.to.get('object-0') ?? {};
    s.to.deleteVersion('object-0', versionId);
    const run = await s.run();
    assert.deepEqual(codes(run), { DstObjectHardDeleted: 1 });
    assert.match(run.report.failures[0]?.fix?.todo ?? '', /does not make it a second time.*`engine: copy`/);
  });
});

describe('asked, IAM and the policy of the destination tell before anything fails:', {
  concurrency: 3,
}, () => {
  const TAKEN: readonly (Pick<Case, 'missing' | 'take'> & { readonly finds: string })[] = [
    {
      missing: "the role's trust in S3",
      take: s => s.lab.iam.accounts.setTrustPolicy(s.role, trusting('ec2.amazonaws.com')),
      finds: 'replication-role-trust: fail',
    },
    {
      missing: 'a permission of the role on the source',
      take: s => takeFrom(s, s.role, 'source', 's3:GetObjectVersionForReplication'),
      finds: 'replication-role-permissions: fail',
    },
    {
      missing: 'a permission of the role on the destination',
      take: s => takeFrom(s, s.role, 'destination', 's3:ReplicateTags'),
      finds: 'replication-role-permissions: fail',
    },
    {
      missing: 'the policy of the destination',
      take: s => s.destination.setBucketPolicy(undefined),
      finds: 'destination-bucket-policy: fail',
    },
  ];
  for (const { missing, take, finds } of TAKEN) {
    test(`${missing}, also in mode health`, async t => {
      const s = await replicationStage(t);
      asking(s);
      fill(s);
      const first = await s.run();
      assert.deepEqual([first.code, findings(first)], [0, []], first.log);
      take(s);
      for (const mode of ['health', 'preflight', 'sync']) {
        const run = await s.run({ mode });
        assert.deepEqual([mode, run.code, findings(run)], [mode, 1, [finds]]);
        if (mode === 'sync') apply(s.lab, run);
      }
      const healthy = await s.run({ mode: 'health' });
      assert.deepEqual([healthy.code, findings(healthy)], [0, []], healthy.log);
    });
  }

  test('one role may do both', async t => {
    const s = await replicationStage(t);
    asking(s);
    fill(s);
    const run = await s.run({ 'batch-role': '' });
    assert.deepEqual(findings(run), [
      'batch-role-trust: fail',
      'batch-role-permissions: fail',
      'batch-role-pass-role: fail',
    ]);
    apply(s.lab, run);
    const again = await s.run({ 'batch-role': '' });
    assert.deepEqual([again.code, findings(again)], [0, []], again.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal((await s.run({ mode: 'health', 'batch-role': '' })).code, 0);
  });
});

function fill(s: ReplicationStage): void {
  for (let n = 0; n < OBJECTS; n++) {
    s.from.put(`object-${n}`, `content ${n}`, n === 0 ? { tags: { team: 'data' } } : {});
  }
}

/** Lets the source's identity ask IAM about both roles and about itself. */
function asking(s: ReplicationStage): void {
  const about = [s.role, s.jobRole, s.source.role];
  s.lab.iam.accounts.putPolicy(
    s.source.role,
    'iam',
    policy(...about.map(one => allow(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], one))),
  );
}

function takeFrom(s: ReplicationStage, role: string, name: string, action: string): void {
  const { accounts } = s.lab.iam;
  accounts.putPolicy(role, name, without(accounts.policiesOf(role).get(name) ?? policy(), action));
}

/** Takes an action from the source's role, of all resources or of one. */
function denied(s: ReplicationStage, action: string, resource?: string): void {
  const { accounts } = s.lab.iam;
  const held = accounts.policiesOf(s.source.role).get('replication') ?? policy();
  if (resource === undefined) {
    accounts.putPolicy(s.source.role, 'replication', without(held, action));
    return;
  }
  const statements = (held.Statement as { Resource?: unknown }[]).filter(one => one.Resource !== resource);
  accounts.putPolicy(s.source.role, 'replication', policy(...statements));
}

const trusting = (Service: string) =>
  policy({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' });
