/** Keys that cannot do what is asked of them are found before the run, or told object by object, in words that help. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KmsKey } from '../../lab/s3/index.ts';
import { sparse } from '../../lab/s3/index.ts';
import { destinationRolePolicy } from '../../lab/worlds.ts';
import { apply } from './paste.ts';
import { allow, checkOf, contents, GIB, openLab, policy, type Stage, setStage } from './stage.ts';

const lab = await openLab();
const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';

function sourceKey(s: Stage): KmsKey {
  return lab.s3.createKey({ account: s.source.account, region: s.source.region });
}

describe('objects under a KMS key that the signer may not use', { concurrency: 3 }, () => {
  test('are told apart from a missing bucket policy, also where S3 only says "Access Denied"', async () => {
    const s = setStage(lab);
    const key = sourceKey(s);
    s.from.put('sealed', 'content', { encryption: { algorithm: 'aws:kms', keyArn: key.arn } });
    const refused = await s.run();
    const { verdict, seen, fix } = checkOf(refused, 'signer-can-read');
    assert.equal(verdict, 'fail');
    assert.match(seen, /AccessDenied: Access Denied/);
    assert.ok(seen.includes(`encrypted under ${key.arn}`), seen);
    assert.match(fix?.todo ?? '', /copy-as: source/);
    assert.equal(s.to.size, 0);

    apply(lab, refused);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('can never be read by another account when it is the AWS managed key', async () => {
    const s = setStage(lab, { source: { encryption: { algorithm: 'aws:kms' } } });
    const { keyArn = '' } = s.from.put('sealed', 'content').encryption;
    const { seen, fix } = checkOf(await s.run(), 'signer-can-read');
    assert.ok(seen.includes(keyArn), seen);
    assert.match(
      fix?.todo ?? '',
      /AWS managed key of account \d+ .*never be shared.*copy-as: source.*customer managed/,
    );
    assert.equal(fix?.paste, undefined, 'there is no policy that helps');
  });

  test('are not blamed for tags that may not be read', async () => {
    const s = setStage(lab);
    const key = sourceKey(s);
    Object.assign(key, {
      policy: policy(...([key.policy.Statement].flat() as object[]), {
        ...allow('kms:Decrypt', '*'),
        Principal: { AWS: s.destination.role },
      }),
    });
    const base = destinationRolePolicy(s.to.name, s.from.name);
    const statements = (base.Statement as { Action: string | string[] }[]).map(statement => ({
      ...statement,
      Action: [statement.Action].flat().filter(action => action !== 's3:GetObjectTagging'),
    }));
    s.destination.setRolePolicy(policy(...statements, allow('kms:Decrypt', key.arn)));
    s.from.put('sealed', 'content', {
      encryption: { algorithm: 'aws:kms', keyArn: key.arn },
      tags: { a: 'b' },
    });
    const { seen, fix } = checkOf(await s.run(), 'signer-can-read');
    assert.doesNotMatch(seen, /encrypted under/);
    assert.match(fix?.paste ?? '', /s3:GetObjectTagging/);
  });
});

describe("objects under a customer's own key (SSE-C)", { concurrency: 3 }, () => {
  const customer = { encryption: { algorithm: 'AES256', customerKeyMd5: 'bWQ1' } } as const;

  test('fail one by one, small or large, and all else is copied', async () => {
    const s = setStage(lab);
    s.from.put('a-plain', 'content');
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB, ...customer });
    s.from.put('small', 'content', customer);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual(s.to.keys(), ['a-plain']);
    for (const key of ['large', 'small']) {
      assert.deepEqual([run.record(key).action, run.record(key).reason], ['failed', 'customer-key'], key);
    }
    const groups = run.report.failures.map(({ reason, fix }) => [
      reason,
      /SSE-C.*`exclude`/.test(fix?.todo ?? ''),
    ]);
    assert.deepEqual(groups, [
      ['customer-key', true],
      ['customer-key', true],
    ]);
    assert.match(run.summary, /SSE-C/);
  });

  test('do not stop a run by being the one that the checks look at', async () => {
    const s = setStage(lab);
    s.from.put('a-sealed', 'content', customer);
    s.from.put('plain', 'content');
    const run = await s.run({ exclude: 'a-sealed' });
    assert.equal(run.code, 0, run.log);
    assert.equal(checkOf(run, 'signer-can-read').verdict, 'warn');
    assert.deepEqual(s.to.keys(), ['plain']);
  });
});

describe('the key of the copies', { concurrency: 3 }, () => {
  /** What the check of the destination's encryption says; a dry run tries nothing beside. */
  const judged = async (s: Stage, inputs: Record<string, string> = {}) => {
    s.from.put('object', 'content');
    const run = await s.run({ mode: 'dry-run', ...inputs });
    const { verdict, seen, fix } = checkOf(run, 'destination-encryption');
    return { verdict, text: `${seen} ${fix?.todo ?? ''}` };
  };
  const arn = (s: Stage, what: string, region = s.destination.region) =>
    `arn:aws:kms:${region}:${s.destination.account}:${what}`;

  for (const [what, keyArn] of [
    ['no key', undefined],
    ['the alias aws/s3', 'alias/aws/s3'],
  ]) {
    test(`is refused where a foreign signer meets a default with ${what}`, async () => {
      const s = setStage(lab);
      s.to.encryption = { algorithm: 'aws:kms', ...(keyArn && { keyArn: arn(s, keyArn) }) };
      const { verdict, text } = await judged(s, { 'copy-as': 'source' });
      assert.equal(verdict, 'fail');
      assert.match(text, /AWS managed key .*can never use.*copy-as: destination.*kms-key/);
      assert.equal((await judged(s)).verdict, 'pass', 'its own account may use it');
    });
  }

  test('is refused where a foreign signer asks for KMS and names no key', async () => {
    const { verdict, text } = await judged(setStage(lab), { 'copy-as': 'source', encryption: 'aws:kms' });
    assert.equal(verdict, 'fail');
    assert.match(text, /AWS managed key/);
  });

  for (const name of [KEY_ID, 'alias/octo']) {
    test(`is refused where a foreign signer would look up ${name} in its own account`, async () => {
      const s = setStage(lab);
      s.to.encryption = { algorithm: 'aws:kms', keyArn: name };
      const { verdict, text } = await judged(s, { 'copy-as': 'source' });
      assert.equal(verdict, 'fail');
      assert.ok(text.includes(`looked up in account ${s.source.account}`), text);
    });
  }

  test('is refused when it is in another Region than the bucket', async () => {
    const s = setStage(lab);
    const inputs = { encryption: 'aws:kms', 'kms-key': arn(s, `key/${KEY_ID}`, 'eu-west-1') };
    const { verdict, text } = await judged(s, inputs);
    assert.equal(verdict, 'fail');
    assert.match(text, /is in eu-west-1, the bucket in eu-central-1/);
    assert.equal((await judged(s, { ...inputs, 'kms-key': arn(s, `key/${KEY_ID}`) })).verdict, 'pass');
  });

  test("is warned of when it takes the place of the bucket's own", async () => {
    const s = setStage(lab);
    s.to.encryption = { algorithm: 'aws:kms', keyArn: arn(s, `key/${KEY_ID}`) };
    const { verdict, text } = await judged(s, { encryption: 'aws:kms' });
    assert.equal(verdict, 'warn');
    assert.ok(text.includes(KEY_ID), text);
    assert.equal((await judged(s)).verdict, 'pass');
  });

  test('has no bucket key to help it where encryption is dual-layer', async () => {
    const s = setStage(lab);
    s.to.encryption = { algorithm: 'aws:kms', keyArn: arn(s, `key/${KEY_ID}`), bucketKey: true };
    const dual = await judged(s, { encryption: 'aws:kms:dsse', 'kms-key': arn(s, `key/${KEY_ID}`) });
    assert.equal(dual.verdict, 'pass');
    assert.match(dual.text, /no S3 Bucket Key/);
    assert.doesNotMatch((await judged(s)).text, /Bucket Key/);
  });
});
