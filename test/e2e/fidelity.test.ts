/**
 * What arrives of an object, attribute by attribute. The built action carries one object of each kind, and what the
 * destination then has is compared with what the source had: the table in docs/fidelity.md is this test's result.
 * `npm run fidelity` writes it anew.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { type Content, type StoredObject, sparse } from '../../lab/s3/index.ts';
import { openLab, setStage } from './stage.ts';

const PAGE = join(import.meta.dirname, '../../docs/fidelity.md');
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const lab = await openLab();

/** Everything a writer can say about an object. */
const EVERYTHING: PutOptions = {
  metadata: { owner: 'octo', greeting: 'Grüße, 世界' },
  headers: {
    'content-type': 'text/csv',
    'cache-control': 'max-age=60',
    'content-disposition': 'attachment; filename="a.csv"',
    'content-encoding': 'identity',
    'content-language': 'de',
    expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
  },
  tags: { team: 'a b', größe: '+/=' },
  storageClass: 'STANDARD_IA',
  redirect: '/elsewhere',
};

interface Column {
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly content: Content | Buffer | string;
  readonly written: PutOptions;
}

const COLUMNS: readonly Column[] = [
  { title: '`copy`, up to 5 GiB', inputs: { engine: 'copy' }, content: 'content', written: {} },
  {
    title: '`copy`, up to 5 GiB, written in parts',
    inputs: { engine: 'copy' },
    content: sparse(100 * MIB, 'parts'),
    written: { parts: 8 * MIB },
  },
  {
    title: '`copy`, above 5 GiB',
    inputs: { engine: 'copy' },
    content: sparse(6 * GIB, 'large'),
    written: { parts: GIB },
  },
  { title: '`stream`, up to 64 MiB', inputs: { engine: 'stream' }, content: 'content', written: {} },
  {
    title: '`stream`, above 64 MiB, written in parts',
    inputs: { engine: 'stream' },
    content: Buffer.alloc(70 * MIB, 'seventy'),
    written: { parts: 8 * MIB },
  },
];

interface Row {
  readonly attribute: string;
  readonly of: (object: StoredObject) => unknown;
  /** Words for an object that arrived with something else, where that is as it should be. */
  readonly otherwise?: (there: StoredObject) => string | undefined;
}

const header = (name: string) => (object: StoredObject) => object.headers[name];

const ROWS: readonly Row[] = [
  { attribute: 'content', of: ({ content }) => [content.size, content.md5] },
  {
    attribute: 'ETag',
    of: ({ etag }) => etag,
    otherwise: ({ etag }) => (etag.includes('-') ? undefined : 'MD5 of the whole'),
  },
  { attribute: 'user metadata', of: ({ metadata }) => metadata.owner },
  { attribute: 'user metadata beyond ASCII', of: ({ metadata }) => metadata.greeting },
  { attribute: '`Content-Type`', of: header('content-type') },
  { attribute: '`Cache-Control`', of: header('cache-control') },
  { attribute: '`Content-Disposition`', of: header('content-disposition') },
  { attribute: '`Content-Encoding`', of: header('content-encoding') },
  { attribute: '`Content-Language`', of: header('content-language') },
  { attribute: '`Expires`', of: header('expires') },
  { attribute: 'tags', of: ({ tags }) => [...tags] },
  { attribute: 'storage class', of: ({ storageClass }) => storageClass },
  {
    attribute: 'website redirect',
    of: ({ redirect }) => redirect,
    otherwise: ({ redirect }) => (redirect === undefined ? 'lost: CopyObject does not copy it' : undefined),
  },
  {
    attribute: 'full-object checksum',
    of: ({ checksum }) => (checksum?.type === 'FULL_OBJECT' ? checksum.algorithm : undefined),
  },
  { attribute: 'encryption, SSE-S3 on both sides', of: ({ encryption }) => encryption },
  {
    attribute: 'owner',
    of: ({ owner }) => owner,
    otherwise: ({ owner }) => (owner.startsWith('2') ? "the destination bucket's" : undefined),
  },
];

test('what arrives of an object is what docs/fidelity.md says', async t => {
  const cells = await Promise.all(COLUMNS.map(cellsOf));
  const head = ['', ...COLUMNS.map(({ title }) => title)];
  const lines = ROWS.map(({ attribute }, row) => [attribute, ...cells.map(column => column[row] ?? '')]);
  const table = [head, head.map(() => '---'), ...lines].map(line => `| ${line.join(' | ')} |`).join('\n');
  t.assert.fileSnapshot(`${BEFORE}\n${table}\n${AFTER}`, PAGE, { serializers: [String] });
});

const BEFORE = `# What arrives of an object

Proven by \`test/e2e/fidelity.test.ts\` and written by it: the built action carries an object that has everything a writer
can say, with \`preserve: metadata, tags, storage-class\`, and this is what the destination has afterwards. "kept" means
equal to the source.
`;
const AFTER = `
- Encryption is that of the destination bucket, or of \`encryption\` and \`kms-key\`; with KMS the ETag says nothing about
  the content.
- The owner is the destination's account wherever ACLs are disabled, and the ACL then has no meaning.
- A website redirect is not shown by listings and not copied by CopyObject (S3 API, CopyObject,
  \`x-amz-website-redirect-location\`).
`;

async function cellsOf({ inputs, content, written }: Column): Promise<string[]> {
  const s = setStage(lab);
  const key = 'object';
  const source = s.from.put(key, content, { ...EVERYTHING, ...written });
  const run = await s.run({ preserve: 'metadata, tags, storage-class', ...inputs });
  assert.equal(run.code, 0, run.log);
  const there = s.to.get(key);
  assert.ok(there, 'the object arrived');
  return ROWS.map(row => cellOf(row, source, there));
}

/** @throws when the object arrived with what nobody promised */
function cellOf({ attribute, of, otherwise }: Row, source: StoredObject, there: StoredObject): string {
  const [had, has] = [of(source), of(there)];
  try {
    assert.deepEqual(has, had);
    return 'kept';
  } catch {
    const words = otherwise?.(there);
    assert.ok(words !== undefined, `${attribute}: had ${JSON.stringify(had)}, has ${JSON.stringify(has)}`);
    return words;
  }
}
