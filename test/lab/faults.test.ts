import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { retryable } from '../../lab/faults.ts';
import { s3Client } from './clients.ts';
import { openEcho } from './echo.ts';

async function open(t: TestContext) {
  const echo = await openEcho(async ({ method }) => ({
    status: 200,
    ...(method === 'GET' && { body: 'content' }),
    ...(method === 'PUT' && { body: '<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>' }),
  }));
  const client = s3Client(echo.endpoint, echo.user);
  t.after(() => {
    client.destroy();
    return echo.close();
  });
  return {
    ...echo,
    client,
    get: (Key = 'k') => client.send(new GetObjectCommand({ Bucket: 'b', Key })),
    copy: () => client.send(new CopyObjectCommand({ Bucket: 'b', Key: 'k', CopySource: 'b/s' })),
  };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

test('a fault strikes the requests it is aimed at, after the first, and only so often', async t => {
  const { get, faults, received } = await open(t);
  faults.add({
    ...retryable.slowDown,
    operation: 'GetObject',
    bucket: 'b',
    key: /^log\//g,
    skip: 1,
    times: 2,
  });
  await get('log/1');
  await assert.rejects(get('log/2'), { name: 'SlowDown' });
  await get('data/1');
  await assert.rejects(get('log/3'), { name: 'SlowDown' });
  await get('log/4');
  assert.equal(received.length, 3);
});

test('the SDK gets over SlowDown and InternalError by itself, and not over ExpiredToken', async t => {
  const { endpoint, user, faults, requests } = await open(t);
  const client = s3Client(endpoint, user, { maxAttempts: 3 });
  faults.add({ ...retryable.slowDown, times: 1 });
  faults.add({ ...retryable.internalError, skip: 1, times: 1 });
  await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
  assert.deepEqual(
    requests.all().map(({ status, fault }) => [status, fault]),
    [
      [503, 'error'],
      [500, 'error'],
      [200, undefined],
    ],
  );
  faults.clear();
  faults.add(retryable.expiredToken);
  await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), {
    name: 'ExpiredToken',
  });
  assert.equal(requests.count(), 4);
  client.destroy();
});

test('a disarmed fault strikes no more', async t => {
  const { get, faults } = await open(t);
  const disarm = faults.add({ kind: 'error', status: 403, code: 'AccessDenied' });
  await assert.rejects(get(), { name: 'AccessDenied' });
  disarm();
  await get();
});

test('200 can carry an error, or nothing at all, and nothing was done', async t => {
  const { copy, faults, received } = await open(t);
  faults.add({ kind: 'error-in-200', code: 'InternalError', message: 'try again', times: 1 });
  faults.add({ kind: 'empty-200', skip: 1 });
  await assert.rejects(copy(), { name: 'InternalError', message: 'try again' });
  await assert.rejects(copy());
  assert.equal(received.length, 0);
});

test('a cut connection hides whether the work was done', async t => {
  const { client, faults, received, requests } = await open(t);
  const put = () => client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x' }));
  faults.add({ kind: 'cut', times: 1 });
  await assert.rejects(put(), { code: 'ECONNRESET' });
  assert.equal(received.length, 0);
  faults.clear();
  faults.add({ kind: 'cut', applied: true });
  await assert.rejects(put(), { code: 'ECONNRESET' });
  assert.equal(received.length, 1);
  assert.deepEqual(
    requests.all().map(request => request.status),
    [0, 0],
  );
});

test('a byte of what is sent is another one on the way, or else of what is answered', async t => {
  const { client, endpoint, faults, received } = await open(t);
  faults.add({ kind: 'damage' });
  const put = { Bucket: 'b', Key: 'k', Body: 'whole', ChecksumAlgorithm: 'CRC32' } as const;
  await assert.rejects(client.send(new PutObjectCommand(put)), { name: /Mismatch|BadDigest/ });
  assert.equal(received.length, 0);
  const text = await (await fetch(`${endpoint}/b/k`)).text();
  assert.equal(text.length, 'content'.length);
  assert.notEqual(text, 'content');
});

test('an answer can break off in the middle', async t => {
  const { endpoint, faults, received } = await open(t);
  faults.add({ kind: 'break' });
  const response = await fetch(`${endpoint}/b/k`);
  assert.equal(response.headers.get('content-length'), '7');
  await assert.rejects(response.text());
  assert.equal(received.length, 1);
});

test('slow waits before the answer, stall between its head and its body', async t => {
  const { get, faults, endpoint } = await open(t);
  faults.add({ kind: 'slow', ms: 150, times: 1 });
  assert((await milliseconds(get)) >= 145);

  await (await fetch(`${endpoint}/b/k`)).text();
  faults.add({ kind: 'stall', ms: 300 });
  const response = await fetch(`${endpoint}/b/k`);
  const silence = await milliseconds(async () => assert.equal(await response.text(), 'content'));
  assert(silence >= 200);
});

test('silence lasts until the client hangs up: nothing has happened, or half of the answer has come', async t => {
  const { endpoint, faults, received } = await open(t);
  const ask = () => fetch(`${endpoint}/b/k`, { signal: AbortSignal.timeout(300) });
  const givenUp = { name: 'TimeoutError' };
  faults.add({ kind: 'silence', times: 1 });
  await assert.rejects(ask(), givenUp);
  assert.equal(received.length, 0);

  faults.add({ kind: 'silence', applied: true });
  const { headers, body } = await ask();
  assert.ok(body);
  assert.equal(headers.get('content-length'), '7');
  const came: Uint8Array[] = [];
  await assert.rejects(async () => {
    for await (const chunk of body) came.push(chunk);
  }, givenUp);
  assert.equal(Buffer.concat(came).toString(), 'con');
  assert.equal(received.length, 1);
  assert.deepEqual([...faults.struck().keys()], ['silence', 'silence in the answer']);
});

test('latency holds for every request until it is cleared', async t => {
  const { get, faults } = await open(t);
  await get();
  faults.latency(100);
  assert((await milliseconds(get)) >= 95);
  faults.clear();
  assert((await milliseconds(get)) < 90);
});

test('a held request waits until it is let go', async t => {
  const { get, faults, received } = await open(t);
  const { promise, resolve } = Promise.withResolvers<void>();
  faults.add({ kind: 'hold', until: promise, key: 'held' });
  const held = get('held');
  await get('other');
  assert.deepEqual(
    received.map(({ path }) => path),
    ['/b/other'],
  );
  resolve();
  await held;
  assert.equal(received.length, 2);
});

test('truncate sends a share of the answer as if it were all', async t => {
  const { faults, endpoint, received } = await open(t);
  faults.add({ kind: 'truncate', share: 0.5 });
  const response = await fetch(`${endpoint}/b/k`);
  assert.deepEqual([response.status, response.headers.get('content-length')], [200, '3']);
  assert.equal(await response.text(), 'con');
  assert.equal(received.length, 1);
});

test('something else happens when a request comes in, which goes on as it would; what strikes is counted by name', async t => {
  const { get, faults, received } = await open(t);
  const before: number[] = [];
  faults.when({ key: 'moment', skip: 1, times: 1 }, () => before.push(received.length));
  faults.add({ ...retryable.slowDown, key: 'struck', times: 1 });
  for (const key of ['moment', 'moment', 'moment']) await get(key);
  await assert.rejects(get('struck'), { name: 'SlowDown' });
  assert.deepEqual(before, [1], 'at the second, before it was carried out');
  assert.deepEqual([...faults.struck()], [['SlowDown', 1]]);
});
