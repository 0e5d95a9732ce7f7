/** Every change of both buckets held to what a run may do to them. */
import assert from 'node:assert/strict';
import type { StoredObject } from '../lab/s3/index.ts';
import { seen } from '../test/e2e/stage.ts';
import type { Change } from './chronicle.ts';
import type { Judge } from './judge.ts';
import type { Scene } from './scene.ts';

/** @param since number of changes when the run began */
export function judgeChanges(scene: Scene, judge: Judge, where: string, since: number): void {
  for (const change of scene.chronicle.changes.slice(since)) {
    if (change.byOthers) continue;
    if (change.side === 'source' || change.now === undefined)
      judge.check('none lost', where, () => assertMayGo(scene, change, since));
    else judge.check('no object wrong', where, () => assertRight(scene, change));
  }
}

/** The key of the source that a key of the destination answers to; `undefined` outside of the prefix. */
export function sourceKeyOf({ schedule }: Scene, key: string): string | undefined {
  const { source, destination } = schedule.settings.prefixes;
  return key.startsWith(destination) ? source + key.slice(destination.length) : undefined;
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

/** Whether one object is what a faithful copy of another looks like, by what `preserve` names. */
export function isCopy(
  { inputs }: Scene,
  of: StoredObject | undefined,
  copy: StoredObject | undefined,
): boolean {
  const preserve = (inputs.preserve ?? '').split(', ');
  const sight = (object: StoredObject | undefined) => {
    const all = seen(object);
    if (all === undefined || object === undefined) return undefined;
    const { tags, metadata, headers, ...bytes } = all;
    return JSON.stringify({
      ...bytes,
      ...(preserve.includes('metadata') && { metadata, headers }),
      ...(preserve.includes('tags') && { tags }),
      ...(preserve.includes('storage-class') && { storageClass: object.storageClass }),
      ...(preserve.includes('checksum') && { checksum: object.checksum?.value }),
    });
  };
  return sight(of) === sight(copy);
}

export function told(object: StoredObject | undefined): string {
  if (object === undefined) return 'nothing';
  const { content, metadata, tags, etag } = object;
  return `${content.size} bytes ${etag} (metadata ${metadata.state}, tags ${tags.get('state')})`;
}
