/**
 * What arrives of an object, attribute by attribute. The built action carries objects of each kind, and what the
 * destination then has is compared with what the source had: the table in docs/fidelity.md is this test's result.
 * `npm run fidelity` writes it anew.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { type Content, canonicalId, type StoredObject, sparse } from '../../lab/s3/index.ts';
import { batchLines } from './fidelity-batch.ts';
import { dataSyncLines } from './fidelity-datasync.ts';
import { replicationLines } from './fidelity-replication.ts';
import { DAY, GIB, type Inputs, MIB, openLab, setStage } from './stage.ts';

const PAGE = join(import.meta.dirname, '../../docs/fidelity.md');
const PRESERVE = 'metadata, tags, storage-class, object-lock, acl, checksum, website-redirect';

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
  retention: { mode: 'COMPLIANCE', until: new Date(Date.now() + 30 * DAY) },
  legalHold: true,
  grants: [
    { grantee: canonicalId('999988887777'), permission: 'READ' },
    { grantee: canonicalId('999988887777'), permission: 'READ_ACP' },
  ],
};

/** One engine at one size. */
interface Column {
  readonly title: string;
  readonly engine: 'copy' | 'stream';
  readonly content: Content | Buffer | string;
  readonly written: PutOptions;
}

const COLUMNS: readonly Column[] = [
  { title: '`copy`, up to 5 GiB', engine: 'copy', content: 'content', written: {} },
  {
    title: '`copy`, up to 5 GiB, written in parts',
    engine: 'copy',
    content: sparse(100 * MIB, 'parts'),
    written: { parts: 8 * MIB },
  },
  {
    title: '`copy`, above 5 GiB',
    engine: 'copy',
    content: sparse(6 * GIB, 'large'),
    written: { parts: GIB },
  },
  { title: '`stream`, up to 64 MiB', engine: 'stream', content: 'content', written: {} },
  {
    title: '`stream`, above 64 MiB, written in parts',
    engine: 'stream',
    content: Buffer.alloc(70 * MIB, 'seventy'),
    written: { parts: 8 * MIB },
  },
];

/** One attribute, with what the table says of it in each column. */
interface Row {
  readonly attribute: string;
  readonly prove: (column: Column, carried: Carried) => Promise<string> | string;
}

/** The object that has everything, on both sides. */
interface Carried {
  readonly source: StoredObject;
  readonly there: StoredObject;
}

/** An attribute that must be equal on both sides. */
function kept(attribute: string, of: (object: StoredObject) => unknown): Row {
  return {
    attribute,
    prove: (_column, { source, there }) => {
      assert.notEqual(of(source), undefined, `${attribute}: there is something to keep`);
      assert.deepEqual(of(there), of(source), attribute);
      return 'kept';
    },
  };
}

const header = (name: string) => (object: StoredObject) => object.headers[name];
const checksum = (object: StoredObject) => {
  const { algorithm, type, value } = object.checksum ?? {};
  return [algorithm, type, value];
};

const ROWS: readonly Row[] = [
  kept('content', ({ content }) => [content.size, content.md5]),
  kept('ETag', ({ etag }) => etag),
  kept('user metadata', ({ metadata }) => metadata.owner),
  kept('user metadata beyond ASCII', ({ metadata }) => metadata.greeting),
  kept('`Content-Type`', header('content-type')),
  kept('`Cache-Control`', header('cache-control')),
  kept('`Content-Disposition`', header('content-disposition')),
  kept('`Content-Encoding`', header('content-encoding')),
  kept('`Content-Language`', header('content-language')),
  kept('`Expires`', header('expires')),
  kept('tags', ({ tags }) => [...tags]),
  kept('storage class', ({ storageClass }) => storageClass),
  kept('website redirect', ({ redirect }) => redirect),
  kept('Object Lock: retention', ({ retention }) => retention),
  kept('Object Lock: legal hold', ({ legalHold }) => legalHold),
  kept('ACL, but for the owner', ({ grants, owner }) => others(grants, owner)),
  kept('CRC64NVME, algorithm and value', checksum),
  { attribute: 'SHA-256, algorithm, type and value', prove: column => proveSha256(column) },
  {
    attribute: 'owner',
    prove: (_column, { source, there }) => {
      assert.match(source.owner, /^1/);
      assert.match(there.owner, /^2/);
      return "the destination bucket's";
    },
  },
  kept('encryption: SSE-S3 on both sides', ({ encryption }) => encryption),
  {
    attribute: 'encryption: SSE-KMS, customer managed key on both sides',
    prove: column => proveEncryption(column, {}, true),
  },
  {
    attribute: 'encryption: `encryption: aws:kms` with `kms-key`',
    prove: column => proveEncryption(column, { encryption: 'aws:kms' }),
  },
  {
    attribute: 'encryption: `encryption: aws:kms:dsse` with `kms-key`',
    prove: column => proveEncryption(column, { encryption: 'aws:kms:dsse' }),
  },
  { attribute: "encryption: customer's own key (SSE-C)", prove: column => proveRefused(column) },
];

test('what arrives of an object is what docs/fidelity.md says', async t => {
  const cells = await Promise.all(COLUMNS.map(cellsOf));
  const head = ['', ...COLUMNS.map(({ title }) => title)];
  const lines = ROWS.map(({ attribute }, row) => [attribute, ...cells.map(column => column[row] ?? '')]);
  const byDataSync = await dataSyncLines(t);
  const byBatch = await batchLines(t);
  const byReplication = await replicationLines(t);
  const page = [
    BEFORE,
    tableOf([head, ...lines]),
    AFTER,
    tableOf(byDataSync),
    AFTER_DATASYNC,
    tableOf(byBatch),
    AFTER_BATCH,
    tableOf(byReplication),
    END,
  ].join('\n');
  t.assert.fileSnapshot(page, PAGE, { serializers: [String] });
});

/** @param lines the first one is the head */
function tableOf([head = [], ...lines]: readonly string[][]): string {
  return [head, head.map(() => '---'), ...lines].map(line => `| ${line.join(' | ')} |`).join('\n');
}

const BEFORE = `# What arrives of an object

Proven by \`test/e2e/fidelity.test.ts\` and written by it: the built action carries objects that have everything a writer
can say, with \`preserve: ${PRESERVE}\`, and this is what the destination
has afterwards. "kept" means equal to the source.
`;
const AFTER = `
- By default only metadata and tags are preserved. What else is to be kept has to be named, because it costs requests: two
  GetObject* an object for \`object-lock\`, one for \`acl\`, a HeadObject for \`website-redirect\` (CopyObject does not copy
  it), and with \`checksum\` objects that were written in parts are copied in those parts, whatever their size.
- Without \`preserve: checksum\` an object up to 5 GiB that was written in parts becomes one of a single part: its ETag is
  then the MD5 of the whole, and a checksum made of those of the parts becomes one of the whole.
- Encryption is that of the destination bucket, or of \`encryption\` and \`kms-key\`; with KMS the ETag says nothing about
  the content.
- The owner is the destination's account. What an ACL gave to the source's owner, the copy's gives to its own; in a bucket
  with ACLs disabled they have no meaning, and \`preserve: acl\` is refused before anything is copied.
- A retention that has run out is not sent again. Last-Modified and the version id are those of the copy.
- With \`versions\` all of this holds for each version of each key: see [versions.md](versions.md).
- A source under a customer's own key is \`failed: customer-key\`: the run names it and copies all else.

## With \`engine: datasync\`

The plan is the same, the objects go through DataSync, with \`preserve: metadata, tags\`, which is all that it can keep.
`;
const AFTER_DATASYNC = `
- "refused" is before anything is done: the input is named, and the engines that can.
- Which parts DataSync writes is not documented; \`verify: checksum\` proves such objects all the same.

## With \`engine: batch\`

The plan is the same, a job of S3 Batch Operations copies the objects, with \`preserve: metadata, tags\`, which is all that it
can keep. What is larger than 5 GiB no job can copy: the copy engine does, in the same run.
`;
const AFTER_BATCH = `
- Objects that went by the copy engine keep with it what they keep without it.

## With \`engine: replication\`

S3 replicates the objects whole: what is there already by a job, what comes after by the rule.
`;
const END = `
- All of this is kept whether \`preserve\` names it or not, but for older versions, which the job brings over with
  \`preserve: versions\` only. Delete markers that were there before the rule are not replicated.
- With \`storage-class\` the replicas get that one.
- Objects under KMS are replicated with \`encryption: aws:kms\` and \`kms-key\`, and lie under that key then.
`;

async function cellsOf(column: Column): Promise<string[]> {
  const carried = await carryEverything(column);
  const cells: string[] = [];
  for (const { prove } of ROWS) cells.push(await prove(column, carried));
  return cells;
}

async function carryEverything({ engine, content, written }: Column): Promise<Carried> {
  const s = setStage(lab, {
    source: { objectLock: {}, ownership: 'BucketOwnerPreferred' },
    destination: { objectLock: {}, ownership: 'BucketOwnerPreferred' },
  });
  const source = s.from.put('object', content, { ...EVERYTHING, ...written });
  const run = await s.run({ engine, preserve: PRESERVE });
  assert.equal(run.code, 0, run.log);
  return { source, there: arrived(s.to.get('object')) };
}

/** A checksum of the whole, or of those of the parts where the object was written in parts. */
async function proveSha256({ engine, content, written }: Column): Promise<string> {
  const s = setStage(lab);
  const source = s.from.put('object', content, { ...written, checksum: 'SHA256' });
  assert.equal(source.checksum?.type, source.parts ? 'COMPOSITE' : 'FULL_OBJECT');
  const run = await s.run({ engine, preserve: PRESERVE });
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(checksum(arrived(s.to.get('object'))), checksum(source));
  return source.parts ? 'kept, with the parts' : 'kept';
}

/** @param sealed the source is under a key of its own account, and the destination's default is asked for nothing */
async function proveEncryption(
  { engine, content, written }: Column,
  inputs: Inputs,
  sealed = false,
): Promise<string> {
  const s = setStage(lab);
  const [ours, theirs] = [s.source, s.destination].map(({ account, region }) =>
    lab.s3.createKey({ account, region, policy: ANYBODY }),
  );
  assert.ok(ours && theirs);
  for (const { role } of [s.source, s.destination]) lab.iam.accounts.putPolicy(role, 'keys', ANY_KEY);
  if (sealed) {
    s.from.encryption = { algorithm: 'aws:kms', keyArn: ours.arn, bucketKey: true };
    s.to.encryption = { algorithm: 'aws:kms', keyArn: theirs.arn, bucketKey: true };
  }
  const source = s.from.put('object', content, written);
  const run = await s.run({ engine, ...inputs, ...(!sealed && { 'kms-key': theirs.arn }) });
  assert.equal(run.code, 0, run.log);
  const { encryption, content: carried } = arrived(s.to.get('object'));
  assert.equal(carried.md5, source.content.md5);
  assert.equal(encryption.keyArn, theirs.arn);
  if (!sealed) {
    assert.equal(encryption.algorithm, inputs.encryption);
    return 'as asked';
  }
  assert.deepEqual([source.encryption.keyArn, encryption.bucketKey], [ours.arn, true]);
  return "the destination's key and bucket key";
}

async function proveRefused({ engine, content, written }: Column): Promise<string> {
  const s = setStage(lab);
  s.from.put('object', content, {
    ...written,
    encryption: { algorithm: 'AES256', customerKeyMd5: 'bWQ1' },
  });
  const run = await s.run({ engine });
  const { action, reason } = run.record('object');
  assert.deepEqual([run.code, action, reason, s.to.size], [1, 'failed', 'customer-key', 0]);
  return 'refused, by name';
}

const ANYBODY = statement({ Principal: '*' });
const ANY_KEY = statement({});

function statement(more: object) {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'kms:*', Resource: '*', ...more } };
}

function others(grants: StoredObject['grants'], owner: string) {
  return grants.filter(({ grantee }) => grantee !== canonicalId(owner));
}

function arrived(object: StoredObject | undefined): StoredObject {
  assert.ok(object, 'the object arrived');
  return object;
}
