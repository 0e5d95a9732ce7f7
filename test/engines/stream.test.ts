import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createRequestHandler } from '../../src/aws/endpoint.ts';
import { createStreamEngine } from '../../src/engines/stream.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { list } from '../../src/s3/list.ts';
import { Stop } from '../../src/sync/stop.ts';
import { twoSides } from '../s3/two-sides.ts';

const MIB = 1024 ** 2;
const TIMEOUT = { timeout: 60_000 };

/** Counts the uploads in flight, and holds back those of one operation until they may go. */
class Watched {
  inFlight = 0;
  most = 0;
  held: string | undefined;
  readonly reached = Promise.withResolvers<void>();
  readonly gate = Promise.withResolvers<void>();
  readonly #handler = createRequestHandler(process.env, 64);

  async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    if (request.method !== 'PUT') return this.#handler.handle(request, options);
    this.most = Math.max(this.most, ++this.inFlight);
    try {
      if (this.held !== undefined && request.path.includes(this.held)) {
        this.reached.resolve();
        await this.gate.promise;
      }
      return await this.#handler.handle(request, options);
    } finally {
      this.inFlight--;
    }
  }
}

async function stage(t: TestContext, atOnce = 5 * MIB) {
  const stop = new Stop();
  const watched = new Watched();
  const requestHandler = new NodeHttpHandler();
  requestHandler.handle = (...given) => watched.handle(...given);
  const s = await twoSides({ requestHandler, aborting: stop.aborting });
  t.after(s.close);
  const engine = createStreamEngine({
    route: s.route,
    atOnce,
    places: s.places,
    pace: undefined,
    throttled: () => 0,
    archived: 'skip',
  });
  const outcomes: Record<string, Outcome> = {};
  /** Carries these, or what the source lists. */
  const carry = async (entries?: readonly ObjectEntry[]) => {
    async function* items(): AsyncGenerator<CopyItem[]> {
      for await (const page of entries === undefined ? list(s.source.here) : [entries])
        yield page.map(entry => ({ key: entry.key, action: 'copy', reason: 'missing', source: entry }));
    }
    await engine.transfer(
      items(),
      async outcome => {
        outcomes[outcome.key] = outcome;
      },
      stop,
    );
    return outcomes;
  };
  return { ...s, stop, watched, outcomes, carry };
}

test(
  'objects of every size arrive, large ones in parts, and never more is in flight than allowed',
  TIMEOUT,
  async t => {
    const s = await stage(t);
    for (const bytes of [0, 1, 5 * MIB, 5 * MIB + 1, 17 * MIB, 23 * MIB]) {
      s.source.there.put(`key-${bytes}`, randomBytes(bytes), bytes > 17 * MIB ? { parts: 6 * MIB } : {});
    }
    for (let n = 0; n < 20; n++) s.source.there.put(`small-${n}`, `content ${n}`);
    const outcomes = await s.carry();
    assert.ok(Object.values(outcomes).every(({ result }) => result === 'copied'));
    for (const key of s.source.there.keys()) {
      const [from, to] = [s.source.there.get(key), s.destination.there.get(key)];
      assert.equal(to?.content.md5, from?.content.md5, key);
    }
    assert.equal(s.destination.there.get('key-5242880')?.parts, undefined);
    assert.equal(s.destination.there.get('key-5242881')?.parts?.length, 1);
    assert.equal(
      s.destination.there.get('key-24117248')?.etag,
      s.source.there.get('key-24117248')?.etag,
      'the parts of the source are kept',
    );
    assert.ok(s.watched.most > 1 && s.watched.most <= 4, `${s.watched.most} in flight`);
    assert.equal(
      s.lab.requests.all().some(({ operation }) => operation.includes('Copy')),
      false,
    );
  },
);

test('what the source has become since it was listed is told, or carried as it is now', TIMEOUT, async t => {
  const s = await stage(t);
  for (const key of ['changed', 'vanished', 'archived', 'restless', 'large-changed']) {
    s.source.there.put(key, randomBytes(key.startsWith('large') ? 6 * MIB : 100));
  }
  const entries = await Promise.all(s.source.there.keys().map(key => s.listed(key)));
  s.source.there.put('changed', 'by now');
  s.source.there.put('large-changed', randomBytes(7 * MIB));
  s.source.there.delete('vanished');
  s.source.there.put('archived', 'cold', { storageClass: 'GLACIER' });
  const cold = await s.listed('archived');
  s.lab.faults.add({
    operation: 'GetObject',
    key: 'restless',
    kind: 'error',
    status: 412,
    code: 'PreconditionFailed',
  });
  const outcomes = await s.carry(entries.map(entry => (entry.key === 'archived' ? cold : entry)));
  const told = Object.fromEntries(
    Object.entries(outcomes).map(([key, outcome]) => [
      key,
      'reason' in outcome ? `${outcome.result}: ${outcome.reason}` : outcome.result,
    ]),
  );
  assert.deepEqual(told, {
    changed: 'copied',
    'large-changed': 'copied',
    vanished: 'skipped: vanished',
    archived: 'skipped: archived',
    restless: 'failed: changed',
  });
  assert.equal(s.destination.there.get('changed')?.content.bytes().toString(), 'by now');
  const { changed } = outcomes;
  assert.equal(changed?.result === 'copied' && changed.source?.etag, s.source.there.get('changed')?.etag);
  assert.equal(s.destination.there.get('large-changed')?.content.size, 7 * MIB);
});

test('an object that only one side may touch is a denial, whichever side it is', TIMEOUT, async t => {
  const s = await stage(t);
  for (const key of ['unreadable', 'unwritable']) s.source.there.put(key, 'content');
  const denied = { kind: 'error', status: 403, code: 'AccessDenied' } as const;
  s.lab.faults.add({ operation: 'GetObject', key: 'unreadable', ...denied });
  s.lab.faults.add({ operation: 'PutObject', key: 'unwritable', ...denied });
  const outcomes = await s.carry();
  for (const key of ['unreadable', 'unwritable']) {
    const outcome = outcomes[key];
    assert.equal(outcome?.result === 'failed' && outcome.reason, 'denied', key);
  }
});

test('draining lets what streams end, in parts too, and starts nothing more', TIMEOUT, async t => {
  const s = await stage(t);
  s.source.there.put('a-large', randomBytes(17 * MIB), { parts: 5 * MIB });
  for (let n = 0; n < 20; n++) s.source.there.put(`b-small-${n}`, randomBytes(100));
  s.watched.held = 'b-small';
  const carried = s.carry();
  await s.watched.reached.promise;
  s.stop.drain();
  s.watched.gate.resolve();
  const outcomes = await carried;
  assert.ok(Object.keys(outcomes).length < 21);
  assert.deepEqual(s.destination.there.keys(), Object.keys(outcomes).sort());
  assert.equal(s.destination.there.uploads.size, 0);
});

test('aborting ends what streams at once, and leaves no upload open', TIMEOUT, async t => {
  const s = await stage(t);
  s.source.there.put('large', randomBytes(16 * MIB), { parts: 5 * MIB });
  s.source.there.put('small', randomBytes(MIB));
  s.lab.faults.add({ operation: /^(UploadPart|PutObject)$/, kind: 'slow', ms: 50_000 });
  const carried = s.carry();
  while (s.watched.inFlight < 3) await new Promise(resolve => setImmediate(resolve));
  s.stop.abort();
  assert.deepEqual(await carried, {});
  assert.equal(s.destination.there.uploads.size, 0);
  assert.deepEqual(await s.route.journal.stillOpen(), []);
});

test('aborting ends a body that is still coming', TIMEOUT, async t => {
  const s = await stage(t);
  s.source.there.put('key', randomBytes(MIB));
  s.lab.faults.add({ operation: 'GetObject', kind: 'stall', ms: 50_000 });
  const carried = s.carry();
  while (s.lab.requests.count('GetObject') === 0) await new Promise(resolve => setImmediate(resolve));
  s.stop.abort();
  assert.deepEqual(await carried, {});
  assert.deepEqual(s.destination.there.keys(), []);
});
