/** What `preserve: versions` promises: each version that a run appends held to it, and what is there when all is done. */
import assert from 'node:assert/strict';
import type { Version } from '../lab/s3/index.ts';
import type { Change, History, Side } from './chronicle.ts';
import { isCopy, sourceKeyOf, told } from './copies.ts';
import type { Judge } from './judge.ts';
import type { Scene } from './scene.ts';

interface Appended {
  readonly change: Change;
  /** Number of changes when the run began. */
  readonly since: number;
}

/** Nothing is taken away, nothing is appended but what the source has, and nothing at another place than it has there. */
export function judgeAppended(scene: Scene, judge: Judge, where: string, appended: Appended): void {
  const { side, key, history, historyBefore } = appended.change;
  judge.check('none lost', where, () => {
    assert.equal(side, 'destination', `${JSON.stringify(key)} was changed at the source`);
    assert.deepEqual(
      ids(history.slice(0, -1)),
      ids(historyBefore),
      `versions of ${JSON.stringify(key)} were taken away: ${toldAll(historyBefore)} became ${toldAll(history)}`,
    );
  });
  if (side === 'source' || history.length <= historyBefore.length) return;
  const from = sourceKeyOf(scene, key);
  const had = from === undefined ? [] : everHad(scene, 'source', from);
  const isOfSource = had.some(version => isTwin(scene, version, history.at(-1)));
  judge.check('no object wrong', where, () => {
    assert.ok(from !== undefined, `${JSON.stringify(key)} was written, which is outside of the prefix`);
    assert.ok(
      isOfSource || isExtraneous(scene, appended),
      `${JSON.stringify(key)} was given ${told(history.at(-1))}; the source has had ${toldAll(had)}`,
    );
  });
  if (isOfSource) judge.check('histories in order', where, () => assertNext(scene, appended, had));
}

/**
 * A run continues a history where it stands at the destination or begins it anew, and goes on version by version. One may
 * come twice, when the answer to its request was lost. Others may have put something on top in between.
 */
function assertNext(scene: Scene, appended: Appended, had: History): void {
  const { key, history } = appended.change;
  if (isExtraneous(scene, appended)) return;
  const { tops, isFirst } = stoodOn(scene, appended);
  const isOn = (version: Version | undefined) => tops.some(top => isTwin(scene, version, top));
  assert.ok(
    had.some(
      (version, n) =>
        isTwin(scene, version, history.at(-1)) &&
        (isFirst ? n === 0 || isOn(had[n - 1]) : isOn(had[n - 1]) || isOn(version)),
    ),
    `${JSON.stringify(key)} was given ${told(history.at(-1))} on top of ${toldAll(tops)}; the source has had ${toldAll(had)}`,
  );
}

/** What the run can have seen on top: since it appended to this history before or, where this is the first time, began. */
function stoodOn(
  { chronicle }: Scene,
  { change, since }: Appended,
): { readonly tops: readonly (Version | undefined)[]; readonly isFirst: boolean } {
  const untilNow = chronicle.changes.filter(
    ({ side, key, at }) => side === change.side && key === change.key && at >= since && at <= change.at,
  );
  const own = untilNow.slice(0, -1).findLastIndex(({ byOthers }) => !byOthers);
  const tops = untilNow.slice(own + 1).map(({ historyBefore }) => historyBefore.at(-1));
  return { tops, isFirst: own === -1 };
}

/** A deletion of what only the destination has, where that was asked for. */
function isExtraneous(scene: Scene, { change, since }: Appended): boolean {
  const from = sourceKeyOf(scene, change.key);
  return (
    change.now === undefined &&
    scene.inputs.delete === 'true' &&
    from !== undefined &&
    scene.chronicle.histories('source', from, since).some(({ length }) => length === 0)
  );
}

/** All versions that a key has ever had, oldest first. */
export function everHad({ chronicle }: Scene, side: Side, key: string): History {
  const had = new Map<string, Version>();
  for (const history of chronicle.histories(side, key))
    for (const version of history) had.set(version.versionId, version);
  return [...had.values()];
}

/** Whether one version is what carrying another makes. */
export function isTwin(scene: Scene, of: Version | undefined, copy: Version | undefined): boolean {
  if (of?.kind === 'object' && copy?.kind === 'object') return isCopy(scene, of, copy);
  return of?.kind === 'marker' && copy?.kind === 'marker';
}

/**
 * Whether a history ends with all of another one, or is its end. Versions may be there twice in a row.
 *
 * @param history oldest first
 * @param copies oldest first
 */
export function isCarried(scene: Scene, history: History, copies: History): boolean {
  let ours = history.length - 1;
  for (const copy of copies.toReversed()) {
    if (ours < 0) break;
    if (isTwin(scene, history[ours], copy)) ours--;
    else if (!isTwin(scene, history[ours + 1], copy)) return false;
  }
  return copies.length > 0;
}

function ids(history: History): readonly string[] {
  return history.map(({ versionId }) => versionId);
}

export function toldAll(history: readonly (Version | undefined)[]): string {
  return `[${history.map(told).join(', ')}]`;
}
