/** `engine: replication`: what exists goes by a job, what comes after by the rule, and what others have stays as it is. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReplicationRule } from '@aws-sdk/client-s3';
import { makeAwkward } from '../../lab/awkward.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import { sourceRolePolicy } from '../../lab/worlds.ts';
import { codes, type ReplicationStage, refusals, replicationStage } from './replication-stage.ts';
import { ago, allow, checkOf, contents, HOUR, policy } from './stage.ts';

const MUTATIONS = /^(Put|Delete|Create|Update|Complete|Abort|Copy|Upload|Restore)/;

/** Lets the roles of both sides enable versioning. */
function letEnable(s: ReplicationStage): void {
  for (const [{ role }, { arn }] of [
    [s.source, s.from],
    [s.destination, s.to],
  ] as const)
    s.lab.iam.accounts.putPolicy(role, 'enabling', policy(allow('s3:PutBucketVersioning', arn)));
}

describe('a run with S3 Replication', { concurrency: 3 }, () => {
  test('moves the awkward bucket; what is put afterwards arrives by itself; a second run does nothing', async t => {
    const s = await replicationStage(t);
    const nobodys = s.lab.s3.createBucket({ ...settingsOf(s.to), name: `${s.to.name}-nobody` });
    const { listed, skipped } = makeAwkward(s.from, nobodys, '', 100, s.lab.clock.now());
    const first = await s.run();
    assert.equal(first.code, 0, first.log);
    const { totals } = first.report;
    assert.deepEqual(
      [totals.listed, totals.copied, totals.skipped, totals.failed],
      [listed, listed - skipped, skipped, 0],
    );
    assert.deepEqual(
      [first.report.engine, first.report.complete, first.report.verified],
      ['replication', true, true],
    );
    assert.deepEqual(contents(s.to), withoutArchive(s.from));
    assert.deepEqual(
      s.rules().map(({ id }) => id),
      [s.rule()],
    );
    assert.equal(s.jobs().length, 1);

    s.from.put('later', 'than the rule', { tags: { a: 'b' } });
    await s.settled();
    assert.deepEqual(contents(s.to), withoutArchive(s.from));

    const before = s.mutations().length;
    const second = await s.run();
    assert.equal(second.code, 0, second.log);
    assert.deepEqual(
      [second.report.totals.copied, second.report.totals.unchanged, second.report.verified],
      [0, listed - skipped + 1, true],
    );
    assert.equal(s.jobs().length, 1);
    // The uploads that prove that the work location can be written.
    const more = s
      .mutations()
      .slice(before)
      .map(({ operation }) => operation);
    assert.deepEqual(
      more.filter(operation => !/MultipartUpload$|^DeleteObject$/.test(operation)),
      [],
    );
  });

  for (const [guard, inputs] of [
    ['max-cost', { 'max-cost': '0.10' }],
    ['max-delete', { delete: 'true', 'max-delete': '0' }],
  ] as const) {
    test(`what ${guard} refuses changes nothing: neither rule nor versioning`, async t => {
      const s = await replicationStage(t);
      s.from.versioning = undefined;
      letEnable(s);
      s.from.put('a', 'content');
      s.to.put('extra', 'content');
      const run = await s.run({ ...inputs, 'enable-versioning': 'true', 'replication-rule': 'remove' });
      assert.equal(run.code, 1, run.log);
      assert.match(run.report.verdict.text, new RegExp(`${guard}: 0.* No object was changed\\.$`));
      assert.deepEqual([s.from.versioning, s.rules(), s.to.keys()], [undefined, [], ['extra']]);
      assert.doesNotMatch(run.summary, /The rule .* stays/);
    });
  }

  test('what is written between the plan and the rule is replicated as well, and no listing is repeated once the rule stands', async t => {
    const s = await replicationStage(t);
    s.from.put('a', 'content');
    s.lab.faults.when(
      { operation: 'PutBucketReplication', bucket: s.from.name, times: 1 },
      () => void s.from.put('between', 'content'),
    );
    const first = await s.run();
    assert.equal(first.code, 0, first.log);
    assert.deepEqual([first.report.totals.copied, s.to.keys()], [2, ['a', 'between']]);
    assert.match(first.log, /Comparing both sides once more/);
    const second = await s.run();
    assert.doesNotMatch(second.log, /Comparing both sides once more/);
  });

  test('replaces what is older and deletes what is too much; what was written later stays above, and is told', async t => {
    const s = await replicationStage(t);
    const day = 24 * HOUR;
    s.to.put('old', 'of before', { lastModified: ago(2 * day) });
    s.to.put('extra', 'x');
    s.from.put('old', 'of today', { lastModified: ago(day) });
    s.from.put('young', 'of yesterday', { lastModified: ago(day) });
    s.to.put('young', 'of today');
    const run = await s.run({ delete: 'true', 'max-delete': '100%' });
    assert.equal(run.code, 1);
    assert.deepEqual(codes(run), { ReplicaHidden: 1 });
    assert.match(
      run.report.failures[0]?.fix?.todo ?? '',
      /run once with `engine: copy`.*Delete no version by its id/,
    );
    assert.equal(run.record('old').action, 'copied');
    assert.ok(s.to.get('extra'), 'nothing is deleted after a failure');
    const [hiding] = s.to.versions.get('young') ?? [];
    s.to.versions.set(
      'young',
      (s.to.versions.get('young') ?? []).filter(version => version !== hiding),
    );
    const again = await s.run({ delete: 'true', 'max-delete': '100%' });
    assert.equal(again.code, 0, again.log);
    assert.equal(again.report.totals.deleted, 1);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('counts nothing as copied that was there before and did not arrive, however equal it is', async t => {
    const s = await replicationStage(t);
    s.from.put('meta', 'same', { metadata: { v: 'new' } });
    s.to.put('meta', 'same', { metadata: { v: 'old' }, lastModified: ago(HOUR) });
    const stop = s.trouble(
      { operation: 'ReplicateObject', key: 'meta' },
      { kind: 'error', status: 500, code: 'InternalError' },
    );
    const run = await s.run({ compare: 'always' });
    assert.equal(run.code, 1, run.log);
    assert.deepEqual(codes(run), { InternalError: 1 });
    stop();
    const again = await s.run({ compare: 'always' });
    assert.equal(again.code, 0, again.log);
    assert.deepEqual(s.to.get('meta')?.metadata, { v: 'new' });
  });

  test('only speaks in a dry run', async t => {
    const s = await replicationStage(t);
    fill(s, 3);
    s.to.versioning = undefined;
    const run = await s.run({ mode: 'dry-run', 'enable-versioning': 'true' });
    assert.equal(run.code, 0, run.log);
    assert.match(checkOf(run, 'destination-versioning').seen, /A sync enables it/);
    assert.match(
      checkOf(run, 'replication-rule').seen,
      new RegExp(`no rule ${s.rule()}.*a sync puts it there`),
    );
    assert.equal(run.report.totals.copied, 3);
    assert.deepEqual(
      s.lab.requests.mutating().filter(({ operation }) => MUTATIONS.test(operation)),
      [],
    );
    assert.deepEqual([s.rules(), s.to.versioning], [[], undefined]);
  });

  test('enables versioning where that was asked for, and is refused where not', async t => {
    const s = await replicationStage(t);
    fill(s, 2);
    s.from.versioning = undefined;
    s.to.versioning = 'Suspended';
    const refused = await s.run();
    assert.deepEqual(refusals(refused), ['source-versioning: fail', 'destination-versioning: fail']);
    assert.match(
      checkOf(refused, 'source-versioning').fix?.todo ?? '',
      /put-bucket-versioning --bucket .* `enable-versioning: true`/,
    );
    assert.deepEqual([s.from.versioning, s.to.versioning], [undefined, 'Suspended']);
    letEnable(s);
    // S3 shows the versioning, and refuses the rule for want of it a moment longer.
    const refuses = (message: string) =>
      s.trouble(
        { operation: 'PutBucketReplication', times: 1 },
        { kind: 'error', status: 400, code: 'InvalidRequest', message },
      );
    refuses('Destination bucket must have versioning enabled.');
    refuses("Versioning must be 'Enabled' on the bucket to apply a replication configuration");
    const run = await s.run({ 'enable-versioning': 'true' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.from.versioning, s.to.versioning], ['Enabled', 'Enabled']);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.ok(run.report.notes.some(note => note.includes(`Enabled versioning of ${s.to.name}`)));
  });

  test("leaves everybody else's rules as they are, also when it takes its own away", async t => {
    const s = await replicationStage(t);
    const elsewhere = s.lab.s3.createBucket({ ...settingsOf(s.to), name: `${s.to.name}-else` });
    const others: ReplicationRule[] = [
      theirs('nightly backup $& é', elsewhere, 7, {
        Filter: { And: { Prefix: 'a/', Tags: [{ Key: 'k', Value: 'v' }] } },
      }),
      theirs('off', elsewhere, 2, { Status: 'Disabled' }),
    ];
    await s.admin.putBucketReplication({
      Bucket: s.from.name,
      ReplicationConfiguration: { Role: s.role, Rules: others },
    });
    const before = s.from.replication?.rules;
    fill(s, 3);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.from.replication?.rules.slice(0, 2), before);
    assert.deepEqual(
      s
        .rules()
        .slice(2)
        .map(({ id }) => id),
      [s.rule()],
    );
    assert.equal(s.from.replication?.rules[2]?.priority, 8);
    const removed = await s.run({ 'replication-rule': 'remove' });
    assert.equal(removed.code, 0, removed.log);
    assert.deepEqual(s.from.replication?.rules, before);
    const told = removed.report.notes.find(note => note.startsWith(`Took away the rule ${s.rule()}`));
    assert.match(told ?? '', /What appeared in the source after it was listed may have been on its way/);
  });

  test('does not put its rule above one of others that makes other replicas, and names its own of other runs', async t => {
    const s = await replicationStage(t);
    const cold = theirs('logs', s.to, 5, {
      Filter: { Prefix: 'logs/' },
      Destination: { Bucket: s.to.arn, StorageClass: 'GLACIER_IR' },
    });
    await s.admin.putBucketReplication({
      Bucket: s.from.name,
      ReplicationConfiguration: { Role: s.role, Rules: [cold] },
    });
    const before = s.rules();
    const refused = await s.run();
    assert.deepEqual(refusals(refused), ['replication-configuration: fail']);
    assert.match(
      checkOf(refused, 'replication-configuration').seen,
      /would come before .*"logs".* the storage class is GLACIER_IR instead of absent/,
    );
    assert.deepEqual(s.rules(), before);
    const same = await s.run({ 'storage-class': 'GLACIER_IR' });
    assert.equal(same.code, 0, same.log);
    assert.match(
      checkOf(same, 'replication-priority').seen,
      /come after .*logs \(priority 5\).*The replicas are the same/,
    );
    await s.admin.putBucketReplication({
      Bucket: s.from.name,
      ReplicationConfiguration: {
        Role: s.role,
        Rules: [
          { ...cold, Destination: { Bucket: s.to.arn } },
          ...(
            (await s.admin.getBucketReplication({ Bucket: s.from.name })).ReplicationConfiguration?.Rules ??
            []
          ).slice(1),
        ],
      },
    });
    const health = await s.run({ mode: 'health', 'storage-class': 'GLACIER_IR' });
    assert.equal(health.code, 0, health.log);
    assert.match(
      checkOf(health, 'replication-priority').seen,
      /S3 goes by ours\. They differ \(logs: the storage class is absent/,
    );
    const narrow = await s.run({
      mode: 'preflight',
      source: `s3://${s.from.name}/other/`,
      destination: `s3://${s.to.name}/other/`,
      'storage-class': 'GLACIER_IR',
    });
    assert.match(
      checkOf(narrow, 'replication-configuration').seen,
      new RegExp(`have put there ${s.rule()}; .*\`replication-rule: remove\``),
    );
  });

  test('takes its rule away once all has arrived, and not before', async t => {
    const s = await replicationStage(t);
    fill(s, 3);
    const stop = s.trouble(
      { operation: 'ReplicateObject', key: 'object-1' },
      { kind: 'error', status: 500, code: 'InternalError' },
    );
    const left = await s.run({ 'replication-rule': 'remove' });
    assert.equal(left.code, 1);
    assert.deepEqual(codes(left), { InternalError: 1 });
    assert.deepEqual(
      s.rules().map(({ id }) => id),
      [s.rule()],
    );
    assert.ok(left.report.notes.some(note => note.startsWith(`The rule ${s.rule()} stays`)));
    stop();
    const run = await s.run({ 'replication-rule': 'remove' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.from.replication, undefined);
    assert.deepEqual(contents(s.to), contents(s.from));
  });

  test('hands replicas over where the destination does not see to that', async t => {
    const s = await replicationStage(t, { destination: { ownership: 'BucketOwnerPreferred' } });
    fill(s, 2);
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(s.from.replication?.rules[0]?.destination.ownerOverride, true);
    assert.equal(s.to.get('object-0')?.owner, s.destination.account);
  });

  test('has S3 publish metrics alone', async t => {
    const s = await replicationStage(t);
    fill(s, 1);
    const run = await s.run({ 'replication-metrics': 'true' });
    assert.equal(run.code, 0, run.log);
    const { metrics, time } = s.from.replication?.rules[0]?.destination ?? {};
    assert.deepEqual([metrics, time], [{ status: 'Enabled', minutes: undefined }, undefined]);
    const puts = s.lab.requests.count('PutBucketReplication');
    assert.equal((await s.run({ 'replication-metrics': 'true' })).code, 0);
    assert.equal(s.lab.requests.count('PutBucketReplication'), puts, 'it is the rule that was wanted');
    assert.equal((await s.run({ mode: 'health', 'replication-metrics': 'true' })).code, 0);
    const without = await s.run({ mode: 'health' });
    assert.match(checkOf(without, 'replication-rule').seen, /Metrics is Enabled instead of absent/);
  });

  test('says all that was asked for in the rule', async t => {
    const s = await replicationStage(t);
    s.from.put('data/one', 'x');
    s.from.put('other', 'x');
    const run = await s.run({
      source: `s3://${s.from.name}/data/`,
      destination: `s3://${s.to.name}/data/`,
      'storage-class': 'GLACIER_IR',
      'replication-delete-markers': 'true',
      'replication-time-control': 'true',
    });
    assert.equal(run.code, 0, run.log);
    const [rule] = s.from.replication?.rules ?? [];
    assert.deepEqual(
      [
        rule?.id,
        rule?.filter.prefix,
        rule?.deleteMarkers,
        rule?.destination.storageClass,
        rule?.destination.time?.minutes,
      ],
      [s.rule('data/'), 'data/', 'Enabled', 'GLACIER_IR', 15],
    );
    assert.deepEqual(s.to.keys(), ['data/one']);
    assert.equal(s.to.get('data/one')?.storageClass, 'GLACIER_IR');
    s.from.delete('data/one');
    await s.settled();
    assert.deepEqual(s.to.keys(), []);
  });

  test('carries histories under their own ids, and names those whose delete markers no job carries', async t => {
    const s = await replicationStage(t);
    s.from.put('a', 'first');
    s.from.put('a', 'second');
    s.from.put('b', 'only');
    s.from.put('marked', 'x');
    s.from.delete('marked');
    s.from.put('marked', 'y');
    s.from.put('deleted', 'x');
    s.from.delete('deleted');
    const run = await s.run({ preserve: 'metadata, tags, versions' });
    assert.equal(run.code, 1);
    assert.deepEqual(codes(run), { DeleteMarkersNotReplicated: 2 });
    assert.deepEqual(run.report.failures[0]?.examples, ['deleted', 'marked']);
    assert.match(run.report.failures[0]?.fix?.todo ?? '', /Run once with `engine: copy`/);
    const ids = (bucket: Bucket, key: string) =>
      bucket.versions.get(key)?.flatMap(({ kind, versionId }) => (kind === 'object' ? versionId : []));
    for (const key of ['a', 'marked']) assert.deepEqual(ids(s.to, key), ids(s.from, key), key);
    assert.equal(ids(s.to, 'deleted'), undefined, 'what is deleted at the source does not show');
    assert.deepEqual([run.record('a').action, run.record('a').versions?.length], ['copied', 2]);
    const still = await s.run({ preserve: 'metadata, tags, versions' });
    assert.deepEqual(codes(still), { DeleteMarkersNotReplicated: 2 });
    assert.equal(s.jobs().length, 1, 'what is there is not asked for again');
    for (const key of ['marked', 'deleted']) s.from.versions.delete(key);
    const again = await s.run({ preserve: 'metadata, tags, versions' });
    assert.equal(again.code, 0, again.log);
    assert.deepEqual([again.report.totals.copied, again.report.verified], [0, true]);
  });

  test('replicates objects under KMS with a key for the replicas, and refuses to leave them behind', async t => {
    const s = await replicationStage(t);
    const [ours, theirsKey] = [s.source, s.destination].map(({ account, region }) =>
      s.lab.s3.createKey({
        account,
        region,
        policy: policy({ ...allow('kms:*', '*'), Principal: { AWS: '*' } }),
      }),
    );
    s.from.encryption = { algorithm: 'aws:kms', keyArn: ours?.arn ?? '' };
    s.from.put('sealed', 'content');
    // From before S3 added checksums: the two have nothing in common but the version.
    s.from.put('sealed long ago', 'content', { checksum: 'none' });
    s.from.versioning = undefined;
    s.from.put('sealed before there were versions', 'content', { checksum: 'none' });
    s.from.versioning = 'Enabled';
    s.from.put('plain', 'content', { encryption: { algorithm: 'AES256' } });
    const refused = await s.run();
    assert.deepEqual(refusals(refused), ['source-encryption: fail']);
    const kms = { encryption: 'aws:kms', 'kms-key': theirsKey?.arn ?? '' };
    const wrong = await s.run({ ...kms, 'kms-key': ours?.arn ?? '' });
    assert.deepEqual(refusals(wrong), ['replication-kms-key: fail']);
    s.lab.iam.accounts.putPolicy(s.role, 'keys', policy(allow('kms:*', '*')));
    const run = await s.run(kms);
    assert.equal(run.code, 0, run.log);
    assert.equal(s.to.get('sealed')?.encryption.keyArn, theirsKey?.arn);
    assert.equal(s.to.get('plain')?.encryption.algorithm, 'AES256');
    assert.notEqual(s.to.get('sealed')?.etag, s.from.get('sealed')?.etag, 'another key, another ETag');
    const second = await s.run(kms);
    assert.deepEqual([second.code, second.report.totals.copied], [0, 0], second.log);
    assert.deepEqual(
      ['sealed', 'sealed long ago', 'sealed before there were versions'].map(
        key => second.record(key).reason,
      ),
      ['same-checksum', 'same-size', 'same-size'],
    );
    assert.equal((await s.run({ ...kms, mode: 'health' })).code, 0);
  });

  test('an object that failed for another destination and is at ours is not failed', async t => {
    const s = await replicationStage(t);
    const elsewhere = s.lab.s3.createBucket({ ...settingsOf(s.to), name: `${s.to.name}-else` });
    await s.admin.putBucketReplication({
      Bucket: s.from.name,
      ReplicationConfiguration: { Role: s.role, Rules: [theirs('else', elsewhere, 1)] },
    });
    const rules = s.from.replication;
    s.from.replication = undefined;
    fill(s, 2);
    s.from.replication = rules;
    const run = await s.run();
    assert.equal(run.code, 0, run.log);
    assert.equal(
      s.from.get('object-0')?.replicationStatus,
      'FAILED',
      'for the other bucket, whose policy lets nobody in',
    );
    assert.equal(run.report.totals.copied, 2);
    assert.equal((await s.run({ mode: 'health' })).code, 0);
  });

  test('lacking what belongs to it in the listing of versions, says what to grant', async t => {
    const s = await replicationStage(t);
    fill(s, 1);
    s.source.setRolePolicy(sourceRolePolicy(s.from.name));
    const run = await s.run();
    assert.equal(run.code, 1);
    assert.ok(refusals(run).includes('source-listable: fail'));
    assert.match(checkOf(run, 'source-listable').fix?.paste ?? '', /ListBucketVersions/);
  });
});

function fill(s: ReplicationStage, count: number): void {
  for (let n = 0; n < count; n++) s.from.put(`object-${n}`, `content ${n}`);
}

function withoutArchive(bucket: Bucket) {
  const { 'archive/2019.tar': _, 'archive/2020.tar': __, ...rest } = contents(bucket);
  return rest;
}

const settingsOf = ({ account, region }: Bucket) => ({ account, region, versioning: 'Enabled' as const });

function theirs(
  ID: string,
  to: Bucket,
  Priority: number,
  more: Partial<ReplicationRule> = {},
): ReplicationRule {
  return {
    ID,
    Priority,
    Status: 'Enabled',
    Filter: { Prefix: '' },
    DeleteMarkerReplication: { Status: 'Disabled' },
    Destination: { Bucket: to.arn },
    ...more,
  };
}
