/** What arrives of an object that DataSync carries, and what of it is refused or carried by the copy engine instead. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { type Content, type StoredObject, sparse } from '../../lab/s3/index.ts';
import { PRESERVABLE } from '../../src/model/settings.ts';
import { type DataSyncStage, dataSyncStage } from './datasync-stage.ts';
import { FULL } from './full.ts';
import { GIB, type Stage } from './stage.ts';

interface Size {
  readonly title: string;
  readonly content: Content | string;
  readonly written: PutOptions;
  readonly etag: 'kept' | 'made of DataSync’s own parts';
}

const SIZES: readonly Size[] = [
  { title: '`datasync`, small', content: 'content', written: {}, etag: 'kept' },
  {
    title: '`datasync`, above 5 GiB',
    content: sparse(6 * GIB, 'large'),
    written: { parts: GIB },
    etag: 'made of DataSync’s own parts',
  },
];

/** Headers that DataSync loses, so that objects which have them go another way. */
const BY_COPY = ['cache-control', 'expires'] as const;

/** What DataSync carries, by the names that the page has for it. */
const KEPT: Readonly<Record<string, (object: StoredObject) => unknown>> = {
  content: ({ content }) => [content.size, content.md5],
  'user metadata, also beyond ASCII': ({ metadata }) => metadata,
  '`Content-Type`': ({ headers }) => headers['content-type'],
  '`Content-Disposition`': ({ headers }) => headers['content-disposition'],
  '`Content-Encoding`': ({ headers }) => headers['content-encoding'],
  '`Content-Language`': ({ headers }) => headers['content-language'],
  tags: ({ tags }) => [...tags],
  CRC64NVME: ({ checksum }) => [checksum?.algorithm, checksum?.type, checksum?.value],
  'encryption: SSE-S3 on both sides': ({ encryption }) => encryption,
};

const REFUSED = PRESERVABLE.filter(one => one !== 'metadata' && one !== 'tags');

/** The lines of the table: attribute and one cell a size. */
export async function dataSyncLines(t: TestContext): Promise<string[][]> {
  const columns = await Promise.all(SIZES.map(size => cellsOf(t, size)));
  const attributes = [
    ...Object.keys(KEPT),
    'ETag',
    ...BY_COPY.map(name => `\`${name}\``),
    'owner',
    ...REFUSED.map(one => `\`preserve: ${one}\``),
    '`encryption`, `kms-key`, `acl`',
    "encryption: customer's own key (SSE-C)",
  ];
  return [
    ['', ...SIZES.map(({ title }) => title)],
    ...attributes.map((attribute, row) => [attribute, ...columns.map(cells => cells[row] ?? '')]),
  ];
}

async function cellsOf(t: TestContext, size: Size): Promise<string[]> {
  const s = await dataSyncStage(t);
  const carried = await carry(s, size);
  const cells = Object.entries(KEPT).map(([attribute, of]) => {
    assert.deepEqual(of(carried.there), of(carried.source), attribute);
    return 'kept';
  });
  assert.equal(carried.there.etag === carried.source.etag, size.etag === 'kept');
  cells.push(size.etag);
  for (const name of BY_COPY) cells.push(await proveByCopy(s, size, name));
  assert.equal(carried.there.owner, s.destination.account);
  cells.push("the destination bucket's");
  for (const one of REFUSED) {
    const [refused] = await proveRefused(s, { preserve: `metadata, ${one}` });
    assert.match(refused ?? '', new RegExp(`preserve: "${one}" cannot be kept by engine "datasync"`));
    cells.push('refused');
  }
  await proveRefused(s, { encryption: 'AES256' });
  cells.push('refused');
  cells.push(await proveFailed(s, size));
  return cells;
}

async function carry(s: DataSyncStage, { content, written }: Size) {
  const headers = Object.fromEntries(
    Object.entries(FULL.headers ?? {}).filter(([name]) => !BY_COPY.some(lost => lost === name)),
  );
  const source = s.from.put('object', content, { ...FULL, headers, ...written });
  const run = await s.run();
  assert.equal(run.code, 0, run.log);
  assert.deepEqual([s.executions().length, copies(s)], [1, 0], 'it was DataSync that carried it');
  const there = s.to.get('object');
  assert.ok(there, 'the object arrived');
  return { source, there };
}

async function proveByCopy(s: DataSyncStage, { content, written }: Size, name: string): Promise<string> {
  const before = [s.executions().length, copies(s)] as const;
  s.from.put(name, content, { ...written, headers: { [name]: FULL.headers?.[name] ?? '' } });
  const run = await s.run();
  assert.equal(run.code, 0, run.log);
  assert.equal(s.to.get(name)?.headers[name], FULL.headers?.[name]);
  assert.equal(s.executions().length, before[0]);
  assert.ok(copies(s) > before[1]);
  return 'kept, by the copy engine';
}

function copies(s: DataSyncStage): number {
  return s.requests('CopyObject').length + s.requests('UploadPartCopy').length;
}

/** The words with which the inputs are refused. */
export async function proveRefused(s: Stage, inputs: Record<string, string>): Promise<string[]> {
  const run = await s.run(inputs);
  assert.equal(run.code, 1);
  const words = run.log.split('\n').filter(line => line.includes('cannot be kept'));
  assert.equal(words.length, 1, run.log);
  return words;
}

/** An object that only its writer can read. */
export async function proveFailed(
  s: Stage,
  { content, written }: Pick<Size, 'content' | 'written'>,
): Promise<string> {
  const sealed = { encryption: { algorithm: 'AES256', customerKeyMd5: 'bWQ1' } } as const;
  s.from.put('sealed', content, { ...written, ...sealed });
  const run = await s.run();
  assert.deepEqual([run.code, run.record('sealed').action, s.to.get('sealed')], [1, 'failed', undefined]);
  return 'fails, by name';
}
