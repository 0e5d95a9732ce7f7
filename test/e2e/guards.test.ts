/** What a run may take away, what stops it from doing so, and the modes that change nothing at all. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allow, contents, type Inputs, openLab, policy, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const PROBE = /\.s3-cross-account-sync-probe$/;

/** What was asked to change at the destination, apart from the upload that preflight opens and aborts. */
const changes = (s: Stage) => s.mutations().filter(({ key }) => key === undefined || !PROBE.test(key));

const fates = ({ records }: Run) =>
  Object.fromEntries(records.map(({ key, action, reason }) => [key, `${action}: ${reason}`]));

function fill(s: Stage, source: readonly string[], destination: readonly string[]): void {
  for (const key of source) s.from.put(key, `content of ${key}`);
  for (const key of destination) s.to.put(key, `content of ${key}`);
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

const DELETE: Inputs = { delete: 'true', 'max-delete': '100%' };

describe('`delete: true`', { concurrency: 3 }, () => {
  test('removes what only the destination has, and nothing outside its prefix', async () => {
    const s = setStage(lab);
    fill(s, ['in/a', 'in/b'], ['out/a', 'out/b', 'out/extra', 'out', 'outer', 'in/else']);
    const run = await s.run({
      ...DELETE,
      source: `s3://${s.from.name}/in/`,
      destination: `s3://${s.to.name}/out/`,
    });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.keys(), ['in/else', 'out', 'out/a', 'out/b', 'outer']);
    assert.deepEqual([run.report.totals.deleted, run.outputs['objects-deleted']], [1, '1']);
    assert.equal(fates(run)['out/extra'], 'deleted: extraneous');
    assert.equal(s.from.size, 2);
  });

  test('removes nothing unless it is asked for', async () => {
    const s = setStage(lab);
    fill(s, ['a'], ['extra']);
    const run = await s.run();
    assert.deepEqual([run.code, s.to.keys()], [0, ['a', 'extra']]);
    assert.equal(fates(run).extra, 'kept: delete-not-asked');
  });

  test('spares what the globs leave out, and what size and time leave out at the source', async () => {
    const s = setStage(lab);
    fill(s, ['a', 'short'], ['kept/extra', 'short', 'extra']);
    s.from.put('long', 'x'.repeat(100));
    s.to.put('long', 'old');
    const run = await s.run({ ...DELETE, exclude: 'kept/**', 'max-size': '99' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(fates(run), {
      a: 'copied: missing',
      extra: 'deleted: extraneous',
      'kept/extra': 'kept: protected-by-filter',
      long: 'skipped: excluded',
      short: 'unchanged: same-etag',
    });
    assert.deepEqual(s.to.keys(), ['a', 'kept/extra', 'long', 'short']);
  });

  test('removes only the object that was listed: one written meanwhile stays and is told of', async () => {
    const s = setStage(lab);
    fill(s, ['a'], ['stale', 'rewritten']);
    s.fault({ operation: 'DeleteObjects' }, { kind: 'slow', ms: 500 });
    const run = await s.run(DELETE, {
      onLine: line => line.startsWith('Deleting') && s.to.put('rewritten', 'just arrived'),
    });
    assert.deepEqual(s.to.keys(), ['a', 'rewritten']);
    assert.equal(run.code, 1);
    assert.equal(fates(run).rewritten, 'kept: delete-failed');
    assert.equal(fates(run).stale, 'deleted: extraneous');
    assert.equal(run.record('rewritten').error?.code, 'PreconditionFailed');
  });

  test('leaves a delete marker where the destination keeps versions', async () => {
    const s = setStage(lab, { destination: { versioning: 'Enabled' } });
    fill(s, ['a'], ['extra']);
    const run = await s.run(DELETE);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      s.to.versions.get('extra')?.map(({ kind }) => kind),
      ['marker', 'object'],
    );
  });

  test('waits for a run in which every object could be copied', async () => {
    const failures: readonly ((s: Stage) => Inputs)[] = [
      s => {
        const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
        s.fault({ operation: 'CopyObject', key: 'a' }, denied);
        return {};
      },
      s => {
        s.from.put('frozen', 'x', { storageClass: 'GLACIER' });
        return { archived: 'fail' };
      },
    ];
    for (const fail of failures) {
      const s = setStage(lab);
      fill(s, ['a', 'b'], ['extra']);
      const run = await s.run({ ...DELETE, ...fail(s) });
      assert.equal(run.code, 1);
      assert.equal(fates(run).extra, 'kept: delete-refused');
      assert.match(run.log, /Nothing is deleted: 1 object/);
      assert.deepEqual(s.to.keys().includes('extra'), true);
      assert.equal(s.requests('DeleteObjects').length, 0);
    }
  });

  test('says of each object it may not delete that it should be gone', async () => {
    const s = setStage(lab);
    fill(s, ['a'], ['extra', '\u0001odd']);
    // For these alone: what is denied everywhere is found before anything changes.
    const kept = ['extra', '\u0001odd'].map(key => `${s.to.arn}/${key}`);
    s.destination.setBucketPolicy(
      policy({ ...allow('s3:DeleteObject', kept), Effect: 'Deny', Principal: '*' }),
    );
    const run = await s.run(DELETE);
    assert.equal(run.code, 1);
    assert.deepEqual(s.to.keys(), ['\u0001odd', 'a', 'extra']);
    for (const key of ['extra', '\u0001odd']) {
      assert.equal(fates(run)[key], 'kept: delete-failed');
      assert.equal(run.record(key).error?.code, 'AccessDenied');
    }
    assert.equal(run.report.totals.undeleted, 2);
    assert.match(run.summary, /should be gone/);
  });
});

describe('a guard refuses the plan before anything changes:', { concurrency: 3 }, () => {
  const CAPS: readonly (readonly [cap: string | undefined, extraneous: number, allowed: boolean])[] = [
    [undefined, 1, true],
    [undefined, 2, false],
    ['0', 1, false],
    ['3', 4, false],
    ['4', 4, true],
    ['39%', 4, false],
    ['40%', 4, true],
    ['0%', 1, false],
  ];
  for (const [cap, extraneous, allowed] of CAPS) {
    const verb = allowed ? 'allows' : 'refuses';
    test(`max-delete ${cap ?? 'by default'} ${verb} ${extraneous} of 10 objects`, async () => {
      const s = setStage(lab);
      fill(
        s,
        ['new', ...numbered('same', 10 - extraneous)],
        [...numbered('same', 10 - extraneous), ...numbered('extra', extraneous)],
      );
      const before = contents(s.to);
      const run = await s.run({ delete: 'true', ...(cap !== undefined && { 'max-delete': cap }) });
      if (allowed) {
        assert.equal(run.code, 0, run.log);
        assert.deepEqual(contents(s.to), contents(s.from));
        return;
      }
      assert.equal(run.code, 1);
      assert.deepEqual(changes(s), []);
      assert.deepEqual(contents(s.to), before);
      const problem = new RegExp(`deletes ${extraneous} of 10 .*max-delete: ${cap ?? '10%'}`);
      assert.match(run.report.verdict.text, problem);
      assert.match(run.log, problem);
      assert.match(run.summary, /raise/);
    });
  }

  for (const [what, source] of [
    ['an empty bucket', ''],
    ['a prefix that holds nothing', '/misspelt/'],
  ]) {
    test(`\`delete: true\` with ${what} as the source`, async () => {
      const s = setStage(lab);
      fill(s, source === '' ? [] : ['a'], numbered('extra', 3));
      const run = await s.run({ ...DELETE, source: `s3://${s.from.name}${source}` });
      assert.equal(run.code, 1);
      assert.deepEqual(changes(s), []);
      assert.equal(s.to.size, 3);
      assert.match(run.report.verdict.text, /is empty and `delete: true`/);
      assert.match(run.log, /is empty/);
    });
  }
});

describe('a mode that only looks', { concurrency: 3 }, () => {
  const drifted = (): Stage => {
    const s = setStage(lab);
    fill(s, ['same', 'changed', 'missing'], ['same', 'extra']);
    s.to.put('changed', 'CONTENT of changed');
    return s;
  };

  for (const mode of ['dry-run', 'verify', 'preflight']) {
    test(`sends not one request that changes anything: ${mode}`, async () => {
      const s = drifted();
      const before = contents(s.to);
      const run = await s.run({ ...DELETE, mode });
      assert.equal(run.report.mode, mode);
      assert.deepEqual(contents(s.to), before);
      const sent = s.mutations().map(({ operation, key }) => [operation, PROBE.test(key ?? '')]);
      const probes = [
        ['AbortMultipartUpload', true],
        ['CreateMultipartUpload', true],
        ['DeleteObject', true],
      ];
      assert.deepEqual(sent.toSorted(), mode === 'preflight' ? probes : []);
      assert.equal(s.to.uploads.size, 0);
    });
  }

  test('dry-run: counts in the conditional what a sync would do, and a sync then does just that', async () => {
    const s = drifted();
    const dry = await s.run({ ...DELETE, mode: 'dry-run' });
    assert.equal(dry.code, 0, dry.log);
    assert.deepEqual(fates(dry), {
      changed: 'would-copy: content-differs',
      extra: 'would-delete: extraneous',
      missing: 'would-copy: missing',
      same: 'unchanged: same-etag',
    });
    assert.match(dry.log, /Would copy 2 objects/);
    assert.doesNotMatch(dry.log, /To copy|Deleting/);
    assert.match(dry.summary, /Dry run: nothing was changed/);
    assert.match(dry.summary, /Would be copied \| 2 /);
    assert.match(dry.summary, /Would be deleted \| 1 /);
    assert.doesNotMatch(dry.summary, /\| Copied|\| Deleted/);
    assert.equal(dry.report.verified, false);

    const real = await s.run(DELETE);
    for (const name of ['objects-copied', 'objects-deleted', 'objects-unchanged', 'bytes-copied']) {
      assert.equal(real.outputs[name], dry.outputs[name], name);
    }
  });

  test('dry-run: is refused by the guards like a sync', async () => {
    const s = drifted();
    const run = await s.run({ delete: 'true', 'max-delete': '0', mode: 'dry-run' });
    assert.equal(run.code, 1);
    assert.match(run.log, /max-delete: 0/);
    assert.equal(fates(run).extra, 'would-delete: extraneous', 'what was refused can be looked at');
  });

  test('verify: fails on drift and names every object that differs', async () => {
    const s = drifted();
    const run = await s.run({ mode: 'verify' });
    assert.equal(run.code, 1);
    assert.equal(run.report.verified, false);
    assert.deepEqual(fates(run), {
      changed: 'failed: content-differs',
      extra: 'kept: delete-not-asked',
      missing: 'failed: missing',
      same: 'unchanged: same-etag',
    });
    assert.match(run.report.verdict.text, /2 objects differ/);
    for (const key of ['changed', 'missing']) assert.match(run.summary, new RegExp(`<code>${key}</code>`));
    assert.doesNotMatch(run.summary, /<code>same<\/code>/);
  });

  test('verify: takes an extraneous object for drift only where `delete` would remove it', async () => {
    const s = setStage(lab);
    fill(s, ['a'], ['a', 'extra']);
    assert.equal((await s.run({ mode: 'verify' })).code, 0);
    const strict = await s.run({ ...DELETE, mode: 'verify' });
    assert.equal(strict.code, 1);
    assert.match(strict.summary, /<code>extra<\/code>/);
  });

  test('verify: passes when both sides are equal', async () => {
    const s = setStage(lab);
    fill(s, ['a', 'b'], ['a', 'b']);
    const run = await s.run({ mode: 'verify' });
    assert.deepEqual([run.code, run.outputs.verified], [0, 'true']);
    assert.match(run.summary, /Verified: no difference/);
  });

  test('preflight: needs no object to be anywhere', async () => {
    const s = setStage(lab);
    const run = await s.run({ mode: 'preflight' });
    assert.equal(run.code, 0, run.log);
    assert.match(run.summary, /Ready to sync/);
    assert.deepEqual(run.records, []);
  });

  test('`verify: none` looks at neither side again and claims no proof', async () => {
    const s = setStage(lab);
    fill(s, ['a', 'b'], ['b']);
    const run = await s.run({ verify: 'none' });
    assert.equal(run.code, 0, run.log);
    assert.equal(run.outputs.verified, 'false');
    const listed = s.requests('ListObjectsV2').length;
    s.from.put('c', 'new');
    await s.run();
    assert.equal(s.requests('ListObjectsV2').length, 2 * listed + 2);
  });

  test('a run that finds nothing to do lists both sides once, and has proven it by that', async () => {
    const s = setStage(lab);
    fill(s, ['a', 'b'], ['a', 'b']);
    await s.run({ verify: 'none' });
    const listed = s.requests('ListObjectsV2').length;
    const run = await s.run();
    assert.equal(run.outputs.verified, 'true');
    assert.equal(run.report.totals.proofs.etag, 2);
    assert.equal(s.requests('ListObjectsV2').length, 2 * listed);
  });
});
