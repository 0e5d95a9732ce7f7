import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detailsFolder, findingsIn, reportFolders } from '../../src/datasync/report.ts';

const EXECUTION =
  'arn:aws:datasync:eu-central-1:111122223333:task/task-0123456789abcdef0/execution/exec-0fedcba9876543210';

test('the files of a report lie below task and execution', () => {
  assert.equal(detailsFolder(EXECUTION), 'Detailed-Reports/task-0123456789abcdef0/exec-0fedcba9876543210/');
  assert.deepEqual(reportFolders(EXECUTION), [
    'Summary-Reports/task-0123456789abcdef0/exec-0fedcba9876543210/',
    'Detailed-Reports/task-0123456789abcdef0/exec-0fedcba9876543210/',
  ]);
});

// As the User Guide shows it ("Example task reports").
test('rows of Enhanced mode tell what was read', () => {
  const found = findingsIn({
    TaskExecutionId: 'exec-0fedcba9876543210',
    Transferred: [
      {
        RelativePath: 'a/b',
        SourceMetadata: {
          Type: 'Object',
          ContentSize: 6,
          LastModified: '2022-01-07T16:59:27Z',
          SystemMetadata: { ContentType: 'binary/octet-stream', ETag: '"9b2d7e1f8054c3a2041905d0378e6f14"' },
        },
        Overwrite: 'False',
        TransferTimestamp: '2022-01-07T16:59:45.747Z',
        TransferType: 'CONTENT_AND_METADATA',
        TransferStatus: 'SUCCESS',
      },
    ],
  });
  const source = {
    size: 6,
    etag: '9b2d7e1f8054c3a2041905d0378e6f14',
    modified: Date.UTC(2022, 0, 7, 16, 59, 27),
  };
  assert.deepEqual(found, [{ path: 'a/b', is: 'transferred', source }]);
});

test('rows of Basic mode begin their paths with a slash and have other words for failure', () => {
  const found = findingsIn({
    Transferred: [
      { RelativePath: '/a', SrcMetadata: { Type: 'Regular' }, TransferStatus: 'SUCCESS' },
      {
        RelativePath: '/b',
        TransferStatus: 'FAILED',
        FailureReason: 'S3 Get Object Failed: 403: AccessDenied',
        FailureCode: 40974,
      },
      { RelativePath: '/folder', SrcMetadata: { Type: 'Directory' }, TransferStatus: 'SUCCESS' },
    ],
  });
  assert.deepEqual(found, [
    { path: 'a', is: 'transferred', source: undefined },
    {
      path: 'b',
      is: 'failed',
      isGone: false,
      reason: 'denied',
      code: '40974',
      message: 'S3 Get Object Failed: 403: AccessDenied',
    },
  ]);
});

test('a failed verification is a difference, one that went well says nothing new', () => {
  const found = findingsIn({
    Verified: [
      { RelativePath: 'a', VerifyStatus: 'SUCCESS' },
      { RelativePath: 'b', VerifyStatus: 'FAILED' },
    ],
  });
  assert.deepEqual(found, [
    {
      path: 'b',
      is: 'failed',
      isGone: false,
      reason: 'content-differs',
      code: 'VerifyFailed',
      message: 'DataSync does not say why.',
    },
  ]);
});

test('a status that nobody knows is no success', () => {
  const [transferred, verified] = findingsIn({
    Transferred: [{ RelativePath: 'a', TransferStatus: 'ERROR' }],
    Verified: [{ RelativePath: 'b' }],
  });
  assert.deepEqual([transferred?.is, verified?.is], ['failed', 'failed']);
});

test('a key with a number in it does not say that anything is missing or denied', () => {
  const ErrorDetail = 'PutObject errors/404.html and 403.html: We encountered an internal error';
  const [found] = findingsIn({
    Transferred: [{ RelativePath: 'errors/404.html', TransferStatus: 'FAILED', ErrorCode: 'X', ErrorDetail }],
  });
  assert.ok(found?.is === 'failed');
  assert.deepEqual([found.isGone, found.reason], [false, 'error']);
});

test('what is skipped is skipped, gone or failed', () => {
  const found = findingsIn({
    Skipped: [
      { RelativePath: 'a', SkipStatus: 'SUCCESS', SkipReason: 'Object is archived' },
      { RelativePath: 'b', SkipStatus: 'FAILED', ErrorCode: 'ManifestFileDoesNotExist' },
      { RelativePath: 'c', SkipStatus: 'FAILED', ErrorCode: 'Other', ErrorDetail: 'Oh.' },
    ],
  });
  assert.deepEqual(found, [
    { path: 'a', is: 'skipped', why: 'Object is archived' },
    {
      path: 'b',
      is: 'failed',
      isGone: true,
      reason: 'error',
      code: 'ManifestFileDoesNotExist',
      message: 'DataSync does not say why.',
    },
    { path: 'c', is: 'failed', isGone: false, reason: 'error', code: 'Other', message: 'Oh.' },
  ]);
});

test('whatever lies among the reports, reading it does not fail', () => {
  const lists = fc.record({
    Transferred: fc.anything(),
    Verified: fc.array(fc.object()),
    Skipped: fc.anything(),
  });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), lists), document => {
      for (const { path } of findingsIn(document)) assert.equal(typeof path, 'string');
    }),
  );
});
