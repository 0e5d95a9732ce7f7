/** How strongly the result is proven: by checksums, by content, and what becomes of an object that was damaged. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { destinationRolePolicy } from '../../lab/worlds.ts';
import { allow, HOUR, type Inputs, MIB, openLab, policy, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

/** Written like this, an object shares no evidence with a copy in one piece. */
const MUTE: PutOptions = { checksum: 'none', parts: 2 * MIB };

/** A copied object of each kind of evidence, the older side being the source. */
async function synced(inputs: Inputs = {}): Promise<Stage> {
  const s = setStage(lab);
  const lastModified = new Date(Date.now() - HOUR);
  s.from.put('md5', 'content', { checksum: 'none', lastModified });
  s.from.put('mute', Buffer.alloc(5 * MIB, 'mute'), { ...MUTE, lastModified });
  s.from.put('parts', 'content', { parts: 4, lastModified });
  const run = await s.run(inputs);
  assert.equal(run.code, 0, run.log);
  return s;
}

const words = ({ records }: Run) =>
  Object.fromEntries(
    records.map(({ key, action, reason, proof }) => [key, `${action}: ${reason} (${proof})`]),
  );

const named = (run: Run, key: string) => {
  assert.equal(run.code, 1, run.log);
  assert.equal(run.outputs.verified, 'false');
  assert.equal(words(run)[key], 'failed: content-differs (none)');
  assert.match(run.summary, new RegExp(`<code>${key}</code>`));
};

describe('`verify: checksum`', { concurrency: 3 }, () => {
  test('proves by checksum what ETags cannot, and says how many objects have none in common', async () => {
    const s = setStage(lab);
    s.from.put('md5', 'content', { checksum: 'none' });
    s.from.put('mute', 'content', { ...MUTE, parts: 4 });
    s.from.put('parts', 'content', { parts: 4 });
    const run = await s.run({ verify: 'checksum' });
    assert.deepEqual([run.code, run.outputs.verified], [0, 'true'], run.log);
    assert.deepEqual(words(run), {
      md5: 'copied: missing (etag)',
      mute: 'copied: missing (size)',
      parts: 'copied: missing (checksum)',
    });
    const { checksum, etag, size } = run.report.totals.proofs;
    assert.deepEqual([checksum, etag, size], [1, 1, 1]);
    assert.match(run.summary, /1 object could only be compared by size: no checksum is common to both sides/);
    assert.match(run.log, /`verify: content` reads them/);
    for (const grade of ['checksum', 'etag', 'size'])
      assert.match(run.summary, new RegExp(`^\\| ${grade} \\| .* \\| 1 \\|$`, 'm'));
  });

  test('holds also what was not copied to the checksums of both sides, whatever `compare` took for the same', async () => {
    const s = await synced();
    s.to.corrupt('parts');
    const run = await s.run({ compare: 'size', verify: 'checksum' });
    named(run, 'parts');
    const { source, destination } = { source: s.from.get('parts'), destination: s.to.get('parts') };
    assert.deepEqual(run.record('parts').error, {
      code: 'ContentDiffers',
      message: `The CRC64NVME of the source is ${source?.checksum?.value}, that of the destination ${destination?.checksum?.value}.`,
    });
    assert.equal(run.report.totals.failed, 1);
  });

  test('keeps the grade of objects that it may not ask about, and says so', async () => {
    const s = setStage(lab);
    s.from.put('parts', 'content', { parts: 4 });
    const { Statement } = destinationRolePolicy(s.to.name, s.from.name);
    s.destination.setRolePolicy(
      policy(...(Statement as object[]), {
        ...allow('s3:GetObject', `${s.to.arn}/*`),
        Effect: 'Deny',
      }),
    );
    const run = await s.run({ verify: 'checksum' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(words(run), { parts: 'copied: missing (size)' });
    assert.match(run.log, /or S3 does not tell them \(1\)/);
  });
});

describe('`verify: content`', { concurrency: 3 }, () => {
  test('reads what has no checksum in common, and nothing else, and counts the bytes', async () => {
    const s = await synced();
    const before = s.requests('GetObject').length;
    const run = await s.run({ verify: 'content' });
    assert.deepEqual([run.code, run.outputs.verified], [0, 'true'], run.log);
    assert.deepEqual(words(run), {
      md5: 'unchanged: same-etag (etag)',
      mute: 'unchanged: same-size (content)',
      parts: 'unchanged: same-checksum (checksum)',
    });
    const read = s.requests('GetObject').slice(before);
    assert.deepEqual(
      read.filter(({ headers }) => headers.range === undefined).map(({ key }) => key),
      ['mute', 'mute'],
    );
    assert.equal(run.report.bytesRead, 10 * MIB);
    assert.match(run.summary, /10 MiB read to compare contents/);
  });

  test('names an object whose content differs, where nothing else could tell', async () => {
    const s = await synced();
    s.to.corrupt('mute');
    assert.equal((await s.run({ mode: 'verify', verify: 'checksum' })).code, 0, 'only a clock speaks');
    const run = await s.run({ mode: 'verify', verify: 'content' });
    named(run, 'mute');
    assert.match(run.record('mute').error?.message ?? '', /^The SHA256 of the source is \S+, that of/);
    assert.equal(s.mutations().filter(({ operation }) => operation === 'CopyObject').length, 3);
  });
});

describe('a damaged object at the destination', { concurrency: 3 }, () => {
  for (const verify of ['listing', 'checksum']) {
    test(`fails \`mode: verify\` with \`verify: ${verify}\`, by name`, async () => {
      for (const key of ['md5', 'parts']) {
        const s = await synced();
        const before = s.to.get(key);
        const after = s.to.corrupt(key);
        assert.deepEqual(
          [after.content.size, after.lastModified],
          [before?.content.size, before?.lastModified],
        );
        const run = await s.run({ mode: 'verify', verify });
        named(run, key);
        assert.equal(run.report.totals.failed, 1);
      }
    });
  }

  test('fails it even where `compare` looks at the sizes alone', async () => {
    const s = await synced();
    s.to.corrupt('parts');
    assert.equal((await s.run({ mode: 'verify', compare: 'size' })).code, 0);
    named(await s.run({ mode: 'verify', compare: 'size', verify: 'checksum' }), 'parts');
  });

  test('is copied again by the next sync', async () => {
    const s = await synced();
    s.to.corrupt('md5');
    s.to.corrupt('parts');
    const run = await s.run({ verify: 'checksum' });
    assert.deepEqual(words(run), {
      md5: 'copied: content-differs (etag)',
      mute: 'unchanged: same-size (size)',
      parts: 'copied: content-differs (checksum)',
    });
  });
});

test('`compare: checksum` copies what nothing proves equal, also when the copy is newer', async () => {
  const s = await synced();
  const run = await s.run({ compare: 'checksum' });
  assert.deepEqual(words(run), {
    md5: 'unchanged: same-etag (etag)',
    mute: 'copied: unproven (size)',
    parts: 'unchanged: same-checksum (checksum)',
  });
  const drift = await s.run({ mode: 'verify', compare: 'checksum' });
  assert.equal(drift.code, 1);
  assert.match(drift.summary, /have no checksum in common, so that nothing proves them equal/);
  const read = await s.run({ mode: 'verify', compare: 'checksum', verify: 'content' });
  assert.equal(read.code, 0, read.log);
  assert.equal(words(read).mute, 'unchanged: same-content (content)');
});
