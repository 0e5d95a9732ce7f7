import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { retryable } from '../../lab/faults.ts';
import type { CopyRoute } from '../../src/s3/route.ts';
import { streamAtOnce, streamInParts } from '../../src/s3/stream.ts';
import { twoSides } from './two-sides.ts';

const MIB = 1024 ** 2;
const TIMEOUT = { timeout: 60_000 };
/** Of no use to anyone but those who compare it. */
const noise = (bytes: number) => randomBytes(bytes);

async function stage(t: TestContext) {
  const s = await twoSides();
  t.after(s.close);
  const requests = (operation: string) => s.lab.requests.all().filter(each => each.operation === operation);
  const arrived = (key: string) => s.destination.there.get(key);
  return { ...s, requests, arrived };
}

for (const bytes of [0, 1, 8 * MIB]) {
  test(`${bytes} bytes arrive whole, read by one identity and written by the other`, TIMEOUT, async t => {
    const s = await stage(t);
    const put = s.source.there.put('key', noise(bytes));
    const { etag } = await streamAtOnce(s.route, await s.listed('key'));
    assert.equal(etag, put.etag);
    const there = s.arrived('key');
    assert.deepEqual([there?.content.md5, there?.etag], [put.content.md5, put.etag]);
    assert.deepEqual(
      s.requests('GetObject').map(({ caller, headers }) => [caller, headers['if-match']]),
      [[s.source.arn, `"${put.etag}"`]],
    );
    assert.deepEqual(
      s.requests('PutObject').map(({ caller }) => caller),
      [s.destination.arn],
    );
    assert.equal(s.network.requests.count('retried'), 0);
  });
}

const DRESSED = {
  metadata: { plain: 'value', foreign: 'Grüße aus Köln, 東京' },
  tags: { 'a b': 'c+d=e/f', ü: '日本' },
  headers: {
    'content-type': 'text/plain',
    'content-encoding': 'gzip',
    'content-language': 'de',
    'content-disposition': 'attachment',
    'cache-control': 'no-store',
    expires: 'Wed, 21 Oct 2026 07:28:00 GMT',
  },
  redirect: '/elsewhere',
  storageClass: 'STANDARD_IA',
};

/** Both ways, because each gives the new object its attributes in requests of its own. */
const WAYS = { 'one request': streamAtOnce, parts: streamInParts };

for (const [way, stream] of Object.entries(WAYS)) {
  test(`metadata, headers, tags and redirect travel in ${way}`, TIMEOUT, async t => {
    const s = await stage(t);
    s.source.there.put('key', noise(MIB), DRESSED);
    const preserve = new Set(['metadata', 'tags', 'website-redirect'] as const);
    await stream({ ...s.route, preserve }, await s.listed('key'));
    const there = s.arrived('key');
    assert.deepEqual(there?.metadata, DRESSED.metadata);
    assert.deepEqual(Object.fromEntries(there?.tags ?? []), DRESSED.tags);
    assert.deepEqual({ ...there?.headers }, DRESSED.headers);
    assert.deepEqual([there?.redirect, there?.storageClass], [DRESSED.redirect, 'STANDARD']);
  });

  test(
    `what is not to be preserved stays behind in ${way}, and what is asked for is sent`,
    TIMEOUT,
    async t => {
      const s = await stage(t);
      s.destination.there.ownership = 'BucketOwnerPreferred';
      s.source.there.put('key', noise(MIB), DRESSED);
      const route: CopyRoute = {
        ...s.route,
        preserve: new Set(['storage-class']),
        encryption: 'AES256',
        acl: 'bucket-owner-full-control',
      };
      await stream(route, await s.listed('key'));
      const there = s.arrived('key');
      assert.deepEqual([there?.metadata, there?.tags.size, there?.storageClass], [{}, 0, 'STANDARD_IA']);
      assert.equal(s.requests('GetObjectTagging').length, 0);
      const [opening] = [...s.requests('PutObject'), ...s.requests('CreateMultipartUpload')];
      assert.equal(opening?.headers['x-amz-acl'], 'bucket-owner-full-control');
      assert.equal(opening?.headers['x-amz-server-side-encryption'], 'AES256');
    },
  );

  test(`an object that is there already is not overwritten in ${way} where none may be`, TIMEOUT, async t => {
    const s = await stage(t);
    s.source.there.put('key', noise(MIB));
    s.destination.there.put('key', 'theirs');
    const sent = stream({ ...s.route, neverOverwrite: true }, await s.listed('key'));
    await assert.rejects(sent, { name: 'PreconditionFailed' });
    assert.equal(s.arrived('key')?.content.bytes().toString(), 'theirs');
    assert.equal(s.destination.there.uploads.size, 0);
  });

  test(
    `an object with metadata that no header can carry is refused before anything is sent in ${way}`,
    TIMEOUT,
    async t => {
      const s = await stage(t);
      s.source.there.put('key', noise(MIB), { metadata: { odd: 'a\u0001b' } });
      await assert.rejects(stream(s.route, await s.listed('key')), { name: 'UnreadableMetadata' });
      assert.deepEqual(s.lab.requests.mutating(), []);
    },
  );

  test(`an object that was overwritten after it was listed is not sent in ${way}`, TIMEOUT, async t => {
    const s = await stage(t);
    s.source.there.put('key', noise(MIB));
    const listed = await s.listed('key');
    s.source.there.put('key', noise(MIB));
    await assert.rejects(stream(s.route, listed), ({ $metadata }) => $metadata.httpStatusCode === 412);
    assert.equal(s.arrived('key'), undefined);
  });

  test(
    `an empty object of a source without checksums arrives in ${way} as far as parts can be empty`,
    TIMEOUT,
    async t => {
      const s = await stage(t);
      s.source.there.put('key', noise(way === 'parts' ? 1 : 0), { checksum: 'none' });
      await stream(s.route, await s.listed('key'));
      assert.equal(s.arrived('key')?.checksum?.algorithm, 'CRC64NVME');
    },
  );
}

for (const algorithm of ['CRC64NVME', 'CRC32', 'CRC32C', 'SHA256', 'SHA1'] as const) {
  test(
    `the source's own ${algorithm} goes with the bytes, and nothing is added to them`,
    TIMEOUT,
    async t => {
      const s = await stage(t);
      const put = s.source.there.put('key', noise(MIB), { checksum: algorithm });
      await streamAtOnce(s.route, await s.listed('key'));
      const [sent] = s.requests('PutObject');
      assert.equal(sent?.headers[`x-amz-checksum-${algorithm.toLowerCase()}`], put.checksum?.value);
      assert.equal(sent?.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
      assert.deepEqual(s.arrived('key')?.checksum?.value, put.checksum?.value);
    },
  );
}

test('a checksum follows the bytes of a source that has none', TIMEOUT, async t => {
  const s = await stage(t);
  const put = s.source.there.put('key', noise(8 * MIB + 1), { checksum: 'none' });
  await streamAtOnce(s.route, await s.listed('key'));
  const [sent] = s.requests('PutObject');
  assert.equal(sent?.headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
  assert.equal(sent?.headers['x-amz-decoded-content-length'], String(8 * MIB + 1));
  assert.equal(s.arrived('key')?.content.md5, put.content.md5);
  assert.equal(s.arrived('key')?.headers['content-encoding'], undefined);
});

test(
  'in parts, the parts and the ETag are those of the source, and every range is bound to it',
  TIMEOUT,
  async t => {
    const s = await stage(t);
    const parts = [6 * MIB, 5 * MIB, 8 * MIB, 1];
    const put = s.source.there.put('key', noise(19 * MIB + 1), { parts, checksum: 'CRC64NVME' });
    const { etag } = await streamInParts(s.route, await s.listed('key'));
    const there = s.arrived('key');
    assert.deepEqual([etag, there?.etag], [put.etag, put.etag]);
    assert.deepEqual(
      there?.parts?.map(({ size }) => size),
      parts,
    );
    assert.equal(there?.content.md5, put.content.md5);
    const read = s.requests('GetObject');
    assert.deepEqual(read.map(({ headers }) => headers.range).sort(), [
      'bytes=0-6291455',
      'bytes=11534336-19922943',
      'bytes=19922944-19922944',
      'bytes=6291456-11534335',
    ]);
    assert.ok(
      read.every(({ caller, headers }) => caller === s.source.arn && headers['if-match'] === `"${put.etag}"`),
    );
    const [completed] = s.requests('CompleteMultipartUpload');
    assert.equal(completed?.headers['x-amz-checksum-crc64nvme'], put.checksum?.value);
    assert.deepEqual(await s.route.journal.stillOpen(), []);
  },
);

test('in parts, a source whose whole has a CRC32 is held against it', TIMEOUT, async t => {
  const s = await stage(t);
  const put = s.source.there.put('key', noise(MIB), { checksum: 'CRC32' });
  await streamInParts(s.route, await s.listed('key'));
  const [completed] = s.requests('CompleteMultipartUpload');
  assert.equal(completed?.headers['x-amz-checksum-crc32'], put.checksum?.value);
});

test('in parts, parts are as long as they are asked to be', TIMEOUT, async t => {
  const s = await stage(t);
  s.source.there.put('key', noise(11 * MIB));
  await streamInParts({ ...s.route, partSize: 5 * MIB }, await s.listed('key'));
  assert.deepEqual(
    s.arrived('key')?.parts?.map(({ size }) => size),
    [5 * MIB, 5 * MIB, MIB],
  );
});

const DAMAGED: readonly [string, string, object][] = [
  ['on the way from the source', 'GetObject', {}],
  ['on the way to the destination', 'PutObject', {}],
  ['on the way to the destination, of a source without checksums', 'PutObject', { checksum: 'none' }],
];

for (const [where, operation, options] of DAMAGED) {
  test(`bytes damaged ${where} are fetched anew`, TIMEOUT, async t => {
    const s = await stage(t);
    const put = s.source.there.put('key', noise(MIB), options);
    s.lab.faults.add({ operation, kind: 'damage', times: 2 });
    await streamAtOnce(s.route, await s.listed('key'));
    assert.equal(s.arrived('key')?.content.md5, put.content.md5);
    assert.equal(s.network.requests.count('retried'), 2);
    assert.equal(s.requests('GetObject').length, 3);
  });

  test(`bytes damaged ${where} time and again never arrive`, TIMEOUT, async t => {
    const s = await stage(t);
    s.source.there.put('key', noise(MIB), options);
    s.lab.faults.add({ operation, kind: 'damage' });
    const sent = streamAtOnce(s.route, await s.listed('key'));
    await assert.rejects(sent, ({ name }) => name === 'BadDigest' || name === 'DamagedBody');
    assert.equal(s.arrived('key'), undefined);
    assert.equal(s.requests('GetObject').length, 3);
  });
}

test('a part that was damaged on the way from the source cannot be completed', TIMEOUT, async t => {
  const s = await stage(t);
  s.source.there.put('key', noise(11 * MIB));
  s.lab.faults.add({ operation: 'GetObject', kind: 'damage', times: 1 });
  const sent = streamInParts({ ...s.route, partSize: 5 * MIB }, await s.listed('key'));
  await assert.rejects(sent, { name: 'BadDigest' });
  assert.equal(s.arrived('key'), undefined);
  assert.equal(s.destination.there.uploads.size, 0);
  assert.deepEqual(await s.route.journal.stillOpen(), []);
});

test('a part that was damaged on the way to the destination is fetched anew', TIMEOUT, async t => {
  const s = await stage(t);
  const put = s.source.there.put('key', noise(11 * MIB));
  s.lab.faults.add({ operation: 'UploadPart', kind: 'damage', times: 1 });
  await streamInParts({ ...s.route, partSize: 5 * MIB }, await s.listed('key'));
  assert.equal(s.arrived('key')?.content.md5, put.content.md5);
  assert.equal(s.requests('UploadPart').length, 4);
});

const BROKEN: readonly [
  string,
  string,
  Parameters<Awaited<ReturnType<typeof twoSides>>['lab']['faults']['add']>[0],
][] = [
  ['the body breaks off in the middle', 'retried', { operation: 'GetObject', kind: 'break', times: 1 }],
  ['the upload is cut', 'retried', { operation: 'PutObject', kind: 'cut', times: 1 }],
  ['S3 cannot read', 'retried', { operation: 'GetObject', ...retryable.internalError, times: 1 }],
  [
    'S3 asks the reader to slow down',
    'throttled',
    { operation: 'GetObject', ...retryable.slowDown, times: 1 },
  ],
  [
    'S3 asks the writer to slow down',
    'throttled',
    { operation: 'PutObject', ...retryable.slowDown, times: 1 },
  ],
];

for (const [what, counted, fault] of BROKEN) {
  test(`an object is fetched anew when ${what}`, TIMEOUT, async t => {
    const s = await stage(t);
    const put = s.source.there.put('key', noise(MIB));
    s.lab.faults.add(fault);
    await streamAtOnce(s.route, await s.listed('key'));
    assert.equal(s.arrived('key')?.content.md5, put.content.md5);
    assert.equal(s.requests('GetObject').length, 2);
    assert.deepEqual(
      ['retried', 'throttled'].map(name => s.network.requests.count(name)),
      counted === 'retried' ? [1, 0] : [0, 1],
    );
  });
}

test('expired credentials are renewed on both sides, whichever had them', TIMEOUT, async t => {
  const s = await stage(t);
  s.source.there.put('key', noise(MIB));
  s.lab.faults.add({ operation: 'PutObject', ...retryable.expiredToken, times: 1 });
  await streamAtOnce(s.route, await s.listed('key'));
  assert.deepEqual(s.renewed.sort(), ['destination', 'source']);
});
