/** Locks, access control lists, owners and checksums: carried whole, or refused before anything is copied. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { canonicalId, sparse } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import {
  ago,
  allow,
  checkOf,
  DAY,
  findings,
  HOUR,
  MIB,
  openLab,
  policy,
  type Stage,
  setStage,
} from './stage.ts';

const lab = await openLab();
const FRIEND = canonicalId('999988887777');
const LOCK = { preserve: 'metadata, tags, object-lock' };
const ACL = { preserve: 'metadata, tags, acl' };
const CHECKSUM = { preserve: 'metadata, tags, checksum', verify: 'checksum' };

const BY_SOURCE = { 'copy-as': 'source', engine: 'copy' };

/** A source with an object, whose role may write at the destination. */
function foreignWriter(options: TwoAccountsOptions): Stage {
  const s = setStage(lab, options);
  s.from.put('object', 'content');
  s.source.setRolePolicy(policy(allow('s3:*', '*')));
  s.destination.setBucketPolicy(
    policy({ ...allow('s3:*', `${s.to.arn}/*`), Principal: { AWS: s.source.role } }),
  );
  return s;
}

async function assertRefused(s: Stage, inputs: Record<string, string>, check: string, ...says: RegExp[]) {
  const run = await s.run(inputs);
  const { seen, fix } = checkOf(run, check);
  assert.deepEqual([run.code, s.to.size, findings(run)], [1, 0, [`${check}: fail`]]);
  for (const words of says) assert.match(`${seen} ${fix?.todo}`, words);
}

describe('Object Lock', { concurrency: 3 }, () => {
  const locked: TwoAccountsOptions = { source: { objectLock: {} } };

  test('is refused where the destination has none', async () => {
    const s = setStage(lab, locked);
    s.from.put('object', 'content', { legalHold: true });
    const command = new RegExp(`put-object-lock-configuration --bucket ${s.to.name} `);
    await assertRefused(
      s,
      LOCK,
      'destination-object-lock',
      /`preserve: object-lock` cannot be kept/,
      command,
    );
  });

  test('that has run out, or was lifted, is not sent again', async () => {
    const s = setStage(lab, { ...locked, destination: { objectLock: {} } });
    s.from.put('object', 'content', {
      retention: { mode: 'COMPLIANCE', until: ago(DAY) },
      legalHold: false,
    });
    const run = await s.run(LOCK);
    assert.equal(run.code, 0, run.log);
    const there = s.to.get('object');
    assert.deepEqual([there?.retention, there?.legalHold], [undefined, undefined]);
  });

  test('of a bucket that has none costs no request', async () => {
    const s = setStage(lab);
    s.from.put('object', 'content');
    const run = await s.run(LOCK);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([s.requests('GetObjectRetention'), s.requests('GetObjectLegalHold')], [[], []]);
  });

  test('of a bucket that does not say whether it has any is asked for, object by object', async () => {
    const s = setStage(lab, { destination: { objectLock: {} } });
    s.from.put('a', 'content');
    s.from.put('b', 'content');
    s.fault(
      { operation: 'GetObjectLockConfiguration', bucket: s.from.name },
      { kind: 'error', status: 403, code: 'AccessDenied' },
    );
    const run = await s.run(LOCK);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.keys(), ['a', 'b']);
    // Of one object also by the checks.
    assert.equal(s.requests('GetObjectRetention').length, 3);
  });

  test('and the ACL of each version go with that version', async () => {
    const guarded = { objectLock: {}, ownership: 'ObjectWriter' } as const;
    const s = setStage(lab, { source: guarded, destination: guarded, versions: true });
    const retention = { mode: 'GOVERNANCE', until: new Date(Date.now() + HOUR) } as const;
    s.from.put('object', 'first', { retention });
    s.from.put('object', 'second', { legalHold: true });
    s.from.put('object', 'third', { grants: [{ grantee: FRIEND, permission: 'READ' }] });
    const run = await s.run({ preserve: 'metadata, tags, object-lock, acl, versions' });
    assert.equal(run.code, 0, run.log);
    const carried = (s.to.versions.get('object') ?? []).map(version => {
      assert.equal(version.kind, 'object');
      const { content, retention: kept, legalHold, grants } = version;
      return [content.bytes().toString(), kept, legalHold, grants.some(({ grantee }) => grantee === FRIEND)];
    });
    assert.deepEqual(carried, [
      ['third', undefined, undefined, true],
      ['second', undefined, true, false],
      ['first', retention, undefined, false],
    ]);
  });

  test('left behind is told', async () => {
    const s = setStage(lab, locked);
    s.from.put('object', 'content', {
      retention: { mode: 'GOVERNANCE', until: new Date(Date.now() + HOUR) },
    });
    const { verdict, fix } = checkOf(await s.run(), 'source-object-lock');
    assert.equal(verdict, 'warn');
    assert.match(fix?.todo ?? '', /add `object-lock` to `preserve`/);
  });
});

describe('an access control list', { concurrency: 3 }, () => {
  const shared = { grants: [{ grantee: FRIEND, permission: 'READ' }] } as const;

  test('is refused where the destination has ACLs disabled', async () => {
    const s = setStage(lab, { source: { ownership: 'ObjectWriter' } });
    s.from.put('object', 'content', shared);
    await assertRefused(
      s,
      ACL,
      'preserve-acl',
      /ACLs disabled/,
      /bucket policy/,
      /put-bucket-ownership-controls/,
    );
  });

  test('is refused where a foreign account writes, which would own the copies', async () => {
    const s = foreignWriter({
      source: { ownership: 'ObjectWriter' },
      destination: { ownership: 'BucketOwnerPreferred' },
    });
    s.from.put('object', 'content', shared);
    await assertRefused(s, { ...ACL, ...BY_SOURCE }, 'preserve-acl', /copy-as: destination/);
  });

  test('of a bucket that has them disabled costs no request', async () => {
    const s = setStage(lab);
    s.from.put('object', 'content', shared);
    const run = await s.run(ACL);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.requests('GetObjectAcl'), []);
    assert.equal(checkOf(run, 'preserve-acl').verdict, 'pass');
  });

  test('gives the groups what it gave them, and the new owner what the old one had', async () => {
    const s = setStage(lab, {
      source: { ownership: 'ObjectWriter' },
      destination: { ownership: 'ObjectWriter' },
    });
    s.to.publicAccessBlock = undefined;
    s.from.put('private', 'content');
    s.from.put('public', 'content', {
      grants: [
        { grantee: 'AllUsers', permission: 'READ' },
        { grantee: FRIEND, permission: 'FULL_CONTROL' },
        { grantee: FRIEND, permission: 'WRITE_ACP' },
      ],
    });
    const run = await s.run(ACL);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(s.to.get('private')?.grants, []);
    assert.deepEqual(
      sorted(s.to.get('public')?.grants),
      [
        `${FRIEND} FULL_CONTROL`,
        `${FRIEND} WRITE_ACP`,
        'AllUsers READ',
        `${canonicalId(s.destination.account)} FULL_CONTROL`,
      ].toSorted(),
    );
  });

  test('that makes an object public fails that object alone where the destination forbids it', async () => {
    const s = setStage(lab, {
      source: { ownership: 'ObjectWriter' },
      destination: { ownership: 'ObjectWriter' },
    });
    s.from.put('private', 'content');
    s.from.put('public', 'content', { grants: [{ grantee: 'AllUsers', permission: 'READ' }] });
    const run = await s.run({ ...ACL, engine: 'copy' });
    assert.equal(run.code, 1);
    assert.deepEqual(s.to.keys(), ['private']);
    assert.match(run.record('public').error?.message ?? '', /BlockPublicAcls/);
  });
});

describe('the owner of the copies', { concurrency: 3 }, () => {
  test('is the bucket owner where the bucket takes over what it is given', async () => {
    const s = foreignWriter({ destination: { ownership: 'BucketOwnerPreferred' } });
    const run = await s.run(BY_SOURCE);
    assert.equal(run.code, 0, run.log);
    assert.equal(s.to.get('object')?.owner, s.destination.account);
    assert.deepEqual(run.report.notes, []);
  });

  test('is read back, and told where it is the foreign writer', async () => {
    const s = foreignWriter({ destination: { ownership: 'ObjectWriter' } });
    const run = await s.run(BY_SOURCE);
    assert.equal(run.code, 0, run.log);
    assert.equal(s.to.get('object')?.owner, s.source.account);
    const [note = ''] = run.report.notes;
    assert.match(note, new RegExp(`belong to account ${s.source.account}.*copy-as: destination`));
    assert.ok(run.summary.includes(s.source.account), run.summary);
  });
});

describe('a checksum', { concurrency: 3 }, () => {
  test('made of those of the parts is kept with them, be it one, and the ETag as well', async () => {
    const s = setStage(lab);
    s.from.put('one part', 'content', { parts: 100, checksum: 'SHA256' });
    s.from.put('parts', sparse(23 * MIB, 'parts'), {
      parts: [5 * MIB, 9 * MIB, 9 * MIB],
      checksum: 'CRC32C',
    });
    const run = await s.run(CHECKSUM);
    assert.equal(run.code, 0, run.log);
    for (const key of ['one part', 'parts']) {
      const [ours, theirs] = [s.from.get(key), s.to.get(key)];
      assert.deepEqual([theirs?.checksum, theirs?.etag], [ours?.checksum, ours?.etag], key);
      assert.equal(run.record(key).proof, 'part-etag');
    }
  });

  test('of the whole is kept by stream, however large the object', async () => {
    const s = setStage(lab);
    s.from.put('large', Buffer.alloc(70 * MIB, 'x'), { checksum: 'SHA256' });
    const run = await s.run({ ...CHECKSUM, engine: 'stream' });
    assert.equal(run.code, 0, run.log);
    const [ours, theirs] = [s.from.get('large'), s.to.get('large')];
    assert.deepEqual([theirs?.checksum, theirs?.etag], [ours?.checksum, ours?.etag]);
  });

  test('proves the copy where the ETags, under KMS, prove nothing', async () => {
    const s = setStage(lab, { source: { encryption: { algorithm: 'aws:kms' } } });
    const key = lab.s3.createKey({ account: s.source.account, region: s.source.region });
    Object.assign(key, { policy: policy({ ...allow('kms:*', '*'), Principal: '*' }) });
    lab.iam.accounts.putPolicy(s.destination.role, 'keys', policy(allow('kms:*', '*')));
    s.from.put('parts', sparse(23 * MIB, 'parts'), {
      parts: 8 * MIB,
      checksum: 'SHA256',
      encryption: { algorithm: 'aws:kms', keyArn: key.arn },
    });
    const run = await s.run(CHECKSUM);
    assert.equal(run.code, 0, run.log);
    assert.equal(run.record('parts').proof, 'checksum');
    const again = await s.run({ ...CHECKSUM, compare: 'checksum' });
    assert.equal(again.record('parts').reason, 'same-checksum');
  });

  for (const engine of ['copy', 'stream']) {
    test(`that would become another is refused by ${engine}, object by object, and nothing is written`, async () => {
      const s = setStage(lab);
      s.from.put('fine', 'content');
      // Parts of less than 5 MiB: S3 would not take them again.
      s.from.put('lost', Buffer.alloc(6 * MIB, 'x'), { parts: 2 * MIB, checksum: 'SHA256' });
      const run = await s.run({ ...CHECKSUM, engine });
      assert.equal(run.code, 1);
      assert.deepEqual(s.to.keys(), ['fine']);
      const { action, reason, error } = run.record('lost');
      assert.deepEqual([action, reason], ['failed', 'checksum-not-kept']);
      assert.match(error?.message ?? '', /SHA256 checksum \S+-3: it is made of/);
      assert.deepEqual(
        s.requests('CreateMultipartUpload').filter(({ key }) => key === 'lost'),
        [],
      );
    });
  }
});

function sorted(grants: readonly { grantee: string; permission: string }[] | undefined): string[] {
  return (grants ?? []).map(({ grantee, permission }) => `${grantee} ${permission}`).toSorted();
}
