/** What a job of Batch Replication is asked for, and what it means when a task of it fails. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { replicating } from '../../src/engines/replication/kind.ts';
import type { ObjectEntry } from '../../src/model/objects.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { CopyItem } from '../../src/model/plan.ts';
import { listCurrentVersions, listVersions } from '../../src/s3/versions.ts';
import { bucketsOnLab } from '../s3/on-lab.ts';
import { collect } from '../sync/make.ts';

const { lab, source, destination, close } = await bucketsOnLab();
after(close);
source.there.versioning = 'Enabled';
destination.there.versioning = 'Enabled';

const itemOf = (entry: ObjectEntry): CopyItem => ({
  key: entry.key,
  action: 'copy',
  reason: 'missing',
  source: entry,
});

test('an object in an archive is archived, also where only the object itself tells of it', async t => {
  source.there.put('ice', 'x', { storageClass: 'GLACIER' });
  source.there.put('cold', 'x', { storageClass: 'INTELLIGENT_TIERING', archiveTier: 'ARCHIVE_ACCESS' });
  source.there.put('warm', 'x', { storageClass: 'INTELLIGENT_TIERING' });
  source.there.put('plain', 'x');
  const items = (await collect(listCurrentVersions(source.here))).map(itemOf);
  const heads = lab.requests.count('HeadObject');
  const refused = async (archived: 'skip' | 'fail') => {
    const { failed } = replicating(source.here, archived);
    const found: Record<string, string> = {};
    for (const item of items) {
      const code = 'SrcObjectNotEligible';
      const outcome: Outcome = await failed(item, {
        bucket: source.there.name,
        key: item.key,
        versionId: item.source.versionId ?? '',
        succeeded: false,
        status: 400,
        code,
        message: '',
      });
      assert.ok(outcome.result === 'skipped' || outcome.result === 'failed');
      found[item.key] = `${outcome.result}: ${outcome.reason}`;
    }
    return found;
  };
  const others = { plain: 'failed: not-replicated', warm: 'failed: not-replicated' };
  assert.deepEqual(await refused('skip'), { ...others, cold: 'skipped: archived', ice: 'skipped: archived' });
  assert.equal(lab.requests.count('HeadObject') - heads, 2, 'of the others the listing tells');
  assert.deepEqual(await refused('fail'), { ...others, cold: 'failed: archived', ice: 'failed: archived' });
  t.after(
    lab.faults.add({
      operation: 'HeadObject',
      key: 'cold',
      kind: 'error',
      status: 403,
      code: 'AccessDenied',
    }),
  );
  assert.equal((await refused('skip')).cold, 'failed: not-replicated', 'nobody says that it is archived');
});

test('of a history with delete markers the versions are asked for that the destination lacks', async () => {
  for (const key of [...source.there.versions.keys()]) source.there.versions.delete(key);
  source.there.put('between', 'first');
  source.there.delete('between');
  source.there.put('between', 'second');
  source.there.put('deleted', 'x');
  source.there.delete('deleted');
  source.there.delete('nothing but a marker');
  source.there.put('whole', 'x');
  const { hindrance, lineOf } = replicating(source.here, 'skip');
  const items = (await collect(listVersions(source.here))).map(itemOf);
  assert.deepEqual(
    items.map(item => [item.key, hindrance(item) !== undefined, lineOf(item).split('\n').length - 1]),
    [
      ['between', false, 2],
      ['deleted', true, 1],
      ['nothing but a marker', true, 0],
      ['whole', false, 1],
    ],
  );
  const [between] = items;
  const [newest, , oldest] = source.there.versions.get('between') ?? [];
  assert.ok(between && newest && oldest);
  const beside = (...versions: (typeof newest)[]) => {
    destination.there.versions.set('between', versions);
    return collect(listVersions(destination.here)).then(
      ([there]) => ({ ...between, destination: there }) as CopyItem,
    );
  };
  const half = await beside(newest);
  assert.match(lineOf(half), new RegExp(`^[^\n]*,${oldest.versionId}\n$`));
  const all = await beside(newest, oldest);
  assert.ok(hindrance(all));
});
