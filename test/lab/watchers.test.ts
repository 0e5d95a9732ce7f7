/** What whoever keeps a chronicle of a bucket is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLab } from '../../lab/lab.ts';

test('a watcher is told of every change of what a key shows, and of nothing else', async t => {
  const lab = await startLab();
  t.after(() => lab.close());
  const bucket = lab.s3.createBucket({
    name: 'octo-watched',
    account: '111122223333',
    region: 'eu-west-1',
    versioning: 'Enabled',
  });
  const told: string[] = [];
  bucket.watchers.push((key, now, before) =>
    told.push(`${key}: ${before?.content.size} to ${now?.content.size}`),
  );
  const first = bucket.put('key', '1');
  bucket.put('key', '22');
  bucket.deleteVersion('key', first.versionId);
  bucket.delete('key');
  assert.deepEqual(told, ['key: undefined to 1', 'key: 1 to 2', 'key: 2 to undefined']);
});
