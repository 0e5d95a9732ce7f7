/** The awkward bucket, carried with all that can be preserved, and proven by the strongest evidence there is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeAwkward } from '../../lab/awkward.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { PRESERVABLE } from '../../src/model/settings.ts';
import { openLab, setStage } from './stage.ts';

const lab = await openLab();
const INPUTS = { preserve: PRESERVABLE.join(', '), verify: 'checksum', delete: 'true' };
const GUARDED = { objectLock: {}, ownership: 'BucketOwnerPreferred' } as const;
const WORLD: TwoAccountsOptions = { source: GUARDED, destination: GUARDED, versions: true };
const PLAIN = 200;

test('every awkward object arrives whole, on the strongest evidence available to it', async () => {
  const s = setStage(lab, WORLD);
  const expected = makeAwkward(s.from, s.to, 'copy/', PLAIN, lab.clock.now());
  const inputs = { ...INPUTS, destination: `s3://${s.to.name}/copy/` };

  const first = await s.run(inputs);
  assert.equal(first.code, 0, first.log);
  assert.equal(first.outputs.verified, 'true');
  assert.equal(first.outputs['objects-copied'], String(expected.copied));
  for (const { action, key, proof } of first.records) {
    if (action === 'skipped' || action === 'deleted') continue;
    // A copy has the source's own ETag, which is the MD5 of the content or made of those of the same parts.
    const whole = s.from.get(key)?.parts === undefined;
    assert.equal(proof, whole ? 'etag' : 'part-etag', key);
  }
  for (const key of s.from.keys()) {
    const [ours, theirs] = [s.from.get(key), s.to.get(`copy/${key}`)];
    if (ours === undefined || theirs === undefined) continue;
    const { metadata, headers, tags, storageClass, retention, legalHold, redirect, checksum } = ours;
    assert.deepEqual(
      {
        metadata: theirs.metadata,
        headers: theirs.headers,
        tags: theirs.tags,
        storageClass: theirs.storageClass,
        retention: theirs.retention,
        legalHold: theirs.legalHold,
        redirect: theirs.redirect,
        checksum: theirs.checksum?.value,
      },
      { metadata, headers, tags, storageClass, retention, legalHold, redirect, checksum: checksum?.value },
      key,
    );
  }

  const second = await s.run(inputs);
  assert.equal(second.code, 0, second.log);
  assert.equal(second.outputs['objects-copied'], '0');

  s.to.corrupt('copy/tagged');
  const third = await s.run({ ...inputs, mode: 'verify' });
  assert.equal(third.code, 1);
  assert.deepEqual(
    third.records.filter(({ action }) => action === 'failed').map(({ key, reason }) => [key, reason]),
    [['tagged', 'versions-differ']],
  );
});
