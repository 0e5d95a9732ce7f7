import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectEntry, Pair, Version } from '../../src/model/objects.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import type { Compare } from '../../src/model/settings.ts';
import type { GatherEvidence } from '../../src/sync/evidence.ts';
import { entryOf } from '../../src/sync/history.ts';
import { PlanTotals, planPairs } from '../../src/sync/plan.ts';
import { collect, E1, E2, entry, pagesOf, rules } from './make.ts';

const E3 = 'e3'.repeat(16);

function object(versionId: string, differently: Partial<ObjectEntry> = {}): Version {
  return { ...entry('k', differently), versionId };
}
const marker = (versionId: string): Version => ({ key: 'k', versionId, modified: 0, deleted: true });
const of = (...versions: Version[]) => entryOf('k', versions);

const NOBODY: GatherEvidence = () => Promise.reject(new Error('Nobody had to be asked.'));

async function plan(pair: Pair, gather = NOBODY, differently: Parameters<typeof rules>[0] = {}) {
  const [item] = await collect(planPairs(pagesOf([pair]), rules(differently), gather, 1));
  return item;
}
const word = (item: PlanItem | undefined) => item && `${item.action}: ${item.reason}`;

test('equal ETags and delete markers need no questions', async () => {
  const source = of(object('s1'), marker('s2'), object('s3', { etag: E2 }));
  const destination = of(object('d1'), marker('d2'), object('d3', { etag: E2 }));
  const item = await plan({ key: 'k', source, destination });
  assert.equal(word(item), 'unchanged: same-etag');
  assert.deepEqual(item, {
    key: 'k',
    source,
    destination,
    action: 'unchanged',
    reason: 'same-etag',
    twins: [
      [2, 2],
      [1, 1],
      [0, 0],
    ],
  });
});

test('what the ETags leave open is asked by version, and the weakest answer is the reason', async () => {
  const source = of(object('s1', { etag: E1 }), object('s2', { etag: E2 }));
  const destination = of(object('d1', { etag: E3 }), object('d2', { etag: E2 }));
  const asked: (string | undefined)[] = [];
  const item = await plan({ key: 'k', source, destination }, async (one, other) => {
    asked.push(one.versionId, other.versionId);
    return { source: { MD5: 'x' }, destination: { MD5: 'x' } };
  });
  assert.deepEqual(asked, ['s1', 'd1']);
  assert.equal(word(item), 'unchanged: same-checksum');
});

const SILENCE: GatherEvidence = async () => ({ source: {}, destination: {} });
const LATER = { etag: E3, modified: 2_000 };
const WITHOUT_EVIDENCE: readonly [Compare, Partial<ObjectEntry>, string][] = [
  ['auto', LATER, 'unchanged: same-size'],
  ['auto', { etag: E3 }, 'copy: versions-differ'],
  ['checksum', LATER, 'copy: versions-differ'],
  ['size', { etag: E3 }, 'unchanged: same-size'],
];
for (const [compare, copy, says] of WITHOUT_EVIDENCE) {
  test(`without evidence compare: ${compare} says "${says}" of a copy ${JSON.stringify(copy)}`, async () => {
    const pair = { key: 'k', source: of(object('s1')), destination: of(object('d1', copy)) };
    assert.equal(word(await plan(pair, SILENCE, { compare })), says);
  });
}

test('what is lacking is told with where it begins, and what differs with both places', async () => {
  const source = of(object('s1'), object('s2', { etag: E2 }), marker('s3'));
  const missing = await plan({ key: 'k', source, destination: of(object('d1')) });
  assert.equal(word(missing), 'copy: versions-missing');
  assert.equal(missing?.action === 'copy' && missing.from, 1);
  const differs = await plan({ key: 'k', source, destination: of(object('d1', { size: 1 }), marker('d2')) });
  assert.equal(word(differs), 'copy: versions-differ');
  assert.deepEqual(differs?.action === 'copy' && [differs.from, differs.differing], [0, [1, 0]]);
});

test('an archived version holds back its key, unless it has arrived already', async () => {
  const frozen = object('s1', { storageClass: 'GLACIER' });
  const source = of(frozen, object('s2', { etag: E2 }));
  assert.equal(word(await plan({ key: 'k', source })), 'skip: archived');
  const failing = await plan({ key: 'k', source }, NOBODY, { archived: 'fail' });
  assert.equal(word(failing), 'fail: archived');
  const destination = of(object('d1'));
  assert.equal(word(await plan({ key: 'k', source, destination })), 'copy: versions-missing');
});

test('a key that is deleted at the destination and unknown to the source is no object', async () => {
  const destination = of(object('d1'), marker('d2'));
  assert.equal(await plan({ key: 'k', destination }), undefined);
  const there = await plan({ key: 'k', destination: of(marker('d1'), object('d2')) }, NOBODY, {
    delete: true,
  });
  assert.equal(word(there), 'delete: extraneous');
});

test('the totals count the versions that are lacking, and their bytes', async () => {
  const source = of(object('s1'), object('s2', { size: 7 }), marker('s3'));
  const totals = new PlanTotals();
  for (const destination of [of(object('d1')), of(object('d1', { size: 1 }), marker('d2'))]) {
    const item = await plan({ key: 'k', source, destination });
    assert.ok(item);
    totals.count(item);
  }
  const { toCopy, versionsToCopy, bytesToCopy, bytesListed, atDestination } = totals;
  assert.deepEqual([toCopy, versionsToCopy, bytesToCopy], [2, 2 + 3, 7 + 107]);
  assert.deepEqual([bytesListed, atDestination], [214, 1]);
});
