/** What runs of the whole job say about the equality of objects, held against what the lab knows of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PutOptions } from '../../lab/s3/bucket.ts';
import { Stop } from '../../src/sync/stop.ts';
import { jobsOnLab } from './job-on-lab.ts';

const { lab, setStage } = await jobsOnLab();

const MIB = 1024 ** 2;
const HOUR = 3_600_000;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);
const KMS: Pick<PutOptions, 'encryption'> = { encryption: { algorithm: 'aws:kms' } };
const NO_CHECKSUM = { checksum: 'none' } as const;
/** Written like this, an object shares no evidence with its copy. */
const MUTE: PutOptions = { ...NO_CHECKSUM, parts: 3, lastModified: ago(2 * HOUR) };

/** How an object came to be. */
interface Written {
  readonly content: string;
  readonly encryption: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  readonly checksum: 'none' | 'CRC64NVME' | 'CRC32' | 'SHA256';
  /** Bytes a part; `undefined` for an object in one piece. */
  readonly parts: number | undefined;
}

const anyWritten: fc.Arbitrary<Written> = fc.record({
  content: fc.string({ minLength: 1, maxLength: 20 }),
  encryption: fc.constantFrom('AES256', 'AES256', 'aws:kms', 'aws:kms:dsse'),
  checksum: fc.constantFrom('none', 'CRC64NVME', 'CRC32', 'SHA256'),
  parts: fc.constantFrom(undefined, undefined, 3, 20),
});

const putAs = ({ encryption, checksum, parts }: Written): PutOptions => ({
  encryption: { algorithm: encryption },
  checksum,
  ...(parts !== undefined && { parts }),
});

const COMPOSITE = (checksum: Written['checksum']) => checksum === 'CRC32' || checksum === 'SHA256';

test('after any run the next one copies nothing, and then just what changed where anything but a clock can tell', async () => {
  let told = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyWritten, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('AES256', 'aws:kms'),
      fc.nat(),
      async (objects, encryption, pick) => {
        const s = setStage();
        for (const [index, written] of objects.entries())
          s.from.put(`k${index}`, written.content, { ...putAs(written), lastModified: ago(2 * HOUR) });
        const inputs = { encryption, verify: 'checksum' };
        const first = await s.run(inputs);
        assert.equal(first.report.totals.copied, objects.length, JSON.stringify(first.report.failures));
        const second = await s.run(inputs);
        assert.deepEqual(
          [second.report.totals.copied, second.report.totals.unchanged],
          [0, objects.length],
          JSON.stringify(second.words),
        );

        // As old as it was, so that no clock gives it away.
        const victim = `k${pick % objects.length}`;
        s.from.corrupt(victim);
        const { checksum, parts } = objects[pick % objects.length] as Written;
        const fullChecksum = checksum !== 'none' && (parts === undefined || !COMPOSITE(checksum));
        const md5s = [s.from.get(victim), s.to.get(victim)].every(
          object => object?.encryption.algorithm === 'AES256' && object.parts === undefined,
        );
        const third = await s.run(inputs);
        const copied = third.records.filter(({ action }) => action === 'copied').map(({ key }) => key);
        assert.deepEqual(copied, fullChecksum || md5s ? [victim] : [], JSON.stringify(third.words));
        if (fullChecksum || md5s) told++;

        const read = await s.run({ mode: 'verify', verify: 'content' });
        assert.deepEqual(
          read.records.filter(({ action }) => action === 'failed').map(({ key }) => key),
          fullChecksum || md5s ? [] : [victim],
          'reading finds what nothing else could tell',
        );
      },
    ),
    { numRuns: 25 },
  );
  assert.ok(told > 5, `only ${told} changes could be told`);
});

test('any two objects are called unchanged by `auto` and `checksum` only if they are, or a clock alone speaks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(anyWritten, anyWritten, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 8 }),
      async pairs => {
        const s = setStage();
        const equal = new Map<string, boolean>();
        for (const [index, [source, destination, same, older]] of pairs.entries()) {
          const key = `k${index}`;
          const content = same ? source.content : other(source.content);
          s.from.put(key, source.content, { ...putAs(source), lastModified: ago(older ? 2 * HOUR : HOUR) });
          s.to.put(key, content, { ...putAs(destination), lastModified: ago(older ? HOUR : 2 * HOUR) });
          equal.set(key, same);
        }
        const checksum = await s.run({ mode: 'dry-run', compare: 'checksum' });
        for (const { key, action, reason } of checksum.records) {
          if (action === 'unchanged') assert.equal(equal.get(key), true, `${key}: ${reason}`);
          if (reason === 'content-differs') assert.equal(equal.get(key), false, `${key}: ${reason}`);
        }
        const auto = await s.run({ mode: 'dry-run' });
        for (const { key, action, reason } of auto.records) {
          if (action === 'unchanged' && reason !== 'same-size') assert.equal(equal.get(key), true, key);
          if (reason === 'content-differs') assert.equal(equal.get(key), false, key);
          const byClock = reason === 'same-size' || reason === 'source-newer';
          assert.equal(
            byClock,
            checksum.words[key]?.includes('unproven') ?? false,
            'no clock where there is evidence',
          );
        }
        const { records } = await s.run({ mode: 'verify', verify: 'content' });
        for (const { key, action, proof } of records) {
          assert.equal(action, equal.get(key) ? 'unchanged' : 'failed', key);
          assert.equal(proof === 'size', false, 'everything is proven');
        }
      },
    ),
    { numRuns: 25 },
  );
});

/** Another text of the same length. */
function other(text: string): string {
  const [first = 'a', ...rest] = text;
  return [first === 'a' ? 'b' : first.length === 1 && first < '\x7f' ? 'a' : first, ...rest].join('');
}

test('verify: checksum asks only about objects that the ETags do not prove, a HEAD for each side', async () => {
  const s = setStage();
  s.from.put('md5', 'a');
  s.from.put('kms', 'b', KMS);
  s.from.put('parts', 'c'.repeat(10), { parts: 4 });
  s.to.put('parts', 'c'.repeat(10), { parts: 4 });
  const before = s.requests('HeadObject').length;
  const run = await s.run({ verify: 'checksum' });
  assert.deepEqual(run.words, {
    kms: 'copied: missing (checksum)',
    md5: 'copied: missing (etag)',
    parts: 'unchanged: same-etag (part-etag)',
  });
  assert.deepEqual(
    s
      .requests('HeadObject')
      .slice(before)
      .map(({ key, headers }) => [key, headers['x-amz-checksum-mode']]),
    [
      ['kms', 'ENABLED'],
      ['kms', 'ENABLED'],
    ],
  );
  assert.equal(run.report.verified, true);
  assert.equal(run.report.requests.HeadObject, 2, 'they are counted');
  assert.deepEqual(run.report.notes, []);
});

test('what has no checksum in common keeps its grade, and the report says how many and what would prove them', async () => {
  const s = setStage();
  s.from.put('mute', 'content', MUTE);
  s.from.put('plain', 'content');
  const run = await s.run({ verify: 'checksum' });
  assert.deepEqual(run.words, { mute: 'copied: missing (size)', plain: 'copied: missing (etag)' });
  assert.deepEqual(run.report.notes, [
    '1 object could only be compared by size: no checksum is common to both sides; `verify: content` reads them.',
  ]);
  assert.equal(run.report.bytesRead, undefined);
  assert.equal(s.requests('GetObject').filter(({ bucket }) => bucket === s.to.name).length, 0);
});

test('verify: content reads them, counts the bytes, and proves them', async () => {
  const s = setStage();
  s.from.put('mute', 'content', MUTE);
  s.from.put('empty', '', { ...NO_CHECKSUM, ...KMS });
  s.from.put('summed', 'other', KMS);
  const run = await s.run({ verify: 'content' });
  assert.deepEqual(run.words, {
    empty: 'copied: missing (content)',
    mute: 'copied: missing (content)',
    summed: 'copied: missing (checksum)',
  });
  assert.equal(run.report.bytesRead, 2 * 'content'.length);
  assert.deepEqual(run.report.notes, []);
  assert.equal(run.report.verified, true);
});

test('reading goes on where a connection broke', async () => {
  const s = setStage();
  const large = Buffer.alloc(3 * MIB, 'abc');
  s.from.put('mute', large, { ...NO_CHECKSUM, parts: 2 * MIB, lastModified: ago(2 * HOUR) });
  s.to.put('mute', large, { lastModified: ago(HOUR) });
  const heal = lab.faults.add({ operation: 'GetObject', bucket: s.to.name, kind: 'break', times: 2 });
  const run = await s.run({ mode: 'verify', verify: 'content' });
  heal();
  assert.deepEqual(run.words, { mute: 'unchanged: same-size (content)' });
  assert.ok(s.requests('GetObject').some(({ headers }) => /^bytes=[1-9]\d*-$/.test(headers.range ?? '')));
});

test('an object that may not be read keeps its grade, and the report says so', async () => {
  const s = setStage();
  s.from.put('mute', 'content', { ...MUTE, storageClass: 'STANDARD' });
  await s.run();
  const heal = lab.faults.add({
    operation: 'GetObject',
    bucket: s.to.name,
    kind: 'error',
    status: 403,
    code: 'AccessDenied',
  });
  const run = await s.run({ verify: 'content' });
  heal();
  assert.deepEqual(run.words, { mute: 'unchanged: same-size (size)' });
  assert.deepEqual(run.report.notes, [
    '1 object could only be compared by size: no checksum is common to both sides, and 1 could not be read.',
  ]);
});

test('a stop ends the proving, and nothing is called verified', async () => {
  const s = setStage();
  for (let index = 0; index < 100; index++) s.from.put(`k${index}`, 'content', KMS);
  s.from.put('mute', 'content', MUTE);
  s.to.put('mute', 'content');
  const stop = new Stop();
  const watch = setInterval(() => {
    if (s.requests('HeadObject').some(({ key }) => key !== 'mute')) stop.hurry();
  }, 1);
  const run = await s.run({ verify: 'checksum', concurrency: '1' }, stop);
  clearInterval(watch);
  assert.equal(run.report.verdict.ok, false);
  assert.equal(run.report.verified, false);
  assert.deepEqual([run.report.totals.copied, run.report.totals.unchanged], [100, 1], 'the accounts close');
  assert.ok(s.requests('HeadObject').length < 200);
});

test('what there is no time left to ask keeps its grade, and the run is not complete', async () => {
  const s = setStage();
  for (let index = 0; index < 100; index++) s.from.put(`k${index}`, 'content', KMS);
  const stop = new Stop();
  const watch = setInterval(() => {
    if (s.requests('HeadObject').length > 0) stop.cut();
  }, 1);
  const { report, records } = await s.run({ verify: 'checksum', concurrency: '1' }, stop);
  clearInterval(watch);
  assert.deepEqual([report.totals.copied, report.complete, report.verified], [100, false, false]);
  const { size, checksum } = report.totals.proofs;
  assert.equal(size + checksum, 100, JSON.stringify(records[0]));
  assert.ok(size > 0);
  assert.deepEqual(report.notes, [
    `${size} objects were only compared by size: the time limit left no time to ask for more.`,
  ]);
});
