/** Service roles are looked at before a service needs them: each verdict, and that what is to be pasted turns it. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { batchRole, batchUserPolicy } from '../../lab/batch-worlds.ts';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { allow, arnOf, policy, type Side, twoAccounts } from '../../lab/worlds.ts';
import type { Identity } from '../../src/aws/identity.ts';
import type { Statement } from '../../src/aws/policies.ts';
import type { CheckResult } from '../../src/model/checks.ts';
import { checkBucketGrant } from '../../src/preflight/bucket-grant.ts';
import { checkServiceRole, type ServiceRole } from '../../src/preflight/service-role.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { applyFix, statementsOf } from '../e2e/paste.ts';
import { networkOf } from '../s3/on-lab.ts';

const SERVICE = 'batchoperations.s3.amazonaws.com';

/** Who acts for a side: the role that the workflow assumes. */
function identityOf(lab: Lab, side: Side, name: 'source' | 'destination'): Identity {
  const role = lab.iam.accounts.role(side.role);
  assert.ok(role);
  const session = lab.iam.sessions.issue(role, 'run', 3600);
  return {
    side: name,
    how: 'oidc',
    account: side.account,
    arn: session.caller.arn,
    principal: side.role,
    partition: 'aws',
    credentials: async () => session,
    renew: async () => {},
  };
}

const READS = ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectTagging', 's3:GetObjectVersionTagging'];
const WRITES = ['s3:PutObject', 's3:PutObjectTagging'];

async function setting(t: TestContext) {
  const lab = await startLab();
  t.after(() => lab.close());
  process.env.AWS_ENDPOINT_URL = lab.endpoint;
  const world = twoAccounts(lab);
  const { source, destination } = world;
  const role = batchRole(lab, world);
  const { accounts } = lab.iam;
  accounts.putPolicy(destination.role, 'batch', batchUserPolicy(role));
  const look = allow(['iam:GetRole', 'iam:SimulatePrincipalPolicy'], '*');
  accounts.putPolicy(destination.role, 'look', policy(look));

  const network = networkOf();
  const open = (side: Side, name: 'source' | 'destination', prefix: string) =>
    new Bucket(
      {
        location: { bucket: side.bucket, prefix },
        region: side.region,
        owner: side.account,
        requestPayer: false,
        identity: identityOf(lab, side, name),
      },
      network,
    );
  const from = open(source, 'source', 'in/');
  const to = open(destination, 'destination', 'in/');
  const needed = (Sid: string, Action: string[], bucket: string): Statement => ({
    Sid,
    Effect: 'Allow',
    Action,
    Resource: [arnOf(bucket), `${arnOf(bucket)}/in/*`],
  });
  const reading = needed('Reads', READS, source.bucket);
  const writing = needed('Writes', [...READS, ...WRITES], destination.bucket);
  const given: ServiceRole = {
    label: 'batch-role',
    role,
    service: SERVICE,
    identity: to.identity,
    network,
    needs: [
      { statement: reading, bucket: from },
      { statement: writing, bucket: to },
    ],
    callerStatements: [
      { Sid: 'Jobs', Effect: 'Allow', Action: ['s3:CreateJob', 's3:ListJobs'], Resource: '*' },
      {
        Sid: 'Job',
        Effect: 'Allow',
        Action: ['s3:DescribeJob', 's3:UpdateJobStatus'],
        Resource: `arn:aws:s3:${destination.region}:${destination.account}:job/*`,
      },
    ],
  };
  return {
    ...world,
    lab,
    accounts,
    role,
    from,
    to,
    network,
    reading,
    writing,
    check: (differently: Partial<ServiceRole> = {}) => checkServiceRole({ ...given, ...differently }),
    grant: (bucket = from, statement = reading, of = role) =>
      checkBucketGrant({ check: 'source-bucket-policy', bucket, role: of, statement }),
  };
}

type Setting = Awaited<ReturnType<typeof setting>>;

const verdicts = (results: readonly CheckResult[]) =>
  Object.fromEntries(results.map(({ check, verdict }) => [check.replace('batch-role-', ''), verdict]));

function resultOf(results: readonly CheckResult[], name: string): CheckResult {
  const found = results.find(({ check }) => check === `batch-role-${name}`);
  assert.ok(found, name);
  return found;
}

const FINE = { trust: 'pass', permissions: 'pass', 'pass-role': 'pass', caller: 'pass' };

/** Every policy of a role or user with one action less in it. */
function take(accounts: Setting['accounts'], principal: string, action: string): void {
  for (const [name, document] of accounts.policiesOf(principal)) {
    const left = (statementsOf(document) as { Action: string | string[] }[]).map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(one => one !== action),
    }));
    accounts.putPolicy(principal, name, policy(...left.filter(({ Action }) => Action.length > 0)));
  }
}

const trusting = (Principal: unknown, more: object = {}): PolicyDocument =>
  policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });

/** What must be wrong for which check to say what; with `pasted`, what it says to paste helps. */
interface Case {
  readonly what: string;
  readonly take: (s: Setting) => void;
  readonly check: string;
  readonly verdict: CheckResult['verdict'];
  readonly says: RegExp;
  readonly todo?: RegExp;
  readonly pasted?: boolean;
}

const CASES: readonly Case[] = [
  {
    what: 'another service is trusted',
    take: s => s.accounts.setTrustPolicy(s.role, trusting({ Service: 'ec2.amazonaws.com' })),
    check: 'trust',
    verdict: 'fail',
    says: /does not let batchoperations\.s3\.amazonaws\.com assume it\.$/,
    todo: /^Add this statement to the trust policy of /,
    pasted: true,
  },
  {
    what: 'the service is trusted for another account',
    take: s => {
      const Condition = { StringEquals: { 'aws:SourceAccount': s.source.account } };
      s.accounts.setTrustPolicy(s.role, trusting({ Service: SERVICE }, { Condition }));
    },
    check: 'trust',
    verdict: 'fail',
    says: /under conditions only that do not hold here: aws:SourceAccount\.$/,
    pasted: true,
  },
  {
    what: 'the service is denied',
    take: s => {
      const { Statement } = trusting({ Service: SERVICE });
      const deny = { Effect: 'Deny', Principal: '*', Action: 'sts:*' };
      s.accounts.setTrustPolicy(s.role, policy(...([Statement].flat() as object[]), deny));
    },
    check: 'trust',
    verdict: 'fail',
    says: /denies it/,
    todo: /^Take the statement out/,
  },
  {
    what: 'the service is trusted under a condition that nobody here knows',
    take: s => {
      const Condition = { StringEquals: { 'aws:SourceOrgID': 'o-1' } };
      s.accounts.setTrustPolicy(s.role, trusting({ Service: SERVICE }, { Condition }));
    },
    check: 'trust',
    verdict: 'unknown',
    says: /depends on what is not known here: aws:SourceOrgID in its trust policy/,
  },
  {
    what: 'nobody may look at the role',
    take: s => take(s.accounts, s.destination.role, 'iam:GetRole'),
    check: 'trust',
    verdict: 'unknown',
    says: /was not read \(this identity may not read it\)/,
    pasted: true,
  },
  {
    what: 'the role may not write',
    take: s => take(s.accounts, s.role, 's3:PutObject'),
    check: 'permissions',
    verdict: 'fail',
    says: /do not allow s3:PutObject on arn:aws:s3:::octo-destination\/in\/\.s3-cross-account-sync-probe\.$/,
    pasted: true,
  },
  {
    what: 'the role may read neither bucket',
    take: s => take(s.accounts, s.role, 's3:GetObjectTagging'),
    check: 'permissions',
    verdict: 'fail',
    says: /s3:GetObjectTagging on arn:aws:s3:::octo-source\S+; s3:GetObjectTagging on arn:aws:s3:::octo-destination/,
    todo: /^Add these statements/,
    pasted: true,
  },
  {
    what: 'the role may use the bucket but not what is in it',
    take: s => {
      const { destination } = s;
      s.accounts.putPolicy(s.role, 'destination', policy(allow('s3:*', arnOf(destination.bucket))));
      s.accounts.deletePolicy(s.role, 'work');
    },
    check: 'permissions',
    verdict: 'fail',
    says: /do not allow s3:GetObject, .*s3:PutObjectTagging on/,
    pasted: true,
  },
  {
    what: 'the role is denied something',
    take: s => {
      const deny = { ...allow('s3:PutObjectTagging', '*'), Effect: 'Deny' };
      s.accounts.putPolicy(s.role, 'deny', policy(deny));
    },
    check: 'permissions',
    verdict: 'fail',
    says: /The policies of \S+ deny s3:PutObjectTagging on/,
    todo: /^Take out of the policies/,
  },
  {
    what: 'the role may write under a condition that nobody here knows',
    take: s => {
      const { destination } = s;
      const everything = allow('s3:*', `${arnOf(destination.bucket)}/*`);
      const Condition = { StringEquals: { 'aws:SourceVpce': 'vpce-1' } };
      s.accounts.putPolicy(s.role, 'destination', policy({ ...everything, Condition }));
      s.accounts.deletePolicy(s.role, 'work');
    },
    check: 'permissions',
    verdict: 'unknown',
    says: /depends on what is not known here: aws:SourceVpce\.$/,
  },
  {
    what: 'nobody may try out the policies',
    take: s => take(s.accounts, s.destination.role, 'iam:SimulatePrincipalPolicy'),
    check: 'permissions',
    verdict: 'unknown',
    says: /is not known: this identity may not read it/,
    pasted: true,
  },
  {
    what: 'the caller may not pass the role',
    take: s => take(s.accounts, s.destination.role, 'iam:PassRole'),
    check: 'pass-role',
    verdict: 'fail',
    says: /The policies of \S+s3-sync-destination do not allow iam:PassRole on \S+s3-batch\.$/,
    pasted: true,
  },
  {
    what: 'the caller may pass the role to another service only',
    take: s => {
      const Condition = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
      const { role, destination } = s;
      const jobs = allow(['s3:*'], '*');
      s.accounts.putPolicy(
        destination.role,
        'batch',
        policy(jobs, { ...allow('iam:PassRole', role), Condition }),
      );
    },
    check: 'pass-role',
    verdict: 'fail',
    says: /do not allow iam:PassRole/,
    pasted: true,
  },
  {
    what: 'the caller may not list jobs',
    take: s => take(s.accounts, s.destination.role, 's3:ListJobs'),
    check: 'caller',
    verdict: 'fail',
    says: /do not allow s3:ListJobs\.$/,
    pasted: true,
  },
  {
    what: 'the caller may not describe jobs',
    take: s => take(s.accounts, s.destination.role, 's3:DescribeJob'),
    check: 'caller',
    verdict: 'fail',
    says: /do not allow s3:DescribeJob on arn:aws:s3:eu-central-1:\d+:job\//,
    pasted: true,
  },
];

describe('a service role', () => {
  test('that can do it all passes, at the cost of a few questions', async t => {
    const s = await setting(t);
    assert.deepEqual(verdicts(await s.check()), FINE);
    assert.deepEqual(s.network.requests.toJSON(), { GetRole: 1, SimulatePrincipalPolicy: 5 });
    assert.deepEqual(s.lab.requests.mutating(), []);
  });

  test('may do it under conditions that are sure to hold', async t => {
    const s = await setting(t);
    const { destination, role } = s;
    s.accounts.deletePolicy(role, 'work');
    const everything = allow('s3:*', `${arnOf(destination.bucket)}/*`);
    for (const Condition of [
      {
        StringEquals: {
          'aws:ResourceAccount': destination.account,
          's3:ResourceAccount': destination.account,
        },
      },
      { Bool: { 'aws:SecureTransport': 'true', 'aws:PrincipalIsAWSService': 'false' } },
      { Bool: { 'aws:ViaAWSService': 'false' } },
      {
        ArnLike: { 'aws:PrincipalArn': role },
        StringEquals: { 'aws:PrincipalAccount': destination.account },
      },
    ]) {
      s.accounts.putPolicy(role, 'destination', policy({ ...everything, Condition }));
      assert.deepEqual(verdicts(await s.check()), FINE, JSON.stringify(Condition));
    }
    const Condition = { StringEquals: { 'aws:ResourceAccount': s.source.account } };
    s.accounts.putPolicy(role, 'destination', policy({ ...everything, Condition }));
    assert.equal(verdicts(await s.check()).permissions, 'fail');
  });

  test('is given each statement once, however much of it is missing', async t => {
    const s = await setting(t);
    for (const action of WRITES) take(s.accounts, s.role, action);
    const { seen, fix } = resultOf(await s.check(), 'permissions');
    assert.match(seen, /do not allow s3:PutObject, s3:PutObjectTagging on/);
    assert.match(fix?.todo ?? '', /^Add this statement to the policy of /);
    assert.deepEqual(JSON.parse(fix?.paste ?? ''), s.writing);
  });

  for (const { what, take, check, verdict, says, todo, pasted = false } of CASES) {
    test(`is ${verdict === 'fail' ? 'refused' : 'an open question'} when ${what}`, async t => {
      const s = await setting(t);
      take(s);
      const results = await s.check();
      const result = resultOf(results, check);
      assert.equal(result.verdict, verdict, result.seen);
      assert.match(result.seen, says);
      if (todo !== undefined) assert.match(result.fix?.todo ?? '', todo);
      assert.equal(result.fix?.paste !== undefined, pasted);
      const others = results.filter(one => one !== result && one.verdict !== 'pass');
      if (check !== 'permissions' || verdict !== 'unknown') assert.deepEqual(others, []);
      if (!pasted) return;
      assert.ok(result.fix);
      applyFix(s.lab, result.fix);
      assert.deepEqual(verdicts(await s.check()), FINE);
    });
  }

  test('that may not be looked at says once what to add', async t => {
    const s = await setting(t);
    s.accounts.deletePolicy(s.destination.role, 'look');
    const results = await s.check();
    assert.deepEqual(new Set(Object.values(verdicts(results))), new Set(['unknown']));
    const [fix, ...others] = results.flatMap(result => result.fix ?? []);
    assert.deepEqual(others, []);
    assert.ok(fix);
    applyFix(s.lab, fix);
    assert.deepEqual(verdicts(await s.check()), FINE);
  });

  test('that does not exist is told so, and so is one under another path', async t => {
    const s = await setting(t);
    const { account } = s.destination;
    const none = await s.check({ role: `${s.role}-not` });
    assert.equal(verdicts(none).trust, 'fail');
    assert.match(resultOf(none, 'trust').seen, /^There is no role \S+-not\.$/);
    assert.equal(verdicts(none).permissions, 'unknown');
    const { arn } = s.accounts.addRole({
      account,
      name: 'deep',
      path: '/service-role/',
      trustPolicy: policy(),
    });
    const elsewhere = await s.check({ role: `arn:aws:iam::${account}:role/deep` });
    assert.equal(verdicts(elsewhere).trust, 'fail');
    assert.ok(resultOf(elsewhere, 'trust').seen.endsWith(`the role of this name is ${arn}.`));
  });

  test('may be trusted for what the service works for, and for nothing else', async t => {
    const s = await setting(t);
    const { account } = s.destination;
    const trust = async (pattern: string, sourceArn?: string) => {
      const Condition = { ArnLike: { 'aws:SourceArn': pattern } };
      s.accounts.setTrustPolicy(s.role, trusting({ Service: SERVICE }, { Condition }));
      return verdicts(await s.check({ ...(sourceArn !== undefined && { sourceArn }) })).trust;
    };
    const jobs = `arn:aws:s3:eu-central-1:${account}:job/*`;
    assert.equal(await trust(`arn:aws:s3:*:${account}:*`, jobs), 'pass');
    assert.equal(await trust(`arn:aws:s3:eu-west-1:${account}:job/*`, jobs), 'fail');
    assert.equal(await trust(`arn:aws:s3:*:${account}:job/0000*`, jobs), 'unknown');
    assert.equal(await trust(`arn:aws:s3:*:${account}:*`), 'unknown');
  });

  test('may be allowed by the policy of a bucket of its own account', async t => {
    const s = await setting(t);
    const { destination, role } = s;
    s.accounts.deletePolicy(role, 'destination');
    s.accounts.deletePolicy(role, 'work');
    assert.equal(verdicts(await s.check()).permissions, 'fail');
    const everything = allow('s3:*', `${arnOf(destination.bucket)}/*`);
    const granted = async (more: object) => {
      destination.setBucketPolicy(policy({ ...everything, ...more }));
      return verdicts(await s.check()).permissions;
    };
    assert.equal(await granted({ Principal: { AWS: role } }), 'pass');
    assert.equal(await granted({ Principal: { AWS: destination.account } }), 'fail');
    const Condition = { StringEquals: { 'aws:SourceVpce': 'vpce-1' } };
    assert.equal(await granted({ Principal: { AWS: role }, Condition }), 'unknown');
    take(s.accounts, destination.role, 's3:GetBucketPolicy');
    const unread = resultOf(await s.check(), 'permissions');
    assert.equal(unread.verdict, 'unknown');
    assert.match(unread.seen, /the policy of octo-destination \(this identity may not read it\)/);
    assert.match(
      unread.fix?.todo ?? '',
      /^Unless the policy of the bucket or of the key allows it: Add this statement/,
    );
    assert.ok(unread.fix);
    applyFix(s.lab, unread.fix);
    assert.equal(verdicts(await s.check()).permissions, 'pass');
  });

  test('of another account cannot be passed, and IAM is not asked about it', async t => {
    const s = await setting(t);
    const results = await s.check({ identity: s.from.identity });
    assert.deepEqual(verdicts(results), {
      trust: 'unknown',
      permissions: 'unknown',
      'pass-role': 'fail',
      caller: 'unknown',
    });
    assert.match(resultOf(results, 'pass-role').fix?.todo ?? '', /a role of account 111122223333/);
    assert.deepEqual(s.network.requests.toJSON(), {});
  });

  test('is an open question where nobody knows who asks', async t => {
    const s = await setting(t);
    const nobody = { ...s.to.identity, account: undefined, principal: undefined, arn: undefined };
    const results = await s.check({ identity: nobody, callerStatements: [] });
    assert.deepEqual(verdicts(results), {
      trust: 'unknown',
      permissions: 'unknown',
      'pass-role': 'unknown',
    });
  });

  test('is an open question for callers that IAM does not know by this name', async t => {
    const s = await setting(t);
    const { account } = s.destination;
    const root = s.accounts.addRootKey(account);
    for (const principal of [`arn:aws:iam::${account}:role/of-another-path`, root.caller.arn]) {
      const results = await s.check({
        identity: { ...s.to.identity, principal, credentials: async () => root },
      });
      assert.deepEqual(verdicts(results), { ...FINE, 'pass-role': 'unknown', caller: 'unknown' });
    }
  });

  test('is an open question where IAM does not answer', async t => {
    const s = await setting(t);
    const failing = { kind: 'error', status: 400, code: 'InvalidAction', message: 'no IAM here' } as const;
    for (const operation of ['GetRole', 'SimulatePrincipalPolicy'])
      s.lab.faults.add({ operation, times: 100, ...failing });
    const results = await s.check();
    assert.deepEqual(new Set(Object.values(verdicts(results))), new Set(['unknown']));
    assert.match(resultOf(results, 'permissions').seen, /reading it failed with InvalidAction/);
    assert.equal(resultOf(results, 'permissions').fix, undefined);
  });

  test('is asked about again when IAM is busy', async t => {
    const s = await setting(t);
    const busy = { kind: 'error', status: 400, code: 'Throttling', message: 'Rate exceeded' } as const;
    s.lab.faults.add({ operation: 'GetRole', times: 1, ...busy });
    assert.deepEqual(verdicts(await s.check()), FINE);
    assert.deepEqual(
      [s.network.requests.count('GetRole'), s.network.requests.count('iam-throttled')],
      [2, 1],
    );
  });
});

describe('the policy of a bucket', () => {
  const REFUSED =
    /^The policy of octo-source does not allow \S+s3-batch, which is of another account, s3:GetObject, /;

  test('lets a role of another account in, or must', async t => {
    const s = await setting(t);
    assert.deepEqual(await s.grant(), {
      check: 'source-bucket-policy',
      verdict: 'pass',
      seen: `The policy of octo-source allows ${s.role} what it needs there.`,
    });
    for (const document of [
      undefined,
      policy({ ...allow('s3:*', '*'), Principal: { AWS: s.destination.role } }),
      policy({ ...allow('s3:*', `${arnOf(s.source.bucket)}/out/*`), Principal: { AWS: s.role } }),
      policy({ ...allow('s3:*', arnOf(s.source.bucket)), Principal: { AWS: s.role } }),
    ]) {
      s.source.setBucketPolicy(document);
      const refused = await s.grant();
      assert.equal(refused.verdict, 'fail');
      assert.match(refused.seen, REFUSED);
      assert.ok(refused.fix);
      applyFix(s.lab, refused.fix);
      assert.equal((await s.grant()).verdict, 'pass');
    }
  });

  test('is told with the conditions that do not hold', async t => {
    const s = await setting(t);
    const Condition = { ArnEquals: { 'aws:PrincipalArn': s.destination.role } };
    s.source.setBucketPolicy(policy({ ...allow('s3:*', '*'), Principal: '*', Condition }));
    const refused = await s.grant();
    assert.equal(refused.verdict, 'fail');
    assert.match(refused.seen, /\(it depends on aws:PrincipalArn\)\.$/);
  });

  test('names what is missing, and nothing else', async t => {
    const s = await setting(t);
    const some = READS.filter(action => action !== 's3:GetObjectVersionTagging');
    s.source.setBucketPolicy(
      policy({ ...allow(some, `${arnOf(s.source.bucket)}/*`), Principal: { AWS: s.role } }),
    );
    assert.match((await s.grant()).seen, /another account, s3:GetObjectVersionTagging\.$/);
  });

  test('is an open question under conditions, by exception, and for a part of the keys', async t => {
    const s = await setting(t);
    const objects = `${arnOf(s.source.bucket)}/*`;
    const Principal = { AWS: s.role };
    for (const [statement, because] of [
      [
        { ...allow('s3:*', objects), Principal, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
        'aws:SourceIp',
      ],
      [{ Effect: 'Allow', NotAction: 's3:PutObject', Resource: objects, Principal }, 'NotAction'],
      [{ ...allow('s3:*', `${arnOf(s.source.bucket)}/in/a*`), Principal }, 'Resource'],
    ] as const) {
      s.source.setBucketPolicy(policy(statement));
      const open = await s.grant();
      assert.equal(open.verdict, 'unknown');
      assert.ok(open.seen.endsWith(`(it depends on ${because}).`), open.seen);
    }
  });

  test('denies a role of any account, or must not', async t => {
    const s = await setting(t);
    const { source, destination, role } = s;
    const denying = (bucket: string, more: object) => ({
      ...allow('s3:PutObject*', `${arnOf(bucket)}/*`),
      Effect: 'Deny',
      Principal: '*',
      ...more,
    });
    const insecure = { Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    const elsewhere = { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
    const verdictWith = async (more: object) => {
      destination.setBucketPolicy(policy(denying(destination.bucket, more)));
      return (await s.grant(s.to, s.writing)).verdict;
    };
    destination.setBucketPolicy(undefined);
    assert.deepEqual(await s.grant(s.to, s.writing), {
      check: 'source-bucket-policy',
      verdict: 'pass',
      seen: `The policy of octo-destination denies ${role} nothing that it needs there.`,
    });
    assert.deepEqual(
      [await verdictWith({}), await verdictWith(insecure), await verdictWith(elsewhere)],
      ['fail', 'pass', 'unknown'],
    );
    const before = statementsOf(s.lab.s3.bucket(source.bucket).policy);
    source.setBucketPolicy(policy(...before, denying(source.bucket, { Action: 's3:Get*' })));
    const denied = await s.grant();
    assert.equal(denied.verdict, 'fail');
    assert.match(denied.seen, /denies \S+s3-batch s3:GetObject, /);
    assert.match(denied.fix?.todo ?? '', /^Take \S+s3-batch out of what the policy of octo-source denies\.$/);
  });

  test('that may not be read is an open question, until it may', async t => {
    const s = await setting(t);
    take(s.accounts, s.source.role, 's3:GetBucketPolicy');
    const open = await s.grant();
    assert.equal(open.verdict, 'unknown');
    assert.match(open.seen, /it was not read \(this identity may not read it\)/);
    assert.ok(open.fix);
    applyFix(s.lab, open.fix);
    assert.equal((await s.grant()).verdict, 'pass');
  });

  test('of an owner that nobody knows is an open question unless it lets the role in', async t => {
    const s = await setting(t);
    const { location, region, identity } = s.from;
    const bucket = new Bucket(
      { location, region, identity, owner: undefined, requestPayer: false },
      s.network,
    );
    assert.equal((await s.grant(bucket)).verdict, 'pass');
    s.source.setBucketPolicy(undefined);
    assert.equal((await s.grant(bucket)).verdict, 'unknown');
  });
});
