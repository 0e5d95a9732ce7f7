import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import {
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { createClock } from '../../lab/clock.ts';
import { checksum, checksumAlgorithms, crc32c, crc64nvme } from '../../lab/crc.ts';
import type { LabRequest, LabResponse } from '../../lab/kinds.ts';
import { RequestLog } from '../../lab/request-log.ts';
import { s3Client } from './clients.ts';
import { openEcho } from './echo.ts';

async function open(t: TestContext, handle?: (request: LabRequest) => Promise<LabResponse>) {
  const echo = await openEcho(handle);
  const client = s3Client(echo.endpoint, echo.user);
  t.after(() => {
    client.destroy();
    return echo.close();
  });
  const put = (input: Partial<PutObjectCommandInput>, headers: Record<string, string> = {}) => {
    const command = new PutObjectCommand({ Bucket: 'b', Key: 'k', ...input });
    command.middlewareStack.add(
      next => args => {
        Object.assign((args.request as { headers: object }).headers, headers);
        return next(args);
      },
      { step: 'build', name: 'extraHeaders' },
    );
    return client.send(command);
  };
  return { ...echo, client, put };
}

test('the clock runs along, and can be set and moved', () => {
  const start = new Date('2013-05-24T00:00:00Z');
  const clock = createClock(start);
  const near = (date: Date, expected: number) => assert(Math.abs(date.getTime() - expected) < 1000);
  near(clock.now(), start.getTime());
  clock.advance(3_600_000);
  near(clock.now(), start.getTime() + 3_600_000);
  clock.set(start);
  near(clock.now(), start.getTime());
});

test('checksums have the values of the published check vectors', () => {
  const digits = Buffer.from('123456789');
  assert.equal(crc32c(digits), 0xe3069283);
  assert.equal(crc64nvme(digits), 0xae8b14860a799888n);
  assert.equal(checksum('crc32', digits), Buffer.from('cbf43926', 'hex').toString('base64'));
  assert.equal(checksum('sha1', digits), createHash('sha1').update(digits).digest('base64'));
  assert.equal(checksum('crc64nvme', Buffer.alloc(0)), 'AAAAAAAAAAA=');
});

describe('payloads', () => {
  for (const algorithm of checksumAlgorithms) {
    test(`arrive with a ${algorithm} in a header or behind the chunks of a stream`, async t => {
      const { put, received } = await open(t);
      const ChecksumAlgorithm = algorithm.toUpperCase() as ChecksumAlgorithm;
      await put({ Body: 'hello', ChecksumAlgorithm });
      const Body = Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
      await put({ Body, ContentLength: 5, ContentEncoding: 'gzip', ChecksumAlgorithm });

      const expected = checksum(algorithm, Buffer.from('hello'));
      for (const { body, headers } of received) {
        assert.equal(body.toString(), 'hello');
        assert.equal(headers[`x-amz-checksum-${algorithm}`], expected);
      }
      assert.equal(received[1]?.headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
      assert.equal(received[1]?.headers['content-encoding'], 'gzip');
    });
  }

  test('are refused when a hash does not fit', async t => {
    const { put, received } = await open(t);
    const md5 = createHash('md5').update('other').digest('base64');
    await assert.rejects(put({ Body: 'hello', ContentMD5: md5 }), { name: 'BadDigest' });
    await assert.rejects(put({ Body: 'hello', ContentMD5: 'bm8=' }), { name: 'InvalidDigest' });
    const crc = checksum('crc32', Buffer.from('other'));
    await assert.rejects(put({ Body: 'hello', ChecksumCRC32: crc }), { name: 'BadDigest' });
    await assert.rejects(put({ Body: 'hello', ChecksumCRC32: 'bm8=' }), { name: 'InvalidRequest' });
    const hash = createHash('sha256').update('other').digest('hex');
    await assert.rejects(put({ Body: 'hello' }, { 'x-amz-content-sha256': hash }), {
      name: 'XAmzContentSHA256Mismatch',
    });
    assert.equal(received.length, 0);
  });

  test('of CompleteMultipartUpload are not mistaken for the object its checksum names', async t => {
    const { client, received } = await open(t, async () => ({
      status: 200,
      body: '<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>',
    }));
    await client.send(
      new CompleteMultipartUploadCommand({
        Bucket: 'b',
        Key: 'k',
        UploadId: 'u',
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'e' }] },
        ChecksumCRC32: 'AAAAAA==',
      }),
    );
    assert.equal(received[0]?.headers['x-amz-checksum-crc32'], 'AAAAAA==');
  });

  test('are asked for when the client waits for 100-continue', async t => {
    const { endpoint, received } = await open(t);
    const sent = httpRequest(`${endpoint}/b/k`, { method: 'PUT', headers: { expect: '100-continue' } });
    sent.flushHeaders();
    await new Promise(resolve => sent.once('continue', resolve));
    sent.end('hello');
    await new Promise(resolve => sent.once('response', resolve));
    assert.equal(received[0]?.body.toString(), 'hello');
    assert.equal(received[0]?.caller, undefined);
  });
});

describe('answers', () => {
  test('carry ids, the time of the lab and streams; HEAD has no body', async t => {
    const { client, clock, endpoint } = await open(t, async ({ method }) => ({
      status: 200,
      headers: { 'content-length': '6' },
      body: method === 'HEAD' ? '' : Readable.from(['str', 'eam']),
    }));
    clock.advance(60_000);
    const got = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    assert.equal(await got.Body?.transformToString(), 'stream');
    assert.equal(got.$metadata.requestId, 'REQUEST0');
    assert(got.$metadata.extendedRequestId);
    const head = await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }));
    assert.equal(head.ContentLength, 6);
    const { headers } = await fetch(`${endpoint}/b/k`);
    assert(Date.parse(headers.get('date') ?? '') > Date.now() + 50_000);
  });

  test('never hide a bug: 501, no retry, and close() rejects', async () => {
    const echo = await openEcho(async () => {
      throw new TypeError('oops');
    });
    const client = s3Client(echo.endpoint, echo.user, { maxAttempts: 3 });
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), { name: 'LabBug' });
    assert.equal(echo.received.length, 1);
    client.destroy();
    await assert.rejects(echo.close(), { message: /oops/ });
  });
});

describe('the request log', () => {
  test('counts by operation and remembers who asked for what', async t => {
    const { client, put, requests, user, endpoint } = await open(t);
    await put({ Key: 'a/b' });
    await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    await (await fetch(`${endpoint}/b/k`, { method: 'DELETE' })).text();
    assert.equal(requests.count('PutObject'), 1);
    assert.equal(requests.count(), 3);
    const [first] = requests.all();
    assert.partialDeepStrictEqual(first, {
      service: 's3',
      operation: 'PutObject',
      bucket: 'b',
      key: 'a/b',
      method: 'PUT',
      status: 200,
      caller: user.caller.arn,
    });
    assert.deepEqual(
      requests.mutating().map(request => [request.operation, request.caller]),
      [
        ['PutObject', user.caller.arn],
        ['DeleteObject', undefined],
      ],
    );
    requests.reset();
    assert.deepEqual([requests.count(), requests.all(), requests.mutating()], [0, [], []]);
  });

  test('forgets details before it forgets a write or a count', () => {
    const requests = new RequestLog();
    const entry = {
      id: '',
      service: 's3',
      path: '/',
      query: new Map(),
      status: 200,
      caller: undefined,
      headers: {},
    };
    requests.add({ ...entry, operation: 'CopyObject', method: 'PUT' });
    for (let i = 0; i < 150_000; i++) requests.add({ ...entry, operation: 'ListObjectsV2', method: 'GET' });
    assert(requests.all().length < 100_001);
    assert.equal(requests.count('ListObjectsV2'), 150_000);
    assert.equal(requests.mutating().length, 1);
  });

  test('does not take a refusal for a success', async t => {
    const { client, requests, user, endpoint } = await open(t);
    const stranger = s3Client(endpoint, { ...user, secretAccessKey: 'wrong' });
    const copy = new CopyObjectCommand({ Bucket: 'b', Key: 'k', CopySource: 'b/other' });
    await assert.rejects(stranger.send(copy));
    stranger.destroy();
    client.destroy();
    assert.partialDeepStrictEqual(requests.mutating()[0], { status: 403 });
    assert.equal(requests.mutating()[0]?.caller, undefined);
  });
});
