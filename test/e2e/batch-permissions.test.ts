/**
 * What jobs lack is found by `mode: preflight`, which makes none, and told in words that can be pasted. Here they are, by
 * the letter, and then a sync must pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batchCalls } from '../../lab/batch-worlds.ts';
import { sourceRolePolicy } from '../../lab/worlds.ts';
import { type BatchStage, batchStage } from './batch-stage.ts';
import { apply, applyFix, statementsOf, without } from './paste.ts';
import { allow, checkOf, contents, findings, policy } from './stage.ts';

interface Case {
  readonly missing: string;
  readonly take: (s: BatchStage) => void;
  readonly finds: readonly string[];
}

const CASES: readonly Case[] = [
  {
    missing: "the role's trust for this account",
    take: s =>
      s.lab.iam.accounts.setTrustPolicy(
        s.role,
        policy({
          ...trusting('batchoperations.s3.amazonaws.com'),
          Condition: { StringEquals: { 'aws:SourceAccount': s.source.account } },
        }),
      ),
    finds: ['batch-role-trust: fail'],
  },
];

describe('what jobs lack is found, and what the run says helps:', { concurrency: 3 }, () => {
  for (const { missing, take, finds } of CASES) {
    test(missing, async t => {
      const s = await batchStage(t);
      furnish(s);
      take(s);
      const refused = await s.run({ mode: 'preflight' });
      assert.equal(refused.code, 1, refused.log);
      assert.deepEqual(findings(refused), finds);
      assert.deepEqual([s.jobs(), s.work.keys(), s.to.keys()], [[], [], []]);
      apply(s.lab, refused);
      const run = await s.run();
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(contents(s.to), contents(s.from));
    });
  }
});

test('everything can be had by pasting, starting with roles that may do nothing', async t => {
  const s = await batchStage(t);
  furnish(s);
  const { accounts } = s.lab.iam;
  s.source.setBucketPolicy(forSigner(s));
  accounts.putPolicy(s.destination.role, 'batch', looking(s));
  for (const name of ['source', 'destination', 'work']) accounts.putPolicy(s.role, name, NOTHING);
  accounts.setTrustPolicy(s.role, policy(trusting('ec2.amazonaws.com')));
  for (let rounds = 0; ; rounds++) {
    assert.ok(rounds < 10, 'it comes to an end');
    const run = await s.run({ mode: 'preflight' });
    assert.deepEqual([s.jobs(), s.work.keys()], [[], []]);
    if (run.code === 0) break;
    apply(s.lab, run);
  }
  const run = await s.run();
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(contents(s.to), contents(s.from));
});

describe('what nobody may look at beforehand has a name and a fix when a job meets it', {
  concurrency: 3,
}, () => {
  for (const [missing, take, says, sids] of [
    [
      'the right to make jobs',
      (s: BatchStage) => takeFromCaller(s, 's3:CreateJob'),
      /^Making a job of S3 Batch Operations in eu-central-1 failed \(AccessDenied/,
      ['S3SyncJobs', 'S3SyncJob'],
    ],
    [
      'the right to pass the role',
      (s: BatchStage) => takeFromCaller(s, 'iam:PassRole'),
      /^Making a job .*iam:PassRole/,
      ['S3SyncPassRoleBatchoperations'],
    ],
    [
      "the role's trust in S3 Batch Operations",
      (s: BatchStage) => s.lab.iam.accounts.setTrustPolicy(s.role, policy(trusting('ec2.amazonaws.com'))),
      /^The job \S+ of S3 Batch Operations failed \(AccessDenied.*cannot assume/,
      ['S3SyncTrustBatchoperations'],
    ],
    [
      'the right of the role to read manifests',
      (s: BatchStage) => takeFromRole(s, 'work', 's3:GetObject'),
      /^The job \S+ of S3 Batch Operations failed \(AccessDenied: Failed to read manifest/,
      ['S3SyncBatchReports'],
    ],
    [
      'the right of the role to write reports',
      (s: BatchStage) => takeFromRole(s, 'work', 's3:PutObject'),
      /^The job \S+ of S3 Batch Operations failed \(AccessDenied: The completion report could not be written/,
      ['S3SyncBatchReports'],
    ],
    [
      'the right of the role to write copies',
      (s: BatchStage) => takeFromRole(s, 'destination', 's3:PutObject'),
      /^2 objects failed/,
      ['S3SyncBatchWrites'],
    ],
    [
      'the grant to the role in the policy of the source bucket',
      (s: BatchStage) => s.source.setBucketPolicy(forSigner(s)),
      /^2 objects failed/,
      ['S3SyncBatchReads', 'S3SyncBatchWrites'],
    ],
  ] as const) {
    test(missing, async t => {
      const s = await batchStage(t);
      furnish(s);
      s.lab.iam.accounts.putPolicy(s.destination.role, 'batch', batchCalls(s.role, s.work.name));
      s.source.setRolePolicy(without(sourceRolePolicy(s.from.name), 's3:GetBucketPolicy'));
      take(s);
      const run = await s.run({ verify: 'none' });
      assert.equal(run.code, 1, run.log);
      assert.match(run.report.verdict.text, says);
      const { fix } = run.report.failures[0] ?? {};
      assert.deepEqual(sidsOf(fix?.paste), sids);
      assert.equal(run.report.totals.copied, 0);
      assert.ok(fix);
      if (fix.todo.includes('both of these')) return;
      applyFix(s.lab, fix);
      const again = await s.run();
      assert.equal(again.code, 0, again.log);
    });
  }
});

describe('the work location', { concurrency: 3 }, () => {
  test('may encrypt by default with KMS: manifests are not', async t => {
    const s = await batchStage(t);
    furnish(s);
    s.work.encryption = { algorithm: 'aws:kms' };
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.match(checkOf(run, 'work-writable').seen, /SSE-S3, whatever its default/);
  });

  test('whose policy demands KMS is refused in words that say so', async t => {
    const s = await batchStage(t);
    furnish(s);
    s.work.policy = policy({
      ...allow('s3:PutObject', `${s.work.arn}/*`),
      Effect: 'Deny',
      Principal: '*',
      Condition: { StringEquals: { 's3:x-amz-server-side-encryption': 'AES256' } },
    });
    const run = await s.run();
    assert.ok(findings(run).includes('work-writable: fail'));
    assert.match(checkOf(run, 'work-writable').fix?.todo ?? '', /denies what is encrypted with SSE-S3/);
    assert.deepEqual([s.jobs(), s.to.keys()], [[], []]);
  });

  test('in another Region than the jobs is warned of', async t => {
    const s = await batchStage(t);
    furnish(s);
    const { account } = s.destination;
    const far = s.lab.s3.createBucket({ name: 'octo-far-away', account, region: s.source.region });
    s.lab.iam.accounts.putPolicy(s.destination.role, 'far', policy(allow('s3:*', [far.arn, `${far.arn}/*`])));
    s.lab.iam.accounts.putPolicy(s.role, 'far', policy(allow('s3:*', `${far.arn}/*`)));
    const run = await s.run({ mode: 'preflight', 'work-location': 's3://octo-far-away' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(findings(run), ['work-bucket: warn']);
    assert.match(checkOf(run, 'work-bucket').fix?.todo ?? '', /in eu-central-1/);
  });

  test('that does not exist, or belongs to somebody else, is refused', async t => {
    const s = await batchStage(t);
    furnish(s);
    const none = await s.run({ 'work-location': 's3://octo-nowhere' });
    assert.match(checkOf(none, 'work-bucket').seen, /There is no bucket octo-nowhere/);
    const { account, region } = s.source;
    const bucket = s.lab.s3.createBucket({ name: 'octo-theirs', account, region });
    const everybody = {
      ...allow('s3:*', [bucket.arn, `${bucket.arn}/*`]),
      Principal: { AWS: s.destination.role },
    };
    bucket.policy = policy(everybody);
    s.lab.iam.accounts.putPolicy(s.destination.role, 'all', policy(allow('s3:*', '*')));
    const theirs = await s.run({ 'work-location': 's3://octo-theirs' });
    assert.ok(findings(theirs).includes('work-writable: fail'));
    assert.equal(bucket.size, 0);
  });

  test('that locks whatever is written is warned of', async t => {
    const s = await batchStage(t);
    furnish(s);
    const { account, region } = s.destination;
    const objectLock = { rule: { mode: 'GOVERNANCE', days: 7 } } as const;
    const bucket = s.lab.s3.createBucket({
      name: 'octo-locked',
      account,
      region,
      versioning: 'Enabled',
      objectLock,
    });
    s.lab.iam.accounts.putPolicy(s.destination.role, 'all', policy(allow('s3:*', '*')));
    s.lab.iam.accounts.putPolicy(s.role, 'locked', policy(allow('s3:*', `${bucket.arn}/*`)));
    const run = await s.run({ 'work-location': 's3://octo-locked' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(findings(run), ['work-object-lock: warn']);
  });
});

const NOTHING = policy(allow('sts:GetCallerIdentity', '*'));

/** All that finds out, and nothing that does anything. */
function looking(s: BatchStage) {
  return policy(
    allow(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], '*'),
    allow(['s3:GetBucketObjectLockConfiguration', 's3:GetBucketPolicy'], s.work.arn),
  );
}

function furnish(s: BatchStage): void {
  s.from.put('in/object', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  s.from.put('in/other', 'content');
}

/** The destination role loses an action of those it has for jobs. */
function takeFromCaller(s: BatchStage, action: string): void {
  const present = s.lab.iam.accounts.policiesOf(s.destination.role).get('batch');
  assert.ok(present);
  s.lab.iam.accounts.putPolicy(s.destination.role, 'batch', without(present, action));
}

function takeFromRole(s: BatchStage, name: string, action: string): void {
  const present = s.lab.iam.accounts.policiesOf(s.role).get(name);
  assert.ok(present && statementsOf(present).length > 0);
  s.lab.iam.accounts.putPolicy(s.role, name, without(present, action));
}

/** The policy of the source bucket, without what it says of the role of jobs. */
function forSigner(s: BatchStage) {
  const statements = statementsOf(s.from.policy) as { Principal: { AWS: string } }[];
  return policy(...statements.filter(({ Principal }) => Principal.AWS !== s.role));
}

function trusting(service: string): object {
  return { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
}

function sidsOf(paste = '{}'): string[] {
  const document = JSON.parse(paste);
  return ('Statement' in document ? document.Statement : [document]).map(({ Sid }: { Sid: string }) => Sid);
}
