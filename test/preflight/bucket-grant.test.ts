/** What the policy of a bucket lets a service role do is read off it beforehand. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allow, arnOf, policy } from '../../lab/worlds.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { applyFix, statementsOf } from '../e2e/paste.ts';
import { READS, setting, take } from './role-setting.ts';

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
