/** Trouble on the way: what heals is not noticed, what does not heal is told of, and nothing is lost in between. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { type Effect, retryable } from '../../lab/faults.ts';
import { sparse } from '../../lab/s3/index.ts';
import { s3Client } from '../lab/clients.ts';
import { annotations, contents, GIB, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const DENIED: Effect = { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' };
const INVALID: Effect = { kind: 'error', status: 400, code: 'InvalidRequest', message: 'No such thing.' };

/** What S3 and the network do to requests that only need to be sent again. */
const PASSING = {
  SlowDown: retryable.slowDown,
  InternalError: retryable.internalError,
  'InternalError in 200': { kind: 'error-in-200', code: 'InternalError' },
  'SlowDown in 200': { kind: 'error-in-200', code: 'SlowDown' },
  'nothing in 200': { kind: 'empty-200' },
  'a cut before': { kind: 'cut' },
  'a cut after': { kind: 'cut', applied: true },
  'a timeout of S3': { kind: 'error', status: 400, code: 'RequestTimeout' },
  'silence in the middle': { kind: 'stall', ms: 200 },
} as const satisfies Record<string, Effect>;
type Passing = keyof typeof PASSING;

const EVERY = Object.keys(PASSING) as Passing[];
const BEFORE = EVERY.filter(name => !name.includes('200') && name !== 'a cut after');

/** Every effect strikes this operation so many times, one after the other. */
function strike(s: Stage, operation: string, names: readonly Passing[], times = 2): number {
  for (const [index, name] of names.entries()) {
    s.fault({ operation, skip: times * index, times }, PASSING[name]);
  }
  return times * names.length;
}

function assertStruck(s: Stage, operation: string, times: number): void {
  const struck = s.requests(operation).filter(({ fault }) => fault !== undefined);
  assert.equal(struck.length, times, `${operation} was struck`);
}

function retries({ report }: Run): number {
  return (report.requests.retried ?? 0) + (report.requests.throttled ?? 0);
}

function assertCopied(s: Stage, run: Run): void {
  assert.equal(run.code, 0, run.log);
  assert.equal(run.report.verified, true);
  assert.equal(run.report.totals.failed, 0);
  assert.deepEqual(contents(s.to), contents(s.from));
  assert.equal(s.to.uploads.size, 0);
}

function fill(s: Stage, count: number, name = 'object'): void {
  for (let i = 0; i < count; i++) s.from.put(`${name}-${i}`, `content ${i}`, { tags: { n: String(i) } });
}

describe('what passes is not noticed but in the number of retries:', { concurrency: 4 }, () => {
  test('trouble with CopyObject', async () => {
    const s = setStage(lab);
    fill(s, 40);
    const times = strike(s, 'CopyObject', EVERY);
    const run = await s.run();
    assertCopied(s, run);
    assertStruck(s, 'CopyObject', times);
    assert.equal(retries(run), times - 2, 'silence is only waited for');
    assert.match(run.summary, /retried \d+/);
  });

  test('a burst of SlowDown', async () => {
    const s = setStage(lab);
    fill(s, 100);
    s.fault({ operation: 'CopyObject', times: 150 }, retryable.slowDown);
    const run = await s.run();
    assertCopied(s, run);
    assert.equal(run.report.requests.throttled, 150);
    assert.match(run.summary, /^S3 asked to slow down 150 times; the pace was lowered to \d+ copies/m);
    assert.match(run.log, /^100 of 100 objects, .*, throttled 150 times$/m);
  });

  test('trouble with UploadPartCopy and CompleteMultipartUpload', async () => {
    const s = setStage(lab);
    for (let i = 0; i < 10; i++)
      s.from.put(`large-${i}`, sparse(6 * GIB, i), { parts: GIB, tags: { a: 'b' } });
    const parts = strike(s, 'UploadPartCopy', EVERY);
    const completions = strike(s, 'CompleteMultipartUpload', EVERY);
    const run = await s.run();
    assertCopied(s, run);
    assertStruck(s, 'UploadPartCopy', parts);
    assertStruck(s, 'CompleteMultipartUpload', completions);
    assert.equal(run.report.totals.proofs['part-etag'], 10);
  });

  test('trouble with what a copy in parts asks first', async () => {
    const s = setStage(lab);
    for (let i = 0; i < 3; i++)
      s.from.put(`large-${i}`, sparse(6 * GIB, i), { parts: GIB, tags: { a: 'b' } });
    const struck = {
      // An answer to HEAD has no body that could name an error.
      HeadObject: strike(s, 'HeadObject', ['SlowDown', 'InternalError', 'a cut before']),
      GetObjectTagging: strike(s, 'GetObjectTagging', BEFORE),
      CreateMultipartUpload: strike(s, 'CreateMultipartUpload', BEFORE),
    };
    const run = await s.run();
    assertCopied(s, run);
    for (const [operation, times] of Object.entries(struck)) assertStruck(s, operation, times);
  });

  test('answers to copies and listings that were cut short on the way', async () => {
    const s = setStage(lab);
    fill(s, 20);
    s.to.put('extra', 'x');
    for (const [skip, share] of [0.2, 0.5, 0.7, 0.9, 0.99].entries())
      for (const operation of ['CopyObject', 'ListObjectsV2'])
        s.fault({ operation, skip: 2 * skip, times: 1 }, { kind: 'truncate', share });
    const run = await s.run({ delete: 'true', 'max-delete': '1' });
    assertCopied(s, run);
    for (const { key, destinationEtag } of run.records.filter(({ action }) => action === 'copied'))
      assert.equal(destinationEtag, s.to.get(key)?.etag);
  });

  test('lost answers to CreateMultipartUpload: what nobody knows of is aborted', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    // Somebody else is at the same key.
    const admin = s3Client(lab.endpoint, s.destination.admin, { region: s.to.region });
    await admin.send(new CreateMultipartUploadCommand({ Bucket: s.to.name, Key: 'large' }));
    admin.destroy();
    const names: Passing[] = ['a cut after', 'InternalError', 'a cut after'];
    // The first is sent to find out whether writing is allowed.
    for (const key of [/probe$/, 'large'])
      for (const [skip, name] of names.entries())
        s.fault({ operation: 'CreateMultipartUpload', key, skip, times: 1 }, PASSING[name]);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    const open = [...s.to.uploads.values()].map(({ key, initiator }) => [key, initiator?.arn]);
    assert.deepEqual(open, [['large', s.destination.admin.caller.arn]]);
  });

  test('trouble with ListObjectsV2, on any page', async () => {
    const s = setStage(lab);
    fill(s, 40);
    s.from.paging = { limit: 7 };
    s.to.paging = { limit: 7 };
    const names = EVERY.filter(name => !name.includes('in 200') || name === 'nothing in 200');
    const times = strike(s, 'ListObjectsV2', names);
    const run = await s.run({ delete: 'true' });
    assertCopied(s, run);
    assertStruck(s, 'ListObjectsV2', times);
    assert.deepEqual(run.report.notes, []);
  });

  test('trouble with everything preflight asks', async () => {
    const s = setStage(lab);
    fill(s, 2);
    for (const operation of ['HeadBucket', 'GetBucketVersioning', 'GetBucketEncryption', 'GetObject']) {
      strike(s, operation, ['SlowDown', 'InternalError', 'a cut before']);
    }
    const run = await s.run();
    assertCopied(s, run);
    assert.equal(run.report.checks.filter(({ verdict }) => verdict !== 'pass').length, 0);
  });

  for (const versioning of [undefined, 'Enabled'] as const) {
    const where = versioning === undefined ? '' : ', with delete markers, too';
    test(`trouble with deletions: what is gone was deleted, whether the answer arrived or not${where}`, async () => {
      const s = setStage(lab);
      s.to.versioning = versioning;
      fill(s, 5);
      for (const key of ['extra', '\u0002odd', 'z-extra']) s.to.put(key, key);
      const names: Passing[] = ['SlowDown', 'InternalError', 'a cut before', 'a cut after'];
      const times = strike(s, 'DeleteObjects', names, 1);
      strike(s, 'DeleteObject', names, 1);
      const run = await s.run({ delete: 'true', 'max-delete': '100%' });
      assertStruck(s, 'DeleteObjects', times);
      assertCopied(s, run);
      assert.deepEqual([run.report.totals.deleted, run.report.totals.undeleted], [3, 0]);
    });
  }
});

describe('what does not pass', { concurrency: 4 }, () => {
  test('is one failed record an object, one annotation a kind, while all others arrive', async () => {
    const s = setStage(lab);
    fill(s, 30);
    for (const key of ['invalid-1', 'invalid-2', 'denied', 'broken']) s.from.put(key, key);
    s.fault({ operation: 'CopyObject', key: /^invalid/ }, INVALID);
    s.fault({ operation: 'CopyObject', key: 'denied' }, DENIED);
    s.fault({ operation: 'CopyObject', key: 'broken' }, retryable.internalError);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.equal(s.to.size, 30);
    assert.deepEqual(
      run.records
        .filter(({ action }) => action === 'failed')
        .map(({ key, reason, error }) => [key, reason, error?.code]),
      [
        ['broken', 'error', 'InternalError'],
        ['denied', 'denied', 'AccessDenied'],
        ['invalid-1', 'error', 'InvalidRequest'],
        ['invalid-2', 'error', 'InvalidRequest'],
      ],
    );
    for (const key of ['invalid-1', 'denied', 'broken']) {
      const asked = s.requests('CopyObject').filter(request => request.key === key);
      assert.equal(run.record(key).requestId, asked.at(-1)?.id, 'the id of the last request tells AWS which');
      assert.equal(asked.length, key === 'broken' ? 10 : 1);
    }
    const [first, ...others] = annotations(run.raw);
    assert.deepEqual([first?.title, others.length], ['InvalidRequest: 2 objects', 3]);
    assert.match(others.at(-1)?.message ?? '', /^4 objects failed/);
    assert.ok(run.summary.includes('2 objects: InvalidRequest'), run.summary);
    assert.equal(run.report.verified, false);
    assert.equal(run.report.complete, true, 'everything was attempted');
  });

  for (const side of ['source', 'destination'] as const) {
    test(`in a listing of the ${side} ends the run before anything is copied or deleted`, async () => {
      const s = setStage(lab);
      fill(s, 20);
      s.to.put('extra', 'x');
      const { name } = side === 'source' ? s.from : s.to;
      lab.s3.bucket(name).paging = side === 'source' ? { limit: 7 } : {};
      // The checks list the source twice and the destination once; the plan's first page of the source gets through.
      s.fault({ operation: 'ListObjectsV2', bucket: name, skip: side === 'source' ? 3 : 1 }, DENIED);
      const run = await s.run({ delete: 'true', 'max-delete': '100%' });
      assert.equal(run.code, 1);
      assert.deepEqual(s.to.keys(), ['extra']);
      const writes = s.mutations().filter(({ key }) => !key?.endsWith('.s3-cross-account-sync-probe'));
      assert.deepEqual(writes, []);
      assert.match(run.log, /::error.*Access ?Denied/i);
      assert.deepEqual([run.report.complete, run.report.verified], [false, false]);
    });
  }

  test('in the closing listing leaves the accounts of what was done, and no claim of proof', async () => {
    const s = setStage(lab);
    fill(s, 20);
    s.fault({ operation: 'ListObjectsV2', bucket: s.to.name, skip: 2 }, DENIED);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.equal(s.to.size, 20);
    assert.equal(run.report.verified, false);
    assert.match(run.report.verdict.text, /Access Denied/);
    assert.deepEqual([run.report.totals.listed, run.report.totals.copied], [20, 20]);
    assert.equal(run.records.length, 20);
  });

  test('in a copy in parts leaves no open upload', async () => {
    const s = setStage(lab);
    for (const key of ['part-fails', 'end-fails', 'fine']) {
      s.from.put(key, sparse(6 * GIB, key), { parts: GIB });
    }
    s.fault({ operation: 'UploadPartCopy', key: 'part-fails', skip: 2 }, INVALID);
    s.fault({ operation: 'CompleteMultipartUpload', key: 'end-fails' }, INVALID);
    s.fault({ operation: 'AbortMultipartUpload', key: 'end-fails', times: 2 }, retryable.internalError);
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.deepEqual(s.to.keys(), ['fine']);
    assert.equal(s.to.uploads.size, 0);
    for (const key of ['part-fails', 'end-fails'])
      assert.equal(run.record(key).error?.code, 'InvalidRequest');
  });

  test('in aborting an upload leaves it to the post step', async () => {
    const s = setStage(lab);
    s.from.put('large', sparse(6 * GIB, 'large'), { parts: GIB });
    s.fault({ operation: 'UploadPartCopy', skip: 1 }, INVALID);
    const disarm = s.fault({ operation: 'AbortMultipartUpload', key: 'large' }, DENIED);
    const step = await s.start();
    const run = await step.finished;
    assert.deepEqual([run.code, s.to.uploads.size], [1, 1]);
    disarm();
    const post = await step.post();
    assert.equal(s.to.uploads.size, 0, post.log);
  });

  test('in aborting the uploads that checks have opened leaves them to the post step, too', async () => {
    const s = setStage(lab);
    const disarm = s.fault({ operation: 'AbortMultipartUpload', bucket: s.to.name }, DENIED);
    const step = await s.start({ mode: 'preflight' });
    const run = await step.finished;
    // One for each way that engine auto has tried.
    assert.deepEqual([run.code, s.to.uploads.size], [1, 2]);
    disarm();
    const post = await step.post();
    assert.equal(s.to.uploads.size, 0, post.log);
  });

  test('in the first fifty copies of all ends the run: no permission comes back by trying', async () => {
    const s = setStage(lab);
    fill(s, 300);
    s.fault({ operation: 'CopyObject' }, DENIED);
    const run = await s.run({ concurrency: '10' });
    assert.equal(run.code, 1);
    const tried = s.requests('CopyObject').length;
    assert.ok(tried >= 50 && tried <= 60, String(tried));
    assert.match(run.report.verdict.text, /copies were all denied/);
    assert.match(run.log, /mode: preflight/);
    const { listed, failed, reasons } = run.report.totals;
    assert.deepEqual([listed, failed + (reasons['skipped: stopped'] ?? 0)], [300, 300]);
    assert.equal(failed, tried);
    assert.equal(run.report.complete, false);
  });

  test('for some objects only goes on to the end, however many they are', async () => {
    const s = setStage(lab);
    s.from.put('a-fine', 'x');
    fill(s, 80, 'denied');
    s.from.put('z-fine', 'x');
    s.fault({ operation: 'CopyObject', key: /^denied/ }, DENIED);
    const run = await s.run({ concurrency: '4' });
    assert.equal(run.report.totals.failed, 80);
    assert.deepEqual(s.to.keys(), ['a-fine', 'z-fine']);
    assert.deepEqual(
      annotations(run.raw).map(({ title }) => title),
      ['AccessDenied: 80 objects', ''],
    );
  });
});
