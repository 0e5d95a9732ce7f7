/** Service roles are looked at before a service needs them: each verdict, and that what is to be pasted turns it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allow, arnOf, policy } from '../../lab/worlds.ts';
import { applyFix } from '../e2e/paste.ts';
import { FINE, resultOf, SERVICE, setting, take, trusting, verdicts, WRITES } from './role-setting.ts';

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
