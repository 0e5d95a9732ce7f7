/** What whoever keeps a chronicle of a bucket is told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import type { Version } from '../../lab/s3/index.ts';

test('a watcher is told of every change of a key, with all its versions', async t => {
  const lab = await startLab();
  t.after(() => lab.close());
  const bucket = lab.s3.createBucket({
    name: 'octo-watched',
    account: '111122223333',
    region: 'eu-west-1',
    versioning: 'Enabled',
  });
  const told: string[] = [];
  const sizes = (versions: readonly Version[]) =>
    versions.map(version => (version.kind === 'marker' ? 'deleted' : version.content.size));
  bucket.watchers.push((key, now, before) => told.push(`${key}: ${sizes(before)} to ${sizes(now)}`));
  const first = bucket.put('key', '1');
  bucket.put('key', '22');
  bucket.deleteVersion('key', first.versionId);
  bucket.delete('key');
  assert.deepEqual(told, ['key:  to 1', 'key: 1 to 2,1', 'key: 2,1 to 2', 'key: 2 to deleted,2']);
});
