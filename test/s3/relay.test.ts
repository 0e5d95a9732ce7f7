import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { BrokenBodyError, relay } from '../../src/s3/relay.ts';
import { streamAtOnce } from '../../src/s3/stream.ts';
import { framed } from '../../src/s3/wire/framing.ts';
import { twoSides } from './two-sides.ts';

const MIB = 1024 ** 2;
const BLOCK = Buffer.alloc(64 * 1024, 'block');
const NEVER = new AbortController().signal;

/** A body without end that counts what was taken of it. */
function endless() {
  let taken = 0;
  const body = new Readable({
    read() {
      taken += BLOCK.length;
      this.push(BLOCK);
    },
  });
  return { body, taken: () => taken };
}

const checksum = class {
  update() {}
  reset() {}
  async digest() {
    return Buffer.from('digest');
  }
};
const FRAMED = {
  checksumAlgorithmFn: checksum,
  checksumLocationName: 'x-amz-checksum-test',
  base64Encoder: (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64'),
  bodyLengthChecker: () => undefined,
};

const FORMS: Readonly<Record<string, (body: Readable) => Readable>> = {
  'as it is': body => body,
  framed: body => framed(body, FRAMED),
};

for (const [form, dress] of Object.entries(FORMS)) {
  test(`a body passes ${form} no faster than it is taken`, async () => {
    const { body, taken } = endless();
    await relay(body, NEVER, async passing => {
      const out = dress(passing);
      let read = 0;
      while (read < 20 * MIB) {
        read += (out.read() as Buffer | null)?.length ?? 0;
        await turn();
        assert.ok(taken() - read < MIB, `${taken() - read} bytes are held`);
      }
      for (let n = 0; n < 100; n++) await turn();
      assert.ok(taken() - read < MIB, `${taken() - read} bytes are held`);
    });
    assert.equal(body.destroyed, true);
  });
}

test('chunks are of 64 KiB at least but the last, whatever came in, and the checksum follows them', async () => {
  const pieces = ['a'.repeat(70_000), 'b', 'c'.repeat(40_000), 'd'.repeat(30_000), 'e'];
  const out = framed(
    Readable.from(
      pieces.map(piece => Buffer.from(piece)),
      { objectMode: false },
    ),
    FRAMED,
  );
  const text = (await out.toArray()).join('');
  const lines = text.split('\r\n');
  assert.deepEqual(
    lines.map(line => (line.length > 100 ? line.length : line)),
    ['11170', 70_000, '11171', 70_001, '1', 'e', '0', 'x-amz-checksum-test:ZGlnZXN0', '', ''],
  );
});

test('what broke the body is told, not what came of it', async () => {
  const { body } = endless();
  const sent = relay(body, NEVER, async (passing, signal) => {
    passing.resume();
    body.destroy(new Error('the line broke'));
    await once(signal, 'abort');
    throw new Error('aborted');
  });
  await assert.rejects(sent, error => error instanceof BrokenBodyError && error.message === 'the line broke');
});

test('a body that stands still for a minute is given up', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const body = new Readable({ read() {} });
  const sent = relay(body, NEVER, async (_passing, signal) => {
    await once(signal, 'abort');
    throw new Error('aborted');
  });
  t.mock.timers.tick(60_000);
  await assert.rejects(sent, { name: 'BrokenBody', message: 'No byte has passed for 60 seconds.' });
  assert.equal(body.destroyed, true);
});

test('what S3 answers is told when it is S3 that refuses, and the body is let go', async () => {
  const { body } = endless();
  const sent = relay(body, NEVER, async () => {
    throw new Error('denied');
  });
  await assert.rejects(sent, { message: 'denied' });
  assert.equal(body.destroyed, true);
});

/** S3 as far as an upload that nobody hurries goes: one object, and how much of it is on its way at most. */
async function slowServer(bytes: number, checksumOfSource: Record<string, string>) {
  let given = 0;
  let got = 0;
  let most = 0;
  const give = async (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': bytes, etag: '"etag"', ...checksumOfSource });
    for (let left = bytes; left > 0; left -= BLOCK.length) {
      given += BLOCK.length;
      most = Math.max(most, given - got);
      if (!response.write(BLOCK)) await once(response, 'drain');
    }
    response.end();
  };
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return give(response);
    for await (const chunk of request) {
      got += chunk.length;
      if (got % (4 * MIB) < chunk.length) await sleep(5);
    }
    response.writeHead(200, { etag: '"etag"' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, endpoint, most: () => most, got: () => got };
}

const LARGE = 128 * MIB;

function sha256(): string {
  const hash = createHash('sha256');
  for (let bytes = 0; bytes < LARGE; bytes += BLOCK.length) hash.update(BLOCK);
  return hash.digest('base64');
}

const CHECKSUMS: Readonly<Record<string, Record<string, string>>> = {
  'with a checksum of its own': { 'x-amz-checksum-sha256': sha256() },
  'with a checksum that follows': {},
};

for (const [how, headers] of Object.entries(CHECKSUMS)) {
  test(`of a large object only little is on the way at any time, ${how}`, { timeout: 60_000 }, async t => {
    const slow = await slowServer(LARGE, headers);
    t.after(() => slow.server.close());
    const s = await twoSides();
    t.after(s.close);
    process.env.AWS_ENDPOINT_URL = slow.endpoint;
    const source = {
      key: 'key',
      size: LARGE,
      etag: 'etag',
      modified: 0,
      storageClass: 'STANDARD',
      restored: false,
    };
    // The server has nothing but the object to give.
    await streamAtOnce({ ...s.route, preserve: new Set(['metadata']) }, source);
    assert.ok(slow.got() >= LARGE);
    // Most of it is in the buffers of four sockets.
    assert.ok(slow.most() < 40 * MIB, `${slow.most() / MIB} MiB were on the way`);
  });
}
