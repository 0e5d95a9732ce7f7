/** The lean way to S3 is held to the SDK: what S3 refuses means the same by both ways. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { createDispatcher } from '../../src/aws/endpoint.ts';
import { type Trouble, troubleOf } from '../../src/aws/trouble.ts';
import { Caller } from '../../src/s3/wire/caller.ts';
import { Connection } from '../../src/s3/wire/connection.ts';
import { type CopyMembers, copyHeaders } from '../../src/s3/wire/copies.ts';
import { CREDENTIALS, IDENTITY, type Scripted, scriptedS3 } from './scripted-s3.ts';

const s3 = await scriptedS3();

const error = (code: string, more = '') =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Because &amp; so</Message>${more}<RequestId>REQ1</RequestId></Error>`;

const REFUSALS: readonly (readonly [what: string, scripted: Scripted])[] = [
  ['a denial', { status: 403, body: error('AccessDenied') }],
  [
    'a precondition on the source',
    { status: 412, body: error('PreconditionFailed', '<Condition>x-amz-copy-source-If-Match</Condition>') },
  ],
  ['a missing key', { status: 404, body: error('NoSuchKey', '<Key>k</Key>') }],
  ['a missing bucket', { status: 404, body: error('NoSuchBucket') }],
  ['an archived source', { status: 403, body: error('InvalidObjectState') }],
  ['slow down', { status: 503, body: error('SlowDown') }],
  ['an internal error', { status: 500, body: error('InternalError') }],
  ['slow down inside a 200', { status: 200, body: error('SlowDown') }],
  ['an internal error inside a 200', { status: 200, body: error('InternalError') }],
  ['nothing inside a 200', { status: 200, body: '' }],
  ['an expired token', { status: 400, body: error('ExpiredToken') }],
  ['an error without a body', { status: 503, body: '' }],
];

for (const [what, scripted] of REFUSALS) {
  test(`${what} means the same by both ways`, async () => {
    s3.answers(scripted);
    const members = { CopySource: 'here/k' };
    const bySdk = await refusal(() =>
      s3.client.send(new CopyObjectCommand({ Bucket: 'there', Key: 'k', ...members })),
    );
    const lean = await refusal(() => leanOnce(members));
    assert.equal(lean.kind, bySdk.kind);
    if (scripted.body !== '') {
      assert.equal(lean.code, bySdk.code);
      assert.equal(lean.message, bySdk.message);
      assert.equal(lean.condition, bySdk.condition);
      assert.equal(lean.requestId, bySdk.requestId);
    }
  });
}

/** Thrown in place of a second attempt. */
class Retried extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super('would be tried again');
    this.trouble = trouble;
  }
}

function leanOnce(members: CopyMembers): Promise<unknown> {
  const aborting = new AbortController().signal;
  const onRetry = (trouble: Trouble) => {
    throw new Retried(trouble);
  };
  const caller = new Caller({
    bucket: 'there',
    config: {
      endpoint: process.env.AWS_ENDPOINT_URL ?? '',
      region: 'eu-west-1',
      forcePathStyle: true,
      credentials: CREDENTIALS,
    },
    region: 'eu-west-1',
    identity: IDENTITY,
    connection: new Connection(createDispatcher(process.env, 1), aborting),
    retries: { aborting, onRetry },
    count: () => {},
  });
  return caller.call({
    operation: 'CopyObject',
    method: 'PUT',
    key: 'k',
    headers: copyHeaders(members),
    withinMs: 5000,
  });
}

async function refusal(send: () => Promise<unknown>) {
  try {
    await send();
  } catch (thrown) {
    return thrown instanceof Retried ? thrown.trouble : troubleOf(thrown);
  }
  assert.fail('it should have been refused');
}
