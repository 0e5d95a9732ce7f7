import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectEntry, Version } from '../../src/model/objects.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import type { ObjectRecord } from '../../src/record.ts';
import { type Movements, recordAsSeen, recordAsSettled } from '../../src/sync/conclude.ts';
import { entryOf } from '../../src/sync/history.ts';
import { collect, E1, E2, entry, pagesOf, settings } from './make.ts';

const PLACES = { source: settings().source.location, destination: settings().destination.location };
const KMS = 'ab'.repeat(16);

function object(versionId: string, etag: string, size = 5): Version {
  return { ...entry('k', { etag, size }), versionId };
}
const marker = (versionId: string): Version => ({ key: 'k', versionId, modified: 0, deleted: true });
const of = (...versions: Version[]) => entryOf('k', versions);

/** The first of three versions was there, the other two were copied. */
const SOURCE = of(object('s1', E1), marker('s2'), object('s3', E2, 7));
const ITEM: PlanItem = {
  key: 'k',
  action: 'copy',
  reason: 'versions-missing',
  source: SOURCE,
  destination: of(object('old', E2), object('d1', KMS)),
  from: 1,
  twins: [[0, 1]],
};
const OUTCOME: Outcome = {
  key: 'k',
  result: 'copied',
  etag: KMS,
  bytes: 7,
  versions: [
    { source: 's2', destination: 'd2' },
    { source: 's3', destination: 'd3' },
  ],
  requestId: 'R',
};
const ARRIVED = [object('old', E2), object('d1', KMS), marker('d2'), object('d3', KMS, 7)];

async function seen(destination: ObjectEntry, source = SOURCE) {
  const movements: Movements = { appeared: 0, movedOn: 0 };
  const settled = pagesOf([{ key: 'k', item: ITEM, outcome: OUTCOME }]);
  const now = pagesOf([{ key: 'k', source, destination }]);
  const [record] = await collect(recordAsSeen(settled, now, PLACES, movements));
  assert.ok(record);
  return { record, movements };
}

const word = ({ action, reason, proof }: ObjectRecord) => `${action}: ${reason} (${proof})`;

test('copies are known by their ids, whatever their ETags', async () => {
  const { record, movements } = await seen(of(...ARRIVED));
  assert.equal(word(record), 'copied: versions-missing (size)');
  assert.deepEqual(record.versions, [
    { source: 's1', destination: 'd1', size: 5, sourceEtag: E1, destinationEtag: KMS, proof: 'size' },
    { source: 's2', destination: 'd2', deleteMarker: true, copied: true, size: 0, proof: 'etag' },
    {
      source: 's3',
      destination: 'd3',
      copied: true,
      size: 7,
      sourceEtag: E2,
      destinationEtag: KMS,
      proof: 'size',
    },
  ]);
  assert.deepEqual(movements, { appeared: 0, movedOn: 0 });
});

test('older versions that have left the destination meanwhile are nobody’s fault', async () => {
  const { record } = await seen(of(...ARRIVED.slice(2)));
  assert.equal(word(record), 'copied: versions-missing (size)');
  assert.deepEqual(record.versions?.[0], { source: 's1', size: 5, sourceEtag: E1, proof: 'none' });
});

const HARMS: readonly [string, Version[], string, RegExp][] = [
  ['the last copy is gone', ARRIVED.slice(0, -1), 'versions-missing', /lacks version s3/],
  ['copies have replaced each other', ARRIVED.slice(3), 'versions-missing', /2 versions were copied.* 1\./],
  [
    'somebody wrote on top of them',
    [...ARRIVED, object('d4', 'cd'.repeat(16))],
    'versions-differ',
    /s3 .* d4 /,
  ],
  [
    'a copy has another size',
    [...ARRIVED.slice(0, 3), object('d3', KMS, 8)],
    'versions-differ',
    /Version s3 of the source and version d3/,
  ],
  [
    'an older version is another one',
    [object('d0', KMS), ...ARRIVED.slice(2)],
    'versions-differ',
    /Version s1 of the source and version d0/,
  ],
];
for (const [what, history, reason, message] of HARMS) {
  test(`it is a failure when ${what}`, async () => {
    const { record } = await seen(of(...history));
    assert.equal(word(record), `failed: ${reason} (none)`);
    assert.match(record.error?.message ?? '', message);
  });
}

test('a version that the source gained meanwhile is worth a word', async () => {
  const { record, movements } = await seen(
    of(...ARRIVED),
    of(...(SOURCE.history ?? []), object('s4', E2, 7)),
  );
  assert.equal(record.action, 'copied');
  assert.equal(movements.movedOn, 1);
});

test('what failed on the way tells which versions arrived', async () => {
  const outcome: Outcome = {
    key: 'k',
    result: 'failed',
    reason: 'denied',
    code: 'AccessDenied',
    message: 'Version s3: Access Denied',
    versions: [{ source: 's2', destination: 'd2' }],
    requestId: 'R',
  };
  const settled = pagesOf([{ key: 'k', item: ITEM, outcome }]);
  const [record] = await collect(recordAsSettled(settled, 'sync', PLACES));
  assert.ok(record);
  assert.equal(word(record), 'failed: denied (none)');
  assert.deepEqual(
    record.versions?.map(({ destination, copied }) => [destination, copied]),
    [
      ['d1', undefined],
      ['d2', true],
      [undefined, undefined],
    ],
  );
});
