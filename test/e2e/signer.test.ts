/** Who signs and who pays: the source where it is asked to, and with which encryption and ACL the copies come to the destination. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import { destinationRolePolicy, sourceRolePolicy } from '../../lab/worlds.ts';
import { FULL } from './full.ts';
import { allow, checkOf, contents, GIB, openLab, policy, type Stage, setStage } from './stage.ts';

const lab = await openLab();

describe('`copy-as: source`', { concurrency: 3 }, () => {
  const signedBySource = (s: Stage, ...more: string[]) => {
    const objects = `${s.to.arn}/*`;
    const writes = ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload', ...more];
    const base = sourceRolePolicy(s.from.name).Statement as object[];
    s.source.setRolePolicy(policy(...base, allow(writes, objects)));
    s.source.setBucketPolicy(undefined);
    s.destination.setBucketPolicy(policy({ ...allow(writes, objects), Principal: { AWS: s.source.role } }));
  };

  test('needs a bucket policy at the destination and none at the source', async () => {
    const s = setStage(lab);
    signedBySource(s);
    s.from.put('object', 'content', FULL);
    const run = await s.run({ 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    const [copy] = s.requests('CopyObject');
    assert.match(copy?.caller ?? '', new RegExp(`:${s.source.account}:assumed-role/`));
    assert.equal(copy?.headers['x-amz-acl'], undefined, 'a bucket without ACLs is sent none');
  });

  test('hands the copies over with an ACL where the destination has ACLs enabled', async () => {
    const s = setStage(lab, { destination: { ownership: 'BucketOwnerPreferred' } });
    signedBySource(s, 's3:PutObjectAcl');
    s.from.put('object', 'content', FULL);
    const run = await s.run({ 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.requests('CopyObject')[0]?.headers['x-amz-acl'], 'bucket-owner-full-control');
    assert.equal(s.to.get('object')?.owner, s.destination.account);
  });

  test('warns where the copies will belong to the source account', async () => {
    const s = setStage(lab, { destination: { ownership: 'ObjectWriter' } });
    signedBySource(s, 's3:PutObjectAcl');
    s.from.put('object', 'content');
    const run = await s.run({ 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.to.get('object')?.owner, s.source.account);
    const check = run.report.checks.find(({ check }) => check === 'destination-ownership');
    assert.equal(check?.verdict, 'warn');
    assert.match(check?.seen ?? '', new RegExp(s.source.account));
  });
});

describe('encryption', { concurrency: 3 }, () => {
  const withKey = (s: Stage) => {
    const key = lab.s3.createKey({ account: s.destination.account, region: s.destination.region });
    const base = destinationRolePolicy(s.to.name, s.from.name);
    const use = allow(['kms:GenerateDataKey', 'kms:Decrypt'], key.arn);
    s.destination.setRolePolicy(policy(...(base.Statement as object[]), use));
    return key.arn;
  };

  test('is what the inputs ask for: AES256', async () => {
    const s = setStage(lab);
    s.from.put('object', 'content', FULL);
    s.to.encryption = { algorithm: 'aws:kms' };
    const run = await s.run({ encryption: 'AES256' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.get('object')?.encryption, { algorithm: 'AES256' });
  });

  test('is what the inputs ask for: a KMS key, and the next run sees by checksum that nothing changed', async () => {
    const s = setStage(lab);
    const keyArn = withKey(s);
    s.from.put('object', 'content', FULL);
    s.from.put('changed', 'one');
    const inputs = { encryption: 'aws:kms', 'kms-key': keyArn };
    const first = await s.run(inputs);
    assert.equal(first.code, 0, first.log);
    const { algorithm, keyArn: used } = s.to.get('object')?.encryption ?? {};
    assert.deepEqual([algorithm, used], ['aws:kms', keyArn]);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(first.record('object').proof, 'size', 'the ETags cannot be equal');

    s.from.put('changed', 'two');
    const second = await s.run(inputs);
    assert.deepEqual(
      second.records.map(({ key, action, reason, proof }) => [key, action, reason, proof]),
      [
        ['changed', 'copied', 'content-differs', 'size'],
        ['object', 'unchanged', 'same-checksum', 'checksum'],
      ],
    );
  });

  test("is the bucket's own where nothing is asked for", async () => {
    const s = setStage(lab);
    const keyArn = withKey(s);
    s.to.encryption = { algorithm: 'aws:kms:dsse', keyArn };
    s.from.put('object', 'content');
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.get('object')?.encryption, { algorithm: 'aws:kms:dsse', keyArn });
  });
});

describe('a Requester Pays source', { concurrency: 3 }, () => {
  test('is refused with the input that accepts the charges, and read with it', async () => {
    const s = setStage(lab, { source: { requestPayer: 'Requester' } });
    s.from.put('object', 'content', FULL);
    s.from.put('large', sparse(6 * GIB, 'payer'), { ...FULL, parts: GIB });
    const refused = await s.run();
    assert.equal(refused.code, 1);
    for (const check of ['signer-can-read', 'source-request-payment'])
      assert.match(checkOf(refused, check).fix?.todo ?? '', /`request-payer: true`/);
    assert.doesNotMatch(refused.log, /"Statement"/, 'no policy is at fault');
    assert.deepEqual(s.to.keys(), []);
    const run = await s.run({ 'request-payer': 'true' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
  });
});
