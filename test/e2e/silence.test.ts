/** Connections that stay open and bring nothing any more are given up after a minute, and the request is sent again. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Effect } from '../../lab/faults.ts';
import { contents, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

/** Nothing comes at all. */
const SILENT: Effect = { kind: 'silence' };
/** Half of the answer comes. */
const BREAKS_OFF: Effect = { kind: 'silence', applied: true };

function fill(s: Stage): void {
  for (let n = 0; n < 4; n++) s.from.put(`object-${n}`, `content ${n}`, { tags: { n: String(n) } });
}

function assertCopied(s: Stage, run: Run, retried: number): void {
  assert.equal(run.code, 0, run.log);
  assert.equal(run.report.requests.retried, retried);
  assert.deepEqual(contents(s.to), contents(s.from));
}

// One after the other they would take as many minutes.
describe('silence is not waited out', { concurrency: true, timeout: 150_000 }, () => {
  test('by copies', async () => {
    const s = setStage(lab);
    fill(s);
    s.fault({ operation: 'CopyObject', times: 1 }, SILENT);
    s.fault({ operation: 'CopyObject', times: 1, skip: 1 }, BREAKS_OFF);
    assertCopied(s, await s.run(), 2);
  });

  test('by what is streamed', async () => {
    const s = setStage(lab, { apart: true });
    fill(s);
    // The first is read beforehand, for whether it may be.
    s.fault({ operation: 'GetObject', key: 'object-1', times: 1 }, SILENT);
    s.fault({ operation: 'GetObject', key: 'object-2', times: 1 }, BREAKS_OFF);
    s.fault({ operation: 'PutObject', key: 'object-3', times: 1 }, SILENT);
    assertCopied(s, await s.run({ engine: 'stream' }), 3);
  });

  test('by the read that tries whether it may', async () => {
    const s = setStage(lab);
    fill(s);
    s.fault({ operation: 'GetObject', times: 1 }, BREAKS_OFF);
    assertCopied(s, await s.run(), 1);
  });

  test('by listings', async () => {
    const s = setStage(lab);
    fill(s);
    s.fault({ operation: 'ListObjectsV2', bucket: s.from.name, times: 1 }, BREAKS_OFF);
    s.fault({ operation: 'ListObjectsV2', bucket: s.to.name, times: 1 }, SILENT);
    assertCopied(s, await s.run(), 2);
  });

  test('by deletions', async () => {
    const s = setStage(lab);
    fill(s);
    for (const key of ['extra', 'extra too']) s.to.put(key, 'x');
    s.fault({ operation: 'DeleteObjects', times: 1 }, BREAKS_OFF);
    assertCopied(s, await s.run({ delete: 'true', 'max-delete': '100%' }), 1);
  });

  test('by what is read to be compared', async () => {
    // Neither ETags nor checksums say that these are the same.
    const s = setStage(lab, { destination: { encryption: { algorithm: 'aws:kms' } } });
    for (let n = 0; n < 4; n++) s.from.put(`object-${n}`, `content ${n}`, { checksum: 'none' });
    s.fault({ operation: 'GetObject', bucket: s.to.name, times: 1 }, BREAKS_OFF);
    const run = await s.run({ verify: 'content' });
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.totals.proofs.content, 4);
    assert.equal(run.report.requests.GetObject, 10, 'one to try, eight, and the rest of one');
  });
});
