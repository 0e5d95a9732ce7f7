/**
 * What is missing is found before anything changes and told in words that can be pasted. Here they are: whatever the
 * run asks for is put where the run says, by the letter, and then the run must pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { sparse } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { destinationRolePolicy, sourceRolePolicy, trustPolicy } from '../../lab/worlds.ts';
import { apply, statementsOf, without } from './paste.ts';
import {
  allow,
  checkOf,
  contents,
  findings,
  GIB,
  type Inputs,
  openLab,
  pasted,
  policy,
  type Run,
  type Stage,
  setStage,
} from './stage.ts';

const lab = await openLab();

interface Case {
  readonly missing: string;
  readonly options?: TwoAccountsOptions;
  readonly inputs?: Inputs;
  readonly take: (s: Stage) => void;
  /** The checks that find it; `unknown` ones could not be made because of it. */
  readonly finds: readonly string[];
}

const ORGANIZATION: TwoAccountsOptions = { organization: 'o-octo' };
const NOTHING = policy(allow('sts:GetCallerIdentity', '*'));

const CASES: readonly Case[] = [
  {
    missing: 'the policy of the source bucket',
    take: s => s.source.setBucketPolicy(undefined),
    finds: ['signer-can-read: fail'],
  },
  {
    missing: 'the policy of the source bucket, within an organization',
    options: ORGANIZATION,
    take: s => s.source.setBucketPolicy(undefined),
    finds: ['signer-can-read: fail'],
  },
  {
    missing: 'the right of the destination role to read at the source',
    take: s => s.destination.setRolePolicy(destinationRolePolicy(s.to.name, 'another-bucket')),
    finds: ['signer-can-read: fail'],
  },
  {
    missing: 'the right of the destination role to read at the source, within an organization',
    options: ORGANIZATION,
    take: s => s.destination.setRolePolicy(destinationRolePolicy(s.to.name, 'another-bucket')),
    finds: ['signer-can-read: fail'],
  },
  {
    missing: 's3:GetObjectTagging in the policy of the destination role',
    options: ORGANIZATION,
    take: s => s.destination.setRolePolicy(destinationPolicyWithout(s, 's3:GetObjectTagging')),
    finds: ['signer-can-read: fail'],
  },
  {
    missing: 'the policy of the destination bucket, with `copy-as: source`',
    inputs: { 'copy-as': 'source' },
    take: s => {
      s.source.setBucketPolicy(undefined);
      const writes = allow(
        ['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload'],
        `${s.to.arn}/*`,
      );
      s.source.setRolePolicy(policy(...statementsOf(sourceRolePolicy(s.from.name)), writes));
    },
    finds: ['destination-writable: fail'],
  },
  {
    missing: 'everything on both sides of `copy-as: source` where the destination has ACLs enabled',
    options: { destination: { ownership: 'BucketOwnerPreferred' } },
    inputs: { 'copy-as': 'source' },
    take: s => s.source.setBucketPolicy(undefined),
    finds: ['destination-writable: fail'],
  },
  {
    missing: 'the trust of the source role',
    take: s => s.source.setTrustPolicy(trustPolicy(s.source.account, ['repo:octo-org/another:*'])),
    finds: ['source-identity: fail'],
  },
];

describe('what is missing is found before anything changes, and what the run says helps:', {
  concurrency: 3,
}, () => {
  for (const { missing, options, inputs, take, finds } of CASES) {
    test(missing, async () => {
      const s = furnished(options);
      take(s);
      // Left to choose, the run would stream what it may not copy.
      const asked = { engine: 'copy', ...inputs };
      const refused = await s.run(asked);
      assert.deepEqual(findings(refused), finds);
      assertNothingHappened(s, refused);
      apply(lab, refused);
      const run = await s.run(asked);
      assert.equal(run.code, 0, run.log);
      assert.deepEqual(contents(s.to), contents(s.from));
    });
  }

  test('everything: roles without a policy and a bucket without one, below prefixes', async () => {
    const s = furnished();
    s.from.put('elsewhere', 'x');
    s.source.setBucketPolicy(undefined);
    for (const side of [s.source, s.destination]) side.setRolePolicy(NOTHING);
    s.to.put('out/extra', 'x');
    const inputs = {
      source: `s3://${s.from.name}/in/`,
      destination: `s3://${s.to.name}/out/`,
      delete: 'true',
      'max-delete': '1',
    };
    const first = await s.run(inputs);
    assertNothingHappened(s, first);
    apply(lab, first);
    // Only one who may list the source can be shown an object to try.
    const second = await s.run(inputs);
    assert.ok(findings(second).includes('signer-can-read: fail'), second.log);
    assertNothingHappened(s, second);
    apply(lab, second);
    const run = await s.run(inputs);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(contents(s.to, 'out/'), contents(s.from, 'in/'));
  });
});

describe('the statements', { concurrency: 3 }, () => {
  test('are the smallest that do: for these locations, actions and this principal', async () => {
    const s = furnished();
    s.source.setBucketPolicy(undefined);
    s.destination.setRolePolicy(destinationPolicyWithout(s, 's3:PutObject', 's3:ListBucket'));
    const run = await s.run({
      source: `s3://${s.from.name}/in/`,
      destination: `s3://${s.to.name}/out/`,
      preserve: 'metadata',
      engine: 'copy',
    });
    const reading = {
      Sid: 'S3SyncRead',
      Effect: 'Allow',
      Action: ['s3:GetObject'],
      Resource: `${s.from.arn}/in/*`,
    };
    const { Sid, Effect, ...rest } = reading;
    assert.deepEqual(pasted(run), [
      policy({ Sid: 'S3SyncList', Effect: 'Allow', Action: 's3:ListBucket', Resource: s.to.arn }, reading, {
        Sid: 'S3SyncWrite',
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
        Resource: `${s.to.arn}/out/*`,
      }),
      policy({ Sid, Effect, Principal: { AWS: s.destination.role }, ...rest }),
    ]);
  });

  test('name the key where it is KMS that denies', async () => {
    const s = furnished({ organization: 'o-octo' });
    const key = lab.s3.createKey({ account: s.source.account, region: s.source.region });
    s.from.put('in/encrypted', 'x'.repeat(10), { encryption: { algorithm: 'aws:kms', keyArn: key.arn } });
    const run = await s.run({ source: `s3://${s.from.name}/in/encrypted`, engine: 'copy' });
    assert.deepEqual(findings(run), ['signer-can-read: fail']);
    const { todo = '', paste = '' } = checkOf(run, 'signer-can-read').fix ?? {};
    assert.match(paste, /kms:Decrypt/);
    assert.ok(paste.includes(key.arn), paste);
    assert.ok(todo.includes(s.destination.role), todo);
    assertNothingHappened(s, run);
  });
});

/** Objects that need every permission there is, one of them in parts. */
function furnished(options?: TwoAccountsOptions): Stage {
  const s = setStage(lab, options);
  s.from.put('in/object', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  s.from.put('in/large', sparse(6 * GIB, 'large'), { tags: { e: 'f' }, parts: GIB });
  return s;
}

function assertNothingHappened(s: Stage, run: Run): void {
  assert.equal(run.code, 1);
  const touched = s.mutations().filter(({ key }) => !key?.endsWith('.s3-cross-account-sync-probe'));
  assert.deepEqual(touched, []);
  assert.equal(s.to.uploads.size, 0);
}

function destinationPolicyWithout(s: Stage, ...actions: string[]): PolicyDocument {
  return without(destinationRolePolicy(s.to.name, s.from.name), ...actions);
}
