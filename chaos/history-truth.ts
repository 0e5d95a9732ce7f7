/** What a report says of a history, held to what the buckets have had while the run went on. */
import assert from 'node:assert/strict';
import type { Version } from '../lab/s3/index.ts';
import type { ObjectRecord, VersionRecord } from '../src/record.ts';
import type { Side } from './chronicle.ts';
import { told } from './copies.ts';
import { everHad, isTwin } from './histories.ts';
import type { Scene } from './scene.ts';

/** @param since number of changes when the run began */
export function assertHistoryTrue(
  scene: Scene,
  record: ObjectRecord,
  verified: boolean,
  since: number,
): void {
  const { action, key, destinationKey, proof, versions = [] } = record;
  const what = `${JSON.stringify(key)} is reported as ${action}: ${record.reason}, proof ${proof}`;
  const known = {
    sources: byId(everHad(scene, 'source', key)),
    copies: byId(everHad(scene, 'destination', destinationKey)),
    appended: appendedIds(scene, destinationKey, since),
  };
  for (const version of versions) assertVersionTrue(scene, what, version, known);
  if (action !== 'copied' && action !== 'unchanged') return;
  if (verified) assert.notEqual(proof, 'none', `${what}, in a run that is verified`);
  assertWhole(scene, what, record, since);
  assert.equal(
    versions.some(({ copied }) => copied),
    action === 'copied',
    `${what}, and of its versions something else is said: ${JSON.stringify(versions)}`,
  );
  if (action === 'unchanged') assert.equal(known.appended.size, 0, `${what}, and the run appended to it`);
  if (hasMoved(scene, 'source', key, since) || hasMoved(scene, 'destination', destinationKey, since)) return;
  const [newest] = [...known.copies.keys()].slice(-1);
  assert.equal(versions.at(-1)?.destination, newest, `${what}, and there is something else on top`);
}

/** All that the source had is told of, and nothing is lacking but the oldest versions. */
function assertWhole(
  { chronicle }: Scene,
  what: string,
  { key, versions = [] }: ObjectRecord,
  since: number,
): void {
  const idsToldOf = versions.map(({ source }) => source).join();
  assert.ok(
    chronicle.histories('source', key, since).some(history => [...byId(history).keys()].join() === idsToldOf),
    `${what}, and the source has never had this history: ${idsToldOf}`,
  );
  const oldest = versions.findIndex(({ destination }) => destination !== undefined);
  assert.ok(
    oldest >= 0 && versions.slice(oldest).every(({ destination }) => destination !== undefined),
    `${what}, and a version is lacking behind the oldest that is there: ${JSON.stringify(versions)}`,
  );
}

interface Known {
  readonly sources: ReadonlyMap<string, Version>;
  readonly copies: ReadonlyMap<string, Version>;
  /** Ids of what the run appended. */
  readonly appended: ReadonlySet<string>;
}

function assertVersionTrue(
  scene: Scene,
  what: string,
  record: VersionRecord,
  { sources, copies, appended }: Known,
): void {
  const version = sources.get(record.source);
  assert.ok(version, `${what}, and the source has never had version ${record.source}`);
  assert.deepEqual(
    [record.size, record.sourceEtag, record.deleteMarker ?? false],
    version.kind === 'marker' ? [0, undefined, true] : [version.content.size, version.etag, false],
    `${what}, and version ${record.source} is ${told(version)}`,
  );
  if (record.destination === undefined) return;
  const copy = copies.get(record.destination);
  assert.ok(copy, `${what}, and the destination has never had version ${record.destination}`);
  assert.ok(
    isTwin(scene, version, copy),
    `${what}, and version ${record.source}, ${told(version)}, is said to have become ${told(copy)}`,
  );
  if (record.destinationEtag !== undefined)
    assert.equal(copy.kind === 'object' && copy.etag, record.destinationEtag, what);
  if (record.copied)
    assert.ok(appended.has(record.destination), `${what}, and the run did not make ${record.destination}`);
}

function appendedIds({ chronicle }: Scene, key: string, since: number): ReadonlySet<string> {
  return new Set(
    chronicle.changes
      .filter(change => change.side === 'destination' && change.key === key && change.at >= since)
      .flatMap(({ byOthers, history }) => (byOthers ? [] : (history.at(-1)?.versionId ?? []))),
  );
}

function hasMoved({ chronicle }: Scene, side: Side, key: string, since: number): boolean {
  return chronicle.changes.some(
    change => change.at >= since && change.side === side && change.key === key && change.byOthers,
  );
}

function byId(history: readonly Version[]): ReadonlyMap<string, Version> {
  return new Map(history.map(version => [version.versionId, version]));
}
