/** Which engine `engine: auto` takes once there is a plan, what it says of the others, and what it may cost. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import type { EngineName } from '../../src/model/settings.ts';
import { batchStage, heldStage, left } from './batch-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { checkOf, contents, findings, GIB, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const AUTO = { engine: 'auto' };

/** 24 GiB that cost 2 dollars through a runner. */
function furnish(s: Stage): void {
  for (let index = 0; index < 8; index++) s.from.put(`dumps/${index}`, sparse(3 * GIB, index));
}

function verdicts({ report }: Run): Record<string, string> {
  return Object.fromEntries(report.engines?.offers.map(({ engine, verdict }) => [engine, verdict]) ?? []);
}

function reasons({ report }: Run, engine: EngineName): string {
  return report.engines?.offers.find(one => one.engine === engine)?.reasons.join(' ') ?? '';
}

/** What could have changed the buckets; a preflight opens one upload at each place where it will write, and aborts it. */
function moved(s: Stage): string[] {
  return s
    .mutations()
    .filter(({ key }) => !key?.includes('s3-cross-account-sync-probe'))
    .map(({ operation }) => operation);
}

describe('a choice', { concurrency: 2 }, () => {
  test('falls on `copy` where it is possible and nothing is much cheaper', async t => {
    const s = await batchStage(t);
    furnish(s);
    const run = await s.run(AUTO);
    assert.deepEqual([run.code, run.outputs.engine, run.report.verified], [0, 'copy', true], run.log);
    assert.deepEqual(verdicts(run), {
      copy: 'chosen',
      stream: 'not-taken',
      datasync: 'impossible',
      batch: 'possible',
      replication: 'impossible',
    });
    assert.match(reasons(run, 'stream'), /^Only taken where no identity may copy server-side\.$/);
    assert.match(reasons(run, 'datasync'), /^Needs datasync-role\.$/);
    assert.match(reasons(run, 'replication'), /Only taken when asked for by name\./);
    assert.equal(s.jobs().length, 0);
    assert.match(run.log, /Engine copy: \$0\.48, against \$0\.73 with batch\./);
    assert.match(run.summary, /<summary>Engine copy: &#36;0\.48, against &#36;0\.73 with batch\.<\/summary>/);
  });

  test('falls on `batch` where every byte would have to pass the runner otherwise', async t => {
    const s = await batchStage(t, { apart: true });
    furnish(s);
    const run = await s.run(AUTO);
    assert.deepEqual([run.code, run.outputs.engine, run.report.verified], [0, 'batch', true], run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.deepEqual([verdicts(run).stream, verdicts(run).copy], ['possible', 'impossible']);
    assert.match(reasons(run, 'copy'), /^signer-can-read: /);
    assert.match(run.log, /Engine batch: \$0\.73, against \$2\.16 with stream\./);
    assert.doesNotMatch(run.summary, /every byte passes the runner, because/);
    assert.deepEqual([s.jobs().length, s.requests('PutObject').length], [1, 1]);
  });

  test('falls on `datasync` likewise, and what that cannot carry is streamed', async t => {
    const s = await dataSyncStage(t, { apart: true });
    furnish(s);
    s.from.put('a//b', 'content');
    const run = await s.run(AUTO);
    assert.deepEqual([run.code, run.outputs.engine, run.report.verified], [0, 'datasync', true], run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(s.executions().length, 1);
    assert.equal(s.requests('CopyObject').length, 0);
    assert.match(run.summary, /1 object with keys that DataSync cannot transfer: streamed from here\./);
  });

  test('falls on `stream` where that is cheap, though a service could do it', async t => {
    const s = await batchStage(t, { apart: true });
    s.from.put('small', 'content');
    const run = await s.run(AUTO);
    assert.deepEqual([run.code, run.outputs.engine], [0, 'stream'], run.log);
    assert.match(run.summary, /Engine stream: every byte passes the runner/);
    assert.equal(verdicts(run).batch, 'possible');
  });

  test('does without a service that something stands against, and says what', async t => {
    const s = await batchStage(t, { apart: true });
    furnish(s);
    s.lab.iam.accounts.putPolicy(s.role, 'destination', { Version: '2012-10-17', Statement: [] });
    const run = await s.run({ ...AUTO, mode: 'dry-run' });
    assert.deepEqual([run.code, run.outputs.engine], [0, 'stream'], run.log);
    assert.equal(verdicts(run).batch, 'impossible');
    assert.match(reasons(run, 'batch'), /^batch-role-permissions: /);
    assert.match(
      checkOf(run, 'batch-role-permissions').fix?.todo ?? '',
      /^To have S3 Batch Operations do it: /,
    );
    assert.ok(findings(run).includes('batch-role-permissions: warn'));
  });

  test('is the same in a dry run, where a service role cannot do its work', async t => {
    const s = await dataSyncStage(t, { apart: true });
    furnish(s);
    s.lab.iam.accounts.putPolicy(s.role, 'source', { Version: '2012-10-17', Statement: [] });
    const run = await s.run({ ...AUTO, mode: 'dry-run' });
    assert.deepEqual([run.code, run.outputs.engine], [0, 'stream'], run.log);
    assert.match(reasons(run, 'datasync'), /^datasync-role-permissions: /);
    assert.deepEqual(s.mutations(), []);
  });

  test('falls on a service where nobody here may write', async t => {
    const s = await batchStage(t, { apart: true });
    s.from.put('small', 'content');
    s.destination.setBucketPolicy({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: s.destination.role },
          Action: 's3:PutObject',
          Resource: `${s.to.arn}/*`,
        },
      ],
    });
    const run = await s.run(AUTO);
    assert.deepEqual([run.code, run.outputs.engine], [0, 'batch'], run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.match(run.summary, /Engine batch: the only one that is possible by itself\./);
  });

  test('leaves a job to the next run, which makes no choice of its own', async t => {
    const s = await batchStage(t, { apart: true });
    furnish(s);
    const started = await s.run({ ...AUTO, wait: 'false' });
    assert.deepEqual([started.code, started.outputs.engine], [0, 'batch'], started.log);
    assert.equal(left(s).length, 2);
    const run = await s.run({ ...AUTO, wait: 'true' });
    assert.deepEqual(
      [run.code, run.outputs.engine, run.outputs['objects-copied']],
      [0, 'batch', '8'],
      run.log,
    );
    assert.equal(run.report.engines, undefined);
    assert.deepEqual([s.jobs().length, left(s).length], [1, 0]);
  });

  test('leaves a job that was started by name to nobody else', async t => {
    const { s, open } = await heldStage(t);
    s.from.put('object', 'content');
    await s.run({ wait: 'false' });
    open();
    const run = await s.run(AUTO);
    assert.deepEqual(
      [run.code, run.outputs.engine, run.outputs['objects-copied']],
      [0, 'batch', '1'],
      run.log,
    );
    assert.deepEqual([s.jobs().length, s.requests('CopyObject').length, left(s).length], [1, 0, 0]);
  });

  test('is shown beside an engine that was asked for', async () => {
    const s = setStage(lab);
    furnish(s);
    const run = await s.run({ engine: 'copy', mode: 'dry-run' });
    assert.equal(run.report.engines?.why, 'Engine copy, as asked for.');
    assert.equal(verdicts(run).stream, 'not-taken');
    assert.match(reasons(run, 'stream'), /^Not looked at, because engine copy was asked for\.$/);
    const page = await readFile(join(run.workspace, 's3-sync-report/report.html'), 'utf8');
    assert.match(page, /<tr class="chosen"><th scope="row">copy<\/th>/);
  });

  test('is not spoken of where nothing is to be carried', async () => {
    const s = setStage(lab);
    s.from.put('object', 'content');
    for (const mode of ['verify', 'preflight']) {
      const run = await s.run({ mode });
      assert.equal(run.report.engines, undefined);
      assert.doesNotMatch(run.summary, /Verdict/);
    }
  });
});

describe('`max-cost`', { concurrency: 2 }, () => {
  test('ends a run before anything is moved', async () => {
    const s = setStage(lab);
    furnish(s);
    s.to.put('extraneous', 'content');
    const run = await s.run({ 'max-cost': '0.47', delete: 'true', 'max-delete': '100%' });
    assert.equal(run.code, 1, run.log);
    assert.match(
      run.report.verdict.text,
      /^The run would cost \$0\.48 by its estimate \(engine copy\); `max-cost: 0\.47` allows \$0\.47\. No object was changed\.$/,
    );
    assert.deepEqual(moved(s), []);
    assert.deepEqual(s.to.keys(), ['extraneous']);
    assert.match(run.summary, /Raise (`|&#96;)max-cost/);
  });

  test('lets through what costs no more', async () => {
    const s = setStage(lab);
    furnish(s);
    const run = await s.run({ 'max-cost': '0.49' });
    assert.deepEqual([run.code, run.outputs['objects-copied']], [0, '8'], run.log);
  });

  test('is told by a dry run, which sends nothing at all', async () => {
    const s = setStage(lab);
    furnish(s);
    const run = await s.run({ 'max-cost': '0.10', mode: 'dry-run' });
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /would cost \$0\.48/);
    assert.deepEqual(s.mutations(), []);
    assert.match(run.summary, /\| Engine \| Verdict \| Time \| Cost \| Remarks \|/);
  });
});
