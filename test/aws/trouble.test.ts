import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CopyObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type TroubleKind, troubleOf } from '../../src/aws/trouble.ts';

/** An error as the SDK throws it for an answer with a body. */
function answered(code: string, status: number, message = 'said so'): Error {
  return Object.assign(new Error(message), {
    name: code,
    Code: code,
    $metadata: { httpStatusCode: status, requestId: 'R1' },
  });
}

/** An error of Node's network code. */
function network(code: string, message = `connect ${code}`): Error {
  return Object.assign(new Error(message), { code });
}

/** Errors by the code of their answer. */
const CODES: readonly [string, number, TroubleKind][] = [
  ['SlowDown', 503, 'throttle'],
  ['ServiceUnavailable', 503, 'throttle'],
  ['Throttling', 400, 'throttle'],
  ['ThrottlingException', 400, 'throttle'],
  ['RequestLimitExceeded', 503, 'throttle'],
  ['TooManyRequestsException', 429, 'throttle'],
  ['SomethingNew', 429, 'throttle'],
  ['InternalError', 500, 'retry'],
  ['InternalFailure', 500, 'retry'],
  ['RequestTimeout', 400, 'retry'],
  ['RequestTimeTooSkewed', 403, 'retry'],
  ['OperationAborted', 409, 'retry'],
  ['ConditionalRequestConflict', 409, 'retry'],
  ['IDPCommunicationError', 400, 'retry'],
  ['SomethingNew', 500, 'retry'],
  ['SlowDownRead', 503, 'retry'],
  // An error inside the answer of a copy, which is sent with status 200.
  ['InternalError', 200, 'retry'],
  ['SlowDown', 200, 'throttle'],
  ['ExpiredToken', 400, 'renew'],
  ['ExpiredTokenException', 400, 'renew'],
  ['TokenRefreshRequired', 400, 'renew'],
  ['AccessDenied', 403, 'denied'],
  ['AccessDeniedException', 400, 'denied'],
  ['AllAccessDisabled', 403, 'denied'],
  ['PreconditionFailed', 412, 'precondition'],
  ['NoSuchKey', 404, 'absent'],
  ['NoSuchVersion', 404, 'absent'],
  ['NoSuchUpload', 404, 'absent'],
  ['NotFound', 404, 'absent'],
  ['NoSuchBucket', 404, 'configuration'],
  ['InvalidAccessKeyId', 403, 'configuration'],
  ['InvalidClientTokenId', 403, 'configuration'],
  ['InvalidToken', 400, 'configuration'],
  ['SignatureDoesNotMatch', 403, 'configuration'],
  ['AccountProblem', 403, 'configuration'],
  ['PermanentRedirect', 301, 'configuration'],
  ['AuthorizationHeaderMalformed', 400, 'configuration'],
  ['KMS.DisabledException', 400, 'configuration'],
  ['KMS.NotFoundException', 400, 'configuration'],
  ['InvalidObjectState', 403, 'other'],
  ['EntityTooLarge', 400, 'other'],
  ['InvalidRequest', 400, 'other'],
  ['SomethingNew', 403, 'other'],
];

for (const [code, status, kind] of CODES) {
  test(`${code} with status ${status} is ${kind}`, () => {
    assert.deepEqual(troubleOf(answered(code, status)), {
      kind,
      code,
      message: 'said so',
      status,
      requestId: 'R1',
      condition: undefined,
    });
  });
}

test('what a server does not implement is not tried again', () => {
  assert.equal(troubleOf(answered('NotImplemented', 501)).kind, 'other');
});

/** Errors that came without an answer. */
const NETWORK: readonly [string, unknown, TroubleKind][] = [
  ['ECONNRESET', network('ECONNRESET'), 'retry'],
  ['ECONNREFUSED', network('ECONNREFUSED'), 'retry'],
  ['ETIMEDOUT', network('ETIMEDOUT'), 'retry'],
  ['EPIPE', network('EPIPE'), 'retry'],
  ['EAI_AGAIN', network('EAI_AGAIN'), 'retry'],
  ['a socket that hung up', network('ECONNRESET', 'socket hang up'), 'retry'],
  ['a socket that hung up without a code', new Error('socket hang up'), 'retry'],
  ['an answer that was cut off', new Error('aborted'), 'retry'],
  ['a timeout of the request handler', Object.assign(new Error('late'), { name: 'TimeoutError' }), 'retry'],
  [
    'both addresses of a name refused',
    Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
    'retry',
  ],
  ['a name that does not exist', network('ENOTFOUND'), 'other'],
  ['a certificate nobody vouches for', network('DEPTH_ZERO_SELF_SIGNED_CERT'), 'other'],
  [
    'no credentials',
    Object.assign(new Error('none found'), { name: 'CredentialsProviderError' }),
    'configuration',
  ],
  ['a mistake of ours', new TypeError('x is not a function'), 'other'],
  ['a text', 'broken', 'other'],
  ['nothing', undefined, 'other'],
  ['null', null, 'other'],
];

for (const [what, error, kind] of NETWORK) {
  test(`without an answer, ${what} is ${kind}`, () => {
    const trouble = troubleOf(error);
    assert.equal(trouble.kind, kind);
    assert.equal(trouble.status, 0);
    assert.equal(trouble.requestId, undefined);
    assert.ok(trouble.code.length > 0);
  });
}

test('a host none of whose addresses answers is told by what they did', () => {
  const errors = [network('ETIMEDOUT', 'connect ETIMEDOUT ::1:443'), network('ETIMEDOUT')];
  const error = Object.assign(new AggregateError(errors, ''), { code: 'ETIMEDOUT' });
  const { code, message } = troubleOf(error);
  assert.deepEqual([code, message], ['ETIMEDOUT', 'connect ETIMEDOUT ::1:443']);
});

test('a message that only sounds like the network does not change what a code means', () => {
  assert.equal(troubleOf(answered('AccessDenied', 403, 'aborted: socket hang up')).kind, 'denied');
});

for (const [code, message, kind] of [
  [
    'SignatureDoesNotMatch',
    'Signature expired: 20261121T120000Z is now earlier than 20261121T121000Z',
    'retry',
  ],
  ['InvalidSignatureException', 'Signature not yet current: 20261121T120000Z is still later than', 'retry'],
  ['SignatureDoesNotMatch', 'The request signature we calculated does not match', 'configuration'],
  ['AccessDenied', 'Signature expired', 'denied'],
] as const) {
  test(`${code} is ${kind} where it says: ${message}`, () => {
    assert.equal(troubleOf(answered(code, 403, message)).kind, kind);
  });
}

test('a failed precondition says which header did not hold', () => {
  const error = Object.assign(answered('PreconditionFailed', 412), { Condition: 'If-None-Match' });
  assert.equal(troubleOf(error).condition, 'If-None-Match');
});

/** The SDK itself, asking a server that answers with the status named in the key. */
async function sdk(t: TestContext, body: string): Promise<S3Client> {
  const server = createServer((request, response) => {
    const status = Number(/\/b\/(\d+)/.exec(request.url ?? '')?.[1]);
    if (status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, { 'x-amz-request-id': 'R7' });
    response.end(request.method === 'HEAD' ? undefined : body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forcePathStyle: true,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  });
  t.after(() => {
    client.destroy();
    server.close();
  });
  return client;
}

/** Answers to HEAD have no body: only the status can say what is wrong. */
const HEADS: readonly [number, TroubleKind, string][] = [
  [301, 'configuration', 'PermanentRedirect'],
  [400, 'renew', 'BadRequest'],
  [403, 'denied', 'AccessDenied'],
  [404, 'absent', 'NotFound'],
  [412, 'precondition', 'PreconditionFailed'],
  [429, 'throttle', 'Throttling'],
  [500, 'retry', 'InternalError'],
  [503, 'throttle', 'ServiceUnavailable'],
];

test('the status of a HEAD answer alone is understood as the SDK throws it', async t => {
  const client = await sdk(t, '');
  for (const [status, kind, code] of HEADS) {
    const error = await client
      .send(new HeadObjectCommand({ Bucket: 'b', Key: String(status) }))
      .catch(error => error);
    const trouble = troubleOf(error);
    assert.deepEqual(
      [trouble.status, trouble.kind, trouble.code, trouble.requestId],
      [status, kind, code, 'R7'],
    );
  }
});

test('a connection that ends without an answer is understood as the SDK throws it', async t => {
  const client = await sdk(t, '');
  const error = await client.send(new HeadObjectCommand({ Bucket: 'b', Key: '0' })).catch(error => error);
  assert.deepEqual([troubleOf(error).status, troubleOf(error).kind], [0, 'retry']);
});

test('an error, or nothing, inside a copy’s 200 is understood as the SDK throws it', async t => {
  const copy = new CopyObjectCommand({ Bucket: 'b', Key: '200', CopySource: 'b/k' });
  const slow = await sdk(
    t,
    '<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>',
  );
  const throttled = troubleOf(await slow.send(copy).catch(error => error));
  assert.deepEqual([throttled.kind, throttled.code], ['throttle', 'SlowDown']);
  assert.equal(throttled.message, 'Reduce your request rate.');
  const empty = await sdk(t, '');
  assert.equal(troubleOf(await empty.send(copy).catch(error => error)).kind, 'retry');
});

test('a denial with a body says whom S3 denied what', async t => {
  const client = await sdk(
    t,
    '<Error><Code>AccessDenied</Code><Message>User: x is not authorized</Message></Error>',
  );
  const command = new CopyObjectCommand({ Bucket: 'b', Key: '403', CopySource: 'b/k' });
  const trouble = troubleOf(await client.send(command).catch(error => error));
  assert.deepEqual([trouble.kind, trouble.message], ['denied', 'User: x is not authorized']);
});
