/** rclone against the lab, with each of the providers that people set. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rclone } from './clients.ts';
import { openLab } from './open-lab.ts';
import { unless } from './programs.ts';
import { assertSameTree, plantSapling } from './tree.ts';

for (const provider of ['AWS', 'Other'] as const) {
  test(`copy, check, lsf and sync with provider ${provider}`, unless('rclone'), async t => {
    const { environment, bucket, folder } = await openLab(t);
    const client = rclone(environment, provider);
    const [tree, back, here] = [join(folder, 'tree'), join(folder, 'back'), `lab:${bucket}/there`];
    const { files } = await plantSapling(tree);

    await client('copy', tree, here);
    await client('check', '--download', tree, here);
    const listed = await client('lsf', '--recursive', '--files-only', here);
    assert.equal(listed.trimEnd().split('\n').length, files);

    await client('mkdir', 'lab:second');
    await client('copy', here, 'lab:second/copied');
    await client('check', here, 'lab:second/copied');
    await client('copy', 'lab:second/copied', back);
    await assertSameTree(tree, back);

    await rm(join(tree, 'empty'));
    await client('sync', tree, here);
    await client('check', tree, here);
    await client('purge', 'lab:second');
    assert.doesNotMatch(await client('lsd', 'lab:'), /second/);
  });
}
