import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carryHistory } from '../../src/engines/history.ts';
import { StoppedError } from '../../src/errors.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { listVersions } from '../../src/s3/versions.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { collect } from '../sync/make.ts';

const { source, close } = await bucketsOnLab();
test.after(close);
source.there.versioning = 'Enabled';

let keys = 0;

/** A key with four versions, the third a delete marker, planned to be sent from the second on. */
async function planned(): Promise<CopyItem & { readonly ids: readonly string[] }> {
  const key = `key-${keys++}`;
  for (const content of ['one', 'two']) source.there.put(key, content);
  source.there.delete(key);
  source.there.put(key, 'four!');
  const entries = await collect(listVersions(source.here));
  const entry = entries.find(each => each.key === key);
  assert.ok(entry?.history);
  const ids = entry.history.map(({ versionId }) => versionId);
  return { key, action: 'copy', reason: 'versions-missing', source: entry, from: 1, ids };
}

/** What is asked of a destination, in order; refuses the version that it is told to. */
function destination(refuse?: { readonly versionId: string | undefined; readonly error: Error }) {
  const asked: string[] = [];
  return {
    asked,
    send: async ({ versionId = '' }: ObjectEntry) => {
      asked.push(versionId);
      if (versionId === refuse?.versionId) throw refuse.error;
      return { etag: `etag of ${versionId}`, versionId: `copy of ${versionId}`, requestId: undefined };
    },
    mark: async (key: string) => {
      asked.push(`marker on ${key}`);
      return { versionId: 'marker', requestId: 'R' };
    },
  };
}

const named = (name: string) => Object.assign(new Error('In words.'), { name });

test('what is lacking is sent in order, and told with the ids of the copies', async () => {
  const item = await planned();
  const { send, mark, asked } = destination();
  const outcome = await carryHistory(send, mark, source.here, item, 'skip');
  const [, second, third, fourth] = item.ids;
  assert.deepEqual(asked, [second, `marker on ${item.key}`, fourth]);
  assert.deepEqual(outcome, {
    key: item.key,
    result: 'copied',
    etag: `etag of ${fourth}`,
    bytes: 8,
    versions: [
      { source: second, destination: `copy of ${second}` },
      { source: third, destination: 'marker' },
      { source: fourth, destination: `copy of ${fourth}` },
    ],
    requestId: undefined,
  });
});

test('a version that is there and finds its upload gone is a failure, not a version that vanished', async () => {
  const item = await planned();
  const [, second] = item.ids;
  const { send, mark, asked } = destination({ versionId: second, error: named('NoSuchUpload') });
  const outcome = await carryHistory(send, mark, source.here, item, 'skip');
  assert.deepEqual(asked, [second]);
  assert.deepEqual(outcome, {
    key: item.key,
    result: 'failed',
    reason: 'error',
    code: 'NoSuchUpload',
    message: `Version ${second}: In words.`,
    versions: [],
    requestId: undefined,
  });
});

test('a version that has left the source is left out, and the others are sent', async () => {
  const item = await planned();
  const [, second = '', third] = item.ids;
  source.there.deleteVersion(item.key, second);
  const { send, mark } = destination({ versionId: second, error: named('NoSuchVersion') });
  const outcome = await carryHistory(send, mark, source.here, item, 'skip');
  assert.equal(outcome?.result, 'copied');
  assert.deepEqual(
    outcome.versions?.map(version => version.source),
    item.ids.slice(2),
  );
  assert.deepEqual(
    outcome.source?.history?.map(({ versionId }) => versionId),
    [item.ids[0], third, item.ids[3]],
  );
});

test('a key of which nothing is left to send has vanished', async () => {
  const item = { ...(await planned()), from: 3 };
  source.there.versions.delete(item.key);
  const { send, mark } = destination({ versionId: item.ids[3], error: named('NoSuchVersion') });
  const outcome = await carryHistory(send, mark, source.here, item, 'skip');
  assert.equal(outcome?.result === 'skipped' && outcome.reason, 'vanished');
});

test('a stop before the first version leaves the key alone, a later one tells what has arrived', async () => {
  const stopped = new StoppedError('Stopped.');
  const first = await planned();
  const before = destination({ versionId: first.ids[1], error: stopped });
  assert.equal(await carryHistory(before.send, before.mark, source.here, first, 'skip'), undefined);
  const item = await planned();
  const later = destination({ versionId: item.ids[3], error: stopped });
  const outcome = await carryHistory(later.send, later.mark, source.here, item, 'skip');
  assert.deepEqual(outcome, {
    key: item.key,
    result: 'skipped',
    reason: 'stopped',
    versions: [
      { source: item.ids[1], destination: `copy of ${item.ids[1]}` },
      { source: item.ids[2], destination: 'marker' },
    ],
    requestId: undefined,
  });
});

for (const versionId of [undefined, 'null']) {
  test(`a copy with version id ${versionId} ends the run: the destination no longer keeps versions`, async () => {
    const item = await planned();
    const send = async () => ({ etag: 'e', versionId, requestId: undefined });
    const { mark } = destination();
    await assert.rejects(carryHistory(send, mark, source.here, item, 'skip'), /keeps no versions/);
  });
}
