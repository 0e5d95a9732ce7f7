/** A source, or a destination, that does not keep still while it is copied. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contents, openLab, type Stage, setStage } from './stage.ts';

const lab = await openLab();

describe('a source that moves during the run', { concurrency: 3 }, () => {
  const meanwhile = (s: Stage, change: () => void) => {
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 700 });
    return s.run({}, { onLine: line => line.startsWith('To copy') && change() });
  };

  test('is copied as it is now when an object is overwritten after it was listed', async () => {
    const s = setStage(lab);
    s.from.put('moving', 'as it was listed', { metadata: { version: '1' } });
    const run = await meanwhile(s, () => s.from.put('moving', 'as it is now, longer', { tags: { v: '2' } }));
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(run.record('moving').sourceEtag, s.from.get('moving')?.etag);
    assert.equal(run.record('moving').size, 20);
    assert.equal(run.report.verified, true);
  });

  test('fails by name when an object never keeps still', async () => {
    const s = setStage(lab);
    for (const key of ['restless', 'calm']) s.from.put(key, key);
    s.fault(
      { operation: 'CopyObject', key: 'restless' },
      { kind: 'error', status: 412, code: 'PreconditionFailed' },
    );
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual([run.record('restless').action, run.record('restless').reason], ['failed', 'changed']);
    assert.deepEqual(s.to.keys(), ['calm']);
  });

  test('has an object skipped that vanished after it was listed', async () => {
    const s = setStage(lab);
    for (const key of ['gone', 'still-there']) s.from.put(key, key);
    const run = await meanwhile(s, () => s.from.delete('gone'));
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([run.record('gone').action, run.record('gone').reason], ['skipped', 'vanished']);
    assert.deepEqual(s.to.keys(), ['still-there']);
  });

  test('is told of when objects appear or change behind their copy, and the run stays verified', async () => {
    const s = setStage(lab);
    for (const key of ['one', 'two', 'three']) s.from.put(key, key);
    // Three listings of the source come before the closing one: two checks and the plan.
    s.fault({ operation: 'ListObjectsV2', bucket: s.from.name, skip: 3 }, { kind: 'slow', ms: 700 });
    const run = await s.run(
      {},
      {
        onLine: line => {
          if (!line.startsWith('3 of 3 objects')) return;
          s.from.put('two', 'changed behind its copy');
          s.from.put('four', 'new');
        },
      },
    );
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.verified, true);
    assert.equal(run.report.totals.listed, 3);
    assert.match(run.report.notes.join('\n'), /1 objects? appeared/);
    assert.match(run.report.notes.join('\n'), /1 objects? (was|were) overwritten or removed/);
    assert.match(run.summary, /appeared/);
  });

  test('fails when somebody else overwrites a copy', async () => {
    const s = setStage(lab);
    for (const key of ['ours', 'raced']) s.from.put(key, key);
    s.fault({ operation: 'ListObjectsV2', bucket: s.to.name, skip: 2 }, { kind: 'slow', ms: 700 });
    const run = await s.run(
      {},
      { onLine: line => line.startsWith('2 of 2 objects') && s.to.put('raced', 'RACED') },
    );
    assert.equal(run.code, 1);
    assert.equal(run.report.verified, false);
    assert.deepEqual(
      [run.record('raced').action, run.record('raced').reason, run.record('raced').error?.code],
      ['failed', 'content-differs', 'EtagDiffers'],
    );
  });
});
