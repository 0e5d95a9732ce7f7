/** `preserve: versions`: the history of each key in order, delete markers included. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { type Bucket, sparse, type Version } from '../../lab/s3/index.ts';
import { apply } from './paste.ts';
import {
  ago,
  checkOf,
  findings,
  GIB,
  type Inputs,
  MIB,
  MINUTE,
  openLab,
  policy,
  type Stage,
  seen,
  setStage,
} from './stage.ts';

const lab = await openLab();

const VERSIONS: Inputs = { preserve: 'metadata, tags, versions' };

/** A history of the lab, oldest first, with all that its versions carry; `deleted` for a delete marker. */
function history(bucket: Bucket, key: string) {
  return oldestFirst(bucket, key).map(version => (version.kind === 'marker' ? 'deleted' : seen(version)));
}

function oldestFirst(bucket: Bucket, key: string): readonly Version[] {
  return (bucket.versions.get(key) ?? []).toReversed();
}

function ids(bucket: Bucket, key: string): string[] {
  return oldestFirst(bucket, key).map(({ versionId }) => versionId);
}

function histories(bucket: Bucket) {
  return Object.fromEntries(bucket.versions.keys().map(key => [key, history(bucket, key)]));
}

/** Keys with a marker in the middle, at the end and alone, versions that are the same but for what they carry, and an odd key. */
function write(s: Stage): void {
  const { from } = s;
  from.put('plain', 'one');
  from.put('edited', 'first', { metadata: { n: '1' }, tags: { n: '1' } });
  from.put('edited', 'second', { metadata: { n: '2', o: 'ö' }, tags: { n: '2', more: 'x y' } });
  from.put('edited', 'second', { metadata: { n: '3' }, headers: { 'content-type': 'text/plain' } });
  from.put('back', 'before');
  from.delete('back');
  from.put('back', 'after');
  from.put('gone', 'once');
  from.put('gone', 'twice');
  from.delete('gone');
  from.delete('never');
  from.put('odd/../ %3F?versionId=x+\u0001ü', 'a');
  from.put('odd/../ %3F?versionId=x+\u0001ü', 'b');
}

async function synced(s: Stage, inputs: Inputs = {}) {
  const run = await s.run({ ...VERSIONS, ...inputs });
  assert.equal(run.code, 0, run.log);
  return run;
}

const fates = ({
  records,
}: {
  readonly records: readonly { key: string; action: string; reason: string }[];
}) => Object.fromEntries(records.map(({ key, action, reason }) => [key, `${action}: ${reason}`]));

/** What arrived at the destination beside the probes of preflight. */
const changes = (s: Stage) =>
  s.mutations().filter(({ key }) => !key?.endsWith('.s3-cross-account-sync-probe'));

describe('the history of every key', { concurrency: 2 }, () => {
  for (const engine of ['copy', 'stream']) {
    test(`arrives in order with all that its versions carry, and once (engine ${engine})`, async () => {
      const s = setStage(lab, { versions: true, apart: engine === 'stream' });
      write(s);
      const run = await synced(s, { engine });
      assert.deepEqual(histories(s.to), histories(s.from));
      assert.equal(run.report.verified, true);
      assert.deepEqual([run.report.totals.listed, run.report.totals.copied], [6, 6]);
      assert.equal(run.report.totals.versionsCopied, 13);
      assert.match(run.summary, /\*\*6 objects\*\*&#32;in 13 versions/);

      const { versions = [], sourceEtag } = run.record('back');
      assert.equal(sourceEtag, s.from.get('back')?.etag);
      assert.deepEqual(
        versions.map(({ source }) => source),
        ids(s.from, 'back'),
      );
      assert.deepEqual(
        versions.map(({ destination }) => destination),
        ids(s.to, 'back'),
      );
      assert.deepEqual(
        versions.map(({ size, deleteMarker, copied, proof }) => [size, deleteMarker, copied, proof]),
        [
          [6, undefined, true, 'etag'],
          [0, true, true, 'etag'],
          [5, undefined, true, 'etag'],
        ],
      );

      const before = changes(s).length;
      const again = await synced(s, { engine });
      assert.deepEqual([again.report.totals.unchanged, changes(s).length - before], [6, 0]);
      assert.deepEqual(new Set(Object.values(fates(again))), new Set(['unchanged: same-etag']));
      assert.deepEqual(
        again.record('back').versions?.map(({ destination, copied }) => [destination, copied]),
        ids(s.to, 'back').map(id => [id, undefined]),
      );
    });
  }

  test('goes on with what is new at the source, and with nothing else', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    await synced(s);
    const before = changes(s).length;
    s.from.put('plain', 'two');
    s.from.delete('edited');
    const refused = await s.run(VERSIONS);
    assert.match(
      refused.report.verdict.text,
      /deletes 1 of 4 destination objects, 1 of them as the source's histories do/,
    );
    assert.equal(changes(s).length - before, 0);
    const run = await synced(s, { 'max-delete': '1' });
    assert.deepEqual(histories(s.to), histories(s.from));
    assert.equal(changes(s).length - before, 2);
    assert.equal(fates(run).plain, 'copied: versions-missing');
    assert.equal(run.outputs['bytes-copied'], '3');
  });

  test('comes to stand on what the destination had before', async () => {
    const s = setStage(lab, { versions: true });
    s.to.put('plain', 'something else');
    write(s);
    const run = await synced(s);
    assert.equal(fates(run).plain, 'copied: versions-differ');
    assert.deepEqual(history(s.to, 'plain').slice(1), history(s.from, 'plain'));
    assert.equal((await synced(s)).report.totals.unchanged, 6);
  });

  test('counts as there when a lifecycle rule has taken old versions from the destination', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    await synced(s);
    s.to.deleteVersion('edited', ids(s.to, 'edited')[0] ?? '');
    s.to.deleteVersion('back', ids(s.to, 'back')[0] ?? '');
    const run = await synced(s);
    assert.deepEqual([run.report.totals.unchanged, run.report.totals.versionsNotKept], [6, 2]);
    assert.match(run.summary, /The destination lacks 2 older versions of the source/);
  });

  test('is there although a version arrived twice, because the answer to its copy was lost', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    s.fault({ operation: 'CopyObject', key: 'edited', skip: 1, times: 1 }, { kind: 'cut', applied: true });
    s.fault({ operation: 'DeleteObject', key: 'back', times: 1 }, { kind: 'cut', applied: true });
    await synced(s);
    assert.deepEqual([ids(s.to, 'edited').length, ids(s.to, 'back').length], [4, 4]);
    const again = await synced(s);
    assert.equal(again.report.totals.unchanged, 6);
    assert.deepEqual([ids(s.to, 'edited').length, ids(s.to, 'back').length], [4, 4]);
  });

  test('is told by checksums where encryption changes every ETag, of each version', async () => {
    const s = setStage(lab, { versions: true, destination: { encryption: { algorithm: 'aws:kms' } } });
    write(s);
    const run = await synced(s, { verify: 'checksum' });
    assert.equal(run.record('edited').proof, 'checksum');
    assert.equal(run.report.totals.proofs.checksum, 5);
    assert.deepEqual(run.record('never').proof, 'etag');
    const again = await synced(s);
    assert.equal(fates(again).edited, 'unchanged: same-checksum');
    assert.equal(again.report.totals.unchanged, 6);
  });

  test('carries the `null` versions of a source that was versioned later, and has stopped', async () => {
    const s = setStage(lab, { versions: true, source: { versioning: 'Suspended' } });
    s.from.put('a', 'old');
    s.from.versioning = 'Enabled';
    s.from.put('a', 'new');
    s.from.versioning = 'Suspended';
    s.from.put('b', 'only');
    const run = await synced(s);
    assert.deepEqual(histories(s.to), histories(s.from));
    assert.match(checkOf(run, 'source-versioning').seen, /suspended/);
  });

  test('stays whole where one version cannot be sent: those behind it wait for the next run', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    const [first, second] = ids(s.from, 'edited');
    s.fault(
      { operation: 'CopyObject', key: 'edited', skip: 1, times: 1 },
      { kind: 'error', status: 400, code: 'InvalidRequest', message: 'Not this one.' },
    );
    const run = await s.run(VERSIONS);
    assert.equal(run.code, 1);
    const record = run.record('edited');
    assert.deepEqual([record.action, record.reason], ['failed', 'error']);
    assert.equal(record.error?.message, `Version ${second}: Not this one.`);
    assert.deepEqual(
      record.versions?.map(({ source, destination }) => [source === first, destination]),
      [
        [true, ids(s.to, 'edited')[0]],
        [false, undefined],
        [false, undefined],
      ],
    );
    assert.deepEqual(history(s.to, 'edited'), history(s.from, 'edited').slice(0, 1));
    assert.equal(run.report.totals.copied, 5);

    const next = await synced(s);
    assert.deepEqual(histories(s.to), histories(s.from));
    assert.deepEqual([next.report.totals.copied, next.report.totals.versionsCopied], [1, 2]);
  });

  test('goes on without a version that a lifecycle rule takes from the source meanwhile', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    const [, second = ''] = ids(s.from, 'edited');
    s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 300 });
    const run = await s.run(
      { ...VERSIONS, concurrency: '1' },
      { onLine: line => line.startsWith('To copy') && s.from.deleteVersion('edited', second) },
    );
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(histories(s.to), histories(s.from));
  });

  test('is not begun where a version of it is archived', async () => {
    const s = setStage(lab, { versions: true });
    s.from.put('a', 'one');
    s.from.put('a', 'two', { storageClass: 'GLACIER' });
    s.from.put('a', 'three');
    const run = await synced(s);
    assert.equal(fates(run).a, 'skipped: archived');
    assert.deepEqual(histories(s.to), {});
    const failing = await s.run({ ...VERSIONS, archived: 'fail' });
    assert.deepEqual([failing.code, fates(failing).a], [1, 'failed: archived']);
  });

  test('goes in parts where a version is larger than 5 GiB', async () => {
    for (const engine of ['copy', 'stream']) {
      const s = setStage(lab, { versions: true, apart: engine === 'stream' });
      const size = engine === 'copy' ? 6 * GIB : 66 * MIB;
      s.from.put('a', engine === 'copy' ? sparse(size, 1) : randomBytes(size), {
        metadata: { n: '1' },
        tags: { n: '1' },
        parts: size / 2,
      });
      s.from.put('a', 'small', { metadata: { n: '2' } });
      await synced(s, { engine });
      assert.deepEqual(histories(s.to), histories(s.from));
      assert.equal(s.requests('CreateMultipartUpload').filter(({ key }) => key === 'a').length, 1);
      const parts = s.requests(engine === 'copy' ? 'UploadPartCopy' : 'UploadPart');
      assert.equal(parts.length, 2);
    }
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`of a run that is stopped by ${signal} ends with a whole version, and the next run goes on`, async () => {
      const s = setStage(lab, { versions: true });
      for (let n = 0; n < 6; n++) s.from.put('a', `version ${n}`);
      const disarm = s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 400 });
      const performance = await s.start(VERSIONS, {
        onLine: line => line.startsWith('To copy') && setTimeout(() => performance.signal(signal), 600),
      });
      const run = await performance.finished;
      assert.equal(run.code, 1, run.log);
      assert.equal(fates(run).a, 'skipped: stopped');
      const arrived = ids(s.to, 'a').length;
      assert.ok(arrived > 0 && arrived < 6, `${arrived} arrived`);
      assert.deepEqual(history(s.to, 'a'), history(s.from, 'a').slice(0, arrived));
      const told = run.record('a').versions?.filter(({ copied }) => copied).length ?? 0;
      // What was under way when the run was aborted may have arrived all the same.
      assert.ok(told > 0 && (signal === 'SIGINT' ? told === arrived : told <= arrived), `${told} were told`);
      disarm();
      await synced(s);
      assert.deepEqual(histories(s.to), histories(s.from));
    });
  }
});

/** Gives an older version the content of another object, and nothing else of it. */
function replaceContent(bucket: Bucket, key: string, versionId: string, content: string): void {
  const { etag, checksum, content: other } = bucket.put('elsewhere', content);
  bucket.versions.delete('elsewhere');
  const versions = bucket.versions.get(key) ?? [];
  bucket.versions.set(
    key,
    versions.map(version =>
      version.versionId === versionId && version.kind === 'object'
        ? { ...version, content: other, etag, ...(checksum && { checksum }) }
        : version,
    ),
  );
}

describe('`mode: verify`', { concurrency: 2 }, () => {
  test('names the old version that is not what the source has', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    await synced(s);
    const [ours = '', theirs = ''] = [ids(s.from, 'edited')[0], ids(s.to, 'edited')[0]];
    replaceContent(s.to, 'edited', theirs, 'FIRST');
    const run = await s.run({ ...VERSIONS, mode: 'verify' });
    assert.equal(run.code, 1);
    assert.equal(fates(run).edited, 'failed: versions-differ');
    assert.equal(
      run.record('edited').error?.message,
      `Version ${ours} of the source and version ${theirs} of the destination are not the same.`,
    );
    assert.equal(run.report.totals.unchanged, 5);
    assert.match(run.summary, new RegExp(ours));
  });

  test('names the version from which on the destination lacks all', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    await synced(s);
    s.to.deleteVersion('edited', ids(s.to, 'edited').at(-1) ?? '');
    s.to.deleteVersion('gone', ids(s.to, 'gone').at(-1) ?? '');
    const run = await s.run({ ...VERSIONS, mode: 'verify' });
    assert.equal(run.code, 1);
    assert.deepEqual(
      ['edited', 'gone'].map(key => run.record(key).error?.message),
      ['edited', 'gone'].map(key => `The destination lacks version ${ids(s.from, key).at(-1)}.`),
    );
  });

  test('reads each version with `verify: content` that has no checksum', async () => {
    const s = setStage(lab, { versions: true, destination: { encryption: { algorithm: 'aws:kms' } } });
    s.from.put('a', 'one', { checksum: 'none', lastModified: ago(MINUTE) });
    s.from.put('a', 'two', { checksum: 'none', lastModified: ago(MINUTE) });
    const size = await synced(s, { preserve: 'versions' });
    assert.equal(size.record('a').proof, 'size');
    for (const id of ids(s.to, 'a')) withoutChecksum(s.to, 'a', id);
    const read = await s.run({ preserve: 'versions', mode: 'verify', verify: 'content' });
    assert.equal(read.code, 0, read.log);
    assert.equal(read.record('a').proof, 'content');
    replaceContent(s.to, 'a', ids(s.to, 'a')[0] ?? '', 'ONE');
    withoutChecksum(s.to, 'a', ids(s.to, 'a')[0] ?? '');
    const other = await s.run({ preserve: 'versions', mode: 'verify', verify: 'content' });
    assert.equal(other.code, 1);
    assert.match(
      other.record('a').error?.message ?? '',
      new RegExp(`^Version ${ids(s.from, 'a')[0]}: The SHA256`),
    );
  });
});

function withoutChecksum(bucket: Bucket, key: string, versionId: string): void {
  const versions = bucket.versions.get(key) ?? [];
  bucket.versions.set(
    key,
    versions.map(version => {
      if (version.versionId !== versionId || version.kind !== 'object') return version;
      const { checksum: _, ...rest } = version;
      return rest;
    }),
  );
}

describe('beside histories', { concurrency: 2 }, () => {
  test('a dry run says what it would copy of each, and sends nothing that changes anything', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    s.to.put('edited', 'first');
    const run = await synced(s, { mode: 'dry-run' });
    assert.equal(s.mutations().length, 0);
    assert.deepEqual(
      run.record('edited').versions?.map(({ copied }) => copied),
      [undefined, true, true],
    );
    assert.equal(run.report.totals.versionsCopied, 12);
  });

  test('`delete: true` marks what only the destination has, and does so once', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    s.to.put('extra', 'x');
    const inputs = { delete: 'true', 'max-delete': '100%' };
    const run = await synced(s, inputs);
    assert.equal(fates(run).extra, 'deleted: extraneous');
    assert.deepEqual(
      history(s.to, 'extra').map(version => version === 'deleted'),
      [false, true],
    );
    const again = await synced(s, inputs);
    assert.equal(fates(again).extra, undefined);
    assert.deepEqual([again.report.totals.deleted, again.report.totals.kept], [0, 0]);
    assert.equal(history(s.to, 'extra').length, 2);
  });

  test('globs leave out keys with all of their versions', async () => {
    const s = setStage(lab, { versions: true });
    write(s);
    await synced(s, { include: 'g*' });
    assert.deepEqual(histories(s.to), { gone: history(s.from, 'gone') });
  });

  test('a version written while the run goes on is left to the next', async () => {
    const s = setStage(lab, { versions: true });
    s.from.put('a', 'one');
    const run = await s.run(VERSIONS, {
      onLine: line => line.startsWith('To copy') && s.from.put('a', 'two'),
    });
    assert.equal(run.code, 0, run.log);
    assert.equal(history(s.to, 'a').length, 1);
    assert.match(run.summary, /1 objects were overwritten or removed in the source/);
  });
});

describe('what cannot be', { concurrency: 2 }, () => {
  const refused: readonly [Inputs, RegExp][] = [
    [
      { compare: 'newer' },
      /compare: "newer" contradicts preserve: versions.*Accepted: .*auto, size or checksum/,
    ],
    [{ compare: 'missing' }, /compare: "missing" contradicts/],
    [{ compare: 'always' }, /compare: "always" contradicts/],
    [{ archived: 'restore' }, /archived: "restore" contradicts preserve: versions.*skip or fail/],
    [{ 'min-size': '1KiB' }, /min-size: "1024" contradicts preserve: versions.*holes/],
    [{ 'max-size': '5' }, /max-size: "5" contradicts/],
    [{ 'modified-after': '2026-01-01' }, /modified-after: "2026-01-01T00:00:00.000Z" contradicts/],
    [{ 'modified-before': '2026-01-01' }, /modified-before: .*contradicts/],
  ];
  test('is refused before any call, with the input, its value and what to do', async () => {
    const s = setStage(lab, { versions: true });
    for (const [inputs, words] of refused) {
      const run = await s.run({ ...VERSIONS, ...inputs });
      assert.equal(run.code, 1);
      assert.match(run.log, words);
    }
    assert.equal(s.requests().length, 0);
  });

  for (const versioning of ['Off', 'Suspended'] as const) {
    test(`is a destination with versioning ${versioning}: it is told before anything changes`, async () => {
      const s = setStage(lab, { versions: true });
      s.to.versioning = versioning === 'Off' ? undefined : versioning;
      write(s);
      const run = await s.run(VERSIONS);
      assert.equal(run.code, 1);
      assert.deepEqual(changes(s), []);
      assert.deepEqual(s.to.keys(), []);
      assert.deepEqual(findings(run), ['destination-versioning: fail']);
      assert.match(
        checkOf(run, 'destination-versioning').fix?.todo ?? '',
        new RegExp(
          `aws s3api put-bucket-versioning --bucket ${s.to.name} --versioning-configuration Status=Enabled`,
        ),
      );
    });
  }

  test('is a source that has never kept versions', async () => {
    const s = setStage(lab, { versions: true });
    s.from.versioning = undefined;
    s.from.put('a', 'x');
    const run = await s.run(VERSIONS);
    assert.deepEqual([run.code, findings(run)], [1, ['source-versioning: fail']]);
    assert.match(checkOf(run, 'source-versioning').fix?.todo ?? '', /Leave `versions` out of `preserve`/);
  });

  test('without the permissions is told with the statements that grant them', async () => {
    const s = setStage(lab);
    s.from.versioning = 'Enabled';
    s.to.versioning = 'Enabled';
    s.from.put('a', 'one', { tags: { n: '1' } });
    s.from.put('a', 'two', { tags: { n: '2' } });
    s.from.delete('a');
    const writes = ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload'];
    const list = (side: Stage['source']) => ({
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: `arn:aws:s3:::${side.bucket}`,
    });
    const own = [
      list(s.destination),
      { Effect: 'Allow', Action: writes, Resource: `arn:aws:s3:::${s.to.name}/*` },
    ];
    s.source.setRolePolicy(policy(list(s.source)));
    s.destination.setRolePolicy(policy(...own));
    s.source.setBucketPolicy(undefined);

    for (let round = 0; round < 4; round++) {
      const run = await s.run({ ...VERSIONS, engine: 'copy' });
      if (run.code === 0) {
        assert.deepEqual(histories(s.to), histories(s.from));
        assert.ok(round > 0);
        return;
      }
      apply(lab, run);
    }
    assert.fail('What the run asked for was granted, and did not suffice.');
  });
});
