/**
 * A stage on which a bucket changes hands. Everybody may do everything everywhere, by their own policies and by the
 * stranger's: what is refused is refused for want of the owner that the request names, or by the role of a service.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Aim } from '../../lab/faults.ts';
import { startLab } from '../../lab/lab.ts';
import type { LoggedRequest } from '../../lab/request-log.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import type { TwoAccountsOptions } from '../../lab/worlds.ts';
import { documented } from '../documented.ts';
import { batchStage } from './batch-stage.ts';
import { dataSyncStage } from './datasync-stage.ts';
import { replicationStage } from './replication-stage.ts';
import { allow, type Inputs, policy, type Stage, setStage } from './stage.ts';

const STRANGER = '999900001111';

/** Whose bucket is taken over; `work` is that of manifests and reports. */
export type Taken = 'from' | 'to' | 'work';

export interface Contested extends Stage {
  readonly work?: Bucket;
  /** ARNs of the roles that services work under. */
  readonly roles: readonly string[];
}

const STAGES = {
  copy: stageOfItsOwn,
  stream: stageOfItsOwn,
  datasync: async (t: TestContext, options?: TwoAccountsOptions) => {
    const stage = await dataSyncStage(t, options);
    return { ...stage, roles: [stage.role] };
  },
  batch: async (t: TestContext, options?: TwoAccountsOptions) => {
    const stage = await batchStage(t, options);
    return { ...stage, roles: [stage.role] };
  },
  replication: async (t: TestContext, options?: TwoAccountsOptions) => {
    const stage = await replicationStage(t, options);
    return { ...stage, roles: [stage.role, stage.jobRole] };
  },
} satisfies Record<string, (t: TestContext, options?: TwoAccountsOptions) => Promise<Contested>>;

export type Engine = keyof typeof STAGES;
export const ENGINES = Object.keys(STAGES) as Engine[];

async function stageOfItsOwn(t: TestContext, options: TwoAccountsOptions = {}): Promise<Contested> {
  const lab = await startLab();
  t.after(() => lab.close());
  return { ...setStage(lab, options), roles: [] };
}

/** Twenty objects, and roles of the run that may do everything everywhere. */
export async function contested<E extends Engine>(
  engine: E,
  t: TestContext,
  options?: TwoAccountsOptions,
): Promise<Awaited<ReturnType<(typeof STAGES)[E]>>> {
  const s = (await STAGES[engine](t, options)) as Awaited<ReturnType<(typeof STAGES)[E]>>;
  for (const { setRolePolicy } of [s.source, s.destination]) setRolePolicy(policy(allow('*', '*')));
  for (let i = 0; i < 20; i++) s.from.put(`object-${i}`, `content ${i}`, { tags: { n: String(i) } });
  return s;
}

/** Gives the roles of services the statement that the documentation has for them. */
export function confine({ lab, roles, source, destination }: Contested): void {
  const accounts: Readonly<Record<string, string>> = {
    '111122223333': source.account,
    '444455556666': destination.account,
  };
  const text = JSON.stringify(policy(...documented('own-buckets-only')));
  const confined = JSON.parse(text.replace(/\d{12}/g, account => accounts[account] ?? account));
  for (const role of roles) lab.iam.accounts.putPolicy(role, 'own-buckets-only', confined);
}

/** A bucket that has changed hands. */
export interface Theft {
  readonly theirs: Bucket;
  /** What the stranger has in it. */
  readonly state: string;
  /** How many requests had been answered before. */
  readonly since: number;
}

const BAIT = { bait: 'yes' };

/**
 * The bucket is deleted, and made anew by a stranger who lets everybody do everything, and has objects of the same names and
 * contents, so that no condition on an ETag keeps anybody from them.
 */
export function takeOver(s: Contested, taken: Taken): Theft {
  const old = bucketOf(s, taken);
  const { name, region, versioning, arn } = old;
  const theirs = s.lab.s3.createBucket({
    name,
    region,
    account: STRANGER,
    ...(versioning && { versioning }),
    policy: policy({ ...allow('s3:*', [arn, `${arn}/*`]), Principal: '*' }),
  });
  theirs.publicAccessBlock = undefined;
  for (const key of old.keys()) {
    const { content, tags, parts, storageClass } = old.get(key) ?? assert.fail(key);
    theirs.put(key, content, {
      storageClass,
      tags: Object.fromEntries(tags),
      metadata: BAIT,
      ...(parts && { parts: parts.map(({ size }) => size) }),
    });
  }
  return { theirs, state: stateOf(theirs), since: s.lab.requests.all().length };
}

function bucketOf(s: Contested, taken: Taken): Bucket {
  return (taken === 'work' ? s.work : s[taken]) ?? assert.fail(`There is no ${taken}.`);
}

/** All of a bucket that somebody else could have changed. */
function stateOf({ versions, uploads, replication, versioning, policy: allowed }: Bucket): string {
  const held = [...versions.values()].flat().map(({ key, versionId }) => [key, versionId]);
  return JSON.stringify({ held, uploads: [...uploads.keys()], replication, versioning, allowed });
}

/** A moment in a run, by what is about to happen. */
export interface Moment {
  /** An operation, or a phase of what a service does. */
  readonly at: string;
  /** The bucket it is about; that which is taken over where none is given. */
  readonly on?: Taken | undefined;
  /** What must have been struck before. */
  readonly after?: string | undefined;
}

/** What a run meets besides. */
export interface Circumstances {
  readonly inputs?: Inputs;
  readonly furnish?: (s: Contested) => void;
  /** What was done by then was verified: that the rest could not be done is told, and the run ends well. */
  readonly endsWell?: RegExp;
}

/** A run in which a bucket changes hands. */
export interface Case extends Moment, Circumstances {
  readonly engine: Engine;
  readonly taken: Taken;
}

/** With one object that only the destination has. */
export const DELETING: Circumstances = {
  inputs: { delete: 'true', 'max-delete': '1' },
  furnish: s => s.to.put('extra', 'x'),
};

/** Has the bucket change hands at that moment; the function tells whether it has. */
export function takeOverAt(s: Contested, taken: Taken, { at, on = taken, after }: Moment): () => Theft {
  const aim: Aim = { operation: at, times: 1, ...(isOnBucket(at) && { bucket: bucketOf(s, on).name }) };
  let theft: Theft | undefined;
  const arm = () => {
    s.lab.faults.when(aim, () => {
      theft = takeOver(s, taken);
    });
  };
  if (after === undefined) arm();
  else s.lab.faults.when({ operation: after, times: 1 }, arm);
  return () => theft ?? assert.fail(`Nobody has asked for ${at}.`);
}

/** Control planes are asked about jobs and tasks. */
function isOnBucket(operation: string): boolean {
  return !/^(Create(Job|Task|LocationS3)|StartTaskExecution)$/.test(operation);
}

/** The run's own requests to S3, and not those of services. */
export function ownRequests({ lab }: Stage, since = 0): LoggedRequest[] {
  return lab.requests
    .all()
    .slice(since)
    .filter(({ service, caller }) => service === 's3' && caller?.endsWith('/s3sync-4242-1'));
}

/**
 * Nothing is in the stranger's bucket that was not there, nothing of it came to ours, and whatever the run asked of it was
 * refused. Where a bucket is has to be asked first, and S3 answers that to everybody.
 *
 * @returns how much was asked
 */
export function assertUntouched(s: Contested, { theirs, state, since }: Theft): number {
  assert.equal(stateOf(theirs), state, 'nothing was changed there');
  const baited = s.to.keys().filter(key => s.to.get(key)?.metadata.bait !== undefined);
  assert.deepEqual(baited, [], 'nothing was taken from there');
  const asked = ownRequests(s, since)
    .filter(request => isAbout(request, theirs))
    .filter(({ operation, headers }) => operation !== 'HeadBucket' || OWNER in headers);
  assert.deepEqual(
    asked.filter(({ status }) => status !== 403).map(({ operation, status }) => `${operation}: ${status}`),
    [],
    'every request was refused',
  );
  return asked.length;
}

const OWNER = 'x-amz-expected-bucket-owner';

function isAbout({ bucket, headers }: LoggedRequest, { name }: Bucket): boolean {
  return bucket === name || headers['x-amz-copy-source']?.replace(/^\//, '').startsWith(`${name}/`) === true;
}
