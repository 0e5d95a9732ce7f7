/** Every change of both buckets held to what a run may do to them. */
import assert from 'node:assert/strict';
import type { Change } from './chronicle.ts';
import { isCopy, sourceKeyOf, told } from './copies.ts';
import { judgeAppended } from './histories.ts';
import type { Judge } from './judge.ts';
import type { Scene } from './scene.ts';
import { carriesHistories } from './variants.ts';

/** @param since number of changes when the run began */
export function judgeChanges(scene: Scene, judge: Judge, where: string, since: number): void {
  for (const change of scene.chronicle.changes.slice(since)) {
    if (change.byOthers) continue;
    if (carriesHistories(scene.inputs)) judgeAppended(scene, judge, where, { change, since });
    else if (change.side === 'source' || change.now === undefined)
      judge.check('none lost', where, () => assertMayGo(scene, change, since));
    else judge.check('no object wrong', where, () => assertRight(scene, change));
  }
}

function assertRight(scene: Scene, { key, now, before }: Change): void {
  const from = sourceKeyOf(scene, key);
  assert.ok(from !== undefined, `${JSON.stringify(key)} was written, which is outside of the prefix`);
  const states = scene.chronicle.shown('source', from).filter(state => state !== undefined);
  assert.ok(
    states.some(state => isCopy(scene, state, now)),
    `${JSON.stringify(key)} was written as ${told(now)}; the source has had ${states.map(told).join(', ')}`,
  );
  if (scene.inputs.compare === 'missing')
    assert.equal(before, undefined, `${JSON.stringify(key)} was overwritten by a run that never does`);
}

function assertMayGo({ chronicle, inputs, ...scene }: Scene, { side, key }: Change, since: number): void {
  assert.equal(side, 'destination', `${JSON.stringify(key)} was changed at the source`);
  assert.ok(
    inputs.delete === 'true' || inputs['replication-delete-markers'] === 'true',
    `${JSON.stringify(key)} was deleted, and nobody asked for deletions`,
  );
  const from = sourceKeyOf({ chronicle, inputs, ...scene }, key);
  assert.ok(from !== undefined, `${JSON.stringify(key)} was deleted, which is outside of the prefix`);
  assert.ok(
    chronicle.shown('source', from, since).includes(undefined),
    `${JSON.stringify(key)} was deleted, which the source has had all the time`,
  );
}
