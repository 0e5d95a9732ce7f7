/** Estimates against what the lab has counted, to the request where nothing but the plan decides. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import type { EngineName } from '../../src/model/settings.ts';
import { batchStage } from './batch-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { FULL } from './full.ts';
import { replicationStage } from './replication-stage.ts';
import { ago, GIB, HOUR, MIB, openLab, type Run, type Stage, setStage } from './stage.ts';

const lab = await openLab();

function offerOf({ report }: Run, engine: EngineName = report.engine) {
  const offer = report.engines?.offers.find(one => one.engine === engine);
  if (offer === undefined) throw new Error(`There is no offer of ${engine}.`);
  return offer;
}

/** Requests to S3 by name, besides those that a test is not about. */
function counted(s: Stage, since = 0): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation, service } of s.requests().slice(since))
    if (service === 's3') counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

/** The estimate names all that was asked of S3, as often as it was asked. */
function assertCounted(run: Run, counts: Record<string, number>): void {
  const { requests } = offerOf(run);
  assert.ok(Object.keys(counts).length > 10, 'the lab has counted');
  assert.deepEqual(Object.fromEntries(Object.keys(counts).map(name => [name, requests[name] ?? 0])), counts);
  const others = Object.keys(requests).filter(name => counts[name] === undefined);
  assert.deepEqual(others.filter(isOfS3), []);
}

/** What control planes are asked, and what is counted without being a request. */
function isOfS3(name: string): boolean {
  return /Object|Multipart|UploadPart|^(Head|Get)Bucket/.test(name);
}

function furnish(s: Stage): void {
  for (const prefix of ['logs/', 'photos/'])
    for (let index = 0; index < 20; index++) s.from.put(`${prefix}${index}`, `content ${index}`, FULL);
  s.from.put('in parts', randomBytes(70 * MIB), { parts: 30 * MIB, tags: { a: 'b' } });
}

describe('of runs that carry every object from here', { concurrency: 2 }, () => {
  test('`copy`: every request is known beforehand; so it is of a next run that deletes, and of one that finds nothing to do', async () => {
    const s = setStage(lab);
    furnish(s);
    s.from.put('huge', sparse(5 * GIB + MIB, 1));
    s.from.put('huge in parts', sparse(6 * GIB, 2), { parts: GIB });
    const runs = [
      {},
      { delete: 'true', 'max-delete': '100%' },
      { preserve: 'metadata, tags, website-redirect' },
    ] as const;
    const copied: (string | undefined)[] = [];
    for (const inputs of runs) {
      const before = s.requests().length;
      const run = await s.run({ engine: 'copy', ...inputs });
      assert.equal(run.code, 0, run.log);
      assertCounted(run, counted(s, before));
      copied.push(`${run.outputs['objects-copied']}, ${run.outputs['objects-deleted']} deleted`);
      s.from.delete('logs/1');
      s.from.delete('logs/2');
    }
    assert.deepEqual(copied, ['43, 0 deleted', '0, 2 deleted', '0, 0 deleted']);
  });

  test('`stream`: every request is known beforehand, and that each byte leaves AWS', async () => {
    const s = setStage(lab, { apart: true });
    furnish(s);
    const run = await s.run();
    assert.deepEqual([run.code, run.outputs.engine], [0, 'stream'], run.log);
    assertCounted(run, counted(s));
    const gib = Number(run.outputs['bytes-copied']) / GIB;
    assert.ok(Math.abs(offerOf(run).costs.transfer - gib * 0.09) < 1e-9);
  });

  test('`preserve: versions`: every version that is sent is counted', async () => {
    const s = setStage(lab, { versions: true });
    for (const content of ['one', 'two', 'three']) s.from.put('key', content);
    s.from.put('gone', 'content');
    s.from.delete('gone');
    const run = await s.run({ preserve: 'metadata, tags, versions', engine: 'copy' });
    assert.equal(run.code, 0, run.log);
    assertCounted(run, counted(s));
  });

  test('`verify: checksum`: what the listings do not prove is asked on both sides', async () => {
    const s = setStage(lab);
    s.from.put('plain', 'content');
    s.from.put('in parts', randomBytes(12 * MIB), { parts: 6 * MIB });
    const run = await s.run({ verify: 'checksum', engine: 'copy' });
    assert.equal(run.code, 0, run.log);
    assertCounted(run, counted(s));
  });

  test('of more objects than a page has, the listings are known to a page a side', async () => {
    const s = setStage(lab);
    for (let index = 0; index < 3500; index++) s.from.put(`${index}`, `${index}`);
    for (let index = 0; index < 2400; index++) s.to.put(`${index}`, `${index}`);
    const run = await s.run({ engine: 'copy' });
    assert.equal(run.code, 0, run.log);
    const { ListObjectsV2: estimated = 0, ...others } = offerOf(run).requests;
    const { ListObjectsV2: listed = 0, ...counts } = counted(s);
    assert.equal(others.CopyObject, counts.CopyObject);
    // Where a listing is split follows what it has seen, and the destination holds other keys by then.
    assert.ok(Math.abs(estimated - listed) <= 2, `${estimated} against ${listed}`);
  });
});

describe('of runs that a service works for', { concurrency: 2 }, () => {
  test('`batch`: one job for all objects up to 5 GiB, and the requests of the others', async t => {
    const s = await batchStage(t);
    furnish(s);
    s.from.put('huge', sparse(5 * GIB + MIB, 1));
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assertCounted(run, counted(s));
    const { service, costs } = offerOf(run);
    const { length } = s.jobs();
    const bytes = Number(run.outputs['bytes-copied']) - 5 * GIB - MIB;
    assert.deepEqual(service, { jobs: length, objects: 41, bytes, requests: { CopyObject: 41 } });
    assert.equal(costs.service, 0.25 + 41e-6);
  });

  test('`datasync`: one execution for all objects with keys that it can transfer, each asked beforehand', async t => {
    const s = await dataSyncStage(t);
    furnish(s);
    s.from.put('a//b', 'content');
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    const { service } = offerOf(run);
    const [execution, ...more] = s.executions();
    assert.ok(execution !== undefined && more.length === 0);
    assert.deepEqual([service?.jobs, service?.objects], [1, 41]);
    // FULL has Cache-Control, which DataSync loses: what was asked decides, and by then the estimate is made.
    const { HeadObject, CopyObject } = counted(s);
    assert.equal(offerOf(run).requests.HeadObject, HeadObject);
    assert.deepEqual([offerOf(run).requests.CopyObject, CopyObject], [1, 41]);
  });

  test('`replication`: one job for all objects, and a listing to see them arrive', async t => {
    const s = await replicationStage(t);
    for (let index = 0; index < 30; index++) s.from.put(`${index}`, 'content', { lastModified: ago(HOUR) });
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    const { service, requests } = offerOf(run);
    assert.deepEqual([service?.jobs, service?.objects, service?.bytes], [s.jobs().length, 30, 210]);
    const counts = counted(s);
    for (const name of ['PutObject', 'ListObjectVersions', 'ListObjectsV2', 'GetObject'])
      assert.ok(
        Math.abs((requests[name] ?? 0) - (counts[name] ?? 0)) <= 1,
        `${name}: ${requests[name]}, ${counts[name]}`,
      );
  });
});
