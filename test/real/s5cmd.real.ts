/** s5cmd against the lab. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { s5cmd } from './clients.ts';
import { openLab } from './open-lab.ts';
import { unless } from './programs.ts';
import { assertSameTree, plant } from './tree.ts';

test('cp, sync, ls and rm', unless('s5cmd'), async t => {
  const { environment, bucket, folder } = await openLab(t);
  const client = s5cmd(environment);
  const [tree, back, here] = [join(folder, 'tree'), join(folder, 'back'), `s3://${bucket}/there/`];
  await plant(join(tree, 'deep', 'er', 'one + two.txt'), 'one');
  await plant(join(tree, 'empty'), '');
  await plant(join(tree, '日本語.txt'), 'three');

  await client('cp', `${tree}/`, here);
  assert.equal((await client('ls', `${here}*`)).trimEnd().split('\n').length, 3);
  await client('mb', 's3://second');
  await client('cp', `${here}*`, 's3://second/copied/');
  await client('cp', 's3://second/copied/*', `${back}/`);
  await assertSameTree(tree, back);

  await rm(join(tree, 'empty'));
  await client('sync', '--delete', `${tree}/`, here);
  assert.doesNotMatch(await client('ls', `${here}*`), /empty/);
  await client('rm', 's3://second/*');
  await assert.rejects(client('ls', 's3://second/*'), /no object found/);
});
