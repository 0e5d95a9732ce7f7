/** Servers that speak S3 and want no good: what they answer is refused in bounded time and memory, and in clear words. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { LabResponse } from '../../lab/kinds.ts';
import { startLab } from '../../lab/lab.ts';
import { openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();
const MIB = 1024 ** 2;

function furnished(on = lab): Stage {
  const s = setStage(on);
  for (let i = 0; i < 5; i++) s.from.put(`p/object-${i}`, `content ${i}`);
  return s;
}

/** Answers of one operation as a forger would have them. */
function forge(s: Stage, operation: string, answer: (honest: LabResponse) => LabResponse): void {
  s.fault({ operation }, { kind: 'forge', answer });
}

const page = (inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>${inside}</ListBucketResult>`;

const object = (key: string, etag = '0123456789abcdef0123456789abcdef') =>
  `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>9</Size><StorageClass>STANDARD</StorageClass></Contents>`;

const listing = (objects: readonly string[], rest = '<IsTruncated>false</IsTruncated>') =>
  page(`<KeyCount>${objects.length}</KeyCount><EncodingType>url</EncodingType>${rest}${objects.join('')}`);

/** Failed, with nothing at the destination and these words in the log. */
function assertRefused(s: Stage, run: Run, words: RegExp): void {
  assert.equal(run.code, 1, run.log);
  assert.match(run.log, words);
  assert.equal(s.to.size, 0);
}

describe('a redirect', { concurrency: 2 }, async () => {
  const strays: string[] = [];
  const elsewhere = createServer(({ url, headers }, answer) => {
    strays.push(`${url} ${JSON.stringify(headers)}`);
    answer.end();
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  elsewhere.unref();
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;

  for (const operation of [
    'AssumeRoleWithWebIdentity',
    'GetCallerIdentity',
    'HeadBucket',
    'ListObjectsV2',
    'GetBucketVersioning',
    'CopyObject',
    'GetObject',
    'PutObject',
  ]) {
    test(`of ${operation} is followed nowhere`, async t => {
      const own = await startLab();
      t.after(() => own.close());
      const s = furnished(own);
      for (const [index, status] of [301, 302, 307, 308].entries()) {
        const answer = () => ({ status, headers: { location, 'x-amz-bucket-region': 'eu-west-3' } });
        own.faults.add({ operation, skip: index, times: 1, kind: 'forge', answer });
      }
      await s.run({ engine: operation === 'GetObject' || operation === 'PutObject' ? 'stream' : 'auto' });
      assert.ok(own.requests.all().some(({ fault }) => fault === 'forge'));
      assert.deepEqual(strays, []);
    });
  }
});

describe('an answer without an end', { concurrency: 2 }, () => {
  for (const [operation, status, engine] of [
    ['ListObjectsV2', 200, 'copy'],
    ['ListObjectsV2', 400, 'copy'],
    ['GetBucketVersioning', 200, 'copy'],
    ['GetBucketVersioning', 400, 'copy'],
    ['CopyObject', 200, 'copy'],
    ['PutObject', 400, 'stream'],
    ['GetObject', 403, 'stream'],
  ] as const) {
    test(`of ${operation}, with status ${status}, is not read to its end`, async () => {
      const s = furnished();
      let sent = 0;
      const endless = function* () {
        yield '<?xml version="1.0"?><Error><Message>';
        for (; sent < 2000 * MIB; sent += MIB) yield 'x'.repeat(MIB);
      };
      s.fault(
        { operation, times: 1 },
        { kind: 'forge', answer: () => ({ status, body: Readable.from(endless()) }) },
      );
      const run = await s.run({ engine });
      assert.ok(sent > 0);
      assert.ok(sent < 100 * MIB, `${sent / MIB} MiB were sent`);
      assert.doesNotMatch(run.log, /undefined/);
    });
  }
});

const BOMB = `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(1000)}">${[...'bcdefg'].map((name, index) => `<!ENTITY ${name} "${`&${'abcdef'[index]};`.repeat(50)}">`).join('')}]>`;

const ODD: readonly [string, string, RegExp][] = [
  [
    'that promises more for ever',
    listing([], '<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>'),
    /promises more, shows nothing and turns on the spot/,
  ],
  [
    'that is the same again',
    listing(
      [object('p/a')],
      '<IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>',
    ),
    /promises more after "a" and does not show it/,
  ],
  [
    'with keys outside of the prefix',
    listing([object('q/a')]),
    /shows an object that cannot be: \{"Key":"q\/a"/,
  ],
  ['out of order', listing([object('p/b'), object('p/a')]), /not in key order: "a" came after "b"/],
  ['with a key twice', listing([object('p/a'), object('p/a')]), /not in key order: "a" came after "a"/],
  [
    'with a key that is no encoding',
    listing([object('p/%E0%A4%A')]),
    // The runner reads `%25` in an error as `%`.
    /listed by \S+ \(The listing shows a key that is not URL-encoded: "p\/%25E0%25A4%25A"/,
  ],
  [
    'with an ETag that is more than a header',
    listing([object('p/a', 'x&#13;&#10;x-amz-acl: public-read')]),
    /invalid x-amz-copy-source-if-match header/,
  ],
  [
    'with a size that is none',
    listing([object('p/a').replace('<Size>9', '<Size>-9')]),
    /shows an object that cannot be/,
  ],
  [
    'with a size that is too large',
    listing([object('p/a').replace('<Size>9', '<Size>99999999999999999999')]),
    /shows an object that cannot be/,
  ],
  [
    'whose XML grows when it is read',
    listing([object('&g;')]).replace('?>', `?>${BOMB}`),
    /shows an object that cannot be/,
  ],
  [
    'whose XML names a file',
    listing([object('&g;')]).replace('?>', '?><!DOCTYPE x [<!ENTITY g SYSTEM "file:///etc/passwd">]>'),
    /shows an object that cannot be/,
  ],
  ['that is no XML', 'Hello.', /XML parse error/],
  ['that is the page of a proxy', '<html><body>Please log in.</body></html>', /is no listing/],
  ['that does not say whether it is whole', listing([object('p/a')], ''), /is no listing/],
];

describe('a listing', { concurrency: 2 }, () => {
  for (const [what, body, words] of ODD) {
    test(`${what} is refused`, async () => {
      const s = furnished();
      s.fault(
        { operation: 'ListObjectsV2', bucket: s.from.name },
        { kind: 'forge', answer: () => ({ status: 200, body }) },
      );
      assertRefused(s, await s.run({ source: `s3://${s.from.name}/p/`, engine: 'copy' }), words);
    });
  }
});

test('headers without an end are refused', async () => {
  const s = furnished();
  forge(s, 'ListObjectsV2', honest => ({ ...honest, headers: { 'x-much': 'x'.repeat(50_000) } }));
  assertRefused(s, await s.run({ engine: 'copy' }), /source-listable: .*Headers Overflow/);
});

test('a Region that is an address leads nowhere', async () => {
  const s = furnished();
  forge(s, 'HeadBucket', honest => ({ ...honest, headers: { 'x-amz-bucket-region': 'evil.example/#' } }));
  assertRefused(s, await s.run(), /Region not accepted: region="evil\.example\/#"/);
});
