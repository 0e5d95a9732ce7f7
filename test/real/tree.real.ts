/**
 * A real tree of files through the built action and back: on the lab, and on servers that are not ours. `aws` puts the
 * tree into the source and fetches it from the destination, `diff` compares the two.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { runAction, type StepResult } from '../../lab/github/runner.ts';
import { lacksOf } from './lacks.ts';
import { foreignPlace, labPlace, type Place } from './places.ts';
import { find, unless } from './programs.ts';
import { minio, moto, versitygw } from './servers.ts';
import { assertSameTree, plant, plantTree, type Tree } from './tree.ts';

const ACTION = join(import.meta.dirname, '..', '..');
/** One file of so many: about 5,000 on the lab, fewer the slower the server. */
const SHARE = { lab: 3, moto: 24, versitygw: 6, minio: 12 };

const scratch = await mkdtemp(join(tmpdir(), 'real-tree-'));
after(() => rm(scratch, { recursive: true }));

before(() => {
  assert.ok(find('aws'), 'aws could not be had: nothing can put the tree into a bucket');
  assert.ok(find('moto_server') ?? find('versitygw') ?? find('minio'), 'no server but our own could be had');
});

test('a real tree crosses two accounts of the lab', async t => {
  await roundTrip(t, await labPlace(t), SHARE.lab);
});

for (const [server, share] of [
  [moto, SHARE.moto],
  [versitygw, SHARE.versitygw],
  [minio, SHARE.minio],
] as const) {
  test(`a real tree is copied on ${server.program}`, unless(server.program), async t => {
    const place = await foreignPlace(t, server);
    for (const lack of await lacksOf(place.destination)) t.diagnostic(`${server.program} lacks ${lack}`);
    await roundTrip(t, place, share);
  });
}

/** One night after another; each step needs those before it. */
async function roundTrip(t: TestContext, place: Place, share: number): Promise<void> {
  const folder = await mkdtemp(join(scratch, 'place-'));
  const [tree, arrived] = [join(folder, 'tree'), join(folder, 'arrived')];
  const { source, destination } = place;
  const upload = () =>
    source.aws('s3', 'sync', '--quiet', '--delete', '--no-follow-symlinks', tree, `s3://${source.name}/`);
  const download = () =>
    destination.aws('s3', 'sync', '--quiet', '--delete', `s3://${destination.name}/`, arrived);
  let planted: Tree = { files: 0, bytes: 0 };

  await t.test('aws uploads it', async t => {
    planted = await plantTree(tree, share);
    t.diagnostic(`${planted.files} files, ${Math.round(planted.bytes / 1024 ** 2)} MiB`);
    await upload();
  });

  await t.test('the action copies all of it, and aws reads it back the same to the last byte', async () => {
    const night = await act(place);
    assert.equal(night.outputs.verified, 'true');
    assert.equal(night.outputs['objects-copied'], String(planted.files));
    await download();
    await assertSameTree(tree, arrived);
  });

  await t.test('a second run copies nothing, and mode: verify finds no difference', async () => {
    const night = await act(place);
    assert.equal(night.outputs['objects-copied'], '0');
    assert.equal(night.outputs['objects-unchanged'], String(planted.files));
    assert.equal((await act(place, { mode: 'verify' })).outputs.verified, 'true');
  });

  await t.test(
    'what changed, came and went is seen by mode: verify and carried by the next night',
    async () => {
      await plant(join(tree, 'empty'), 'no longer');
      await plant(join(tree, 'new', '新しい + file'), 'new');
      await rm(join(tree, 'odd', 'é composed'));
      await upload();
      assert.equal((await act(place, { mode: 'verify' }, 1)).outputs.verified, 'false');
      const { outputs } = await act(place, { delete: 'true' });
      assert.deepEqual([outputs['objects-copied'], outputs['objects-deleted']], ['2', '1']);
      await download();
      await assertSameTree(tree, arrived);
    },
  );

  await t.test('engine: stream carries all of it through here, and aws reads the same', async () => {
    const { outputs } = await act(place, { engine: 'stream', compare: 'always' });
    assert.deepEqual([outputs.engine, outputs.verified, outputs['objects-skipped']], ['stream', 'true', '0']);
    assert.equal(outputs['objects-copied'], outputs['objects-listed']);
    await download();
    await assertSameTree(tree, arrived);
  });

  await rm(folder, { recursive: true });
}

/** Runs the built action as a runner does, to the exit code that is expected of it. */
async function act(place: Place, inputs: Place['inputs'] = {}, code = 0): Promise<StepResult> {
  const step = await runAction({
    action: ACTION,
    inputs: {
      source: `s3://${place.source.name}`,
      destination: `s3://${place.destination.name}`,
      artifact: '',
      ...place.inputs,
      ...inputs,
    },
    environment: place.environment,
  });
  assert.equal(step.code, code, step.log);
  return step;
}
