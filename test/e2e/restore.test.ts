/** `archived: restore`: what lies in an archive is asked back, by the source's own identity, and copied once it is there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sourceRolePolicy } from '../../lab/worlds.ts';
import {
  ago,
  allow,
  checkOf,
  consistent,
  contents,
  DAY,
  findings,
  HOUR,
  openLab,
  policy,
  type Run,
  type Stage,
  setStage,
} from './stage.ts';

const lab = await openLab();
const RESTORE = { archived: 'restore' };

/** Objects in every archive there is, on their way out of one, and at hand; the source role may ask for restores. */
function furnished(): Stage {
  const s = setStage(lab);
  const tiering = 'INTELLIGENT_TIERING';
  s.from.put('deep', '1', { storageClass: 'DEEP_ARCHIVE' });
  s.from.put('frozen', '2', { storageClass: 'GLACIER' });
  s.from.put('instant', '3', { storageClass: 'GLACIER_IR' });
  s.from.put('sunk', '4', { storageClass: tiering, archiveTier: 'DEEP_ARCHIVE_ACCESS' });
  s.from.put('thawed', '5', {
    storageClass: 'GLACIER',
    restoration: { readyAt: ago(HOUR), expiresAt: ago(-DAY) },
  });
  s.from.put('thawing', '6', { storageClass: 'GLACIER', restoration: { readyAt: ago(-HOUR) } });
  s.from.put('tiered', '7', { storageClass: tiering, archiveTier: 'ARCHIVE_ACCESS' });
  mayRestore(s);
  return s;
}

function mayRestore(s: Stage): void {
  const base = sourceRolePolicy(s.from.name);
  s.source.setRolePolicy(
    policy(...(base.Statement as object[]), allow('s3:RestoreObject', `${s.from.arn}/*`)),
  );
}

/** What became of each object, as `action: reason`. */
function words({ records }: Run): Record<string, string> {
  return Object.fromEntries(records.map(({ key, action, reason }) => [key, `${action}: ${reason}`]));
}

/** Keys that a restore was asked for, apart from the one that only shows the permission. */
function asked(s: Stage): string[] {
  return s
    .requests('RestoreObject')
    .map(({ key = '' }) => key)
    .filter(key => key !== 'instant')
    .sort();
}

/** The time a restore takes, and for how long what it brings can be read, hours. */
function restoration(s: Stage, key: string): (number | undefined)[] {
  const { readyAt, expiresAt } = s.from.get(key)?.restoration ?? {};
  const hours = (date: Date | undefined) => date && Math.round((date.getTime() - Date.now()) / HOUR);
  return [hours(readyAt), hours(expiresAt)];
}

/** Hours go by. */
function thaw(s: Stage): void {
  for (const key of s.from.keys()) {
    const object = s.from.get(key);
    if (object?.restoration === undefined) continue;
    s.from.amend(object, {
      restoration: { ...object.restoration, readyAt: ago(HOUR), expiresAt: ago(-DAY) },
    });
  }
}

describe('archived objects are asked back', { concurrency: 3 }, () => {
  test('once, in bulk, by the source role, and copied by the run that finds them readable', async () => {
    const s = furnished();
    const first = await s.run(RESTORE);
    assert.equal(first.code, 0, first.log);
    assert.deepEqual(words(first), {
      deep: 'skipped: restore-asked',
      frozen: 'skipped: restore-asked',
      instant: 'copied: missing',
      sunk: 'skipped: restore-asked',
      thawed: 'copied: missing',
      thawing: 'skipped: restoring',
      tiered: 'skipped: restore-asked',
    });
    assert.deepEqual([first.report.complete, first.report.verified], [true, true]);
    assert.match(
      first.summary,
      /\*\*4 archived objects\*\* asked back, 1 already on the way back\. .*12 hours.*48/,
    );
    assert.match(first.log, /2 to ask back from an archive/);
    assert.deepEqual(asked(s), ['deep', 'frozen', 'sunk', 'tiered']);
    const [role = ''] = new Set(s.requests('RestoreObject').map(({ caller }) => caller));
    assert.match(role, new RegExp(`${s.source.account}:assumed-role/s3-sync-source/`));
    const [ready, gone = 0] = restoration(s, 'deep');
    assert.equal(ready, 48);
    assert.ok(gone >= 48 + 7 * 24 && gone <= 48 + 8 * 24, `${gone} hours`);
    assert.equal(restoration(s, 'frozen')[0], 12);
    assert.deepEqual(restoration(s, 'tiered'), [12, undefined], 'out of Intelligent-Tiering for good');
    assert.deepEqual(restoration(s, 'sunk'), [48, undefined]);

    const meanwhile = await s.run(RESTORE);
    assert.equal(meanwhile.code, 0, meanwhile.log);
    assert.equal(meanwhile.report.totals.reasons['skipped: restoring'], 5);
    assert.equal(asked(s).length, 4, 'nothing is asked for twice');
    assert.match(meanwhile.summary, /\*\*5 archived objects\*\* already on the way back\./);

    thaw(s);
    const last = await s.run(RESTORE);
    assert.equal(last.code, 0, last.log);
    assert.equal(last.report.totals.copied, 5);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.doesNotMatch(last.summary, /archived objects?\*\* /);
  });

  for (const mode of ['dry-run', 'verify']) {
    test(`never by mode ${mode}, which says what a sync would ask for`, async () => {
      const s = furnished();
      const run = await s.run({ ...RESTORE, mode });
      const { deep, frozen, thawing } = words(run);
      assert.deepEqual(
        [deep, frozen, thawing],
        ['skipped: would-restore', 'skipped: would-restore', 'skipped: restoring'],
      );
      assert.deepEqual(s.mutations(), []);
      assert.match(run.summary, /\*\*2 archived objects\*\* would be asked back by a sync, 1 already/);
    });
  }

  test('whatever S3 makes of it: slow down, a lost answer, an object that is gone by then', async () => {
    const s = setStage(lab);
    mayRestore(s);
    for (const key of ['gone', 'lost', 'slow']) s.from.put(key, key, { storageClass: 'GLACIER' });
    s.fault(
      { operation: 'RestoreObject', key: 'slow', times: 2 },
      { kind: 'error', status: 503, code: 'SlowDown' },
    );
    s.fault({ operation: 'RestoreObject', key: 'lost', times: 1 }, { kind: 'cut', applied: true });
    s.fault({ operation: 'RestoreObject', key: 'gone' }, { kind: 'error', status: 404, code: 'NoSuchKey' });
    const run = await s.run(RESTORE);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(words(run), {
      gone: 'skipped: vanished',
      lost: 'skipped: restoring',
      slow: 'skipped: restore-asked',
    });
    assert.equal(run.report.requests.throttled, 2);
  });

  test('until the run is stopped, which the next run makes up for', async () => {
    const s = setStage(lab);
    mayRestore(s);
    for (let n = 0; n < 100; n++) s.from.put(`frozen-${n}`, 'x', { storageClass: 'GLACIER' });
    s.fault({ operation: 'RestoreObject' }, { kind: 'slow', ms: 300 });
    const step = await s.start(RESTORE);
    while (s.requests('RestoreObject').length < 10) await sleep(20);
    step.signal('SIGINT');
    const run = consistent(await step.finished);
    assert.equal(run.code, 1);
    const sent = s.requests('RestoreObject').length;
    assert.ok(sent < 100, `${sent} restores were asked for`);
    const { reasons } = run.report.totals;
    assert.deepEqual([reasons['skipped: restore-asked'], reasons['skipped: stopped']], [sent, 100 - sent]);
    assert.equal(run.report.complete, false);
  });
});

describe('the permission to ask', { concurrency: 3 }, () => {
  test('is looked for before anything changes, and what the run says helps', async () => {
    const s = furnished();
    s.source.setRolePolicy(sourceRolePolicy(s.from.name));
    const refused = await s.run(RESTORE);
    assert.deepEqual(findings(refused), ['source-restorable: fail']);
    assert.deepEqual([refused.code, s.to.size, asked(s)], [1, 0, []]);
    const { todo = '', paste = '' } = checkOf(refused, 'source-restorable').fix ?? {};
    assert.ok(todo.includes(s.source.role), todo);
    const base = sourceRolePolicy(s.from.name);
    s.source.setRolePolicy(policy(...(base.Statement as object[]), JSON.parse(paste)));
    const run = await s.run(RESTORE);
    assert.equal(run.code, 0, run.log);
    assert.equal(asked(s).length, 4);
  });

  test('is told with the failures where it could not be looked for', async () => {
    const s = setStage(lab);
    s.from.put('deep', '1', { storageClass: 'DEEP_ARCHIVE' });
    s.from.put('tiered', '2', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
    const run = await s.run(RESTORE);
    assert.deepEqual(
      [checkOf(run, 'source-restorable').verdict, checkOf(run, 'signer-can-read').verdict],
      ['unknown', 'unknown'],
    );
    assert.equal(run.code, 1);
    const denied = 'failed: restore-denied';
    assert.deepEqual(words(run), { deep: denied, tiered: denied });
    const [group] = run.report.failures;
    assert.deepEqual([group?.reason, group?.count], ['restore-denied', 2]);
    assert.ok(group?.fix?.todo.includes(s.source.role), group?.fix?.todo);
    assert.deepEqual(JSON.parse(group?.fix?.paste ?? ''), {
      Sid: 'S3SyncRestore',
      Effect: 'Allow',
      Action: ['s3:RestoreObject', 's3:GetObject'],
      Resource: `${s.from.arn}/*`,
    });
    assert.match(run.summary, /S3SyncRestore/);
  });

  test('keeps anything from being deleted while it is missing', async () => {
    const s = setStage(lab);
    s.from.put('deep', '1', { storageClass: 'DEEP_ARCHIVE' });
    s.to.put('extra', 'x');
    const run = await s.run({ ...RESTORE, delete: 'true', 'max-delete': '100%' });
    assert.equal(run.code, 1);
    assert.deepEqual(words(run), { deep: 'failed: restore-denied', extra: 'kept: delete-refused' });
    assert.deepEqual(s.to.keys(), ['extra']);
  });

  test('ends the asking when everything is denied', async () => {
    const s = setStage(lab);
    for (let n = 0; n < 200; n++) s.from.put(`frozen-${n}`, 'x', { storageClass: 'GLACIER' });
    const run = await s.run(RESTORE);
    assert.match(run.report.verdict.text, /^The first 50 restores were all denied/);
    assert.match(run.summary, /S3SyncRestore/);
    assert.ok(s.requests('RestoreObject').length < 100);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 200 - s.requests('RestoreObject').length);
  });
});
