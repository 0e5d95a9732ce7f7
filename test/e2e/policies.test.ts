/**
 * What `policies` prints is what a run needs, and all of it: accounts in which nobody may do anything get it by the letter,
 * each policy where it is said to belong, and then the run must pass.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyDocument } from '../../lab/kinds.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { call } from './cli-stage.ts';
import { statementsOf, without } from './paste.ts';
import { ago, contents, DAY, findings, type Inputs, openLab, policy, type Stage, setStage } from './stage.ts';

const lab = await openLab();

const SUBJECTS = [
  'repo:octo-org/octo-repo:ref:refs/heads/main',
  'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main',
];

interface Printed {
  readonly account: string;
  readonly policy?: PolicyDocument;
  readonly trust?: PolicyDocument;
  readonly onlyIf: readonly { readonly when: string; readonly policy: PolicyDocument }[];
}

type ByName = Readonly<Record<string, Printed>>;

interface Answer {
  readonly roles: ByName;
  readonly buckets: ByName;
  readonly keys: ByName;
  readonly notes: readonly string[];
}

interface Case {
  readonly run: string;
  readonly options?: TwoAccountsOptions;
  /** Puts there what only this run needs; returns inputs. */
  readonly set?: (s: Stage) => Inputs;
  /** The conditions that hold; without it none does. */
  readonly holds?: RegExp;
}

const VERSIONED: TwoAccountsOptions = {
  source: { versioning: 'Enabled' },
  destination: { versioning: 'Enabled' },
};
/** What is deleted there can be had back. */
const RECOVERABLE: TwoAccountsOptions = { destination: { versioning: 'Enabled' } };
const PREFIXES = (s: Stage): Inputs => ({
  source: `s3://${s.from.name}/in/`,
  destination: `s3://${s.to.name}/in/`,
});

const CASES: readonly Case[] = [
  { run: 'engine auto' },
  { run: 'engine copy, below prefixes', set: PREFIXES },
  { run: 'copy-as source', set: () => ({ engine: 'copy', 'copy-as': 'source' }) },
  {
    run: 'copy-as source, into a bucket with ACLs enabled',
    options: { destination: { ownership: 'BucketOwnerPreferred' } },
    set: () => ({ engine: 'copy', 'copy-as': 'source', acl: 'bucket-owner-full-control' }),
  },
  { run: 'engine stream', set: () => ({ engine: 'stream' }) },
  { run: 'engine stream without tags', set: () => ({ engine: 'stream', preserve: 'metadata' }) },
  { run: 'deletions', options: RECOVERABLE, set: s => deleting(s, {}) },
  {
    run: 'deletions with copy-as source',
    options: RECOVERABLE,
    set: s => deleting(s, { 'copy-as': 'source', engine: 'copy' }),
  },
  {
    run: 'Object Lock and ACLs',
    options: {
      source: { objectLock: {}, ownership: 'ObjectWriter' },
      destination: { objectLock: {}, ownership: 'BucketOwnerPreferred' },
    },
    set: s => {
      s.from.put('in/held', 'content', { legalHold: true });
      return { preserve: 'metadata, tags, object-lock, acl', engine: 'copy' };
    },
    // Whose the destination is must be known, and whether the source has locks may be.
    holds: /settings of the bucket/,
  },
  {
    run: 'histories',
    options: VERSIONED,
    set: s => {
      s.from.put('in/object', 'another content');
      s.from.delete('in/large');
      return { preserve: 'metadata, tags, versions', delete: 'true', 'max-delete': '5' };
    },
  },
  {
    run: 'restores',
    set: s => {
      s.from.put('in/frozen', 'content', { storageClass: 'GLACIER', lastModified: ago(DAY) });
      return { archived: 'restore' };
    },
  },
  {
    run: 'keys on both sides',
    set: s => {
      const { sourceKey, destinationKey } = sealed(s);
      assert.ok(sourceKey);
      return { encryption: 'aws:kms', 'kms-key': destinationKey };
    },
    holds: /source octo-source-\d+ are encrypted/,
  },
  {
    run: 'keys on both sides, with copy-as source',
    set: s => ({ encryption: 'aws:kms', 'kms-key': sealed(s).destinationKey, 'copy-as': 'source' }),
    holds: /source octo-source-\d+ are encrypted/,
  },
  {
    run: 'one role of the destination account for both sides',
    set: s => ({ 'source-role': s.destination.role, 'source-account': s.source.account }),
  },
  { run: 'engine datasync', set: s => service(s, 'datasync', 'source', 'destination') },
  {
    run: 'engine datasync with a key at the source',
    set: s => {
      sealed(s);
      return service(s, 'datasync', 'source', 'destination');
    },
    holds: /source octo-source-\d+ are encrypted/,
  },
  { run: 'engine batch', set: s => service(s, 'batch', 'destination', 'destination') },
  {
    run: 'engine batch with keys and deletions',
    options: RECOVERABLE,
    set: s => ({
      ...service(s, 'batch', 'destination', 'destination'),
      ...deleting(s, { encryption: 'aws:kms', 'kms-key': sealed(s).destinationKey }),
    }),
    holds: /source octo-source-\d+ are encrypted/,
  },
  {
    run: 'engine replication',
    options: VERSIONED,
    set: s => service(s, 'replication', 'source', 'source'),
  },
  {
    run: 'engine replication that enables versioning, with a role of its own for jobs and deletions',
    options: {},
    set: s => ({
      ...service(s, 'replication', 'source', 'source'),
      ...deleting(s, { 'enable-versioning': 'true' }),
      'batch-role': bareRole(s.source.account, 's3-batch'),
    }),
  },
  {
    run: 'engine replication with keys',
    options: VERSIONED,
    set: s => ({
      ...service(s, 'replication', 'source', 'source'),
      encryption: 'aws:kms',
      'kms-key': sealed(s).destinationKey,
    }),
    holds: /source octo-source-\d+ are encrypted/,
  },
];

describe('what is printed is enough:', { concurrency: 3 }, () => {
  for (const { run, options, set, holds } of CASES) {
    test(run, async () => {
      const s = bare(options);
      const inputs = set?.(s) ?? {};
      const printed = await policies(s, inputs);
      paste(printed, holds);
      const synced = await s.run(inputs);
      assert.equal(synced.code, 0, synced.log);
      const { source = '', preserve } = inputs;
      const prefix = source.endsWith('/in/') ? 'in/' : '';
      if (preserve === undefined && !('archived' in inputs))
        assert.deepEqual(contents(s.to, prefix), contents(s.from, prefix));
      // With all that is printed on a condition, nothing stays unknown.
      paste(printed, /./);
      const looked = await s.run({ ...inputs, mode: 'preflight' });
      assert.deepEqual(findings(looked), [], looked.log);
    });
  }

  for (const mode of ['dry-run', 'verify'] as const) {
    test(`mode ${mode}, which gets no right to write`, async () => {
      const s = bare();
      for (const key of s.from.keys()) {
        const object = s.from.get(key);
        if (mode === 'verify' && object !== undefined) s.to.put(key, 'content');
        if (mode === 'verify') s.from.put(key, 'content');
      }
      const printed = await policies(s, { mode });
      assert.doesNotMatch(JSON.stringify(printed), /s3:(Put|Delete|Abort)|kms:Gen/);
      paste(printed);
      const run = await s.run({ mode });
      assert.equal(run.code, 0, run.log);
    });
  }

  test('mode health of replication', async () => {
    const s = bare(VERSIONED);
    const inputs = service(s, 'replication', 'source', 'source');
    // What is known of the destination makes another rule.
    const settings = /settings of the bucket/;
    paste(await policies(s, inputs), settings);
    const synced = await s.run(inputs);
    assert.equal(synced.code, 0, synced.log);
    const printed = await policies(s, { ...inputs, mode: 'health' });
    assert.doesNotMatch(JSON.stringify(printed), /s3:(Put|Delete|Abort|Create)/);
    paste(printed, settings);
    const run = await s.run({ ...inputs, mode: 'health' });
    assert.equal(run.code, 0, run.log);
    paste(printed, /./);
    const looked = await s.run({ ...inputs, mode: 'health' });
    assert.deepEqual(findings(looked), [], looked.log);
  });
});

test('policies are printed without a word to AWS, and inputs that do not suffice are refused', async () => {
  const s = setStage(lab);
  const before = lab.requests.all().length;
  const flags = [`--source=s3://${s.from.name}`, `--destination=s3://${s.to.name}`];
  const roles = [`--source-role=${s.source.role}`, `--destination-role=${s.destination.role}`];
  const printed = await call(['policies', ...flags, ...roles], lab.environment(s.source.admin));
  assert.deepEqual([printed.code, printed.log], [0, '']);
  assert.match(printed.stdout, /^Policies for s3:\/\/octo-source-/);
  const refused = await call(['policies', ...flags, '--subject', '*'], lab.environment(s.source.admin));
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.match(refused.log, /subject: "\*" has a wildcard/);
  assert.equal(lab.requests.all().length, before);
});

/** What a run with the defaults is spared without, in the numbers of docs/permissions.md, "Every action". */
const ADVISED: readonly (readonly [statement: string, action: string, reason: string])[] = [
  ['source role: S3SyncRead', 's3:GetObject', '(1) contents are compared by size and time only'],
  ['destination role: S3SyncRead', 's3:GetObject', '(1), and (3) a lost answer counts as a failure'],
  ['destination role: S3SyncList2', 's3:ListBucket', '(2) a vanished object counts as denied'],
  ['source bucket: S3SyncList', 's3:ListBucket', '(2) a vanished object counts as denied'],
];

test('what is printed for the defaults is no more than is needed', { concurrency: 3 }, async t => {
  const engine = { engine: 'copy' };
  const answer = await policies(bare(), engine);
  const tried: Promise<void>[] = [];
  for (const where of ['source role', 'destination role', 'source bucket'] as const) {
    for (const statement of statementsOf(documentOf(answer, where)) as Named[]) {
      for (const action of [statement.Action].flat()) {
        const name = `${where}: ${statement.Sid}`;
        const advised = ADVISED.find(([one, other]) => one === name && other === action);
        tried.push(
          t.test(`${name} without ${action}${advised === undefined ? '' : `: ${advised[2]}`}`, async () => {
            const s = bare();
            const printed = await policies(s, engine);
            paste(printed);
            take(s, where, statement.Sid, action, documentOf(printed, where));
            const refused = await s.run({ ...engine, mode: 'preflight' });
            if (advised === undefined) {
              assert.equal(refused.code, 1, refused.log);
            } else {
              const run = await s.run(engine);
              assert.equal(run.code, 0, run.log);
              assert.deepEqual(contents(s.to), contents(s.from));
            }
          }),
        );
      }
    }
  }
  await Promise.all(tried);
  assert.equal(tried.length, 13);
});

interface Named {
  readonly Sid: string;
  readonly Action: string | readonly string[];
}

type Where = 'source role' | 'destination role' | 'source bucket';

function documentOf({ roles, buckets }: Answer, where: Where): PolicyDocument {
  const wanted = where.startsWith('source') ? /source/ : /destination/;
  const [, printed] =
    Object.entries(where.endsWith('role') ? roles : buckets).find(([name]) => wanted.test(name)) ?? [];
  assert.ok(printed?.policy, where);
  return printed.policy;
}

/** Takes one action out of one statement. */
function take(s: Stage, where: Where, sid: string, action: string, document: PolicyDocument): void {
  const left = policy(
    ...(statementsOf(document) as Named[]).flatMap((statement): object[] =>
      statement.Sid === sid ? statementsOf(without(policy(statement), action)) : [statement],
    ),
  );
  if (where === 'source bucket') s.source.setBucketPolicy(left);
  else s[where === 'source role' ? 'source' : 'destination'].setRolePolicy(left);
}

const NOBODY = policy({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' });

/** Two accounts in which no policy allows anything, and objects that need all the rights that there are by default. */
function bare(options?: TwoAccountsOptions): Stage {
  const s = setStage(lab, options);
  s.from.put('in/object', 'content', { metadata: { a: 'b' }, tags: { c: 'd' } });
  s.from.put('in/large', 'x'.repeat(1000), { tags: { e: 'f' } });
  for (const side of [s.source, s.destination]) {
    side.setBucketPolicy(undefined);
    side.setTrustPolicy(NOBODY);
    lab.iam.accounts.deletePolicy(side.role, 'sync');
  }
  return s;
}

function bareRole(account: string, name: string): string {
  return lab.iam.accounts.addRole({ account, name, trustPolicy: NOBODY }).arn;
}

/** A service with its role and the bucket of manifests and reports, both in the account of whoever calls it. */
function service(
  s: Stage,
  engine: 'datasync' | 'batch' | 'replication',
  caller: 'source' | 'destination',
  region: 'source' | 'destination',
): Inputs {
  const { account } = s[caller];
  const name = `${s.from.name}-work`;
  lab.s3.createBucket({ name, account, region: s[region].region });
  return {
    engine,
    'work-location': `s3://${name}/sync`,
    [`${engine}-role`]: bareRole(account, `s3-${engine}`),
  };
}

function deleting(s: Stage, inputs: Inputs): Inputs {
  s.to.put('extra', 'x');
  return { delete: 'true', 'max-delete': '1', ...inputs };
}

/** Keys that nobody may use by a policy of theirs unless it is pasted, by their buckets. */
const keys = new Map<string, { policy: PolicyDocument }>();

/** The objects of the source lie under a key of its account; another one is for the copies. */
function sealed(s: Stage): { readonly sourceKey: string; readonly destinationKey: string } {
  const [sourceKey, destinationKey] = [s.source, s.destination].map(({ account, region, bucket }) => {
    const key = lab.s3.createKey({ account, region });
    for (const name of [key.arn, `the key of ${bucket}`]) keys.set(name, key);
    return key.arn;
  }) as [string, string];
  for (const key of s.from.keys()) {
    s.from.put(key, 'content', { encryption: { algorithm: 'aws:kms', keyArn: sourceKey } });
  }
  return { sourceKey, destinationKey };
}

/** What the command line prints for these inputs. */
async function policies(s: Stage, inputs: Inputs): Promise<Answer> {
  const all: Inputs = {
    source: `s3://${s.from.name}`,
    destination: `s3://${s.to.name}`,
    'source-role': s.source.role,
    'destination-role': s.destination.role,
    ...inputs,
  };
  const flags = Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  const subjects = SUBJECTS.map(subject => `--subject=${subject}`);
  const { code, stdout, log } = await call(['policies', '--json', ...flags, ...subjects]);
  assert.equal(code, 0, log);
  return JSON.parse(stdout);
}

/**
 * Puts everything where it belongs.
 *
 * @param holds of conditions, those that hold
 */
function paste({ roles, buckets, keys: ofKeys }: Answer, holds = /^$/): void {
  const whole = ({ policy: always, onlyIf }: Printed): PolicyDocument =>
    policy(
      ...statementsOf(always),
      ...onlyIf.flatMap(({ when, policy: more }) => (holds.test(when) ? statementsOf(more) : [])),
    );
  for (const [role, printed] of Object.entries(roles)) {
    if (printed.trust !== undefined) lab.iam.accounts.setTrustPolicy(role, printed.trust);
    lab.iam.accounts.putPolicy(role, 'sync', whole(printed));
  }
  for (const [name, printed] of Object.entries(buckets)) lab.s3.bucket(name).policy = whole(printed);
  for (const [name, printed] of Object.entries(ofKeys)) {
    const key = keys.get(name);
    if (key !== undefined) key.policy = policy(...statementsOf(key.policy), ...statementsOf(whole(printed)));
  }
}
