import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { StoredObject } from '../../lab/s3/index.ts';
import { type Arrival, copied, untilArrived } from '../../src/engines/replication/arrival.ts';
import type { CopyItem, Outcome } from '../../src/model.ts';
import { list } from '../../src/s3/list.ts';
import { listCurrentVersions } from '../../src/s3/versions.ts';
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

function clear(): void {
  for (const bucket of [source.there, destination.there])
    for (const key of [...bucket.versions.keys()]) bucket.versions.delete(key);
}

async function* pages<T>(page: readonly T[]): AsyncGenerator<readonly T[]> {
  yield page;
}

/** What is made of all that the source has, by key. @param refused by key, what a job said against it */
async function outcomes(
  refused: Readonly<Record<string, string>> = {},
  differently: Partial<Arrival> = {},
): Promise<Record<string, string>> {
  const entries = await collect(listCurrentVersions(source.here));
  const items = entries.map(
    entry => ({ key: entry.key, action: 'copy', reason: 'missing', source: entry }) as CopyItem,
  );
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
  put('completed elsewhere, whose listing lags', 'COMPLETED');
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
      'completed elsewhere, whose listing lags': 'copied',
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
  const [slow] = [put('slow', 'PENDING'), put('slower', 'PENDING')];
  put('untold');
  const seen: number[] = [];
  const found = await outcomes(
    {},
    {
      waiting: objects => {
        seen.push(objects);
        if (seen.length === 2) source.there.amend(slow, { replicationStatus: 'COMPLETED' });
        if (seen.length === 3) {
          const slower = source.there.get('slower');
          assert.ok(slower);
          source.there.amend(slower, { replicationStatus: 'COMPLETED' });
          // One of a source that is a replica itself, or that says nothing: the destination tells.
          arrive('untold', 'e');
        }
      },
    },
  );
  assert.deepEqual(found, { slow: 'copied', slower: 'copied', untold: 'copied e' });
  assert.deepEqual(seen, [3, 3, 2]);
});

test('what does not move any more is late', async () => {
  clear();
  put('stuck', 'PENDING');
  put('quick', 'COMPLETED');
  assert.deepEqual(await outcomes({}, { lateAfterMs: 300 }), { quick: 'copied', stuck: 'ReplicationLate' });
});

test('as long as anything arrives, nothing is late', async () => {
  clear();
  const all = Array.from({ length: 6 }, (_, n) => put(`object ${n}`, 'PENDING'));
  const pending = [...all];
  const waiting = () => {
    const next = pending.shift();
    if (next !== undefined) source.there.amend(next, { replicationStatus: 'COMPLETED' });
  };
  // The last look is four seconds after the first, and no more than one and a half after the one before it.
  const found = await outcomes({}, { waiting, lateAfterMs: 2_500 });
  assert.deepEqual(found, Object.fromEntries(all.map(({ key }) => [key, 'copied'])));
});

test('a stop ends the waiting, and what is on its way has no outcome', async () => {
  clear();
  put('stuck', 'PENDING');
  put('quick', 'COMPLETED');
  const stop = new AbortController();
  let heads = 0;
  const waiting = () => {
    heads = lab.requests.count('HeadObject');
    stop.abort();
  };
  const found = await outcomes({}, { draining: stop.signal, waiting });
  assert.deepEqual(found, { quick: 'copied' });
  assert.equal(lab.requests.count('HeadObject'), heads, 'nobody is asked any more');
});

test('a version that has gone from the source is nobody’s failure', async () => {
  clear();
  put('gone', 'PENDING');
  put('here', 'COMPLETED');
  const found = await outcomes({}, { waiting: () => source.there.versions.delete('gone') });
  assert.deepEqual(found, { gone: 'skipped', here: 'copied' });
});
