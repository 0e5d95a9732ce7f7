/** What arrives of an object that S3 replicates, by a job or by the rule, and what of it is refused. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { type Content, type StoredObject, sparse } from '../../lab/s3/index.ts';
import { PRESERVABLE, type Preserved } from '../../src/model/settings.ts';
import { proveRefused } from './fidelity-datasync.ts';
import { FULL } from './full.ts';
import { type ReplicationStage, replicationStage } from './replication-stage.ts';
import { DAY, GIB } from './stage.ts';

/** How an object comes over. */
interface Way {
  readonly title: string;
  readonly content: Content | string;
  readonly written: PutOptions;
  /** Before the rule, so that a job brings it over, or after it. */
  readonly early: boolean;
}

const WAYS: readonly Way[] = [
  { title: '`replication`, by the job', content: 'content', written: {}, early: true },
  {
    title: '`replication`, by the job, above 5 GiB',
    content: sparse(6 * GIB, 'large'),
    written: { parts: GIB },
    early: true,
  },
  { title: '`replication`, by the rule', content: 'content', written: {}, early: false },
];

/** All that travels by default, and what else S3 takes along without being asked. */
const EVERYTHING: PutOptions = {
  ...FULL,
  storageClass: 'STANDARD_IA',
  redirect: '/elsewhere',
  retention: { mode: 'COMPLIANCE', until: new Date(Date.now() + 30 * DAY) },
  legalHold: true,
};

/** What is carried, by the names that the page has for it. */
const KEPT: Readonly<Record<string, (object: StoredObject) => unknown>> = {
  content: ({ content }) => [content.size, content.md5],
  'ETag, without KMS': ({ etag }) => etag,
  'user metadata, also beyond ASCII': ({ metadata }) => metadata,
  'headers (`Content-*`, `Cache-Control`, `Expires`)': ({ headers }) => headers,
  tags: ({ tags }) => [...tags],
  'storage class': ({ storageClass }) => storageClass,
  'website redirect': ({ redirect }) => redirect,
  'Object Lock: retention': ({ retention }) => retention,
  'Object Lock: legal hold': ({ legalHold }) => legalHold,
  'checksum, algorithm, type and value': ({ checksum }) => checksum,
  'Last-Modified': ({ lastModified }) => lastModified,
  'version id': ({ versionId }) => versionId,
  'encryption: SSE-S3 on both sides': ({ encryption }) => encryption,
};

const KEPT_ON_REQUEST: readonly Preserved[] = [
  'metadata',
  'tags',
  'storage-class',
  'object-lock',
  'website-redirect',
  'versions',
];
const REFUSED = PRESERVABLE.filter(one => !KEPT_ON_REQUEST.includes(one));

/** The lines of the table: attribute and one cell a way. */
export async function replicationLines(t: TestContext): Promise<string[][]> {
  const columns = await Promise.all(WAYS.map(way => cellsOf(t, way)));
  const attributes = [
    ...Object.keys(KEPT),
    'owner',
    'ACL',
    "encryption: customer's own key (SSE-C)",
    ...REFUSED.map(one => `\`preserve: ${one}\``),
    '`encryption: AES256`, `acl`',
  ];
  return [
    ['', ...WAYS.map(({ title }) => title)],
    ...attributes.map((attribute, row) => [attribute, ...columns.map(cells => cells[row] ?? '')]),
  ];
}

async function cellsOf(t: TestContext, way: Way): Promise<string[]> {
  const s = await replicationStage(t, { source: { objectLock: {} }, destination: { objectLock: {} } });
  const { source, there } = await carry(s, way, 'object', EVERYTHING);
  const cells = Object.entries(KEPT).map(([attribute, of]) => {
    assert.notEqual(of(source), undefined, `${attribute}: there is something to keep`);
    assert.deepEqual(of(there), of(source), attribute);
    return 'kept';
  });
  assert.equal(there.owner, s.destination.account);
  cells.push("the destination bucket's");
  assert.deepEqual(there.grants, []);
  cells.push("the destination's, empty");
  const sealed = { encryption: { algorithm: 'AES256', customerKeyMd5: 'bWQ1' } } as const;
  const secret = await carry(s, way, 'sealed', sealed);
  assert.deepEqual(secret.there.encryption, secret.source.encryption);
  cells.push('kept');
  for (const one of REFUSED) {
    const [refused] = await proveRefused(s, { preserve: `metadata, tags, ${one}` });
    assert.match(refused ?? '', new RegExp(`preserve: "${one}" cannot be kept by engine "replication"`));
    cells.push('refused');
  }
  await proveRefused(s, { encryption: 'AES256' });
  await proveRefused(s, { acl: 'private' });
  cells.push('refused');
  return cells;
}

async function carry(s: ReplicationStage, { content, written, early }: Way, key: string, more: PutOptions) {
  if (!early) await s.run();
  const put = () => s.from.put(key, content, { ...written, ...more });
  const rules = s.from.replication;
  if (early) s.from.replication = undefined;
  const source = put();
  s.from.replication = rules;
  await s.settled();
  const run = await s.run();
  assert.equal(run.code, 0, run.log);
  assert.equal(run.report.totals.copied, early ? 1 : 0, 'it went the way that the table says');
  const there = s.to.get(key);
  assert.ok(there, 'the object arrived');
  return { source, there };
}
