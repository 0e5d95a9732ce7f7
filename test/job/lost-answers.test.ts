/** Answers that do not say what was asked: nothing is taken for what they might have said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobsOnLab } from './job-on-lab.ts';

const jobs = await jobsOnLab();
const MIB = 1024 ** 2;
const PARTS = { content: Buffer.alloc(6 * MIB, 'x'), parts: 5 * MIB };
const IN_PARTS = { preserve: 'metadata, tags, checksum' };

/** By the request that makes the copy: how an object is sent so that it is needed. */
const WAYS = {
  CopyObject: { engine: 'copy' },
  PutObject: { engine: 'stream' },
  CompleteMultipartUpload: { engine: 'copy', ...IN_PARTS },
} as const;

function setStage() {
  const stage = jobs.setStage();
  stage.from.put('object', PARTS.content, { parts: PARTS.parts });
  return stage;
}

for (const [operation, inputs] of Object.entries(WAYS)) {
  test(`what may overwrite nothing is copied, where the answer to ${operation} was lost`, async () => {
    const { lab, to, run } = setStage();
    lab.faults.add({ operation, bucket: to.name, times: 1, kind: 'cut', applied: true });
    const { report, words } = await run({ compare: 'missing', ...inputs });
    assert.match(words.object ?? '', /^copied: missing \((part-etag|size)\)$/);
    assert.equal(report.verified, true);
  });

  test(`what somebody else has written by then is no copy, where ${operation} had no answer`, async () => {
    const { lab, to, run } = setStage();
    lab.faults.add({ operation, bucket: to.name, times: 1, kind: 'cut' });
    lab.faults.when({ operation, bucket: to.name, skip: 1, times: 1 }, () => to.put('object', 'other'));
    const { report, records } = await run({ compare: 'missing', ...inputs });
    assert.deepEqual(
      records.map(({ action, error }) => [action, error?.code]),
      [['failed', 'PreconditionFailed']],
    );
    assert.equal(report.verdict.ok, false);
    assert.equal(to.get('object')?.content.bytes().toString(), 'other');
  });
}

test('what is there and may not be looked at is no copy, and what kept it from being written is told', async () => {
  const { lab, to, run } = setStage();
  lab.faults.add({ operation: 'CopyObject', bucket: to.name, times: 1, kind: 'cut', applied: true });
  lab.faults.add({
    operation: 'HeadObject',
    bucket: to.name,
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
  });
  const { records } = await run({ compare: 'missing' });
  assert.deepEqual(
    records.map(({ action, error }) => [action, error?.code]),
    [['failed', 'PreconditionFailed']],
  );
});

test('what may overwrite nothing is copied, where S3 looks at the object before the upload', async () => {
  const { lab, to, run } = setStage();
  const completing = { operation: 'CompleteMultipartUpload', bucket: to.name };
  const words = '<Code>PreconditionFailed</Code><Message>No.</Message><Condition>If-None-Match</Condition>';
  const answer = () => ({ status: 412, body: `<?xml version="1.0"?><Error>${words}</Error>` });
  lab.faults.add({ ...completing, times: 1, kind: 'cut', applied: true });
  lab.faults.add({ ...completing, skip: 1, kind: 'forge', answer });
  const { report } = await run({ compare: 'missing', ...IN_PARTS });
  assert.deepEqual([report.totals.copied, report.verified], [1, true]);
});

test('an upload that somebody else has aborted is no copy, be the object the same as before', async () => {
  const { lab, from, to, run } = jobs.setStage();
  from.put('object', PARTS.content, { parts: PARTS.parts, metadata: { is: 'new' } });
  to.put('object', PARTS.content, { parts: PARTS.parts });
  lab.faults.when({ operation: 'CompleteMultipartUpload', bucket: to.name }, () => to.uploads.clear());
  const { records } = await run({ compare: 'always', ...IN_PARTS });
  assert.deepEqual(
    records.map(({ action, error }) => [action, error?.code]),
    [['failed', 'NoSuchUpload']],
  );
});

for (const [operation, preserve] of [
  ['GetObjectTagging', 'metadata, tags'],
  ['GetObjectAcl', 'metadata, acl'],
  ['GetObjectRetention', 'metadata, object-lock'],
  ['GetObjectLegalHold', 'metadata, object-lock'],
] as const) {
  test(`an object of which ${operation} says nothing is not copied without them`, async () => {
    const { lab, from, to, run } = jobs.setStage();
    for (const bucket of [from, to])
      Object.assign(bucket, { ownership: 'BucketOwnerPreferred', versioning: 'Enabled', objectLock: {} });
    // The checks look at the first.
    for (const key of ['first', 'object']) from.put(key, 'content', { tags: { is: 'tagged' } });
    lab.faults.add({ operation, bucket: from.name, key: 'object', kind: 'empty-200' });
    const { report, records } = await run({ engine: 'stream', preserve });
    const [, record] = records;
    assert.equal(record?.action, 'failed', report.verdict.text);
    assert.match(record?.error?.message ?? '', /^S3 answered 200 without the /);
    assert.deepEqual(to.keys(), ['first']);
  });
}
