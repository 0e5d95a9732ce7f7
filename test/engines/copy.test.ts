import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sparse } from '../../lab/s3/index.ts';
import { createDispatcher } from '../../src/aws/endpoint.ts';
import { createCopyEngine } from '../../src/engines/copy.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { list } from '../../src/s3/list.ts';
import { Connection, type Request } from '../../src/s3/wire/connection.ts';
import { Places } from '../../src/sync/places.ts';
import { Stop } from '../../src/sync/stop.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { plainRoute } from '../s3/plain.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const CONCURRENCY = 4;

/** A connection that counts the copies in flight and holds those of large objects back until they may go. */
class Watched extends Connection {
  inFlight = 0;
  most = 0;
  readonly gate = Promise.withResolvers<void>();

  override async send(request: Request) {
    if (request.method === 'GET') return super.send(request);
    this.most = Math.max(this.most, ++this.inFlight);
    try {
      if (request.path.includes('large')) await this.gate.promise;
      return await super.send(request);
    } finally {
      this.inFlight--;
    }
  }
}

/** An engine, a source with large objects before the small ones, and what was done so far. */
async function start(large: readonly number[], small: number, places = new Places(CONCURRENCY)) {
  const stop = new Stop();
  const connection = new Watched(createDispatcher(process.env, 64), stop.aborting);
  const { lab, source, destination, close } = await bucketsOnLab({ connection });
  for (const [index, bytes] of large.entries()) source.there.put(`a-large-${index}`, sparse(bytes, index));
  for (let index = 0; index < small; index++) source.there.put(`b-small-${index}`, `content ${index}`);
  const engine = createCopyEngine({
    route: { ...plainRoute(source.here, destination.here, places.large), partSize: GIB },
    places,
    pace: undefined,
    throttled: () => 0,
    archived: 'skip',
  });
  const allFed = Promise.withResolvers<void>();
  async function* items(): AsyncGenerator<CopyItem[]> {
    for await (const page of list(source.here)) {
      yield page.map(entry => ({ key: entry.key, action: 'copy', reason: 'missing', source: entry }));
    }
    allFed.resolve();
  }
  const done: string[] = [];
  const allSmall = Promise.withResolvers<void>();
  const finished = engine.transfer(
    items(),
    async ({ key, result }) => {
      assert.equal(result, 'copied', key);
      done.push(key);
      if (done.length === small) allSmall.resolve();
    },
    stop,
  );
  const { promise: fed } = allFed;
  return { lab, connection, stop, done, allSmall: allSmall.promise, fed, finished, destination, close };
}

const LARGE = [6 * GIB, 6 * GIB, 20 * MIB, 6 * GIB, 20 * MIB, 20 * MIB, 6 * GIB, 20 * MIB];

test('small objects go on past large ones, and never more is in flight than allowed', {
  timeout: 60_000,
}, async t => {
  const run = await start(LARGE, 40);
  t.after(run.close);
  await run.allSmall;
  assert.ok(
    run.done.every(key => key.startsWith('b-small')),
    'no large one may go yet',
  );
  run.connection.gate.resolve();
  await run.finished;
  assert.equal(run.done.length, 48);
  assert.equal(run.destination.there.size, 48);
  assert.equal(run.lab.requests.count('UploadPartCopy'), 4 * 6);
  assert.equal(run.connection.most, CONCURRENCY);
});

test('draining lets the large ones under way end, and starts none of those that wait', {
  timeout: 60_000,
}, async t => {
  const run = await start(LARGE, 10);
  t.after(run.close);
  await run.allSmall;
  run.stop.drain();
  run.connection.gate.resolve();
  await run.finished;
  const large = run.done.filter(key => key.includes('large')).sort();
  assert.ok(large.length >= 2 && large.length <= CONCURRENCY, large.join());
  assert.deepEqual(run.destination.there.keys(), [...run.done].sort());
  assert.equal(run.destination.there.uploads.size, 0);
});

test('what waits for its place when draining fires is not sent', { timeout: 60_000 }, async t => {
  const places = new Places(CONCURRENCY);
  const taken = Promise.withResolvers<void>();
  for (let n = 0; n < CONCURRENCY; n++) places.small(() => taken.promise);
  const run = await start([20 * MIB], CONCURRENCY - 1, places);
  t.after(run.close);
  await run.fed;
  run.stop.drain();
  run.connection.gate.resolve();
  taken.resolve();
  await run.finished;
  assert.deepEqual([run.done, run.lab.requests.mutating()], [[], []]);
});
