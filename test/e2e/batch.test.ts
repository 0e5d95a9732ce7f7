/** `engine: batch`: what jobs carry, what they leave to the copy engine, what is asked of them and what they say. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeAwkward } from '../../lab/awkward.ts';
import { sparse } from '../../lab/s3/index.ts';
import { type BatchStage, batchStage, onlyTheRole } from './batch-stage.ts';
import { FULL } from './full.ts';
import { allow, checkOf, contents, findings, GIB, policy, type Run } from './stage.ts';

describe('a run with jobs that copy', { concurrency: 3 }, () => {
  test('moves the awkward bucket; a second run copies nothing and makes no job', async t => {
    const s = await batchStage(t);
    const expected = makeAwkward(s.from, s.to, 'copy/', 100, s.lab.clock.now());
    const inputs = { destination: `s3://${s.to.name}/copy/`, delete: 'true', 'max-delete': '100%' };
    const first = await s.run(inputs);
    assert.equal(first.code, 0, first.log);
    const { listed, copied, unchanged, skipped, failed, deleted } = first.report.totals;
    assert.deepEqual({ listed, copied, unchanged, skipped, deleted, failed }, { ...expected, failed: 0 });
    assert.deepEqual(
      [first.report.engine, first.report.complete, first.report.verified],
      ['batch', true, true],
    );
    const [job, ...more] = s.jobs();
    assert.deepEqual([job?.status, job?.failed, more.length], ['Complete', 0, 0]);
    assert.equal(job?.tasks?.length, copied - 1, 'all of it goes by the job, but for one');
    assert.match(first.log, /1 object that S3 Batch Operations cannot carry, copied from here: "disk.img"/);
    const sent = contents(s.from);
    for (const key of ['archive/2019.tar', 'archive/2020.tar']) delete sent[key];
    assert.deepEqual(withoutRedirect(contents(s.to, 'copy/')), withoutRedirect(sent));

    const second = await s.run(inputs);
    assert.equal(second.code, 0, second.log);
    assert.deepEqual([second.report.totals.copied, second.report.totals.unchanged], [0, listed - skipped]);
    assert.equal(s.jobs().length, 1);
  });

  test('from an empty destination, too', async t => {
    const s = await batchStage(t);
    makeAwkward(s.from, s.to, '', 10, s.lab.clock.now());
    for (const key of s.to.keys()) s.to.delete(key);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.verified, true);
    assert.equal(s.jobs().length, 1);
    const { listed, copied, skipped } = run.report.totals;
    assert.equal(copied, listed - skipped);
    assert.equal(s.to.keys().length, copied);
  });

  test('makes its job where the destination is, and says what for', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    const run = await s.run({ 'batch-priority': '77' });
    assert.equal(run.code, 0, run.log);
    const [job] = s.jobs();
    assert.ok(job);
    assert.deepEqual([job.region, job.account], [s.destination.region, s.destination.account]);
    const {
      Description = '',
      ClientRequestToken,
      Priority,
      ConfirmationRequired,
      RoleArn,
      Report,
    } = job.request;
    assert.deepEqual([Priority, ConfirmationRequired, RoleArn], [77, false, s.role]);
    const words = /^s3-cross-account-sync (\S+) to (\S+) \[([0-9a-f]{16}):([0-9a-f-]{36})\]$/.exec(
      Description,
    );
    assert.deepEqual(words?.slice(1, 3), [s.from.name, s.to.name]);
    assert.equal(words?.[4], ClientRequestToken);
    assert.deepEqual(Report, {
      Enabled: true,
      Bucket: s.work.arn,
      Format: 'Report_CSV_20180820',
      Prefix: 'sync/reports',
      ReportScope: 'AllTasks',
      ExpectedBucketOwner: s.destination.account,
    });
    assert.match(job.tags.get('s3-cross-account-sync:run') ?? '', /octo-org\/octo-repo\/actions\/runs\/4242/);
    const [manifest] = s.work.keys().filter(key => key.startsWith('sync/manifests/'));
    assert.equal(manifest, `sync/manifests/${ClientRequestToken}.csv`);
    assert.equal(
      s.work
        .get(manifest ?? '')
        ?.content.bytes()
        .toString(),
      `${s.from.name},object-0\n${s.from.name},object-1\n`,
    );
    assert.match(run.report.notes.join(' '), new RegExp(`copies 2 objects as job ${job.id} in eu-central-1`));
  });

  test('says it in the words of S3 Batch Operations: storage class, encryption, tags, ACL', async t => {
    const s = await batchStage(t, { destination: { ownership: 'BucketOwnerPreferred' } });
    s.from.put('object', 'content', { ...FULL });
    const run = await s.run({
      'storage-class': 'GLACIER_IR',
      encryption: 'AES256',
      preserve: 'metadata',
      acl: 'bucket-owner-full-control',
    });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.jobs()[0]?.request.Operation.S3PutObjectCopy, {
      TargetResource: s.to.arn,
      MetadataDirective: 'COPY',
      NewObjectTagging: [],
      StorageClass: 'GLACIER_IR',
      CannedAccessControlList: 'bucket-owner-full-control',
    });
    const there = s.to.get('object');
    assert.equal(there?.tags.size, 0);
    assert.equal(there?.storageClass, 'GLACIER_IR');
    assert.deepEqual(there?.metadata, s.from.get('object')?.metadata);
    assert.equal(there?.headers['cache-control'], FULL.headers?.['cache-control']);
  });

  test('puts a folder before whole keys, and reads them from below a prefix', async t => {
    const s = await batchStage(t);
    for (const key of ['lake/dt=1/part 1', 'lake/dt=1/sub/part 2', 'lake/dt=2/other']) s.from.put(key, key);
    const run = await s.run({
      source: `s3://${s.from.name}/lake/dt=1/`,
      destination: `s3://${s.to.name}/copy of/lake/dt=1/`,
    });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.keys(), ['copy of/lake/dt=1/part 1', 'copy of/lake/dt=1/sub/part 2']);
    assert.deepEqual(words(run), {
      'lake/dt=1/part 1': 'copied: missing',
      'lake/dt=1/sub/part 2': 'copied: missing',
    });
  });

  test('copies from here what is larger than a job can copy, in the same run and report', async t => {
    const s = await batchStage(t);
    s.from.put('edge', sparse(5 * GIB, 'edge'));
    s.from.put('large', sparse(5 * GIB + 1, 'large'), { ...FULL, parts: GIB });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(
      s.jobs()[0]?.tasks?.map(({ key }) => key),
      ['edge'],
    );
    assert.deepEqual(s.to.keys(), ['edge', 'large']);
    assert.deepEqual(words(run), { edge: 'copied: missing', large: 'copied: missing' });
    assert.equal(s.to.get('large')?.etag, s.from.get('large')?.etag);
  });

  test('does nothing of a plan of which neither way can carry all, and says what is missing', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    onlyTheRole(s);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(
      run.report.verdict.text,
      /cannot carry 1 planned object.*"large" \(is larger than 5 GiB\).*could not read/,
    );
    assert.match(JSON.stringify(run.report.failures[0]?.fix), /the bucket policy of/);
    assert.deepEqual([s.jobs(), s.work.keys(), s.to.keys()], [[], [], []]);
  });

  test('needs nothing across accounts but its role, where the job can carry everything', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    onlyTheRole(s);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(checkOf(run, 'signer-can-read').verdict, 'warn');
    assert.match(checkOf(run, 'signer-can-read').fix?.todo ?? '', /what S3 Batch Operations cannot carry/);
  });

  test('deletes only after the job has gone well', async t => {
    const s = await batchStage(t);
    fill(s, 3);
    s.to.put('extra', 'x');
    denyKey(s, 'object-1');
    const inputs = { delete: 'true', 'max-delete': '1' };
    const ill = await s.run(inputs);
    assert.equal(ill.code, 1);
    assert.ok(s.to.get('extra'), 'it is still there');
    const well = await s.run({ ...inputs, exclude: 'object-1' });
    assert.equal(well.code, 0, well.log);
    assert.deepEqual(s.to.keys(), ['object-0', 'object-2']);
  });

  test('sends nothing that changes anything in a dry run and in mode verify', async t => {
    const s = await batchStage(t);
    fill(s, 1);
    for (const mode of ['dry-run', 'verify']) {
      const run = await s.run({ mode });
      assert.deepEqual(s.mutations(), [], mode);
      assert.equal(run.report.engine, 'batch');
    }
    const run = await s.run({ mode: 'preflight' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([findings(run), s.jobs(), s.work.keys(), s.to.keys()], [[], [], [], []]);
  });

  test('needs no job where there is nothing to copy', async t => {
    const s = await batchStage(t);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.jobs(), s.work.keys()], [[], []]);
  });
});

describe('what a job says of objects', { concurrency: 3 }, () => {
  test('that were denied names the role, the bucket and the statement', async t => {
    const s = await batchStage(t);
    fill(s, 3);
    denyKey(s, 'object-1');
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual(words(run), {
      'object-0': 'copied: missing',
      'object-1': 'failed: denied',
      'object-2': 'copied: missing',
    });
    const [failure] = run.report.failures;
    assert.match(failure?.message ?? '', /^S3 Batch Operations: /);
    assert.match(failure?.fix?.todo ?? '', new RegExp(`${s.role}.*bucket policy of ${s.from.name}`));
    assert.match(failure?.fix?.paste ?? '', /S3SyncBatchReads.*S3SyncBatchWrites/s);
    assert.deepEqual([run.report.complete, run.report.verdict.text], [true, '1 object failed.']);
  });

  test('that have gone meanwhile is believed when the source says so, too', async t => {
    const s = await batchStage(t);
    fill(s, 3);
    const { opened, open } = gate();
    s.trouble({ operation: 'Active' }, { kind: 'hold', until: opened });
    s.fault({ operation: 'CopyObject', key: 'object-2' }, { kind: 'error', status: 404, code: 'NoSuchKey' });
    const onLine = (line: string) => {
      if (!line.startsWith('S3 Batch Operations copies')) return;
      s.from.put('object-1', 'something longer than before');
      s.from.delete('object-0');
      open();
    };
    const run = await s.run({}, { onLine });
    assert.deepEqual(words(run), {
      'object-0': 'skipped: vanished',
      'object-1': 'copied: missing',
      'object-2': 'failed: error',
    });
    assert.equal(s.to.get('object-1')?.content.size, 28);
  });

  test('that are archived, which no listing shows, heeds `archived`', async t => {
    const s = await batchStage(t);
    fill(s, 1);
    s.from.put('sunk', 'x', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
    const skipping = await s.run();
    assert.equal(skipping.code, 0, skipping.log);
    assert.deepEqual(words(skipping), { 'object-0': 'copied: missing', sunk: 'skipped: archived' });
    const failing = await s.run({ archived: 'fail' });
    assert.deepEqual(words(failing).sunk, 'failed: archived');
    s.lab.iam.accounts.putPolicy(
      s.source.role,
      'restore',
      policy(allow('s3:RestoreObject', `${s.from.arn}/*`)),
    );
    const restoring = await s.run({ archived: 'restore' });
    assert.equal(restoring.code, 0, restoring.log);
    assert.deepEqual(words(restoring).sunk, 'skipped: restore-asked');
  });

  test('that are under a key of their own is told with what to do', async t => {
    const s = await batchStage(t);
    fill(s, 1);
    s.from.put('sealed', 'x', { encryption: { algorithm: 'AES256', customerKeyMd5: 'bWQ1' } });
    const run = await s.run();
    assert.deepEqual(words(run), { 'object-0': 'copied: missing', sealed: 'failed: customer-key' });
  });

  test('is read whatever the order of columns and however it is written', async t => {
    const s = await batchStage(t);
    for (const key of ['plain', 'with space', 'per%cent', 'a,b "c"', '100%']) s.from.put(key, 'x');
    const prepare = await s.start(
      {},
      { onLine: rewriteReport(s, ([b, k, v, st, http, code, ...m]) => [b, k, v, st, code, http, ...m]) },
    );
    const run = await prepare.finished;
    assert.equal(run.code, 0, run.log);
    assert.equal(run.report.totals.copied, 5);
  });

  test('is no success of what it does not mention', async t => {
    const s = await batchStage(t);
    fill(s, 3);
    const step = await s.start(
      { verify: 'none' },
      { onLine: rewriteReport(s, row => (row[1] === 'object-1' ? undefined : row)) },
    );
    const run = await step.finished;
    assert.equal(run.code, 1);
    assert.deepEqual(words(run)['object-1'], 'failed: error');
    assert.equal(run.record('object-1').error?.code, 'NotReported');
    assert.equal(run.report.totals.copied, 2);
  });

  test('is no success without a report', async t => {
    const s = await batchStage(t);
    fill(s, 2);
    s.fault({ operation: 'GetObject', bucket: s.work.name, key: /reports.*manifest\.json/ }, DENIED);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.match(run.report.verdict.text, /Reading the report in s3:.*-work\/sync\/ failed \(AccessDenied/);
    assert.match(JSON.stringify(run.report.failures[0]?.fix), /S3SyncWork/);
    assert.equal(run.report.totals.copied, 0);
    assert.equal((await s.run()).report.totals.unchanged, 2, 'the next run sees what is there');
  });
});

const DENIED = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' } as const;

function gate() {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  return { opened, open: () => open() };
}

/** Holds the end of the job back until its report has been written otherwise. */
function rewriteReport(
  s: BatchStage,
  row: (columns: (string | undefined)[]) => (string | undefined)[] | undefined,
): (line: string) => void {
  const { opened, open } = gate();
  s.fault(
    { operation: 'GetObject', bucket: s.work.name, key: /reports.*manifest\.json/ },
    { kind: 'hold', until: opened },
  );
  return line => {
    if (!line.startsWith('S3 Batch Operations Complete')) return;
    for (const key of s.work.keys().filter(one => one.endsWith('.csv') && one.includes('/results/'))) {
      const text = s.work.get(key)?.content.bytes().toString() ?? '';
      const rows = text
        .trimEnd()
        .split('\n')
        .map(one => row(one.split(',')));
      s.work.put(key, rows.flatMap(one => (one === undefined ? [] : `${one.join(',')}\n`)).join(''));
    }
    open();
  };
}

function fill(s: BatchStage, count: number): void {
  for (let i = 0; i < count; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
}

/** The role may not read the object. */
function denyKey(s: BatchStage, key: string): void {
  const [Effect, Principal] = ['Deny', { AWS: s.role }];
  const { policy: before } = s.lab.s3.bucket(s.from.name);
  const statements = [before?.Statement ?? []].flat() as object[];
  s.source.setBucketPolicy(
    policy(...statements, { ...allow('s3:GetObject', `${s.from.arn}/${key}`), Effect, Principal }),
  );
}

/** What became of each object, as `action: reason`. */
function words({ records }: Run): Record<string, string> {
  return Object.fromEntries(records.map(({ key, action, reason }) => [key, `${action}: ${reason}`]));
}

/** Arrives with what is copied from here in parts only; nobody asked for it. */
function withoutRedirect(all: ReturnType<typeof contents>) {
  return Object.fromEntries(
    Object.entries(all).map(([key, object]) => {
      const { 'x-amz-website-redirect-location': _, ...headers } = object?.headers ?? {};
      return [key, { ...object, headers }];
    }),
  );
}
