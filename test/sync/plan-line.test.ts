import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { PlanItem } from '../../src/model/plan.ts';
import { fromLine, type PlanLine, toLine } from '../../src/sync/plan-line.ts';
import { anyKey } from './make.ts';

const anyEntry = fc.record(
  {
    size: fc.maxSafeNat(),
    etag: fc.string(),
    modified: fc.maxSafeNat(),
    storageClass: fc.constantFrom('STANDARD', 'GLACIER', 'INTELLIGENT_TIERING'),
    restored: fc.boolean(),
    restoring: fc.constant(true as const),
  },
  { requiredKeys: ['size', 'etag', 'modified', 'storageClass', 'restored'] },
);

const anyVersion = fc.oneof(
  fc.tuple(anyEntry, fc.string()).map(([entry, versionId]) => ({ ...entry, versionId })),
  fc.record({ versionId: fc.string(), modified: fc.maxSafeNat(), deleted: fc.constant(true as const) }),
);
const anyHistory = fc.record({
  versionId: fc.string(),
  history: fc.array(anyVersion, { minLength: 1, maxLength: 4 }),
});
const anyTwins = fc.tuple(fc.nat(9), fc.nat(9));
const anyContinuation = fc.record(
  { from: fc.nat(9), twins: fc.array(anyTwins, { maxLength: 3 }), differing: anyTwins },
  { requiredKeys: ['twins'] },
);

const anyItem = fc
  .tuple(
    anyKey,
    fc.constantFrom(['copy', 'missing'], ['unchanged', 'same-etag'], ['keep', 'delete-not-asked']),
    fc.option(anyEntry),
    fc.option(anyEntry),
  )
  .filter(([, , source, destination]) => source !== null || destination !== null)
  .map(([key, [action, reason], source, destination]) => {
    const entry = (others: Omit<ObjectEntry, 'key'>): ObjectEntry => ({ key, ...others });
    return {
      key,
      action,
      reason,
      ...(source && { source: entry(source) }),
      ...(destination && { destination: entry(destination) }),
    } as PlanItem;
  });

const anyItemWithHistories = fc
  .tuple(
    anyKey,
    fc.constantFrom(['copy', 'versions-missing'], ['unchanged', 'same-etag']),
    fc.array(fc.tuple(anyEntry, anyHistory), { minLength: 2, maxLength: 2 }),
    anyContinuation,
  )
  .map(([key, [action, reason], entries, continuation]) => {
    const [source, destination] = entries.map(([entry, { versionId, history }]) => ({
      key,
      ...entry,
      versionId,
      history: history.map(version => ({ key, ...version })),
    }));
    return { key, source, destination, action, reason, ...continuation } as PlanItem;
  });

test('an item comes back from its line as it was', () => {
  fc.assert(
    fc.property(fc.oneof(anyItem, anyItemWithHistories), item => {
      const line: PlanLine = JSON.parse(JSON.stringify(toLine(item)));
      assert.deepEqual(fromLine(line), item);
    }),
  );
});

test('the key stands in the line once, and what is usual not at all', () => {
  const usual = { key: 'a', size: 1, etag: 'e', modified: 2, storageClass: 'STANDARD', restored: false };
  const twins: PlanItem = {
    key: 'a',
    source: usual,
    destination: usual,
    action: 'unchanged',
    reason: 'same-etag',
  };
  assert.deepEqual(toLine(twins), ['a', 'unchanged', 'same-etag', [1, 'e', 2], [1, 'e', 2]]);
});
