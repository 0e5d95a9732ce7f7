import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import * as assumed from '../../src/choice/assumptions.ts';
import { estimate } from '../../src/choice/estimate.ts';
import { Prices } from '../../src/choice/prices.ts';
import { chargedAs } from '../../src/choice/requests.ts';
import { ENGINES, type EngineName } from '../../src/model/settings.ts';
import { entry } from '../sync/make.ts';
import { compare, knownOf, objects, offerOf, type Scenario, SERVICES } from './make.ts';

const GIB = 1024 ** 3;
const NAMES = ENGINES.filter((engine): engine is EngineName => engine !== 'auto');

function of(engine: EngineName, items: ReturnType<typeof objects>, scenario: Scenario = {}) {
  return estimate(engine, knownOf(items, { inputs: SERVICES, ...scenario }), new Prices());
}

test('a million small objects cost a request each, and a job its fees besides', () => {
  const items = objects(1000, 1).flatMap(item => Array.from({ length: 10 }, () => item));
  const copied = of('copy', items);
  assert.equal(copied.requests.CopyObject, 10_000);
  assert.ok(Math.abs(copied.costs.requests - 0.05) < 0.0001, 'and two listings');
  const job = of('batch', items);
  assert.deepEqual(job.service?.requests, { CopyObject: 10_000 });
  assert.ok(Math.abs(job.costs.service - 0.26) < 1e-9);
});

test('what goes to another Region costs its bytes once, and what goes through the runner the way out of AWS', () => {
  const regions = { source: 'us-east-1', destination: 'eu-west-2' };
  const items = objects(10, GIB);
  assert.ok(Math.abs(of('copy', items, { regions }).costs.transfer - 0.2) < 1e-9);
  assert.equal(of('copy', items).costs.transfer, 0);
  assert.ok(Math.abs(of('stream', items).costs.transfer - 0.9) < 1e-9);
});

test('DataSync takes its fee by the GB, and for each execution in enhanced mode', () => {
  const items = objects(100, GIB);
  assert.ok(Math.abs(of('datasync', items).costs.service - (0.55 + 1.5)) < 1e-9);
  const basic = of('datasync', items, { inputs: { ...SERVICES, 'datasync-mode': 'basic' } });
  assert.ok(Math.abs(basic.costs.service - 1.25) < 1e-9);
});

test('copies into another class cost what writing to it costs, and reading from one what it charges', () => {
  const into = of('copy', objects(1000, 1), { inputs: { ...SERVICES, 'storage-class': 'STANDARD_IA' } });
  assert.ok(Math.abs(into.costs.requests - 0.01) < 1e-9);
  const outOf = of('copy', objects(10, GIB, { storageClass: 'GLACIER_IR' }));
  assert.ok(Math.abs(outOf.costs.retrieval - 0.3) < 1e-9);
});

test('above 5 GiB an object is copied in parts, its own where it has some, and beside a job', () => {
  const items = [...objects(1, 6 * GIB), ...objects(1, 6 * GIB, { etag: `${'a'.repeat(32)}-7` })];
  const { requests } = of('copy', items);
  assert.deepEqual(requests, {
    CompleteMultipartUpload: 2,
    CreateMultipartUpload: 2,
    GetObjectTagging: 2,
    HeadObject: 4,
    UploadPartCopy: 24 + 7,
  });
  const beside = of('batch', [...items, ...objects(3, 1)]);
  assert.deepEqual([beside.service?.objects, beside.requests.UploadPartCopy], [3, 31]);
  assert.equal(of('batch', items).service, undefined);
});

test('`verify: content` reads both sides of what nothing else proves, and pays for it', () => {
  const doubtful = objects(2, GIB, { etag: `${'a'.repeat(32)}-2` });
  const inputs = { ...SERVICES, verify: 'content' };
  const { requests, costs } = of('copy', doubtful, { inputs });
  assert.deepEqual([requests.HeadObject, requests.GetObject], [4, 4]);
  assert.ok(Math.abs(costs.transfer - 4 * 0.09) < 1e-9);
  assert.equal(of('copy', objects(2, GIB), { inputs }).requests.GetObject, undefined);
});

test('requests of the run until the plan are in every estimate', () => {
  for (const engine of NAMES) {
    const { requests } = of(engine, [], { spent: { ListObjectsV2: 2000, HeadObject: 5 } });
    assert.deepEqual(requests.HeadObject, 5);
    assert.ok((requests.ListObjectsV2 ?? 0) >= 2000);
  }
});

test('deleting and aborting are free, and so is asking the control planes', () => {
  for (const name of [
    'DeleteObjects',
    'DeleteObject',
    'AbortMultipartUpload',
    'ListTasks',
    'GetRole',
    'throttled',
  ])
    assert.equal(chargedAs(name), undefined, name);
  assert.deepEqual(['ListObjectsV2', 'HeadObject', 'GetBucketAcl'].map(chargedAs), ['write', 'read', 'read']);
});

test('more objects and more bytes never cost less nor take less time, whatever the engine', () => {
  const plan = fc.record({
    count: fc.nat(40),
    size: fc.constantFrom(0, 1, 70 * 1024 ** 2, 3 * GIB, 6 * GIB),
    more: fc.nat(40),
    larger: fc.constantFrom(0, 1, 4 * GIB),
    engine: fc.constantFrom(...NAMES),
    verify: fc.constantFrom('none', 'listing', 'content'),
    destination: fc.constantFrom('us-east-1', 'eu-central-1', 'sa-east-1'),
    etag: fc.constantFrom('e1'.repeat(16), `${'e'.repeat(32)}-20`),
  });
  fc.assert(
    fc.property(plan, ({ count, size, more, larger, engine, verify, destination, etag }) => {
      const scenario = {
        inputs: { ...SERVICES, verify },
        regions: { source: 'us-east-1', destination },
        listing: { ListObjectsV2: 2 },
      };
      // An object that is too large for a job goes beside it, so that the job may have nothing left to start for.
      const mostSize = engine === 'batch' && size <= 5 * GIB ? 5 * GIB : Number.POSITIVE_INFINITY;
      const small = of(engine, objects(count, size, { etag }), scenario);
      const large = of(engine, objects(count + more, Math.min(size + larger, mostSize), { etag }), scenario);
      assert.ok(large.usd >= small.usd - 1e-12, `${large.usd} < ${small.usd}`);
      assert.ok(large.seconds >= small.seconds - 1e-9, `${large.seconds} s < ${small.seconds} s`);
    }),
  );
});

test('time follows what is slowest: requests, bytes, or places', () => {
  const many = objects(1000, 1);
  const seconds = (inputs: Record<string, string>) =>
    of('copy', many, { inputs: { ...SERVICES, ...inputs } }).seconds;
  assert.equal(seconds({ 'max-rate': '10' }), 100);
  assert.equal(seconds({ concurrency: '1' }), 1000 * assumed.COPY_SECONDS);
  const bytes = of('stream', objects(100, GIB)).seconds;
  assert.equal(bytes, (100 * GIB) / assumed.STREAMED_BYTES_PER_SECOND);
});

test('what is unchanged and what the destination alone has costs nothing to carry', () => {
  const twin = entry('a');
  const unchanged = [
    { key: 'a', source: twin, destination: twin, action: 'unchanged', reason: 'same-etag' } as const,
  ];
  for (const engine of NAMES) {
    const { service, costs } = offerOf(compare(unchanged, { inputs: SERVICES }), engine);
    assert.equal(service, undefined);
    assert.equal(costs.transfer + costs.service, 0);
  }
});

test('every assumption stands in the docs, with its figure', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/choice.md'), 'utf8');
  for (const [name, figure] of Object.entries(assumed))
    assert.ok(page.includes(`| \`${name}\` | ${figure.toLocaleString('en-US')} |`), `${name} ${figure}`);
});
