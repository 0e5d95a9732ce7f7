/** Whatever a service role lacks is found by the check that is about it, and what is printed helps. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allow, arnOf, policy } from '../../lab/worlds.ts';
import type { CheckResult } from '../../src/model/checks.ts';
import { applyFix } from '../e2e/paste.ts';
import { FINE, resultOf, SERVICE, type Setting, setting, take, trusting, verdicts } from './role-setting.ts';

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
});
