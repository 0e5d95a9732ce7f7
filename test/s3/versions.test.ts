import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { AWKWARD_KEYS } from '../../lab/awkward.ts';
import { FatalError } from '../../src/errors.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import { Bucket } from '../../src/s3/bucket.ts';
import { listVersions } from '../../src/s3/versions.ts';
import { scanVersions } from '../../src/s3/wire/versions-page.ts';
import { collect } from '../sync/make.ts';
import { bucketsOnLab } from './on-lab.ts';

const stage = await bucketsOnLab();
test.after(stage.close);
const { lab, network, identity } = stage;

let made = 0;

/** A bucket of its own, by direct access and as the code sees it. */
function bucket(prefix = '') {
  const name = `versions-${made++}`;
  const settings = { name, account: identity.account ?? '', region: 'eu-west-1' };
  const there = lab.s3.createBucket({ ...settings, versioning: 'Enabled' });
  const here = new Bucket(
    {
      location: { bucket: name, prefix },
      region: settings.region,
      owner: identity.account,
      requestPayer: false,
      identity,
    },
    network,
  );
  return { there, here };
}

type Made = ReturnType<typeof bucket>;

/** What the lab holds, as it should be listed: for each key its version ids, oldest first. */
const held = ({ there, here }: Made) =>
  there.versions
    .keys()
    .filter(key => key.startsWith(here.location.prefix))
    .map(key => ({
      key: key.slice(here.location.prefix.length),
      ids: (there.versions.get(key) ?? []).map(({ versionId }) => versionId).reverse(),
    }));

const listed = async ({ here }: Made) =>
  (await collect(listVersions(here))).map(({ key, history = [] }) => ({
    key,
    ids: history.map(({ versionId }) => versionId),
  }));

test('every history comes whole and in order, wherever pages are cut', async () => {
  const anyBucket = fc.dictionary(
    fc.string({
      unit: fc.constantFrom('a', 'b', '/', '\u{1f600}', '\ue000', '+', '%'),
      minLength: 1,
      maxLength: 3,
    }),
    fc.array(fc.constantFrom('put', 'delete'), { minLength: 1, maxLength: 9 }),
    { maxKeys: 12 },
  );
  await fc.assert(
    fc.asyncProperty(anyBucket, fc.integer({ min: 1, max: 9 }), async (keys, limit) => {
      const made = bucket();
      for (const [key, events] of Object.entries(keys)) {
        for (const event of events) {
          if (event === 'put') made.there.put(key, `${event} ${made.there.size}`);
          else made.there.delete(key);
        }
      }
      made.there.paging = { limit };
      assert.deepEqual(await listed(made), held(made));
    }),
    { numRuns: 40 },
  );
});

test('awkward keys come as they are, below a prefix without it', async () => {
  for (const prefix of ['', 'a b/+%/']) {
    const made = bucket(prefix);
    for (const key of AWKWARD_KEYS) {
      if (Buffer.byteLength(prefix + key) > 1024) continue;
      made.there.put(prefix + key, 'one');
      made.there.delete(prefix + key);
    }
    made.there.put('beside', 'x');
    made.there.paging = { limit: 3 };
    assert.deepEqual(await listed(made), held(made));
  }
});

test('a key that is the prefix itself is passed like any other', async () => {
  const made = bucket('p/');
  for (const key of ['p/', 'p/a', 'p/b']) {
    made.there.put(key, 'one');
    made.there.put(key, 'two');
  }
  made.there.paging = { limit: 3 };
  assert.deepEqual(await listed(made), held(made));
});

test('a version is told with all that a listing shows, and the current one stands for the key', async () => {
  const made = bucket();
  const old = made.there.put('a', 'older', { storageClass: 'GLACIER' });
  made.there.amend(old, { restoration: { readyAt: new Date(0), expiresAt: new Date(4e12) } });
  const marker = made.there.delete('a');
  assert.ok(marker);
  const current = made.there.put('a', 'new', { storageClass: 'STANDARD_IA' });
  const common = { key: 'a', restored: false };
  assert.deepEqual(await collect(listVersions(made.here)), [
    {
      ...common,
      size: 8,
      etag: current.etag,
      modified: current.lastModified.getTime(),
      storageClass: 'STANDARD_IA',
      versionId: current.versionId,
      history: [
        {
          ...common,
          restored: true,
          size: 5,
          etag: old.etag,
          modified: old.lastModified.getTime(),
          storageClass: 'GLACIER',
          versionId: old.versionId,
        },
        {
          key: 'a',
          versionId: marker.versionId,
          modified: marker.lastModified.getTime(),
          deleted: true,
        },
        {
          ...common,
          size: 3,
          etag: current.etag,
          modified: current.lastModified.getTime(),
          storageClass: 'STANDARD_IA',
          versionId: current.versionId,
        },
      ],
    } satisfies ObjectEntry,
  ]);
});

test('one history longer than several pages is followed to its end', async () => {
  const made = bucket();
  for (let n = 0; n < 23; n++) made.there.put('long', `${n}`);
  made.there.put('after', 'x');
  made.there.paging = { limit: 5 };
  assert.deepEqual(await listed(made), held(made));
});

test('a denied listing is told by its code', async () => {
  const made = bucket();
  lab.faults.add({
    operation: 'ListObjectVersions',
    times: 1,
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
  });
  await assert.rejects(collect(listVersions(made.here)), { name: 'AccessDenied' });
});

const version = (key: string, id: string, latest: boolean) =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Version>`;
const page = (...parts: string[]) =>
  `<?xml version="1.0"?><ListVersionsResult><IsTruncated>false</IsTruncated>${parts.join('')}</ListVersionsResult>`;

test('what cannot be read is nothing rather than half', () => {
  assert.equal(scanVersions(page(version('a', '1', true)), '')?.versions.length, 1);
  const unreadable = [
    page(version('a', '1', true).replace('<Size>1</Size>', '')),
    page(version('a', '1', true).replace('<VersionId>1</VersionId>', '')),
    page(version('a', '1', true).replace('2026-01-01', 'yesterday')),
    page(version('a', '1', true).replace('<Version>', '<Version xmlns="x">')),
    page(version('<![CDATA[a]]>', '1', true)),
    page(version('a', '1', true).replace('</Version>', '')),
    page().replace('false', 'true'),
    page().replace(/<IsTruncated>.*<\/IsTruncated>/, ''),
  ];
  for (const text of unreadable) assert.equal(scanVersions(text, ''), undefined, text);
  assert.equal(scanVersions(page(version('a', '1', true)), 'b/'), undefined);
});

test('an order that S3 does not promise ends the listing', async () => {
  const disorders = [
    page(version('a', '1', false), version('a', '2', true)),
    page(version('b', '1', true), version('a', '2', true)),
    page(version('a', '1', true), version('a', '2', true)),
  ];
  let body = '';
  const server = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (body of disorders) await assert.rejects(collect(listVersions(bucket().here)), FatalError);
  } finally {
    process.env.AWS_ENDPOINT_URL = lab.endpoint;
    server.close();
  }
});
