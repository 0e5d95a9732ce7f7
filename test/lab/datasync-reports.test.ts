import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { TaskReportConfig } from '@aws-sdk/client-datasync';
import { chunksOf } from '../../lab/datasync/report.ts';
import type { Bucket, BucketSettings } from '../../lab/s3/index.ts';
import { gate, scene } from './datasync-lab.ts';
import { allow } from './s3-lab.ts';

type Row = Readonly<Record<string, unknown>>;

async function reportScene(t: TestContext, destination: Partial<BucketSettings> = {}) {
  const stage = await scene(t, { destination });
  const reports = stage.lab.s3.createBucket({
    name: 'octo-reports',
    account: stage.world.source.account,
    region: 'eu-central-1',
  });
  stage.lab.iam.accounts.putPolicy(stage.role, 'reports', allow('s3:PutObject', `${reports.arn}/*`));
  const config = (more: Partial<TaskReportConfig> = {}): TaskReportConfig => ({
    Destination: {
      S3: { S3BucketArn: reports.arn, Subdirectory: 'sync/', BucketAccessRoleArn: stage.role },
    },
    OutputType: 'STANDARD',
    ReportLevel: 'SUCCESSES_AND_ERRORS',
    ...more,
  });
  return { ...stage, reports, config };
}

/** The documents of a bucket by the last part of their names. */
function documents(reports: Bucket): Record<string, Record<string, unknown>> {
  const read = (key: string) => JSON.parse(reports.get(key)?.content.bytes().toString() ?? '');
  return Object.fromEntries(
    reports.keys().map(key => [/files-([a-z]+)/.exec(key)?.[1] ?? 'summary', read(key)]),
  );
}

test('a report lists what became of every object, as Enhanced mode writes it', async t => {
  const { source, destination, run, reports, config, lab, role, world } = await reportScene(t, {
    versioning: 'Enabled',
  });
  source.put('new', 'content', { tags: { a: 'b' }, metadata: { c: 'd' } });
  source.put('same', 'x');
  source.put('changed', 'one');
  source.put('denied', 'x');
  source.put('frozen', 'x', { storageClass: 'GLACIER' });
  source.put('hidden', 'x');
  destination.put('same', 'x');
  destination.put('changed', 'two');
  destination.put('extra', 'x');
  lab.iam.accounts.putPolicy(role, 'deny', {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Deny',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${world.destination.bucket}/denied`,
    },
  });
  lab.iam.accounts.putPolicy(role, 'hide', {
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: 's3:GetObject', Resource: `${source.arn}/hidden` },
  });
  const execution = await run({
    TaskReportConfig: config({ ObjectVersionIds: 'INCLUDE' }),
    Options: { PreserveDeletedFiles: 'REMOVE' },
  });
  assert.equal(execution.ReportResult?.Status, 'SUCCESS');
  const [, taskId, executionId] =
    /(task-\w+)\/execution\/(exec-\w+)$/.exec(execution.TaskExecutionArn ?? '') ?? [];
  for (const key of reports.keys())
    assert.match(
      key,
      new RegExp(`^sync/(Summary|Detailed)-Reports/${taskId}/${executionId}/${executionId}\\..*\\.json$`),
    );

  const { summary, transferred, skipped, verified, deleted } = documents(reports);
  assert.partialDeepStrictEqual(summary, {
    AccountId: world.source.account,
    Status: 'SUCCESS',
    FilesTransferred: 2,
    FilesSkipped: 2,
    FilesDeleted: 1,
    Options: { PreserveDeletedFiles: 'REMOVE' },
  });
  const rows = transferred?.Transferred as Row[];
  assert.deepEqual(
    rows.map(row => [row.RelativePath, row.Overwrite, row.TransferStatus, row.ErrorCode]),
    [
      ['changed', 'True', 'SUCCESS', undefined],
      ['denied', 'False', 'FAILED', 'AccessDenied'],
      ['new', 'False', 'SUCCESS', undefined],
    ],
  );
  assert.equal(transferred?.TaskExecutionId, executionId);
  const at = rows[2]?.TransferTimestamp as string;
  assert.ok(new Date(at) >= (execution.StartTime ?? 0) && new Date(at) <= (execution.EndTime ?? 0));
  const { object = source.get('new') } = {};
  assert.deepEqual(rows[2], {
    RelativePath: 'new',
    SourceMetadata: {
      Type: 'Object',
      ContentSize: 7,
      LastModified: object?.lastModified.toISOString(),
      SystemMetadata: {
        ContentType: 'binary/octet-stream',
        ETag: `"${object?.etag}"`,
        ServerSideEncryption: 'AES256',
      },
      UserMetadata: { c: 'd' },
      Tags: [{ Key: 'a', Value: 'b' }],
    },
    Overwrite: 'False',
    DstS3VersionId: destination.get('new')?.versionId,
    TransferType: 'CONTENT_AND_METADATA',
    TransferTimestamp: at,
    TransferStatus: 'SUCCESS',
  });
  assert.deepEqual(
    (skipped?.Skipped as Row[]).map(row => [row.RelativePath, row.SkipReason, row.SkipStatus]),
    [
      ['frozen', 'Object is archived and not restored', 'SUCCESS'],
      ['hidden', undefined, 'FAILED'],
      ['same', 'Object is unchanged', 'SUCCESS'],
    ],
  );
  assert.match(
    String((skipped?.Skipped as Row[])[1]?.ErrorDetail),
    /assumed-role\/datasync\/AwsSync-loc-[0-9a-f]{17} is not authorized to perform: s3:GetObject on /,
  );
  const sha256 = source.get('new')?.content.checksum('SHA256');
  assert.partialDeepStrictEqual((verified?.Verified as Row[])[1], {
    RelativePath: 'new',
    SourceChecksum: sha256,
    DestinationChecksum: sha256,
    VerifyStatus: 'SUCCESS',
  });
  assert.partialDeepStrictEqual(deleted?.Deleted, [{ RelativePath: 'extra', DeleteStatus: 'SUCCESS' }]);
});

test('Basic mode writes rows of its own shape', async t => {
  const { source, run, reports, config, lab, role } = await reportScene(t);
  source.put('a', 'one');
  source.put('b', 'x');
  lab.faults.add({
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
    message: 'no',
    operation: 'GetObject',
    key: 'b',
  });
  await run({ TaskMode: 'BASIC', TaskReportConfig: config() });
  const { transferred, deleted } = documents(reports);
  assert.partialDeepStrictEqual(transferred?.Transferred, [
    { RelativePath: '/a', SrcMetadata: { Type: 'Regular', ContentSize: 3 }, TransferStatus: 'SUCCESS' },
    { RelativePath: '/b', TransferStatus: 'FAILED', FailureReason: 'no', FailureCode: 40974 },
  ]);
  assert.deepEqual([deleted, role.endsWith('datasync')], [undefined, true]);
});

test('a report is as long as it is asked to be', async t => {
  const { source, run, reports, config, lab } = await reportScene(t);
  source.put('a', 'x');
  source.put('b', 'x');
  lab.faults.add({ kind: 'error', status: 403, code: 'AccessDenied', operation: 'PutObject', key: 'b' });
  const paths = async (TaskReportConfig: TaskReportConfig) => {
    for (const key of reports.keys()) reports.delete(key);
    await run({ TaskReportConfig, Options: { TransferMode: 'ALL' } });
    const { transferred, verified } = documents(reports);
    const rows = [transferred?.Transferred, verified?.Verified] as (Row[] | undefined)[];
    return rows.map(list => list?.map(row => row.RelativePath));
  };
  assert.deepEqual(await paths(config()), [['a', 'b'], ['a']]);
  assert.deepEqual(await paths(config({ ReportLevel: 'ERRORS_ONLY' })), [['b'], []]);
  const Overrides = { Verified: { ReportLevel: 'SUCCESSES_AND_ERRORS' } } as const;
  assert.deepEqual(await paths(config({ ReportLevel: 'ERRORS_ONLY', Overrides })), [['b'], ['a']]);
  assert.deepEqual(await paths(config({ OutputType: 'SUMMARY_ONLY' })), [undefined, undefined]);
  assert.equal(reports.size, 1);
});

test('a report is PENDING until it is written, which may be after the execution', async t => {
  const { source, createTask, start, describe, config, lab } = await reportScene(t);
  source.put('a', 'x');
  const TaskArn = await createTask({ TaskReportConfig: config() });
  const { opened, open } = gate();
  lab.faults.add({ kind: 'hold', until: opened, operation: 'PutObject', bucket: 'octo-reports' });
  const execution = await start(TaskArn);
  while ((await describe(execution)).Status !== 'SUCCESS') await new Promise(setImmediate);
  assert.deepEqual((await describe(execution)).ReportResult, { Status: 'PENDING' });
  open();
  await lab.datasync.settled();
  assert.deepEqual((await describe(execution)).ReportResult, { Status: 'SUCCESS' });
});

test('a report that cannot be written fails apart from the execution, and an early end leaves none', async t => {
  const { source, createTask, start, describe, config, lab, role, reports } = await reportScene(t);
  source.put('a', 'x');
  const TaskArn = await createTask({ TaskReportConfig: config() });
  lab.iam.accounts.deletePolicy(role, 'reports');
  const ending = async () => {
    const execution = await start(TaskArn);
    await lab.datasync.settled();
    const { Status, ReportResult } = await describe(execution);
    return [Status, ReportResult];
  };
  assert.deepEqual(await ending(), [
    'SUCCESS',
    {
      Status: 'ERROR',
      ErrorCode: 'AccessDenied',
      ErrorDetail: 'Failed to upload Task Report(s) to S3 due to an invalid bucket or IAM role',
    },
  ]);
  lab.faults.add({ kind: 'error', status: 500, code: 'NoMem', operation: 'PREPARING' });
  assert.partialDeepStrictEqual(await ending(), [
    'ERROR',
    { Status: 'ERROR', ErrorDetail: 'Execution error occurred prior to generating any Task Reports' },
  ]);
  assert.equal(reports.size, 0);
});

test('a list longer than a file may be goes on in the next', () => {
  const rows = Array.from({ length: 30 }, (_, n) => ({ path: `${n}`.padStart(100) }));
  const chunks = chunksOf(rows, 1000);
  assert.deepEqual(chunks.flat(), rows);
  assert.ok(chunks.length > 1 && chunks.every(chunk => JSON.stringify(chunk).length <= 1000));
  assert.deepEqual(chunksOf([]), [[]]);
});
