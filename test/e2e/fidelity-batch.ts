/** What arrives of an object that a job of S3 Batch Operations copies, and what of it is refused. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { type Content, type StoredObject, sparse } from '../../lab/s3/index.ts';
import { PRESERVABLE } from '../../src/model/settings.ts';
import { type BatchStage, batchStage } from './batch-stage.ts';
import { proveFailed, proveRefused } from './fidelity-datasync.ts';
import { FULL } from './full.ts';
import { GIB } from './stage.ts';

interface Size {
  readonly title: string;
  readonly content: Content | string;
  readonly written: PutOptions;
  /** Tasks of jobs for such an object. */
  readonly tasks: number;
}

const SIZES: readonly Size[] = [
  { title: '`batch`, up to 5 GiB', content: 'content', written: {}, tasks: 1 },
  {
    title: '`batch`, above 5 GiB: by the copy engine',
    content: sparse(6 * GIB, 'large'),
    written: { parts: GIB },
    tasks: 0,
  },
];

/** What both ways carry, by the names that the page has for it. */
const KEPT: Readonly<Record<string, (object: StoredObject) => unknown>> = {
  content: ({ content }) => [content.size, content.md5],
  'user metadata, also beyond ASCII': ({ metadata }) => metadata,
  '`Content-Type`': ({ headers }) => headers['content-type'],
  '`Content-Disposition`': ({ headers }) => headers['content-disposition'],
  '`Content-Encoding`': ({ headers }) => headers['content-encoding'],
  '`Content-Language`': ({ headers }) => headers['content-language'],
  '`cache-control`': ({ headers }) => headers['cache-control'],
  '`expires`': ({ headers }) => headers.expires,
  tags: ({ tags }) => [...tags],
  CRC64NVME: ({ checksum }) => [checksum?.algorithm, checksum?.type, checksum?.value],
  'encryption: SSE-S3 on both sides': ({ encryption }) => encryption,
  'ETag, without KMS on either side': ({ etag }) => etag,
};

const REFUSED = PRESERVABLE.filter(one => one !== 'metadata' && one !== 'tags');

/** The lines of the table: attribute and one cell a size. */
export async function batchLines(t: TestContext): Promise<string[][]> {
  const columns = await Promise.all(SIZES.map(size => cellsOf(t, size)));
  const attributes = [
    ...Object.keys(KEPT),
    'owner',
    '`storage-class`, `encryption`',
    ...REFUSED.map(one => `\`preserve: ${one}\``),
    "encryption: customer's own key (SSE-C)",
  ];
  return [
    ['', ...SIZES.map(({ title }) => title)],
    ...attributes.map((attribute, row) => [attribute, ...columns.map(cells => cells[row] ?? '')]),
  ];
}

async function cellsOf(t: TestContext, size: Size): Promise<string[]> {
  const s = await batchStage(t);
  const { source, there } = await carry(s, size, 'object');
  const cells = Object.entries(KEPT).map(([attribute, of]) => {
    assert.deepEqual(of(there), of(source), attribute);
    return 'kept';
  });
  assert.equal(there.owner, s.destination.account);
  cells.push("the destination bucket's");
  const asked = await carry(s, size, 'asked', { 'storage-class': 'STANDARD_IA', encryption: 'AES256' });
  assert.deepEqual([asked.there.storageClass, asked.there.encryption.algorithm], ['STANDARD_IA', 'AES256']);
  cells.push('as asked');
  for (const one of REFUSED) {
    const [refused] = await proveRefused(s, { preserve: `metadata, ${one}` });
    assert.match(refused ?? '', new RegExp(`preserve: "${one}" cannot be kept by engine "batch"`));
    cells.push('refused');
  }
  cells.push(await proveFailed(s, size));
  return cells;
}

async function carry(
  s: BatchStage,
  { content, written, tasks }: Size,
  key: string,
  inputs: Record<string, string> = {},
) {
  const source = s.from.put(key, content, { ...FULL, ...written });
  const before = tasksOf(s);
  const run = await s.run(inputs);
  assert.equal(run.code, 0, run.log);
  assert.equal(tasksOf(s) - before, tasks, 'it went the way that the table says');
  const there = s.to.get(key);
  assert.ok(there, 'the object arrived');
  return { source, there };
}

function tasksOf(s: BatchStage): number {
  return s.jobs().reduce((sum, { tasks = [] }) => sum + tasks.length, 0);
}
