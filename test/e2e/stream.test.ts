/** Runs where nobody may both read the source and write the destination: each side's own role does its part. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { destinationRolePolicy, readableBy, sourceRolePolicy } from '../../lab/worlds.ts';
import { checkOf, contents, findings, MIB, openLab, pasted, policy, type Stage, setStage } from './stage.ts';

const lab = await openLab();

function furnished(apart: boolean): Stage {
  const s = setStage(lab, { apart });
  s.from.put('plain', 'content', { metadata: { a: 'b', c: 'ä' }, tags: { c: 'd' } });
  s.from.put('empty', '');
  s.from.put('in parts', randomBytes(65 * MIB), { parts: 20 * MIB, tags: { e: 'f' } });
  return s;
}

/** Who sent what on the two buckets, as `role operation`. */
function senders(s: Stage, bucket: string): Set<string> {
  const sent = s.requests().filter(request => request.bucket === bucket);
  return new Set(sent.map(({ caller }) => /assumed-role\/([^/]+)/.exec(caller ?? '')?.[1] ?? ''));
}

describe("roles that have nothing in each other's account", { concurrency: 2 }, () => {
  for (const copyAs of ['destination', 'source']) {
    test(`carry all through the runner, where \`copy-as: ${copyAs}\` cannot be, and say what would be better`, async () => {
      const s = furnished(true);
      const run = await s.run({ 'copy-as': copyAs, 'part-size': 'auto' });
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(contents(s.to), contents(s.from));
      assert.equal(s.to.get('in parts')?.etag, s.from.get('in parts')?.etag);
      assert.deepEqual([run.outputs.engine, run.report.verified], ['stream', true]);
      const refused = copyAs === 'destination' ? 'signer-can-read' : 'destination-writable';
      assert.deepEqual(findings(run), [`${refused}: warn`]);
      const { fix } = checkOf(run, refused);
      assert.match(
        fix?.todo ?? '',
        /^To copy server-side, which is faster .*: Add this statement to the bucket policy/,
      );
      assert.match(checkOf(run, 'engine').seen, /^stream, /);
      assert.deepEqual(pasted(run), [JSON.parse(fix?.paste ?? '')]);
      for (const text of [run.log, run.summary])
        assert.match(text, /Engine stream: every byte passes the runner/);
      assert.equal(s.requests('CopyObject').length + s.requests('UploadPartCopy').length, 0);
      const allowed = s.requests().filter(({ status }) => status < 400);
      const readers = allowed.filter(({ bucket }) => bucket === s.from.name);
      assert.ok(readers.every(({ caller }) => caller?.includes('/s3-sync-source/')));
      const writers = allowed.filter(({ bucket }) => bucket === s.to.name);
      assert.ok(writers.every(({ caller }) => caller?.includes('/s3-sync-destination/')));
    });
  }

  test('copy server-side in the next run, once what was said is granted', async () => {
    const s = furnished(true);
    assert.equal((await s.run()).outputs.engine, 'stream');
    s.source.setBucketPolicy(readableBy(s.destination.role, s.from.name));
    s.destination.setRolePolicy(destinationRolePolicy(s.to.name, s.from.name));
    s.from.put('new', 'content');
    const run = await s.run();
    assert.deepEqual([run.code, run.outputs.engine, run.outputs['objects-copied']], [0, 'copy', '1']);
    assert.match(checkOf(run, 'engine').seen, /^copy, server-side: .* can read the source and write/);
    assert.deepEqual(findings(run), []);
  });

  test('do not copy server-side when that alone is asked for', async () => {
    const s = furnished(true);
    const run = await s.run({ engine: 'copy' });
    assert.deepEqual([run.code, run.outputs.engine], [1, 'copy']);
    assert.deepEqual(findings(run), ['signer-can-read: fail']);
    assert.equal(s.to.size, 0);
  });

  test('are told in a dry run what would carry the objects', async () => {
    const s = furnished(true);
    const run = await s.run({ mode: 'dry-run' });
    assert.deepEqual([run.code, run.outputs.engine], [0, 'stream']);
    assert.deepEqual(s.mutations(), []);
  });

  test('are held to what they lack themselves: reading on one side, writing on the other', async () => {
    const s = furnished(true);
    const [list, objects] = [sourceRolePolicy(s.from.name).Statement].flat() as { Action: string[] }[];
    s.source.setRolePolicy(policy(list ?? {}, { ...objects, Action: ['s3:GetObject'] }));
    const run = await s.run({ engine: 'stream' });
    assert.deepEqual([run.code, run.outputs.engine], [1, 'stream']);
    assert.deepEqual(findings(run), ['source-readable: fail']);
    const { seen, fix } = checkOf(run, 'source-readable');
    assert.match(seen, /s3-sync-source.*, which reads the objects, could not read .* and its tags/);
    assert.match(fix?.todo ?? '', /^Add this statement to the policy of arn:.*s3-sync-source/);
    assert.equal(s.to.size, 0);
  });
});

test('objects stream where they could be copied, when that is asked for', async () => {
  const s = furnished(false);
  const run = await s.run({ engine: 'stream' });
  assert.equal(run.code, 0, run.log);
  assert.deepEqual(contents(s.to), contents(s.from));
  assert.deepEqual([run.outputs.engine, run.report.notes], ['stream', []]);
  assert.deepEqual(findings(run), []);
  assert.equal(s.requests('CopyObject').length, 0);
  assert.deepEqual(senders(s, s.from.name), new Set(['s3-sync-source']));
});

test('bytes that are damaged on the way time and again make the object fail, and nothing arrives', async () => {
  const s = furnished(true);
  s.fault({ operation: 'PutObject', key: 'plain' }, { kind: 'damage' });
  const run = await s.run();
  assert.equal(run.code, 1);
  assert.deepEqual([run.record('plain').action, run.record('plain').error?.code], ['failed', 'BadDigest']);
  assert.equal(s.to.get('plain'), undefined);
  assert.equal(run.report.totals.copied, 2);
});
