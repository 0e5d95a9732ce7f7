/**
 * Bucket names belong to whoever takes them first: one that was deleted can be a stranger's a moment later. Every request
 * says whose bucket it must be, so that nothing is read from a stranger's bucket, and nothing put there.
 * (S3 User Guide, "Verifying bucket ownership with bucket owner condition".)
 */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import type { LoggedRequest } from '../../lab/request-log.ts';
import { type Bucket, sparse } from '../../lab/s3/index.ts';
import { batchStage } from './batch-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { replicationStage } from './replication-stage.ts';
import { allow, checkOf, GIB, type Inputs, MIB, openLab, policy, type Stage, setStage } from './stage.ts';

const lab = await openLab();
const STRANGER = '999900001111';

function furnished(s: Stage): Stage {
  for (let i = 0; i < 20; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
  return s;
}

/** The bucket is deleted, and made anew by a stranger who lets both roles do everything. */
function takenOver(s: Stage, { name, region }: Bucket): Bucket {
  const theirs = s.lab.s3.createBucket({
    name,
    region,
    account: STRANGER,
    policy: policy({
      Effect: 'Allow',
      Principal: { AWS: [s.source.role, s.destination.role] },
      Action: 's3:*',
      Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    }),
  });
  theirs.put('object-0', 'bait');
  theirs.put('object-00', 'bait');
  return theirs;
}

/** The requests of a run that do not say whose bucket it must be, of either side. */
function trusting({ lab }: Stage): string[] {
  const isOurs = ({ service, caller }: LoggedRequest) =>
    service === 's3' && caller?.endsWith('/s3sync-4242-1') === true;
  const copies = /^(CopyObject|UploadPartCopy)$/;
  const found = lab.requests.all().filter(isOurs);
  assert.ok(found.length > 20);
  const without = found.filter(
    ({ operation, headers }) =>
      headers['x-amz-expected-bucket-owner'] === undefined ||
      (copies.test(operation) && headers['x-amz-source-expected-bucket-owner'] === undefined),
  );
  return [...new Set(without.map(({ operation }) => operation))];
}

async function stageOfItsOwn(t: TestContext): Promise<Stage> {
  const own = await startLab();
  t.after(() => own.close());
  return setStage(own);
}

const ENGINES: Readonly<Record<string, (t: TestContext) => Promise<Stage>>> = {
  copy: stageOfItsOwn,
  stream: stageOfItsOwn,
  datasync: dataSyncStage,
  batch: batchStage,
  replication: replicationStage,
};

describe('whose a bucket must be', { concurrency: 2 }, () => {
  for (const [engine, stageFor] of Object.entries(ENGINES)) {
    test(`stands in every request of a run: ${engine}`, async t => {
      const s = furnished(await stageFor(t));
      // What is streamed passes this machine.
      const [size, parts] = engine === 'stream' ? [80 * MIB, 64 * MIB] : [6 * GIB, GIB];
      s.from.put('large', sparse(size, 'large'), { parts });
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

describe('a bucket that is a stranger’s by now', { concurrency: 2 }, () => {
  for (const engine of ['copy', 'stream', 'datasync', 'batch', 'replication'] as const) {
    for (const side of ['from', 'to', 'work'] as const) {
      if (side === 'work' && (engine === 'copy' || engine === 'stream')) continue;
      test(`is refused before anything moves: ${engine}, ${side}`, async t => {
        const s = furnished(await (ENGINES[engine] as (t: TestContext) => Promise<Stage>)(t));
        const bucket = side === 'work' ? (s as unknown as { work: Bucket }).work : s[side];
        const theirs = takenOver(s, bucket);
        const run = await s.run({ engine });
        assert.equal(run.code, 1, run.log);
        assert.match(run.log, /does not belong to|Access Denied|AccessDenied/);
        assert.deepEqual(theirs.keys(), ['object-0', 'object-00'], 'nothing was put there');
        if (side !== 'to') assert.equal(s.to.size, 0, 'nothing was taken from there');
      });
    }
  }

  for (const engine of ['copy', 'stream'] as const) {
    for (const side of ['from', 'to'] as const) {
      test(`since the preflight is refused as well: ${engine}, ${side}`, async () => {
        const s = furnished(setStage(lab));
        const { promise: until, resolve } = Promise.withResolvers<void>();
        // The first copy waits until the bucket has changed hands.
        s.fault({ operation: /^(CopyObject|PutObject)$/, times: 1 }, { kind: 'hold', until });
        let theirs: Bucket | undefined;
        const onLine = (line: string) => {
          if (!line.startsWith('To copy')) return;
          theirs = takenOver(s, s[side]);
          resolve();
        };
        for (const { setRolePolicy } of [s.source, s.destination]) setRolePolicy(policy(allow('s3:*', '*')));
        const run = await s.run({ engine, concurrency: '1' }, { onLine });
        assert.equal(run.code, 1, run.log);
        assert.match(run.log, /AccessDenied/);
        assert.deepEqual(theirs?.keys(), ['object-0', 'object-00']);
        if (side === 'from')
          assert.ok(
            s.to.keys().every(key => s.to.get(key)?.content.md5 !== theirs?.get('object-0')?.content.md5),
          );
        assert.ok(checkOf(run, 'source-owner').verdict === 'pass');
      });
    }
  }
});
