/** What a report says, held to what the buckets have shown while the run went on. */
import assert from 'node:assert/strict';
import type { ObjectRecord } from '../src/record.ts';
import { assertAccounts, consistent, type Run } from '../test/e2e/stage.ts';
import { keysToArrive, notArrived } from './arrived.ts';
import type { Side } from './chronicle.ts';
import { destinationKeyOf, sourceKeyOf, told } from './copies.ts';
import { assertHistoryTrue } from './history-truth.ts';
import type { Judge } from './judge.ts';
import type { Scene } from './scene.ts';

/**
 * @param since number of changes when the run began
 * @param killed it may have left a report, and had no time for anything else
 */
export function judgeReport(
  scene: Scene,
  judge: Judge,
  where: string,
  { run, since, killed }: { readonly run: Run; readonly since: number; readonly killed: boolean },
): void {
  judge.check('accounts close', where, () => {
    if (!killed) consistent(run, scene.inputs);
    else if (isWritten(run)) assertAccounts(run);
    const listed = run.records.filter(({ sourceEtag }) => sourceEtag !== undefined).map(({ key }) => key);
    assert.equal(new Set(listed).size, listed.length, 'an object has more than one line');
  });
  if (!isWritten(run) || run.report.mode !== 'sync') return;
  const { verified } = run.report;
  for (const record of run.records)
    judge.check('report true', where, () => {
      if (record.versions !== undefined) assertHistoryTrue(scene, record, verified, since);
      else assertTrue(scene, record, verified, since);
    });
  // What an earlier run has started is done by the plan of then.
  const isCollected = /Collecting what the job/.test(run.log);
  if (run.report.verdict.ok && run.report.underWay === undefined && !isCollected)
    judge.check('report true', where, () => assertNothingLeftUndone(scene, run, since));
}

function isWritten(run: Run): boolean {
  try {
    return run.report !== undefined;
  } catch {
    return false;
  }
}

function assertTrue(scene: Scene, record: ObjectRecord, verified: boolean, since: number): void {
  const { chronicle } = scene;
  const { action, key, destinationKey, sourceEtag, destinationEtag, proof } = record;
  const what = `${JSON.stringify(key)} is reported as ${action}: ${record.reason}, proof ${proof}`;
  const moved = (side: Side, of: string) =>
    chronicle.changes.some(
      change => change.at >= since && change.side === side && change.key === of && change.byOthers,
    );
  const [now] = chronicle.shown('destination', destinationKey).slice(-1);
  if (action === 'deleted') {
    assert.ok(
      chronicle.shown('destination', destinationKey, since).includes(undefined),
      `${what}, and was there all the time`,
    );
    if (!moved('destination', destinationKey)) assert.equal(now, undefined, `${what}, and is there`);
    return;
  }
  if (action !== 'copied' && action !== 'unchanged') return;
  const copies = chronicle.shown('destination', destinationKey, action === 'copied' ? 0 : since);
  assert.ok(
    copies.some(copy => copy !== undefined),
    `${what}, and the destination has never had it`,
  );
  // What is never overwritten is not compared either.
  if (verified && record.reason !== 'exists')
    assert.notEqual(proof, 'none', `${what}, in a run that is verified`);
  if (proof === 'none' || destinationEtag === undefined) return;
  const proven = copies.filter(copy => copy?.etag === destinationEtag);
  assert.ok(
    proven.length > 0,
    `${what}, and the destination has never had ${destinationEtag}, but ${copies.map(told).join(', ')}`,
  );
  const sources = chronicle.shown('source', key).filter(state => state?.etag === sourceEtag);
  assert.ok(sources.length > 0, `${what}, and the source has never had ${sourceEtag}`);
  assert.ok(
    proven.some(copy => sources.some(source => source?.content.md5 === copy?.content.md5)),
    `${what}, but these have other bytes`,
  );
  if (moved('destination', destinationKey) || moved('source', key)) return;
  assert.equal(now?.etag, destinationEtag, `${what}, and the destination has ${told(now)}`);
}

/** Of what nobody else has touched, everything is as the inputs want it. */
function assertNothingLeftUndone(scene: Scene, run: Run, since: number): void {
  const { chronicle, stage, inputs } = scene;
  const touched = new Set(
    chronicle.changes
      .filter(({ at, byOthers }) => at >= since && byOthers)
      .map(({ side, key }) => `${side} ${key}`),
  );
  const skipped = new Set(run.records.filter(({ action }) => action === 'skipped').map(({ key }) => key));
  for (const key of keysToArrive(scene)) {
    if (touched.has(`source ${key}`) || touched.has(`destination ${destinationKeyOf(scene, key)}`)) continue;
    if (skipped.has(key)) continue;
    const lacking = notArrived(scene, key);
    assert.ok(lacking === undefined, `the run ended well, and ${lacking}`);
  }
  if (inputs.delete !== 'true') return;
  for (const key of stage.to.keys()) {
    const from = sourceKeyOf(scene, key);
    if (from === undefined || touched.has(`source ${from}`) || touched.has(`destination ${key}`)) continue;
    assert.ok(stage.from.get(from), `the run ended well, and ${JSON.stringify(key)} was not deleted`);
  }
}
