/** Answers that the SDK collects come to an end, whatever the server does. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { BoundedHandler } from '../../src/aws/bounded.ts';
import { troubleOf } from '../../src/aws/trouble.ts';

const WITHIN_MS = 300;
const ANSWER = '<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>';

/** A client of a server that answers like this. */
async function clientOf(t: TestContext, answer: (response: ServerResponse) => unknown) {
  const server = createServer((_, response) => void answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: new BoundedHandler({ requestTimeout: WITHIN_MS, throwOnRequestTimeout: true }),
    maxAttempts: 1,
  });
  t.after(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return client;
}

async function ask(
  t: TestContext,
  answer: (response: ServerResponse) => unknown,
  options: { readonly requestTimeout?: number } = {},
) {
  const client = await clientOf(t, answer);
  return client.send(new ListBucketsCommand({}), options);
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': ANSWER.length });
  response.write(ANSWER.slice(0, 30));
}

test('an answer that stops in the middle is given up, and tried again by those who try again', {
  timeout: 10_000,
}, async t => {
  const asked = ask(t, begin);
  await assert.rejects(asked, error => {
    const { kind, message } = troubleOf(error);
    assert.deepEqual(
      [kind, message],
      ['retry', 'The answer began, and for 0.3 seconds nothing more of it has come.'],
    );
    return true;
  });
});

test('an answer that goes on coming is read to its end, however long it takes', async t => {
  const { Buckets } = await ask(t, async response => {
    begin(response);
    for (const character of ANSWER.slice(30, 38)) {
      await sleep(WITHIN_MS / 4);
      response.write(character);
    }
    response.end(ANSWER.slice(38));
  });
  assert.deepEqual(Buckets, []);
});

test('a request that may take longer waits longer', async t => {
  const slowly = async (response: ServerResponse) => {
    begin(response);
    await sleep(2 * WITHIN_MS);
    response.end(ANSWER.slice(30));
  };
  const { Buckets } = await ask(t, slowly, { requestTimeout: 60_000 });
  assert.deepEqual(Buckets, []);
});

test('content that stops in the middle is given up, whether anybody reads it or not', {
  timeout: 10_000,
}, async t => {
  const gone: Promise<unknown>[] = [];
  const client = await clientOf(t, response => {
    gone.push(once(response, 'close'));
    begin(response);
  });
  const request = new GetObjectCommand({ Bucket: 'bucket', Key: 'key' });
  const read = await client.send(request);
  await client.send(request);
  await assert.rejects(async () => read.Body?.transformToByteArray(), { name: 'TimeoutError' });
  await Promise.all(gone);
});

test('content that is taken in slowly is waited for: it is not the server that has stopped', async t => {
  const content = Buffer.alloc(4 * 1024 ** 2);
  const client = await clientOf(t, response => response.end(content));
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'key' }));
  let bytes = 0;
  for await (const chunk of Body as Readable) {
    if (bytes === 0) await sleep(3 * WITHIN_MS);
    bytes += chunk.length;
  }
  assert.equal(bytes, content.length);
});
