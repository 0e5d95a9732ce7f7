import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { AWKWARD_KEYS } from '../../lab/awkward.ts';
import { failuresOf, outcomesOf, reportTo, scene } from './batch-lab.ts';

test('a report lists the tasks in files of those that succeeded and those that failed', async t => {
  const { source, destination, run, manifest } = await scene(t, { source: { versioning: 'Enabled' } });
  const { versionId } = source.put('a b', 'x');
  const lines = [`${source.name},a%20b,${versionId}`, `${source.name},absent,0123`];
  const job = await run({
    Manifest: manifest(lines, ['Bucket', 'Key', 'VersionId']),
    Report: reportTo(destination),
  });
  const folder = `reports/job-${job.JobId}/`;
  const object = destination.get(`${folder}manifest.json`);
  assert.equal(object?.encryption.algorithm, 'AES256');
  const { Format, ReportSchema, Results } = JSON.parse(object?.content.bytes().toString() ?? '');
  assert.deepEqual(
    [Format, ReportSchema],
    ['Report_CSV_20180820', 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage'],
  );
  const files = Results.map((result: Record<string, string>) => {
    const content = destination.get(result.Key ?? '')?.content.bytes() ?? '';
    assert.equal(createHash('md5').update(content).digest('hex'), result.MD5Checksum);
    assert.ok(result.Key?.startsWith(`${folder}results/`));
    return [result.TaskExecutionStatus, result.Bucket, content.toString()];
  });
  assert.deepEqual(files, [
    ['succeeded', destination.name, `${source.name},a%20b,${versionId},succeeded,200,,Successful\n`],
    ['failed', destination.name, `${source.name},absent,0123,failed,403,AccessDenied,"Access Denied"\n`],
  ]);
});

test('awkward keys are encoded in the report', async t => {
  const { source, destination, run } = await scene(t);
  for (const key of AWKWARD_KEYS) source.put(key, 'x');
  const { JobId } = await run({ Report: reportTo(destination) });
  assert.deepEqual(
    outcomesOf(destination, JobId)
      .map(({ key }) => key)
      .sort(),
    [...AWKWARD_KEYS].sort(),
  );
});

test('a report of failed tasks only leaves the others out, and can be empty', async t => {
  const { source, destination, run, lab } = await scene(t);
  source.put('a', 'x');
  source.put('b', 'x');
  const Report = reportTo(destination, { ReportScope: 'FailedTasksOnly', Prefix: undefined });
  const disarm = lab.faults.add({
    kind: 'error',
    status: 500,
    code: 'InternalError',
    message: 'said "no", twice',
    operation: 'CopyObject',
    key: 'b',
  });
  const some = await run({ Report });
  assert.deepEqual(outcomesOf(destination, some.JobId, ''), [
    {
      key: 'b',
      versionId: '',
      status: 'failed',
      http: '500',
      code: 'InternalError',
      message: '"said ""no"", twice"',
    },
  ]);
  disarm();
  const none = await run({ Report });
  assert.deepEqual(outcomesOf(destination, none.JobId, ''), []);
});

test('a job whose report cannot be written fails after its last task', async t => {
  const { source, destination, run, lab } = await scene(t);
  source.put('a', 'x');
  const foreign = await run({ Report: reportTo(destination, { ExpectedBucketOwner: source.account }) });
  assert.deepEqual(
    [foreign.Status, failuresOf(foreign)],
    ['Failed', ['AccessDenied: The completion report could not be written: Access Denied']],
  );
  assert.ok(destination.get('a'));
  const other = lab.s3.createBucket({ name: 'other', account: '444455556666', region: 'eu-central-1' });
  const unpermitted = await run({ Report: reportTo(other) });
  assert.match(failuresOf(unpermitted).join(), /not authorized to perform: s3:PutObject/);
});

test('a job that fails before its first task has no report', async t => {
  const { source, destination, run, manifest } = await scene(t);
  source.put('a', 'x');
  const { JobId, Status } = await run({ Manifest: manifest(['nonsense']), Report: reportTo(destination) });
  assert.equal(Status, 'Failed');
  assert.throws(() => outcomesOf(destination, JobId), /there is no report/);
});
