import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { checksumsOf } from '../../src/s3/head.ts';
import { contentOf } from '../../src/s3/read.ts';
import { bucketsOnLab } from './on-lab.ts';

const stage = await bucketsOnLab();
const { lab, source } = stage;
after(() => stage.close());

const CONTENT = 'content';

function put(options: PutOptions) {
  const { etag } = source.there.put('k', CONTENT, options);
  return { key: 'k', etag, size: CONTENT.length };
}

const NEVER = { aborting: new AbortController().signal, count: () => {} };

/** How the object was written, and which checksums it can show. */
const WRITTEN: readonly [string, PutOptions, readonly string[]][] = [
  ['in one piece', {}, ['CRC64NVME', 'MD5']],
  ['in one piece, before S3 added checksums', { checksum: 'none' }, ['MD5']],
  ['with a SHA-256', { checksum: 'SHA256' }, ['MD5', 'SHA256']],
  ['in parts', { parts: 3 }, ['CRC64NVME']],
  ['in parts, with a composite CRC32', { parts: 3, checksum: 'CRC32' }, ['CRC32']],
  ['in parts, before S3 added checksums', { parts: 3, checksum: 'none' }, []],
  ['under a KMS key', { encryption: { algorithm: 'aws:kms' } }, ['CRC64NVME']],
  ['under two KMS layers', { encryption: { algorithm: 'aws:kms:dsse' }, checksum: 'none' }, []],
];

for (const [how, options, expected] of WRITTEN) {
  test(`an object written ${how} shows ${expected.join(' and ') || 'nothing of itself'}`, async () => {
    const evidence = await checksumsOf(source.here, put(options));
    assert.deepEqual(Object.keys(evidence ?? {}).toSorted(), expected);
    for (const [algorithm, value] of Object.entries(evidence ?? {})) {
      const { content, checksum } = source.there.get('k') ?? {};
      const md5 = Buffer.from(content?.md5 ?? '', 'hex').toString('base64');
      assert.equal(value, algorithm === 'MD5' ? md5 : checksum?.value);
    }
  });
}

test('an object under a customer key shows nothing, and that is no error', async () => {
  const encryption = { algorithm: 'AES256', customerKeyMd5: 'x'.repeat(24) } as const;
  const object = put({ encryption });
  assert.equal(await checksumsOf(source.here, object), undefined);
  assert.equal(await contentOf(source.here, object, NEVER), undefined);
});

test('an object that is no longer the one that was seen shows nothing', async () => {
  const object = put({});
  source.there.put('k', 'another');
  assert.equal(await checksumsOf(source.here, object), undefined);
  assert.equal(await contentOf(source.here, object, NEVER), undefined);
  source.there.delete('k');
  assert.equal(await checksumsOf(source.here, object), undefined);
  assert.equal(await contentOf(source.here, object, NEVER), undefined);
});

test('an object that may not be asked about shows nothing', async () => {
  const object = put({});
  const heal = lab.faults.add({ kind: 'error', status: 403, code: 'AccessDenied' });
  assert.equal(await checksumsOf(source.here, object), undefined);
  assert.equal(await contentOf(source.here, object, NEVER), undefined);
  heal();
});

test('what is wrong with more than this object is not taken for missing evidence', async () => {
  const object = put({});
  const heal = lab.faults.add({ kind: 'error', status: 403, code: 'InvalidAccessKeyId' });
  await assert.rejects(contentOf(source.here, object, NEVER), { name: 'InvalidAccessKeyId' });
  heal();
  const moved = lab.faults.add({ kind: 'error', status: 301, code: 'PermanentRedirect' });
  await assert.rejects(checksumsOf(source.here, object));
  moved();
});

test('a service that keeps failing is not taken for missing evidence', { timeout: 120_000 }, async t => {
  const object = put({});
  const heal = lab.faults.add({ kind: 'error', status: 500, code: 'InternalError' });
  t.mock.method(Math, 'random', () => 0);
  await assert.rejects(checksumsOf(source.here, object), /InternalError|500|Unknown/);
  heal();
});

test('what is read is hashed to its last byte, and counted', async () => {
  let bytes = 0;
  const count = (more: number) => {
    bytes += more;
  };
  const evidence = await contentOf(source.here, put({ checksum: 'none' }), { ...NEVER, count });
  assert.deepEqual(evidence, { SHA256: source.there.get('k')?.content.checksum('SHA256') });
  assert.equal(bytes, CONTENT.length);
});

test('reading ends when the run is aborted', async () => {
  const stop = new AbortController();
  const large = Buffer.alloc(8 * 1024 ** 2, 'x');
  const { etag } = source.there.put('large', large);
  const count = () => stop.abort();
  await assert.rejects(
    contentOf(source.here, { key: 'large', etag, size: large.length }, { aborting: stop.signal, count }),
    { name: 'StoppedError' },
  );
});
