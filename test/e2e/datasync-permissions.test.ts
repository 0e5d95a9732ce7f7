/**
 * What DataSync lacks is found by `mode: preflight`, which leaves nothing behind, and told in words that can be pasted.
 * Here they are, by the letter, and then a sync must pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataSyncCalls } from '../../lab/datasync-worlds.ts';
import { destinationRolePolicy, type TwoAccountsOptions } from '../../lab/worlds.ts';
import { type DataSyncStage, dataSyncStage } from './datasync-stage.ts';
import { apply, statementsOf, without } from './paste.ts';
import { allow, checkOf, contents, findings, policy, type Run } from './stage.ts';

interface Case {
  readonly missing: string;
  readonly take: (s: DataSyncStage) => void;
  readonly finds: readonly string[];
  /** Locations and tasks that the refused run could not remove. */
  readonly leaves?: number;
}

const NO_TASK = 'datasync-task: unknown';
const NO_TRUST = 'datasync-role-trust: fail';

const CASES: readonly Case[] = [
  {
    missing: 'datasync:DeleteLocation for the source role, which leaves behind what was tried',
    take: s => denied(s, 'datasync:DeleteLocation'),
    finds: ['datasync-role-caller: fail', 'datasync-removal: fail'],
    leaves: 2,
  },
  {
    missing: "the role's trust for this account",
    take: s =>
      s.lab.iam.accounts.setTrustPolicy(
        s.role,
        policy({
          ...trusting('datasync.amazonaws.com'),
          Condition: { StringEquals: { 'aws:SourceAccount': s.destination.account } },
        }),
      ),
    finds: [NO_TRUST, 'datasync-source-location: fail', 'datasync-destination-location: fail', NO_TASK],
  },
  {
    missing: 'a policy of the destination bucket for this role',
    take: s =>
      s.destination.setBucketPolicy(
        policy({
          ...allow('s3:*', [s.to.arn, `${s.to.arn}/*`]),
          Principal: { AWS: s.source.admin.caller.arn },
        }),
      ),
    finds: ['destination-bucket-policy: fail', 'datasync-destination-location: fail', NO_TASK],
  },
];

const NOTHING = policy(allow('sts:GetCallerIdentity', '*'));

describe('what DataSync lacks is found, and what the run says helps:', { concurrency: 3 }, () => {
  for (const { missing, take, finds, leaves = 0 } of CASES) {
    test(missing, async t => {
      const s = await dataSyncStage(t);
      furnish(s);
      take(s);
      const refused = await s.run({ mode: 'preflight' });
      assert.equal(refused.code, 1, refused.log);
      assert.deepEqual(findings(refused), finds);
      assert.equal(s.equipment().length, leaves);
      assert.deepEqual([s.executions(), s.work.keys(), s.to.keys()], [[], [], []]);
      apply(s.lab, refused);
      const run = await s.run();
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(contents(s.to), contents(s.from));
    });
  }
});

test('everything can be had by pasting, starting with a role that may do nothing', async t => {
  const s = await dataSyncStage(t);
  furnish(s);
  const { accounts } = s.lab.iam;
  s.destination.setBucketPolicy(undefined);
  accounts.putPolicy(s.source.role, 'datasync', NOTHING);
  for (const name of ['source', 'destination', 'work']) accounts.putPolicy(s.role, name, NOTHING);
  accounts.setTrustPolicy(s.role, policy(trusting('ec2.amazonaws.com')));
  for (let rounds = 0; ; rounds++) {
    assert.ok(rounds < 10, 'it comes to an end');
    const run = await s.run({ mode: 'preflight' });
    assert.deepEqual(s.equipment(), []);
    if (run.code === 0) break;
    apply(s.lab, run);
  }
  const run = await s.run({ 'datasync-keep': 'false' });
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(contents(s.to), contents(s.from));
  assert.deepEqual([s.equipment(), s.work.keys()], [[], []]);
});

describe('what DataSync meets after its plan, where IAM tells nothing, has a name and a fix', {
  concurrency: 3,
}, () => {
  for (const [missing, take, says, sid] of [
    [
      'a bucket policy',
      (s: DataSyncStage) => s.destination.setBucketPolicy(undefined),
      /Making a location of DataSync for the destination.*access test failed.*Access denied/,
      'S3SyncDataSyncWrites',
    ],
    [
      'the right to pass the role',
      (s: DataSyncStage) => denied(s, 'iam:PassRole'),
      /Making a location of DataSync for the \w+.*iam:PassRole/,
      'S3SyncPassRoleDatasync',
    ],
    [
      'the right of the role to write reports',
      (s: DataSyncStage) => s.lab.iam.accounts.putPolicy(s.role, 'work', NOTHING),
      /Making a task of DataSync .* bucket access test failed.*s3:PutObject/,
      'S3SyncDataSyncReports',
    ],
  ] as const) {
    test(missing, async t => {
      const s = await dataSyncStage(t);
      furnish(s);
      blind(s);
      take(s);
      const run = await s.run();
      assert.equal(run.code, 1);
      assert.match(run.report.verdict.text, says);
      const { fix } = run.report.failures[0] ?? {};
      assert.equal(JSON.parse(fix?.paste ?? '{}').Sid, sid);
      assert.deepEqual([run.report.totals.copied, s.to.keys()], [0, []]);
    });
  }
});

describe('what IAM tells of the role is found before there is a plan:', { concurrency: 3 }, () => {
  const ALL_FOUND: readonly [missing: string, take: (s: DataSyncStage) => void, finds: string][] = [
    ['the right to pass it', s => denied(s, 'iam:PassRole'), 'datasync-role-pass-role'],
    [
      'its trust in DataSync',
      s => s.lab.iam.accounts.setTrustPolicy(s.role, policy(trusting('ec2.amazonaws.com'))),
      'datasync-role-trust',
    ],
    [
      'its right to write tags',
      s => takeFromRole(s, 'destination', 's3:PutObjectTagging'),
      'datasync-role-permissions',
    ],
  ];
  for (const [missing, take, finds] of ALL_FOUND) {
    test(missing, async t => {
      const s = await dataSyncStage(t);
      furnish(s);
      take(s);
      const planned = await s.run({ mode: 'dry-run' });
      assert.equal(planned.code, 0, planned.log);
      assert.equal(checkOf(planned, finds).verdict, 'warn');
      const refused = await s.run();
      assert.equal(refused.code, 1, refused.log);
      assert.deepEqual(failed(refused), [finds]);
      assert.deepEqual([s.equipment(), s.executions(), s.to.keys()], [[], [], []]);
      apply(s.lab, refused);
      const run = await s.run();
      assert.equal(run.code, 0, run.log);
      assert.equal(checkOf(run, finds).verdict, 'pass');
      assert.deepEqual(contents(s.to), contents(s.from));
    });
  }
});

test('nobody needs to be told by IAM, and whoever may ask it is told what to add', async t => {
  const s = await dataSyncStage(t);
  furnish(s);
  blind(s);
  const run = await s.run();
  assert.equal(run.code, 0, run.log);
  const checks = ['trust', 'permissions', 'pass-role'].map(name => `datasync-role-${name}`);
  assert.deepEqual(
    checks.map(check => checkOf(run, check).verdict),
    ['unknown', 'unknown', 'unknown'],
  );
  apply(s.lab, run);
  const told = await s.run();
  assert.deepEqual(
    checks.map(check => checkOf(told, check).verdict),
    ['pass', 'pass', 'pass'],
  );
});

test('what a role does not need for this run is not missed', async t => {
  const s = await dataSyncStage(t);
  s.from.put('in/object', 'content');
  for (const action of ['s3:GetObjectTagging', 's3:GetObjectVersion', 's3:GetObjectVersionTagging']) {
    takeFromRole(s, 'source', action);
    takeFromRole(s, 'destination', action);
  }
  takeFromRole(s, 'destination', 's3:PutObjectTagging');
  const run = await s.run({ preserve: 'metadata' });
  assert.equal(run.code, 0, run.log);
  assert.equal(checkOf(run, 'datasync-role-permissions').verdict, 'pass');
  assert.deepEqual(contents(s.to), contents(s.from));
});

describe('settings of buckets', { concurrency: 3 }, () => {
  test('ACLs at the destination are refused, because the account of the role would own the copies', async t => {
    const options: TwoAccountsOptions = { destination: { ownership: 'BucketOwnerPreferred' } };
    const s = await dataSyncStage(t, options);
    furnish(s);
    const run = await s.run();
    assert.deepEqual(findings(run).slice(0, 1), ['destination-ownership: fail']);
    assert.match(checkOf(run, 'destination-ownership').fix?.todo ?? '', /BucketOwnerEnforced/);
    assert.deepEqual(s.to.keys(), []);
  });

  test('a work location in another Region is refused with the Region it must be in', async t => {
    const s = await dataSyncStage(t);
    furnish(s);
    s.lab.s3.createBucket({ name: 'octo-far-away', account: s.source.account, region: s.source.region });
    const run = await s.run({ 'work-location': 's3://octo-far-away' });
    assert.deepEqual(findings(run), ['work-bucket: fail']);
    assert.match(checkOf(run, 'work-bucket').fix?.todo ?? '', /in eu-central-1/);
  });

  test('a wrong Region of the destination is refused with the right one', async t => {
    const s = await dataSyncStage(t);
    furnish(s);
    const run = await s.run({ 'destination-region': 'eu-west-1' });
    assert.deepEqual(findings(run), ['destination-bucket: fail']);
    assert.match(checkOf(run, 'destination-bucket').fix?.todo ?? '', /destination-region: eu-central-1/);
    assert.deepEqual(s.mutations(), []);
  });

  test('a work location that does not exist, or belongs to somebody else, is refused', async t => {
    const s = await dataSyncStage(t);
    furnish(s);
    const none = await s.run({ 'work-location': 's3://octo-nowhere' });
    assert.match(checkOf(none, 'work-bucket').seen, /There is no bucket octo-nowhere/);
    const { account, region } = s.destination;
    const bucket = s.lab.s3.createBucket({ name: 'octo-theirs', account, region });
    const everybody = {
      ...allow('s3:*', [bucket.arn, `${bucket.arn}/*`]),
      Principal: { AWS: s.source.role },
    };
    bucket.policy = policy(everybody);
    s.lab.iam.accounts.putPolicy(s.source.role, 'all', policy(allow('s3:*', '*')));
    const theirs = await s.run({ 'work-location': 's3://octo-theirs' });
    assert.deepEqual(failed(theirs).slice(0, 1), ['work-writable']);
    assert.equal(bucket.size, 0);
  });
});

function furnish(s: DataSyncStage): void {
  s.from.put('in/object', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  s.from.put('in/other', 'content');
}

/** The source role may not ask IAM, and the destination role not read its bucket's policy. */
function blind(s: DataSyncStage): void {
  s.lab.iam.accounts.deletePolicy(s.source.role, 'look');
  s.destination.setRolePolicy(without(destinationRolePolicy(s.to.name, s.from.name), 's3:GetBucketPolicy'));
}

function failed(run: Run): string[] {
  return run.report.checks.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check);
}

/** The source role loses an action of those it has for DataSync. */
function denied(s: DataSyncStage, action: string): void {
  const calls = dataSyncCalls(s.role, s.work.name).flatMap(statement => {
    const { Action } = statement as { Action: string | string[] };
    // What is allowed as a whole is spelled out, but for the one.
    if (Action === 'datasync:*' && action.startsWith('datasync:'))
      return [
        allow(
          DATASYNC.filter(one => one !== action),
          '*',
        ),
      ];
    return [statement];
  });
  s.lab.iam.accounts.putPolicy(s.source.role, 'datasync', without(policy(...calls), action));
}

const DATASYNC = [
  ...['CreateLocationS3', 'DescribeLocationS3', 'ListLocations', 'DeleteLocation'],
  ...['CreateTask', 'DescribeTask', 'ListTasks', 'DeleteTask'],
  ...[
    'StartTaskExecution',
    'DescribeTaskExecution',
    'ListTaskExecutions',
    'CancelTaskExecution',
    'TagResource',
  ],
].map(action => `datasync:${action}`);

function takeFromRole(s: DataSyncStage, name: string, action: string): void {
  const present = s.lab.iam.accounts.policiesOf(s.role).get(name);
  assert.ok(present && statementsOf(present).length > 0);
  s.lab.iam.accounts.putPolicy(s.role, name, without(present, action));
}

function trusting(service: string): object {
  return { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
}
