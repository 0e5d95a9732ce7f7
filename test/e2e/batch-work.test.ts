/** Where jobs have their manifests and reports. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { batchCalls } from '../../lab/batch-worlds.ts';
import { gate } from '../lab/datasync-lab.ts';
import { batchStage } from './batch-stage.ts';
import { allow, checkOf, policy } from './stage.ts';

describe('a run with jobs that copy', { concurrency: 2 }, () => {
  test('can have its manifests and reports beside the copies, at another prefix', async t => {
    const s = await batchStage(t);
    for (const key of ['object-0', 'object-1']) s.from.put(key, 'content');
    const { arn } = s.to;
    s.lab.iam.accounts.putPolicy(s.destination.role, 'beside', batchCalls(s.role, s.to.name));
    s.lab.iam.accounts.putPolicy(s.role, 'beside', policy(allow(['s3:GetObjectVersion'], `${arn}/*`)));
    const inputs = {
      destination: `s3://${s.to.name}/copies/`,
      'work-location': `s3://${s.to.name}/sync`,
      delete: 'true',
      'max-delete': '1',
    };
    for (const reasons of [{ 'copied: missing': 2 }, { 'unchanged: same-etag': 2 }]) {
      const run = await s.run(inputs);
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(run.report.totals.reasons, reasons);
    }
    assert.deepEqual(
      s.to.keys().filter(key => key.startsWith('copies/')),
      s.from.keys().map(key => `copies/${key}`),
    );
    assert.ok(s.to.keys().some(key => key.startsWith('sync/reports/')));
  });

  test('reads reports whose index names their files from where the report begins', async t => {
    const s = await batchStage(t);
    for (const beginning of ['sync/reports/', /^sync\/reports\/[^/]*\//]) {
      const { opened, open } = gate();
      s.from.put('object-0', `content ${beginning}`);
      s.fault(
        { operation: 'ListObjectsV2', bucket: s.work.name, times: 1, skip: 1 },
        { kind: 'hold', until: opened },
      );
      const onLine = (line: string) => {
        if (!/S3 Batch Operations Complete/.test(line)) return;
        for (const key of s.work.keys().filter(name => name.endsWith('/manifest.json'))) {
          const index = JSON.parse(s.work.get(key)?.content.bytes().toString() ?? '');
          for (const result of index.Results) result.Key = result.Key.replace(beginning, '');
          s.work.put(key, JSON.stringify(index));
        }
        open();
      };
      const run = await s.run({}, { onLine });
      open();
      assert.equal(run.code, 0, run.log);
      assert.equal(run.report.totals.copied, 1);
    }
  });

  test('is told that the work location must be a bucket of the account that makes the jobs', async t => {
    const s = await batchStage(t);
    s.from.put('object', 'content');
    s.lab.s3.createBucket({ name: 'octo-theirs', account: s.source.account, region: s.destination.region });
    const theirs = s.lab.s3.bucket('octo-theirs');
    const reading = allow(['s3:ListBucket', 's3:GetObject', 's3:PutObject'], [theirs.arn, `${theirs.arn}/*`]);
    theirs.policy = policy({ ...reading, Principal: { AWS: s.destination.role } });
    s.lab.iam.accounts.putPolicy(s.destination.role, 'theirs', policy(reading));
    const run = await s.run({ 'work-location': 's3://octo-theirs/sync' });
    assert.equal(run.code, 1);
    const { seen, fix } = checkOf(run, 'work-writable');
    assert.match(seen, /octo-theirs does not belong to account/);
    assert.match(fix?.todo ?? '', new RegExp(`a bucket of account ${s.destination.account}`));
    assert.equal(fix?.paste, undefined);
  });

  test('is told which statement on a key its role lacks, and is not sure of keys of its account', async t => {
    const s = await batchStage(t);
    const key = (account: string, region: string) =>
      `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const theirs = key(s.source.account, s.source.region);
    const ours = key(s.destination.account, s.destination.region);
    const look = async () => checkOf(await s.run({ mode: 'preflight' }), 'batch-role-permissions');
    s.from.encryption = { algorithm: 'aws:kms', keyArn: theirs };
    const lacking = await look();
    assert.equal(lacking.verdict, 'fail');
    assert.match(lacking.seen, new RegExp(`kms:Decrypt on ${theirs}`));
    const statement = JSON.parse(lacking.fix?.paste ?? '{}');
    assert.deepEqual([statement.Sid, statement.Resource], ['S3SyncBatchDecrypts', theirs]);
    s.lab.iam.accounts.putPolicy(s.role, 'key', policy(statement));
    const granted = await look();
    assert.equal(granted.verdict, 'pass', granted.seen);

    s.to.encryption = { algorithm: 'aws:kms', keyArn: ours };
    const open = await look();
    assert.equal(open.verdict, 'unknown');
    assert.match(open.seen, /kms:GenerateDataKey, kms:Decrypt on .*the policy of the key/);
    assert.match(open.fix?.paste ?? '', /S3SyncBatchEncrypts/);
  });
});
