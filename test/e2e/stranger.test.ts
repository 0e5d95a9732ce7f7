/**
 * Bucket names belong to whoever takes them first: one that was deleted can be a stranger's a moment later. Every request
 * says whose bucket it must be, so that nothing is read from a stranger's bucket, and nothing put there.
 * (S3 User Guide, "Verifying bucket ownership with bucket owner condition".)
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { checkOf, GIB, type Inputs, MIB } from './stage.ts';
import {
  assertUntouched,
  type Case,
  type Circumstances,
  type Contested,
  contested,
  DELETING,
  ENGINES,
  type Engine,
  ownRequests,
  takeOver,
  takeOverAt,
} from './stranger-stage.ts';

/** The requests of a run that do not say whose bucket it must be, of either side. */
function trusting(s: Contested): string[] {
  const copies = /^(CopyObject|UploadPartCopy)$/;
  const found = ownRequests(s);
  assert.ok(found.length > 20);
  const without = found.filter(
    ({ operation, headers }) =>
      headers['x-amz-expected-bucket-owner'] === undefined ||
      (copies.test(operation) && headers['x-amz-source-expected-bucket-owner'] === undefined),
  );
  return [...new Set(without.map(({ operation }) => operation))];
}

/** One that takes several requests; what is streamed passes this machine. */
function putLarge({ from }: Contested, engine: Engine): void {
  const [size, parts] = engine === 'stream' ? [80 * MIB, 64 * MIB] : [6 * GIB, GIB];
  from.put('large', sparse(size, 'large'), { parts });
}

describe('whose a bucket must be', { concurrency: 2 }, () => {
  for (const engine of ENGINES) {
    test(`stands in every request of a run: ${engine}`, async t => {
      const s = await contested(engine, t);
      putLarge(s, engine);
      s.from.put('ice', 'x', { storageClass: 'GLACIER' });
      s.to.put('extra', 'x');
      const deleting: Inputs = engine === 'replication' ? {} : { delete: 'true', 'max-delete': '1' };
      await s.run({ engine, ...deleting });
      assert.ok(s.to.get('object-0'));
      // Where a bucket is has to be asked first, and S3 answers that to everybody.
      assert.deepEqual(trusting(s), ['HeadBucket']);
    });
  }
});

describe('a bucket that is a stranger’s by now is refused before anything moves', { concurrency: 2 }, () => {
  for (const engine of ENGINES) {
    for (const taken of ['from', 'to', 'work'] as const) {
      if (taken === 'work' && (engine === 'copy' || engine === 'stream')) continue;
      for (const mode of ['sync', 'preflight'] as const) {
        test(`${engine}, ${taken}, ${mode}`, async t => {
          const s = await contested(engine, t);
          const theft = takeOver(s, taken);
          const run = await s.run({ engine, mode });
          assert.equal(run.code, 1, run.log);
          assert.match(run.log, /does not belong to account/);
          assert.ok(assertUntouched(s, theft) > 0);
          assert.equal(s.to.size, 0);
          // A location is only made for a bucket that DataSync has tried its role on.
          const { requests } = s.lab;
          assert.deepEqual([requests.count('CreateLocationS3'), requests.count('CreateJob')], [0, 0]);
        });
      }
    }
  }
});

const ODD: Circumstances = { ...DELETING, furnish: s => s.to.put('extra\u0001', 'x') };
const GRANTING: Circumstances = {
  inputs: { grant: 'temporary' },
  furnish: s => s.source.setBucketPolicy(undefined),
};
const RESTORING: Circumstances = {
  inputs: { archived: 'restore' },
  furnish: s => s.from.put('ice', 'x', { storageClass: 'GLACIER' }),
};
const KEEPING: Circumstances & { options: TwoAccountsOptions } = {
  inputs: { preserve: 'metadata, tags, versions' },
  options: { versions: true },
  furnish: s => s.from.delete('object-7'),
};
const CONTENT: Circumstances = {
  endsWell: /1 could not be read/,
  inputs: { verify: 'content' },
  furnish: s => s.from.put('in-parts', sparse(10 * MIB, 'x'), { parts: 5 * MIB, checksum: 'none' }),
};
const LARGE: Circumstances = { furnish: s => putLarge(s, 'copy') };
const STREAMED: Circumstances = { furnish: s => putLarge(s, 'stream') };

const CASES: readonly (Case & { options?: TwoAccountsOptions })[] = [
  { engine: 'copy', taken: 'from', at: 'CopyObject', on: 'to' },
  { engine: 'copy', taken: 'to', at: 'CopyObject' },
  { engine: 'copy', taken: 'from', at: 'UploadPartCopy', on: 'to', ...LARGE },
  { engine: 'copy', taken: 'to', at: 'CreateMultipartUpload', after: 'CopyObject', ...LARGE },
  { engine: 'copy', taken: 'to', at: 'UploadPartCopy', ...LARGE },
  { engine: 'copy', taken: 'to', at: 'CompleteMultipartUpload', ...LARGE },
  { engine: 'copy', taken: 'from', at: 'ListObjectsV2', after: 'CopyObject' },
  { engine: 'copy', taken: 'to', at: 'ListObjectsV2', after: 'CopyObject' },
  { engine: 'copy', taken: 'from', at: 'GetObject', after: 'CopyObject', ...CONTENT },
  { engine: 'copy', taken: 'to', at: 'GetObject', after: 'CopyObject', ...CONTENT },
  { engine: 'copy', taken: 'to', at: 'DeleteObjects', ...DELETING },
  { engine: 'copy', taken: 'to', at: 'DeleteObject', after: 'CopyObject', ...ODD },
  { engine: 'copy', taken: 'from', at: 'RestoreObject', after: 'CopyObject', ...RESTORING },
  { engine: 'copy', taken: 'from', at: 'PutBucketPolicy', ...GRANTING },
  {
    engine: 'copy',
    taken: 'from',
    at: 'GetBucketPolicy',
    after: 'CopyObject',
    ...GRANTING,
    endsWell: /could not be taken out/,
  },
  { engine: 'copy', taken: 'from', at: 'ListObjectVersions', after: 'CopyObject', ...KEEPING },
  { engine: 'copy', taken: 'to', at: 'DeleteObject', after: 'CopyObject', ...KEEPING },
  { engine: 'stream', taken: 'from', at: 'GetObject', after: 'PutObject' },
  { engine: 'stream', taken: 'to', at: 'PutObject' },
  { engine: 'stream', taken: 'to', at: 'UploadPart', ...STREAMED },
  { engine: 'stream', taken: 'to', at: 'DeleteObjects', ...DELETING },
];

describe('a bucket that is a stranger’s since the preflight is refused as well', { concurrency: 2 }, () => {
  for (const { engine, taken, inputs, options, furnish, endsWell, ...moment } of CASES) {
    const { at, after = 'the preflight' } = moment;
    const [more = ''] = Object.values(inputs ?? {});
    test(`${engine}, ${taken}, at ${at} after ${after} ${more}`, async t => {
      const s = await contested(engine, t, options);
      furnish?.(s);
      const theft = takeOverAt(s, taken, moment);
      const run = await s.run({ engine, concurrency: '1', ...inputs });
      assert.ok(assertUntouched(s, theft()) > 0);
      assert.equal(run.code, endsWell ? 0 : 1, run.log);
      assert.match(run.log, endsWell ?? /AccessDenied/);
      // Grants are part of the preflight, and come after the check of the owner.
      if (at !== 'PutBucketPolicy') assert.match(run.log, /^To copy: /m);
      assert.equal(checkOf(run, `${taken === 'from' ? 'source' : 'destination'}-owner`).verdict, 'pass');
    });
  }

  test('by the step after a run that was killed, too', async t => {
    const s = await contested('copy', t);
    putLarge(s, 'copy');
    const { promise: until, resolve } = Promise.withResolvers<void>();
    const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
    t.after(() => resolve());
    s.lab.faults.when({ operation: 'UploadPartCopy', times: 1 }, isHeld);
    s.fault({ operation: 'UploadPartCopy' }, { kind: 'hold', until });
    const step = await s.start({ engine: 'copy' });
    await held;
    step.signal('SIGKILL');
    await step.finished;
    assert.equal(s.to.uploads.size, 1);
    const theft = takeOver(s, 'to');
    resolve();
    const post = await step.post();
    assert.ok(assertUntouched(s, theft) > 0);
    assert.match(post.log, /Access ?Denied/);
  });
});
