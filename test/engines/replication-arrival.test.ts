import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { StoredObject } from '../../lab/s3/index.ts';
import { type Arrival, untilArrived } from '../../src/engines/replication/arrival.ts';
import { copied } from '../../src/engines/replication/fate.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { list } from '../../src/s3/list.ts';
import { type Listing, listCurrentVersions, listVersions } from '../../src/s3/versions.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { collect } from '../sync/make.ts';

const { lab, source, destination, close } = await bucketsOnLab();
const scratch = await mkdtemp(join(tmpdir(), 's3-sync-test-'));
after(async () => {
  await close();
  await rm(scratch, { recursive: true, force: true });
});
source.there.versioning = 'Enabled';
destination.there.versioning = 'Enabled';

type State = NonNullable<StoredObject['replicationStatus']>;

/** An object at the source, in a state of its replication. */
function put(key: string, state?: State): StoredObject {
  const object = source.there.put(key, `content of ${key}`);
  if (state !== undefined) source.there.amend(object, { replicationStatus: state });
  return object;
}

/** Its replica at the destination, perhaps with another ETag, as another encryption makes it. */
function arrive(key: string, etag?: string): void {
  const object = source.there.get(key);
  assert.ok(object);
  destination.there.versions.set(key, [{ ...object, replicationStatus: 'REPLICA', ...(etag && { etag }) }]);
}

/** What was on its way has arrived. */
function complete(key: string): void {
  const object = source.there.get(key);
  assert.ok(object);
  source.there.amend(object, { replicationStatus: 'COMPLETED' });
  arrive(key, 's');
}

function clear(): void {
  for (const bucket of [source.there, destination.there])
    for (const key of [...bucket.versions.keys()]) bucket.versions.delete(key);
}

async function* pages<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  yield page;
}

/** A plan to copy all that the source has. @param before what the destination had */
async function planned(
  listing: Listing = listCurrentVersions,
  before: readonly ObjectEntry[] = [],
): Promise<CopyItem[]> {
  return (await collect(listing(source.here))).map(entry => {
    const item = { key: entry.key, action: 'copy', reason: 'always', source: entry } as const;
    const there = before.find(({ key }) => key === entry.key);
    return there === undefined ? item : { ...item, destination: there };
  });
}

/** What is made of a plan, by key. @param refused by key, what a job said against it */
async function outcomes(
  refused: Readonly<Record<string, string>> = {},
  differently: Partial<Arrival> = {},
  plan?: readonly CopyItem[],
): Promise<Record<string, string>> {
  const items = plan ?? (await planned());
  const told = items.map((item): Outcome => {
    const code = refused[item.key];
    const message = `It failed with ${code}.`;
    return code === undefined
      ? copied(item)
      : { key: item.key, result: 'failed', reason: 'not-replicated', code, message, requestId: undefined };
  });
  const found: Record<string, string> = {};
  const arrival: Arrival = {
    source: source.here,
    destination: destination.here,
    listing: list,
    scratch,
    asking: 4,
    draining: new AbortController().signal,
    waiting: () => {},
    lateAfterMs: 60_000,
    archived: 'skip',
    ...differently,
  };
  await untilArrived(pages(items), pages(told), arrival, async outcome => {
    assert.equal(found[outcome.key], undefined, 'one outcome for each');
    const { result } = outcome;
    found[outcome.key] =
      result === 'failed'
        ? outcome.code
        : result === 'copied'
          ? `copied ${outcome.etag ?? ''}`.trim()
          : result;
  });
  return found;
}

test('what the destination lists is asked about nowhere', async () => {
  clear();
  const { etag } = put('a', 'COMPLETED');
  arrive('a');
  const heads = lab.requests.count('HeadObject');
  assert.deepEqual(await outcomes(), { a: `copied ${etag}` });
  assert.equal(lab.requests.count('HeadObject'), heads);
});

test('what it does not list is what the source and the object there say it is', async () => {
  clear();
  put('completed, and deleted there', 'COMPLETED');
  put('failed', 'FAILED');
  put('failed for another destination', 'FAILED');
  arrive('failed for another destination', 'under another key');
  put('hidden', 'COMPLETED');
  destination.there.put('hidden', 'by another one');
  put('of another encryption', 'COMPLETED');
  arrive('of another encryption', 'another');
  put('refused');
  put('refused for another destination', 'FAILED');
  arrive('refused for another destination', 'under yet another key');
  assert.deepEqual(
    await outcomes({ refused: 'DstKmsKeyNotFound', 'refused for another destination': 'DstBucketNotFound' }),
    {
      'completed, and deleted there': 'ReplicaMissing',
      failed: 'ReplicationFailed',
      'failed for another destination': 'copied under another key',
      hidden: 'ReplicaHidden',
      'of another encryption': 'copied another',
      refused: 'DstKmsKeyNotFound',
      'refused for another destination': 'copied under yet another key',
    },
  );
});

test('what is on its way is waited for, and told how much that is', async () => {
  clear();
  put('slow', 'PENDING');
  put('slower', 'PENDING');
  put('untold');
  const seen: number[] = [];
  const found = await outcomes(
    {},
    {
      waiting: objects => {
        seen.push(objects);
        if (seen.length === 2) complete('slow');
        if (seen.length === 3) {
          complete('slower');
          // One of a source that is a replica itself, or that says nothing: the destination tells.
          arrive('untold', 'e');
        }
      },
    },
  );
  assert.deepEqual(found, { slow: 'copied s', slower: 'copied s', untold: 'copied e' });
  assert.deepEqual(seen, [3, 3, 2]);
});

test('what does not move any more is late', async () => {
  clear();
  put('stuck', 'PENDING');
  put('quick', 'COMPLETED');
  arrive('quick', 'q');
  assert.deepEqual(await outcomes({}, { lateAfterMs: 300 }), {
    quick: 'copied q',
    stuck: 'ReplicationLate',
  });
});

test('as long as anything arrives, nothing is late', async () => {
  clear();
  const all = Array.from({ length: 6 }, (_, n) => put(`object ${n}`, 'PENDING'));
  const pending = [...all];
  const waiting = () => {
    const next = pending.shift();
    if (next !== undefined) complete(next.key);
  };
  // The last look is four seconds after the first, and no more than one and a half after the one before it.
  const found = await outcomes({}, { waiting, lateAfterMs: 2_500 });
  assert.deepEqual(found, Object.fromEntries(all.map(({ key }) => [key, 'copied s'])));
});

test('a stop ends the waiting, and what is on its way has no outcome', async () => {
  clear();
  put('stuck', 'PENDING');
  put('quick', 'COMPLETED');
  arrive('quick', 'q');
  const stop = new AbortController();
  let heads = 0;
  const waiting = () => {
    heads = lab.requests.count('HeadObject');
    stop.abort();
  };
  const found = await outcomes({}, { draining: stop.signal, waiting });
  assert.deepEqual(found, { quick: 'copied q' });
  assert.equal(lab.requests.count('HeadObject'), heads, 'nobody is asked any more');
});

test('a version that has gone from the source is nobody’s failure', async () => {
  clear();
  put('gone', 'PENDING');
  put('here', 'COMPLETED');
  arrive('here', 'h');
  const found = await outcomes({}, { waiting: () => source.there.versions.delete('gone') });
  assert.deepEqual(found, { gone: 'skipped', here: 'copied h' });
});

test('what was there before tells nothing, however equal it is', async () => {
  clear();
  source.there.put('meta', 'same', { metadata: { v: 'new' } });
  destination.there.put('meta', 'same', { metadata: { v: 'old' } });
  source.there.put('done', 'same');
  destination.there.put('done', 'same');
  const plan = await planned(listCurrentVersions, await collect(list(destination.here)));
  arrive('done');
  const { etag } = destination.there.get('done') ?? {};
  assert.deepEqual(await outcomes({ meta: 'InternalError' }, {}, plan), {
    meta: 'InternalError',
    done: `copied ${etag}`,
  });
});

test('an object that was overwritten after it was planned has moved on', async () => {
  clear();
  for (const key of ['followed', 'not yet', 'failed', 'deleted', 'deleted there as well', 'from elsewhere'])
    put(key, key === 'failed' ? 'FAILED' : 'COMPLETED');
  const plan = await planned();
  for (const key of ['followed', 'failed']) {
    put(key, 'COMPLETED');
    arrive(key, 'newer');
  }
  put('not yet', 'PENDING');
  for (const key of ['deleted', 'deleted there as well']) {
    if (key === 'deleted') arrive(key, 'x');
    source.there.delete(key);
    destination.there.delete(key);
  }
  // The replica of another bucket's object.
  destination.there.put('from elsewhere', 'x', { replicationStatus: 'REPLICA' });
  assert.deepEqual(await outcomes({}, {}, plan), {
    deleted: 'skipped',
    'deleted there as well': 'skipped',
    failed: 'copied',
    followed: 'copied',
    'from elsewhere': 'ReplicaHidden',
    'not yet': 'copied',
  });
});

test('who will not tell of one object does not end the run', async t => {
  clear();
  for (const key of ['a', 'b', 'c']) put(key, 'COMPLETED');
  for (const key of ['a', 'c']) arrive(key, 'e');
  t.after(
    lab.faults.add({
      operation: 'HeadObject',
      bucket: source.there.name,
      key: 'b',
      kind: 'error',
      status: 400,
      code: 'BadRequest',
    }),
  );
  const found = await outcomes();
  assert.deepEqual(Object.keys(found).sort(), ['a', 'b', 'c']);
  assert.deepEqual([found.a, found.c], ['copied e', 'copied e']);
  assert.doesNotMatch(found.b ?? '', /copied/);
  assert.deepEqual(await outcomes({ b: 'DstKmsKeyNotFound' }), {
    a: 'copied e',
    b: 'DstKmsKeyNotFound',
    c: 'copied e',
  });
});

test('a stop lists the destination no more, and asks about what was told', async () => {
  clear();
  for (const key of ['a', 'b']) put(key, 'COMPLETED');
  arrive('a', 'e');
  const stop = new AbortController();
  stop.abort();
  const before = lab.requests.count('ListObjectsV2');
  assert.deepEqual(await outcomes({}, { draining: stop.signal }), {
    a: 'copied e',
    b: 'ReplicaMissing',
  });
  assert.equal(lab.requests.count('ListObjectsV2'), before);
});

test('a stop during the listing ends it with the page at hand', async () => {
  clear();
  for (let n = 0; n < 30; n++) arrive(put(`object ${n}`, 'COMPLETED').key);
  const stop = new AbortController();
  const all = await collect(list(destination.here));
  async function* listing() {
    for (const entry of all) {
      if (entry === all[3]) stop.abort();
      yield [entry];
    }
  }
  const found = await outcomes({}, { draining: stop.signal, listing });
  assert.ok(Object.keys(found).length < 6, JSON.stringify(found));
});

test('what is large may take longer', async () => {
  clear();
  put('small', 'PENDING');
  const plan = await planned();
  const large = plan.map(item => ({ ...item, source: { ...item.source, size: 50_000_000 } }));
  const seen: number[] = [];
  const waiting = () => {
    seen.push(1);
    if (seen.length === 4) complete('small');
  };
  // At the third look nothing has arrived for a second, which 50 MB may take.
  assert.deepEqual(await outcomes({}, { waiting, lateAfterMs: 300 }, large), { small: 'copied s' });
});

test('versions that came to the source by replication are at the destination when it says so', async () => {
  clear();
  put('a', 'REPLICA');
  put('a', 'REPLICA');
  put('b', 'REPLICA');
  const plan = await planned(listVersions);
  const sources = source.there.versions.get('a') ?? [];
  destination.there.versions.set(
    'a',
    sources.map(version => ({ ...version, etag: 'e', replicationStatus: 'REPLICA' }) as StoredObject),
  );
  assert.deepEqual(await outcomes({}, { listing: listVersions, lateAfterMs: 300 }, plan), {
    a: 'copied',
    b: 'ReplicationLate',
  });
});
