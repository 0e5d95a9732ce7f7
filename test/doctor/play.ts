/**
 * A lab in which everybody may do just what the documentation says that they need, and the whole job in this process: what
 * the documentation calls needed can then be taken away, piece by piece.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Bucket, BucketSettings } from '../../lab/s3/index.ts';
import { trustPolicy } from '../../lab/worlds.ts';
import { forPrincipal, type Statement } from '../../src/aws/policies.ts';
import { tellFindings } from '../../src/job/telling/tell-findings.ts';
import type { Grant } from '../../src/model/checks.ts';
import type { Log } from '../../src/model/log.ts';
import { applyPolicies } from '../e2e/paste.ts';
import { contents, policy } from '../e2e/stage.ts';
import { type JobRun, QUIET, runHere } from '../job/job-on-lab.ts';

export const SOURCE = '111122223333';
export const DESTINATION = '444455556666';
export const SOURCE_ROLE = `arn:aws:iam::${SOURCE}:role/s3-sync-source`;
export const DESTINATION_ROLE = `arn:aws:iam::${DESTINATION}:role/s3-sync-destination`;

export const SOURCE_KEY = `arn:aws:kms:eu-west-1:${SOURCE}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const DESTINATION_KEY = `arn:aws:kms:eu-central-1:${DESTINATION}:key/5678dcba-12ab-34cd-56ef-1234567890ab`;

/** A policy that the documentation has, and in whose hands it is. */
export interface Holding extends Pick<Grant, 'policy' | 'of'> {
  /** A short name for it: `destination role`. */
  readonly whose: string;
  readonly statements: readonly Statement[];
  /** What the policy has besides, which stays. */
  readonly besides?: readonly Statement[];
}

/** One way of running, as the documentation has it. */
export interface Play {
  readonly inputs: Readonly<Record<string, string>>;
  readonly holdings: readonly Holding[];
  readonly source?: Partial<BucketSettings>;
  readonly destination?: Partial<BucketSettings>;
  /** For manifests and reports. */
  readonly work?: BucketSettings;
  /** Keys of KMS, by their ARNs. */
  readonly keys?: readonly string[];
  /** Puts objects into the source, and what else there is. */
  readonly furnish: (from: Bucket, to: Bucket, lab: Lab) => void;
}

export interface Performance {
  readonly lab: Lab;
  readonly from: Bucket;
  readonly to: Bucket;
  /** Gives somebody other statements than the documentation has. */
  put(holding: Holding, statements: readonly object[]): void;
  /** Runs with the inputs of the play. */
  run(mode: string): Promise<Told>;
  /** The destination has what the source has. */
  assertSame(): void;
  close(): Promise<void>;
}

/** A run, and what it told at its end. */
export interface Told extends JobRun {
  /** Puts what it told to be pasted where it told it to be put. */
  paste(): void;
}

export function ownPolicy(whose: string, of: string, ...statements: readonly Statement[]): Holding {
  return { whose, policy: 'identity', of, statements };
}

export function bucketPolicy(whose: string, of: string, ...statements: readonly Statement[]): Holding {
  return { whose, policy: 'bucket', of, statements };
}

export function trust(whose: string, of: string, ...statements: readonly Statement[]): Holding {
  return { whose, policy: 'trust', of, statements };
}

/** The same holding, with more to take away, and what it has had so far out of reach. */
export function besides(holding: Holding, ...statements: readonly Statement[]): Holding {
  return { ...holding, statements, besides: [...(holding.besides ?? []), ...holding.statements] };
}

/** A holding of which nothing is taken away. */
export function whole(holding: Holding): Holding {
  return besides(holding);
}

/** The optional rights to see what the bucket of one's own side says of itself. */
export function seeing(...buckets: string[]): Statement[] {
  return buckets.map(bucket => on(bucket, 's3:GetBucketPolicy', 's3:GetEncryptionConfiguration'));
}

/** @param resource below `arn:aws:s3:::` */
export function on(resource: string, ...actions: string[]): Statement {
  return { Sid: 'S3Sync', Effect: 'Allow', Action: actions, Resource: `arn:aws:s3:::${resource}` };
}

/** The statement for a key by its ARN, as a policy of a role has it. */
export function onKey(statement: Statement, key: string): Statement {
  const { Principal: _, ...rest } = statement;
  return { ...rest, Resource: key };
}

/** What the policies of keys say by themselves, and what somebody of another account may do besides. */
export function keyPolicy(whose: string, of: string, principal: string, statement: Statement): Holding {
  return { whose, policy: 'key', of, statements: [forPrincipal(onKey(statement, '*'), principal)] };
}

/** Plays are performed one after another: what says where AWS is stands in the environment of the process. */
export async function perform(play: Play): Promise<Performance> {
  const lab = await startLab();
  Object.assign(process.env, lab.environment());
  const folder = await mkdtemp(join(tmpdir(), 's3-sync-test-'));
  const { accounts } = lab.iam;
  for (const account of [SOURCE, DESTINATION]) {
    accounts.add(account);
    accounts.addOidcProvider(account, 'token.actions.githubusercontent.com', ['sts.amazonaws.com']);
  }
  for (const arn of rolesOf(play)) addRole(lab, arn);
  for (const arn of play.keys ?? []) addKey(lab, arn);
  const from = lab.s3.createBucket({
    name: 'octo-source',
    account: SOURCE,
    region: 'eu-west-1',
    ...play.source,
  });
  const to = lab.s3.createBucket({
    name: 'octo-destination',
    account: DESTINATION,
    region: 'eu-central-1',
    ...play.destination,
  });
  if (play.work !== undefined) lab.s3.createBucket(play.work);
  play.furnish(from, to, lab);

  const put = ({ policy: kind, of, besides = [] }: Holding, given: readonly object[]) => {
    const statements = [...besides, ...given];
    const document = policy(...statements);
    if (kind === 'identity') accounts.putPolicy(of, 'sync', document);
    else if (kind === 'trust') accounts.setTrustPolicy(of, document);
    else if (kind === 'bucket') lab.s3.bucket(of).policy = statements.length === 0 ? undefined : document;
    else lab.s3.key(of).policy = policy(...byDefault(of), ...statements);
  };
  for (const holding of play.holdings) put(holding, holding.statements);

  const run = async (mode: string): Promise<Told> => {
    const inputs = {
      source: `s3://${from.name}`,
      destination: `s3://${to.name}`,
      'source-role': SOURCE_ROLE,
      'destination-role': DESTINATION_ROLE,
      ...play.inputs,
      mode,
    };
    const done = await runHere(inputs, await mkdtemp(join(folder, 'run-')), undefined, {
      idToken: audience => lab.github.oidc.token(audience),
    });
    return { ...done, paste: () => applyPolicies(lab, told(done)) };
  };
  return {
    lab,
    from,
    to,
    put,
    run,
    assertSame: () => assert.deepEqual(contents(to), contents(from)),
    close: async () => {
      await lab.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function told({ report }: JobRun): string {
  const lines: string[] = [];
  const log: Log = { ...QUIET, info: message => lines.push(message) };
  tellFindings(report, log);
  return lines.join('\n');
}

function rolesOf({ holdings }: Play): ReadonlySet<string> {
  const roles = holdings.flatMap(({ policy: kind, of }) =>
    kind === 'identity' || kind === 'trust' ? [of] : [],
  );
  return new Set([SOURCE_ROLE, DESTINATION_ROLE, ...roles]);
}

function addRole(lab: Lab, arn: string): void {
  const [account = '', path = ''] = arn.split(':').slice(4);
  const [, ...names] = path.split('/');
  lab.iam.accounts.addRole({ account, name: names.at(-1) ?? '', trustPolicy: trustPolicy(account) });
}

function addKey(lab: Lab, arn: string): void {
  const [region = '', account = '', path = ''] = arn.split(':').slice(3);
  lab.s3.createKey({ account, region, id: path.replace('key/', '') });
}

/** Source: KMS Developer Guide, "Default key policy". */
function byDefault(key: string): object[] {
  const account = key.split(':')[4];
  return [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ];
}
