/** `grant: temporary`: what a bucket policy lacks is there while the run goes on, and the policy is what it was afterwards. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { destinationAlonePolicy, type TwoAccountsOptions } from '../../lab/worlds.ts';
import { batchStage, onlyTheRole } from './batch-stage.ts';
import { runCli } from './cli-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import {
  GRANTING,
  letGrant,
  policyOf,
  policyWrites,
  saidBy,
  TEMPORARY,
  temporaryIn,
  told,
} from './grant-stage.ts';
import { apply } from './paste.ts';
import { replicationStage } from './replication-stage.ts';
import { allow, checkOf, contents, findings, HOUR, openLab, policy, type Stage, setStage } from './stage.ts';

const lab = await openLab();

/** Nothing in the source bucket's policy, and roles that may write it. */
function bareStage(t: TestContext, options: TwoAccountsOptions = {}) {
  const s = setStage(lab, options);
  s.from.put('a', 'content', { tags: { t: '1' } });
  s.from.put('b', 'more');
  s.source.setBucketPolicy(undefined);
  letGrant(lab, s);
  const owner = policyOf(lab, s.source);
  t.after(owner.close);
  return { s, owner };
}

/** Written as nobody's serializer would: spaces, escapes, a number that a double cannot hold. */
const FOREIGN = (bucket: string) => `{
  "Version" : "2008-10-17", "Id":"ours",
  "Statement" : [
    { "Sid":"Theirs", "Effect":"Deny", "Principal":"*", "Action":"s3:DeleteBucket", "Resource":"arn:aws:s3:::${bucket}" },
    {"Sid" :"\\u0041lso","Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":["s3:PutBucketWebsite"],
     "Resource":"arn:aws:s3:::${bucket}", "Condition":{"NumericGreaterThan":{"s3:max-keys":12345678901234567890}}}
  ]
}`;

describe('with engine copy', { concurrency: 3 }, () => {
  test('where there was no policy there is one for the run, and none afterwards', async t => {
    const { s, owner } = bareStage(t);
    const run = await s.run({ ...TEMPORARY, engine: 'copy' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.deepEqual(policyWrites(s), ['PutBucketPolicy source', 'DeleteBucketPolicy source']);
    assert.equal(await owner.read(), undefined);
    assert.equal(checkOf(run, 'signer-can-read').verdict, 'pass');
    assert.match(checkOf(run, 'source-grant').seen, /^Put in place: S3SyncTemporary[0-9a-f]{16} /);
    const [grant, ...others] = run.report.grants ?? [];
    assert.equal(others.length, 0);
    assert.deepEqual(
      [grant?.bucket, grant?.principal, grant?.actions, grant?.removed],
      [s.from.name, s.destination.role, ['s3:GetObject', 's3:GetObjectTagging'], true],
    );
    const left = Date.parse(grant?.until ?? '') - Date.now();
    assert.ok(left > 5 * HOUR && left < 6 * HOUR + 60_000, `${left}`);
    assert.match(run.summary, new RegExp(`${grant?.sid} in the policy of ${s.from.name}`));
    const post = await (await s.start({ ...TEMPORARY })).finished;
    assert.equal(post.code, 0, post.log);
  });

  for (const [name, text] of [
    ['a list of statements', FOREIGN],
    [
      'one statement without brackets',
      (bucket: string) =>
        `{"Statement": {"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::${bucket}"} , "Version":"2012-10-17"}`,
    ],
  ] as const) {
    test(`what others have in the policy (${name}) stays, to the letter`, async t => {
      const { s, owner } = bareStage(t);
      const before = text(s.from.name);
      await owner.write(before);
      let during: string | undefined;
      const step = await s.start(TEMPORARY, {
        onLine: line => {
          if (line.includes('Listed ')) void owner.read().then(now => (during = now));
        },
      });
      s.fault({ operation: 'CopyObject' }, { kind: 'slow', ms: 500 });
      const run = await step.finished;
      assert.equal(run.code, 0, run.log);
      const others = saidBy(before);
      assert.deepEqual(saidBy(during).slice(0, others.length), others);
      assert.equal(saidBy(during).length, others.length + 1);
      assert.equal(await owner.read(), before);
    });
  }

  test('signed as the source, the destination grants what is written', async () => {
    const s = setStage(lab, { destination: { ownership: 'BucketOwnerEnforced' } });
    s.from.put('a', 'content');
    letGrant(lab, s);
    lab.iam.accounts.putPolicy(
      s.source.role,
      'write',
      policy(
        allow(
          ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload', 's3:GetObject'],
          `${s.to.arn}/*`,
        ),
      ),
    );
    const run = await s.run({ ...TEMPORARY, 'copy-as': 'source' });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(policyWrites(s), ['PutBucketPolicy destination', 'DeleteBucketPolicy destination']);
    assert.equal(s.to.policy, undefined);
  });

  test('with engine auto it is granted and copied server-side, not streamed, as a dry run says beforehand', async t => {
    const { s, owner } = bareStage(t);
    const dry = await s.run({ ...TEMPORARY, mode: 'dry-run' });
    assert.deepEqual([dry.code, dry.report.engines?.chosen], [0, 'copy'], dry.log);
    const run = await s.run(TEMPORARY);
    assert.deepEqual([run.code, run.report.engine], [0, 'copy'], run.log);
    assert.equal(await owner.read(), undefined);
    assert.equal(run.report.engines?.why, dry.report.engines?.why);
  });

  test('with engine auto the run waits for it to hold, though it could stream at once', async t => {
    const { s } = bareStage(t);
    s.fault(
      { operation: 'GetObject', skip: 1, times: 1 },
      { kind: 'error', status: 403, code: 'AccessDenied' },
    );
    const run = await s.run(TEMPORARY);
    assert.deepEqual([run.code, run.report.engine], [0, 'copy'], run.log);
  });

  test('with engine auto it is granted, though a service can do without', async t => {
    const s = await batchStage(t);
    s.from.put('a', 'content');
    onlyTheRole(s);
    letGrant(s.lab, s);
    const before = s.from.policy;
    const dry = await s.run({ ...TEMPORARY, engine: 'auto', mode: 'dry-run' });
    const run = await s.run({ ...TEMPORARY, engine: 'auto' });
    assert.deepEqual([run.code, run.report.engine, dry.report.engine], [0, 'copy', 'copy'], run.log);
    assert.deepEqual(told(run), [{ bucket: s.from.name, removed: true }]);
    assert.deepEqual(s.from.policy, before);
  });

  test('nothing is written where nothing is missing', async () => {
    const s = setStage(lab);
    s.from.put('a', 'content');
    letGrant(lab, s);
    const run = await s.run(TEMPORARY);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual([policyWrites(s), run.report.grants], [[], undefined]);
  });

  test('the run waits until S3 goes by the new policy', async t => {
    const { s, owner } = bareStage(t);
    s.fault(
      { operation: 'GetObject', skip: 1, times: 3 },
      { kind: 'error', status: 403, code: 'AccessDenied' },
    );
    const run = await s.run({ ...TEMPORARY, engine: 'copy' });
    assert.equal(run.code, 0, run.log);
    assert.equal(await owner.read(), undefined);
  });

  test('from the command line it is the same', async t => {
    const { s, owner } = bareStage(t);
    const run = await runCli(s, ['--grant=temporary']);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to), contents(s.from));
    assert.equal(await owner.read(), undefined);
  });
});

describe('with a service', { concurrency: 2 }, () => {
  for (const [engine, stageFor, inputs, bucketOf] of [
    ['datasync', dataSyncStage, {}, (s: Stage) => s.to],
    ['batch', batchStage, {}, (s: Stage) => s.from],
    ['replication', replicationStage, { 'replication-rule': 'remove' }, (s: Stage) => s.to],
  ] as const) {
    test(`${engine}: its role is let in for the run`, async t => {
      const s = await stageFor(t);
      s.from.put('a', 'content', { tags: { t: '1' } });
      letGrant(s.lab, s);
      const bucket = bucketOf(s);
      const others = policy({
        Sid: 'Theirs',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:DeleteBucket',
        Resource: bucket.arn,
      });
      bucket.policy = others;
      const run = await s.run({ ...TEMPORARY, ...inputs });
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(told(run), [{ bucket: bucket.name, removed: true }]);
      assert.equal(run.report.grants?.[0]?.principal, s.role);
      assert.deepEqual(contents(s.to), contents(s.from));
      assert.deepEqual(bucket.policy, others);
      assert.deepEqual(
        findings(run).filter(one => one.endsWith(': fail')),
        [],
      );
    });
  }
});

describe('modes that change nothing', { concurrency: 3 }, () => {
  for (const mode of ['preflight', 'dry-run', 'verify']) {
    test(`${mode} says that a sync would put the statement there, and writes no policy`, async t => {
      const { s } = bareStage(t);
      const run = await s.run({ ...TEMPORARY, engine: 'copy', mode });
      const check = checkOf(run, 'signer-can-read');
      assert.equal(check.verdict, 'warn', run.log);
      assert.match(check.fix?.todo ?? '', /a sync with `grant: temporary` puts this statement/);
      assert.deepEqual(policyWrites(s), []);
      if (mode !== 'preflight') assert.deepEqual(s.mutations(), []);
    });
  }
});

describe('who may not write the policy', { concurrency: 3 }, () => {
  for (const lacking of ['s3:GetBucketPolicy', 's3:PutBucketPolicy']) {
    test(`is told to be let, without ${lacking}; and pasting it helps`, async t => {
      const { s } = bareStage(t);
      letGrant(
        lab,
        s,
        GRANTING.filter(action => action !== lacking),
      );
      lab.iam.accounts.putPolicy(
        s.source.role,
        'sync',
        policy(
          allow('s3:ListBucket', s.from.arn),
          allow(['s3:GetObject', 's3:GetObjectTagging'], `${s.from.arn}/*`),
        ),
      );
      const run = await s.run({ ...TEMPORARY, engine: 'copy' });
      assert.equal(run.code, 1, run.log);
      assert.deepEqual(
        findings(run).filter(one => one.endsWith(': fail')),
        ['signer-can-read: fail', 'source-grant: fail'],
      );
      const { fix } = checkOf(run, 'source-grant');
      assert.deepEqual(JSON.parse(fix?.paste ?? '').Action, GRANTING);
      assert.deepEqual([s.to.size, s.from.policy], [0, undefined]);
      lab.iam.accounts.putPolicy(s.source.role, 'pasted', policy(JSON.parse(fix?.paste ?? '')));
      const again = await s.run({ ...TEMPORARY, engine: 'copy' });
      assert.equal(again.code, 0, again.log);
    });
  }

  test('hears so from preflight, where IAM may be asked', async t => {
    const { s } = bareStage(t);
    letGrant(lab, s, ['s3:GetBucketPolicy']);
    lab.iam.accounts.putPolicy(s.source.role, 'look', policy(allow('iam:SimulatePrincipalPolicy', '*')));
    const refused = await s.run({ ...TEMPORARY, engine: 'copy', mode: 'preflight' });
    assert.equal(refused.code, 1, refused.log);
    assert.equal(checkOf(refused, 'source-grant').verdict, 'fail');
    apply(lab, refused);
    s.source.setBucketPolicy(undefined);
    const run = await s.run({ ...TEMPORARY, engine: 'copy' });
    assert.equal(run.code, 0, run.log);
    assert.equal(s.from.policy, undefined);
  });

  test('streams with engine auto', async t => {
    const { s } = bareStage(t);
    letGrant(lab, s, ['s3:GetBucketPolicy']);
    const run = await s.run(TEMPORARY);
    assert.deepEqual([run.code, run.report.engine], [0, 'stream'], run.log);
    assert.equal(checkOf(run, 'source-grant').verdict, 'warn');
  });

  test('whose signer lacks more than the statement reads so after a minute, and the policy is what it was', async t => {
    const { s, owner } = bareStage(t);
    s.destination.setRolePolicy(destinationAlonePolicy(s.to.name));
    const before = FOREIGN(s.from.name);
    await owner.write(before);
    const run = await s.run({ ...TEMPORARY, engine: 'copy' });
    assert.equal(run.code, 1, run.log);
    assert.match(checkOf(run, 'signer-can-read').seen, /did not help within a minute/);
    assert.equal(await owner.read(), before);
    assert.equal(s.to.size, 0);
  });

  test('reads of the organization, where a policy of it is in the way', async t => {
    const { s } = bareStage(t);
    s.fault(
      { operation: 'PutBucketPolicy' },
      {
        kind: 'error',
        status: 403,
        code: 'AccessDenied',
        message:
          'User: x is not authorized to perform: s3:PutBucketPolicy with an explicit deny in a service control policy',
      },
    );
    const run = await s.run({ ...TEMPORARY, engine: 'copy' });
    assert.equal(run.code, 1, run.log);
    assert.match(
      checkOf(run, 'source-grant').fix?.todo ?? '',
      /^A service control policy denies this outright/,
    );
  });
});

test('a policy that would become too large is left as it is', async t => {
  const { s, owner } = bareStage(t);
  const deny = (index: number) => ({
    Sid: `S${index}`,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:DeleteBucket',
    Resource: `${s.from.arn}`,
    Condition: { StringEquals: { 'aws:PrincipalTag/x': 'x'.repeat(840) } },
  });
  const before = JSON.stringify(policy(...Array.from({ length: 20 }, (_, index) => deny(index))));
  await owner.write(before);
  const run = await s.run({ ...TEMPORARY, engine: 'copy' });
  assert.equal(run.code, 1, run.log);
  assert.match(checkOf(run, 'source-grant').seen, /would have \d+ bytes .* and S3 takes 20480/);
  assert.equal(await owner.read(), before);
  assert.deepEqual(policyWrites(s).length, 1, 'the one of this test');
});

test('what could not be taken away is told with the statement, its end and the way to go about it', async t => {
  const { s, owner } = bareStage(t);
  s.fault({ operation: 'DeleteBucketPolicy' }, { kind: 'error', status: 403, code: 'AccessDenied' });
  const run = await s.run({ ...TEMPORARY, engine: 'copy' });
  assert.equal(run.code, 0, run.log);
  const [left] = await owner.temporary();
  const until = left?.Condition?.DateLessThan?.['aws:CurrentTime'];
  assert.match(run.log, new RegExp(`${left?.Sid} could not be taken out .* It ends by itself at ${until}`));
  assert.ok(run.log.includes(JSON.stringify(left)), run.log);
  assert.deepEqual(told(run), [{ bucket: s.from.name, removed: false }]);
  assert.equal(temporaryIn(s.from).length, 1);
});
