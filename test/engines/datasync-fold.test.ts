/** A report of DataSync becomes outcomes, one for each object of the manifest. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { detailsFolder } from '../../src/datasync/report.ts';
import { foldReport } from '../../src/engines/datasync/fold.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { anyCuts, entry, pagesOf, settings } from '../sync/make.ts';

const { source, destination: work, close } = await bucketsOnLab();
const folder = await mkdtemp(join(tmpdir(), 'fold-'));
after(async () => {
  await close();
  await rm(folder, { recursive: true });
});

let executions = 0;

type Rows = Readonly<Record<string, readonly object[]>>;

/** What becomes of these keys when the report has these files; an object that it does not mention is `undefined`. */
async function folded(
  keys: readonly string[],
  files: readonly Rows[],
  {
    rest = '',
    inputs = {},
    cuts = [3],
  }: { rest?: string; inputs?: Record<string, string>; cuts?: number[] } = {},
) {
  const execution = `arn:aws:datasync:eu-west-1:111122223333:task/task-0/execution/exec-${executions++}`;
  for (const [index, rows] of files.entries())
    work.there.put(`${detailsFolder(execution)}files-${index}.json`, JSON.stringify(rows));
  const outcomes = new Map<string, Outcome>();
  const items = keys.map((key): CopyItem => ({ key, action: 'copy', reason: 'missing', source: entry(key) }));
  const { unmentioned, failed } = await foldReport(
    pagesOf(items, cuts),
    {
      work: work.here,
      source: source.here,
      settings: settings(inputs),
      rest,
      scratch: join(folder, String(executions)),
      execution,
      unmentioned: () => undefined,
    },
    async outcome => {
      assert.equal(outcomes.has(outcome.key), false, 'one outcome a key');
      outcomes.set(outcome.key, outcome);
    },
  );
  const words = keys.map(key => {
    const outcome = outcomes.get(key);
    return outcome && 'reason' in outcome ? `${outcome.result}: ${outcome.reason}` : outcome?.result;
  });
  assert.equal(failed <= keys.length - unmentioned, true);
  return { words, unmentioned, failed, outcomes };
}

const transferred = (path: string) => ({ RelativePath: path, TransferStatus: 'SUCCESS' });
const skipped = (path: string) => ({ RelativePath: path, SkipStatus: 'SUCCESS', SkipReason: 'Because' });

test('the worst that is said of an object counts, whichever file says it first', async () => {
  const failing = { RelativePath: 'b', VerifyStatus: 'FAILED', ErrorCode: 'X', ErrorDetail: 'Differs.' };
  const files = [{ Verified: [failing] }, { Transferred: ['c', 'b', 'a'].map(transferred) }];
  const { words, unmentioned } = await folded(['a', 'b', 'c'], files);
  assert.deepEqual(words, ['copied', 'failed: content-differs', 'copied']);
  assert.equal(unmentioned, 0);
  assert.equal((await folded(['a', 'b', 'c'], files)).failed, 1);
});

test('an object has vanished only when its source has, whatever DataSync says is missing', async () => {
  source.there.put('there', 'x');
  const missing = (RelativePath: string) => ({ RelativePath, TransferStatus: 'FAILED', ErrorCode: '404' });
  const { words } = await folded(['gone', 'there'], [{ Transferred: [missing('gone'), missing('there')] }]);
  assert.deepEqual(words, ['skipped: vanished', 'failed: error']);
});

test('paths lie below the common rest of both prefixes, other paths are of no concern', async () => {
  const files = [{ Transferred: ['dt=1/a', 'dt=2/b', 'a', 'dt=1/zz', '/'].map(transferred) }];
  const { words, unmentioned } = await folded(['a', 'b'], files, { rest: 'dt=1/' });
  assert.deepEqual([words, unmentioned], [['copied', undefined], 1]);
});

test('what is skipped is archived or failed, and never just missing', async () => {
  source.there.put('frozen', 'x', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
  source.there.put('glacier', 'x', { storageClass: 'GLACIER' });
  source.there.put('plain', 'x');
  const keys = ['frozen', 'glacier', 'plain'];
  const files = [{ Skipped: keys.map(skipped) }];
  assert.deepEqual((await folded(keys, files)).words, [
    'skipped: archived',
    'skipped: archived',
    'failed: error',
  ]);
  const failing = await folded(keys, files, { inputs: { archived: 'fail' } });
  assert.deepEqual(failing.words, ['failed: archived', 'failed: archived', 'failed: error']);
  const missing = await folded(keys, files, { inputs: { compare: 'missing' } });
  assert.equal(missing.words[2], 'failed: changed');
});

test('an object that was overwritten is told with what was read', async () => {
  const row = {
    ...transferred('a'),
    SourceMetadata: {
      ContentSize: 7,
      LastModified: '2026-01-31T00:00:00Z',
      SystemMetadata: { ETag: '"later"' },
    },
  };
  const { outcomes } = await folded(['a'], [{ Transferred: [row] }]);
  const outcome = outcomes.get('a');
  assert.ok(outcome?.result === 'copied');
  assert.deepEqual([outcome.bytes, outcome.source?.etag, outcome.source?.size], [7, 'later', 7]);
});

test('without a report nothing is mentioned', async () => {
  const { words, unmentioned } = await folded(['a'], []);
  assert.deepEqual([words, unmentioned], [[undefined], 1]);
});

test('whatever the order of rows and files, every key gets its own', async () => {
  const keys = fc.uniqueArray(
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', '!', '/', 'ü', '😀'), minLength: 1 }),
    {
      maxLength: 12,
    },
  );
  const isPlain = (key: string) => !key.startsWith('/');
  await fc.assert(
    fc.asyncProperty(keys, anyCuts, fc.infiniteStream(fc.nat(3)), async (all, cuts, fates) => {
      const sorted = all.filter(isPlain).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const fate = new Map(sorted.map(key => [key, fates.next().value]));
      const those = (...numbers: number[]) =>
        sorted.filter(key => numbers.includes(fate.get(key) ?? -1)).toReversed();
      const files = [
        { Verified: those(1).map(RelativePath => ({ RelativePath, VerifyStatus: 'FAILED' })) },
        { Transferred: those(0, 1).map(transferred) },
        {
          Transferred: those(2).map(RelativePath => ({
            RelativePath,
            TransferStatus: 'FAILED',
            ErrorCode: 'X',
          })),
        },
      ];
      const { words, unmentioned } = await folded(sorted, files, { cuts });
      const expected = ['copied', 'failed: content-differs', 'failed: error', undefined];
      assert.deepEqual(
        words,
        sorted.map(key => expected[fate.get(key) ?? 3]),
      );
      assert.equal(unmentioned, those(3).length);
    }),
    { numRuns: 30 },
  );
});
