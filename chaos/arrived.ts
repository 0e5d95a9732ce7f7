/** What is to be at the destination when all is done, and whether it is. */
import type { Bucket } from '../lab/s3/index.ts';
import type { History } from './chronicle.ts';
import { destinationKeyOf, isCopy, told } from './copies.ts';
import { isCarried, toldAll } from './histories.ts';
import type { Scene } from './scene.ts';
import { carriesHistories } from './variants.ts';

/** Keys of the source below its prefix; with histories, also those that are deleted. */
export function keysToArrive({ stage, inputs, schedule }: Scene): readonly string[] {
  const keys = carriesHistories(inputs) ? stage.from.versions.keys() : stage.from.keys();
  return keys.filter(key => key.startsWith(schedule.settings.prefixes.source));
}

/** @returns what is at the destination and should not be, or is not and should; `undefined` when all is well */
export function notArrived(scene: Scene, key: string): string | undefined {
  const { stage, inputs } = scene;
  const to = destinationKeyOf(scene, key);
  const [object, copy] = [stage.from.get(key), stage.to.get(to)];
  const [history, copies] = [historyOf(stage.from, key), historyOf(stage.to, to)];
  if (carriesHistories(inputs)) {
    if (isCarried(scene, history, copies)) return undefined;
    return `${JSON.stringify(to)} is ${toldAll(copies)} instead of ${toldAll(history)}`;
  }
  if (inputs.compare === 'missing' ? copy !== undefined : isCopy(scene, object, copy)) return undefined;
  return `${JSON.stringify(to)} is ${told(copy)} instead of ${told(object)}`;
}

function historyOf(bucket: Bucket, key: string): History {
  return (bucket.versions.get(key) ?? []).toReversed();
}
