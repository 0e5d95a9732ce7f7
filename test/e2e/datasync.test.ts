/** `engine: datasync`: what it carries, what it leaves to the copy engine, what it makes and what it finds. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeAwkward } from '../../lab/awkward.ts';
import { sourceRolePolicy } from '../../lab/worlds.ts';
import { type DataSyncStage, dataSyncStage } from './datasync-stage.ts';
import { without } from './paste.ts';
import { allow, checkOf, contents, findings, policy, type Run } from './stage.ts';

describe('a run with DataSync', { concurrency: 3 }, () => {
  test('moves the awkward bucket; a second run transfers nothing and makes nothing', async t => {
    const s = await dataSyncStage(t);
    const expected = makeAwkward(s.from, s.to, 'copy/', 100, s.lab.clock.now());
    const inputs = {
      destination: `s3://${s.to.name}/copy/`,
      delete: 'true',
      'max-delete': '100%',
    };
    const first = await s.run(inputs);
    assert.equal(first.code, 0, first.log);
    const { listed, copied, unchanged, skipped, failed, deleted } = first.report.totals;
    assert.deepEqual({ listed, copied, unchanged, skipped, deleted, failed }, { ...expected, failed: 0 });
    assert.deepEqual(
      [first.report.engine, first.report.complete, first.report.verified],
      ['datasync', true, true],
    );
    const [execution, ...more] = s.executions();
    assert.deepEqual([execution?.status, more.length], ['SUCCESS', 0]);
    assert.ok(Number(execution?.counts.files.transferred) > 80, 'most of it goes by DataSync');
    const arrived = contents(s.to, 'copy/');
    const sent = contents(s.from);
    for (const key of ['archive/2019.tar', 'archive/2020.tar']) delete sent[key];
    assert.deepEqual(withoutRedirect(arrived), withoutRedirect(sent));
    const equipment = s.equipment();
    assert.equal(equipment.length, 3);

    const second = await s.run(inputs);
    assert.equal(second.code, 0, second.log);
    assert.deepEqual([second.report.totals.copied, second.report.totals.unchanged], [0, listed - skipped]);
    assert.equal(s.executions().length, 1);
    assert.deepEqual(s.equipment(), equipment);
  });

  test('finds its locations and its task again, whatever is to be copied', async t => {
    const s = await dataSyncStage(t);
    s.from.put('one', 'x', { tags: { a: 'b' } });
    await s.run();
    const equipment = s.equipment();
    s.from.put('two', 'y');
    const again = await s.run();
    assert.equal(again.code, 0, again.log);
    assert.deepEqual([again.report.totals.copied, again.report.totals.unchanged], [1, 1]);
    assert.deepEqual(s.equipment(), equipment);
    assert.equal(
      s.executions()[1]?.counts.files.listedAtSource,
      1,
      'the manifest names what is to be copied',
    );
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('says it in the words of DataSync: storage class, tags, overwriting, verification', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const run = await s.run({
      'storage-class': 'GLACIER_IR',
      preserve: 'metadata',
      compare: 'missing',
      verify: 'none',
    });
    assert.equal(run.code, 0, run.log);
    const { VerifyMode, OverwriteMode, ObjectTags, TransferMode, PreserveDeletedFiles } =
      s.executions()[0]?.settings.options ?? {};
    assert.deepEqual(
      { VerifyMode, OverwriteMode, ObjectTags, TransferMode, PreserveDeletedFiles },
      {
        VerifyMode: 'NONE',
        OverwriteMode: 'NEVER',
        ObjectTags: 'NONE',
        TransferMode: 'ALL',
        PreserveDeletedFiles: 'PRESERVE',
      },
    );
    const [, destination] = s.lab.datasync.locations();
    assert.deepEqual(
      s.lab.datasync
        .locations()
        .map(({ storageClass }) => storageClass)
        .sort(),
      ['GLACIER_INSTANT_RETRIEVAL', 'STANDARD'],
      String(destination),
    );
    assert.equal(s.to.get('object-0')?.tags.size, 0);
  });

  test('in basic mode does the same', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    s.from.put('a/b/c', 'deep', { tags: { d: 'e' } });
    const run = await s.run({ 'datasync-mode': 'basic' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.lab.datasync.tasks()[0]?.mode, 'BASIC');
    assert.deepEqual([run.report.totals.copied, run.report.verified], [4, true]);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('in basic mode tells of single failures, which DataSync calls an error of the whole', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    denyKey(s, 'object-1');
    const run = await s.run({ 'datasync-mode': 'basic' });
    assert.equal(s.executions()[0]?.status, 'ERROR');
    assert.deepEqual(words(run), {
      'object-0': 'copied: missing',
      'object-1': 'failed: denied',
      'object-2': 'copied: missing',
    });
    assert.equal(run.report.verdict.text, '1 object failed.');
  });

  test('carries keys below prefixes that are no folders for it, where both end in the same text', async t => {
    const s = await dataSyncStage(t);
    s.from.put('lake/dt=2026-01-31/part 1', 'x');
    s.from.put('lake/dt=2026-01-31/sub/part 2', 'y');
    const run = await s.run({
      source: `s3://${s.from.name}/lake/dt=2026-01-31/`,
      destination: `s3://${s.to.name}/copy/of/dt=2026-01-31/`,
    });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.executions()[0]?.counts.files.transferred, 2);
    assert.deepEqual(s.to.keys(), ['copy/of/dt=2026-01-31/part 1', 'copy/of/dt=2026-01-31/sub/part 2']);
  });

  test('refuses prefixes that no two folders can stand for, before anything is made', async t => {
    const s = await dataSyncStage(t);
    s.from.put('photos-old/1', 'x');
    const run = await s.run({ source: `s3://${s.from.name}/photos`, destination: `s3://${s.to.name}/copy` });
    assert.deepEqual(findings(run), ['datasync-prefixes: fail']);
    assert.match(checkOf(run, 'datasync-prefixes').seen, /no two folders .*\/photos and .*\/copy do/);
    assert.deepEqual(s.mutations(), []);
  });

  test('needs nothing across accounts but its own role, where DataSync can carry everything', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    s.source.setBucketPolicy(undefined);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(checkOf(run, 'signer-can-read').verdict, 'warn');
    assert.match(checkOf(run, 'signer-can-read').fix?.todo ?? '', /what DataSync cannot carry/);
  });

  test('does nothing of a plan of which neither way can carry all, and says what is missing', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    s.from.put('double//slash', 'x');
    s.source.setBucketPolicy(undefined);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /cannot carry 1 planned object.*double\/\/slash.*could not read/);
    assert.match(JSON.stringify(run.report.failures[0]?.fix), /the bucket policy of/);
    assert.equal(run.report.totals.reasons['skipped: stopped'], 4);
    assert.deepEqual([s.equipment(), s.executions(), s.work.keys(), s.to.keys()], [[], [], [], []]);
  });

  test('copies from here what DataSync would carry without its Cache-Control or Expires', async t => {
    const s = await dataSyncStage(t);
    s.from.put('plain', 'x', { headers: { 'content-type': 'text/css' }, metadata: { a: 'b' } });
    s.from.put('cached', 'x', { headers: { 'cache-control': 'max-age=60' } });
    s.from.put('expiring', 'x', { headers: { expires: 'Thu, 01 Jan 2099 00:00:00 GMT' } });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(s.executions()[0]?.counts.files.transferred, 1);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.match(run.log, /2 objects that DataSync cannot carry, copied from here: .*loses Cache-Control/);
    assert.match(run.report.notes.join(' '), /DataSync copies 1 object as arn:aws:datasync/);
  });

  test('says of how many objects it could not find out what DataSync loses', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    s.source.setRolePolicy(without(sourceRolePolicy(s.from.name), 's3:GetObject'));
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.match(run.report.notes.join(' '), /3 objects could not be asked for Cache-Control and Expires/);
  });

  test('does not trouble DataSync where there is nothing for it', async t => {
    const s = await dataSyncStage(t);
    s.from.put('folder/', '');
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.to.keys(), s.equipment()], [['folder/'], []]);
  });

  test('tells of what is archived where no listing shows it', async t => {
    const s = await dataSyncStage(t);
    fill(s, 1);
    s.from.put('sunk', 'x', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
    const skipping = await s.run();
    assert.equal(skipping.code, 0, skipping.log);
    assert.deepEqual(words(skipping), { 'object-0': 'copied: missing', sunk: 'skipped: archived' });
    const failing = await s.run({ archived: 'fail' });
    assert.deepEqual(words(failing).sunk, 'failed: archived');
    const restores = allow('s3:RestoreObject', `${s.from.arn}/*`);
    s.lab.iam.accounts.putPolicy(s.source.role, 'restore', policy(restores));
    const restoring = await s.run({ archived: 'restore' });
    assert.equal(restoring.code, 0, restoring.log);
    assert.deepEqual(words(restoring).sunk, 'skipped: restore-asked');
  });

  test('fails what DataSync may not read, what does not verify, and nothing else', async t => {
    const s = await dataSyncStage(t);
    fill(s, 4);
    denyKey(s, 'object-1');
    s.fault({ operation: 'PutObject', bucket: s.to.name, key: 'object-2' }, { kind: 'damage' });
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual(words(run), {
      'object-0': 'copied: missing',
      'object-1': 'failed: denied',
      'object-2': 'failed: content-differs',
      'object-3': 'copied: missing',
    });
    assert.match(run.record('object-2').error?.message ?? '', /checksums or metadata do not match/);
  });

  test('judges an object that was overwritten meanwhile by what was copied', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const hold = Promise.withResolvers<void>();
    s.trouble({ operation: 'LAUNCHING' }, { kind: 'hold', until: hold.promise });
    const run = await s.run(
      {},
      {
        onLine: line => {
          if (!line.startsWith('DataSync copies')) return;
          s.from.put('object-1', 'something longer than before');
          s.from.delete('object-0');
          hold.resolve();
        },
      },
    );
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(words(run), { 'object-0': 'skipped: vanished', 'object-1': 'copied: missing' });
    assert.equal(run.record('object-1').size, 28);
  });

  test('waits for a report that is not spoken of yet', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const silent = { kind: 'overlay', members: { ReportResult: undefined } } as const;
    s.trouble({ operation: 'DescribeTaskExecution', times: 4 }, silent);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.totals.copied, 2);
  });

  test('takes a status that nobody knows for one that goes on', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.trouble(
      { operation: 'DescribeTaskExecution', times: 2 },
      { kind: 'overlay', members: { Status: 'LAUNCHED' } },
    );
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.match(run.log, /DataSync LAUNCHED.*DataSync SUCCESS: 2 of 2 objects/s);
  });

  test('names the place where a manifest cannot be written or a report not be read', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const heal = s.fault({ operation: 'PutObject', bucket: s.work.name, key: /manifests/ }, DENIED);
    const unwritten = await s.run();
    assert.match(
      unwritten.report.verdict.text,
      /Writing the manifest to s3:.*-work\/sync\/ failed \(AccessDenied/,
    );
    assert.deepEqual(s.equipment(), []);
    heal();
    s.fault({ operation: 'GetObject', bucket: s.work.name, key: /Detailed-Reports/ }, DENIED);
    const unread = await s.run();
    assert.match(
      unread.report.verdict.text,
      /Reading the report in s3:.*-work\/sync\/ failed \(AccessDenied/,
    );
    assert.match(JSON.stringify(unread.report.failures[0]?.fix), /S3SyncWork/);
  });

  test('does not pass for done where the report is missing', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    s.fault({ operation: 'PutObject', bucket: s.work.name, key: /Detailed-Reports/ }, DENIED);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(
      run.report.verdict.text,
      /ended well, but its report is missing \(.*Failed to upload Task Report/,
    );
    assert.match(JSON.stringify(run.report.failures[0]?.fix), /S3SyncDataSyncReports/);
    assert.equal(run.report.totals.copied, 0);
    assert.equal((await s.run()).report.totals.unchanged, 2, 'the next run sees what is there');
  });
});

describe('what a run makes in DataSync', { concurrency: 3 }, () => {
  test('is in the Regions it must be in and names the run', async t => {
    const s = await dataSyncStage(t);
    fill(s, 1);
    await s.run();
    const regions = s.lab.datasync.locations().map(({ bucket, region }) => [bucket, region]);
    assert.deepEqual(Object.fromEntries(regions), {
      [s.from.name]: s.source.region,
      [s.to.name]: s.destination.region,
    });
    const [task] = s.lab.datasync.tasks();
    assert.deepEqual([task?.home.region, task?.home.account], [s.destination.region, s.source.account]);
    for (const { tags } of [...s.lab.datasync.locations(), ...s.lab.datasync.tasks(), ...s.executions()])
      assert.match(tags.get('s3-cross-account-sync:run') ?? '', /octo-org\/octo-repo\/actions\/runs\/4242/);
  });

  test('is gone afterwards with `datasync-keep: false`, also when the run fails', async t => {
    const s = await dataSyncStage(t);
    fill(s, 2);
    const well = await s.run({ 'datasync-keep': 'false' });
    assert.equal(well.code, 0, well.log);
    assert.deepEqual([s.equipment(), s.work.keys()], [[], []]);
    s.from.put('more', 'x');
    s.trouble({ operation: 'TRANSFERRING' }, { kind: 'error', status: 400, code: 'EniNotFound' });
    const ill = await s.run({ 'datasync-keep': 'false' });
    assert.match(ill.report.verdict.text, /ended with an error \(EniNotFound/);
    assert.deepEqual([s.equipment(), s.work.keys()], [[], []]);
  });

  test('is gone, what it found is not', async t => {
    const s = await dataSyncStage(t);
    fill(s, 1);
    await s.run();
    const [equipment, files] = [s.equipment(), s.work.keys()];
    assert.ok(files.length >= 3);
    s.from.put('more', 'x');
    const run = await s.run({ 'datasync-keep': 'false' });
    assert.equal(run.report.totals.copied, 1);
    assert.deepEqual([s.equipment(), s.work.keys()], [equipment, files]);
  });

  test('is nothing in a dry run and in mode verify, which send it nothing that changes anything', async t => {
    const s = await dataSyncStage(t);
    fill(s, 1);
    for (const mode of ['dry-run', 'verify']) {
      const run = await s.run({ mode });
      assert.deepEqual(s.mutations(), [], mode);
      assert.equal(run.report.engine, 'datasync');
    }
    const run = await s.run({ mode: 'dry-run' });
    assert.deepEqual(
      findings(run).filter(one => one.startsWith('datasync')),
      [
        'datasync-source-location: unknown',
        'datasync-destination-location: unknown',
        'datasync-task: unknown',
      ],
    );
  });

  test('is tried out and removed again in mode preflight, whatever is there already', async t => {
    const s = await dataSyncStage(t);
    fill(s, 1);
    const first = await s.run({ mode: 'preflight' });
    assert.equal(first.code, 0, first.log);
    assert.deepEqual([findings(first), s.equipment(), s.executions()], [[], [], []]);
    await s.run();
    const equipment = s.equipment();
    for (const operation of ['CreateLocationS3', 'CreateTask'])
      s.trouble({ operation, times: 1 }, { kind: 'cut', applied: true });
    await s.run({ mode: 'preflight' });
    assert.deepEqual(s.equipment(), equipment, 'what was found is not taken for what was made');
    s.destination.setBucketPolicy(undefined);
    const last = await s.run({ mode: 'preflight' });
    assert.deepEqual(findings(last), [
      'destination-bucket-policy: fail',
      'datasync-destination-location: fail',
      'datasync-task: unknown',
    ]);
    assert.deepEqual(s.equipment(), equipment);
  });

  test('may have been made by somebody else, with filters of their own', async t => {
    const s = await dataSyncStage(t);
    fill(s, 3);
    await s.run();
    const [task] = s.lab.datasync.tasks();
    assert.ok(task);
    task.settings = { ...task.settings, excludes: [{ FilterType: 'SIMPLE_PATTERN', Value: '*' }] };
    s.from.put('more', 'x');
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(s.lab.datasync.tasks().length, 1);
    assert.deepEqual(contents(s.to), contents(s.from));
  });
});

const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

function fill(s: DataSyncStage, count: number): void {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
}

/** DataSync's role may not read the object. */
function denyKey(s: DataSyncStage, key: string): void {
  const deny = {
    ...allow('s3:GetObject', `${s.from.arn}/${key}`),
    Effect: 'Deny',
    Principal: { AWS: s.role },
  };
  s.source.setBucketPolicy(policy(deny));
}

/** What became of each object, as `action: reason`. */
function words({ records }: Run): Record<string, string> {
  return Object.fromEntries(records.map(({ key, action, reason }) => [key, `${action}: ${reason}`]));
}

/** Arrives with the copies made from here, and not by DataSync; nobody asked for it. */
function withoutRedirect(all: Record<string, ReturnType<typeof contents>[string]>) {
  return Object.fromEntries(
    Object.entries(all).map(([key, object]) => {
      const { 'x-amz-website-redirect-location': _, ...headers } = object?.headers ?? {};
      return [key, { ...object, headers }];
    }),
  );
}
