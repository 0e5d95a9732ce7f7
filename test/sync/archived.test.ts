/** What `archived: restore` makes of one key, before anything is asked of S3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectEntry } from '../../src/model/objects.ts';
import { MODES } from '../../src/model/settings.ts';
import { recordAsSettled, settle } from '../../src/sync/conclude.ts';
import { decide, type Rules } from '../../src/sync/decide.ts';
import { PlanTotals } from '../../src/sync/plan.ts';
import { collect, entry, pagesOf, rules, settings } from './make.ts';

const PLACES = { source: settings().source.location, destination: settings().destination.location };
const FROZEN = entry('k', { storageClass: 'DEEP_ARCHIVE' });
const THAWING = entry('k', { storageClass: 'GLACIER', restoring: true });

function decided(source: ObjectEntry, differently: Partial<Rules> = {}, destination?: ObjectEntry): string {
  const { key } = source;
  const pair = destination === undefined ? { key, source } : { key, source, destination };
  const { action, reason } = { reason: '', ...decide(pair, rules({ archived: 'restore', ...differently })) };
  return `${action}: ${reason}`;
}

test('an archived object that would be copied is asked back', () => {
  assert.equal(decided(FROZEN), 'restore: archived');
  assert.equal(decided(FROZEN, { compare: 'always' }, entry('k')), 'restore: archived');
});

test('one that is on its way already is not asked for again', () => {
  assert.equal(decided(THAWING), 'skip: restoring');
  for (const archived of ['skip', 'fail'] as const) {
    assert.equal(decided(THAWING, { archived }), `${archived}: archived`);
  }
});

test('one that has arrived is copied', () => {
  assert.equal(decided({ ...FROZEN, restored: true }), 'copy: missing');
});

test('none is asked back that would not be copied', () => {
  assert.equal(decided(FROZEN, {}, entry('k')), 'unchanged: same-etag');
  assert.equal(decided(FROZEN, { filter: rules({ exclude: ['k'] }).filter }), 'skip: excluded');
  const long = { ...FROZEN, key: 'k'.repeat(1025) };
  assert.equal(decided(long), 'fail: key-too-long');
  assert.equal(decided({ ...FROZEN, key: '' }), 'fail: key-empty');
});

test('only a sync asks; the other modes say that it would', async () => {
  const item = { key: 'k', action: 'restore', reason: 'archived', source: FROZEN } as const;
  const words: Record<string, string> = {};
  for (const mode of MODES) {
    const settled = settle(pagesOf([item], [1]), pagesOf([], [1]));
    const [record] = await collect(recordAsSettled(settled, mode, PLACES));
    words[mode] = `${record?.action}: ${record?.reason}`;
  }
  const would = 'skipped: would-restore';
  const looking = { 'dry-run': would, verify: would, preflight: would, health: would };
  assert.deepEqual(words, { sync: 'skipped: stopped', ...looking });
  const totals = new PlanTotals();
  totals.count(item);
  assert.deepEqual([totals.listed, totals.toRestore, totals.toCopy, totals.toFail], [1, 1, 0, 0]);
});
