/** A lab with a bucket in each of two accounts, and an SDK client for each side. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../lab/kinds.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { Bucket } from '../../lab/s3/index.ts';
import { s3Client } from './clients.ts';

export const SOURCE = '111111111111';
export const DESTINATION = '222222222222';
export const COPIER = `arn:aws:iam::${DESTINATION}:user/copier`;

export interface TwoAccounts {
  readonly lab: Lab;
  readonly source: Bucket;
  readonly destination: Bucket;
  /** The source account itself. */
  readonly owner: S3Client;
  /** A user of the destination account, whose identity policy allows everything. */
  readonly copier: S3Client;
  /** Lets the copier do these actions on the source bucket. */
  grant(...actions: string[]): void;
  /** Lets time pass, in the lab and for the clients. */
  pass(milliseconds: number): void;
}

export async function twoAccounts(
  t: TestContext,
  now = new Date('2026-03-01T12:00:00Z'),
): Promise<TwoAccounts> {
  const lab = await startLab({ now });
  lab.iam.accounts.add(SOURCE);
  lab.iam.accounts.add(DESTINATION);
  const clock = { systemClockOffset: now.getTime() - Date.now() };
  const owner = s3Client(lab.endpoint, lab.iam.accounts.addRootKey(SOURCE), clock);
  const key = lab.iam.accounts.addUser(DESTINATION, 'copier', { all: allow('*', '*') });
  const copier = s3Client(lab.endpoint, key, clock);
  t.after(() => {
    owner.destroy();
    copier.destroy();
    return lab.close();
  });
  const region = 'eu-west-1';
  const source = lab.s3.createBucket({ name: 'source', account: SOURCE, region });
  const destination = lab.s3.createBucket({ name: 'destination', account: DESTINATION, region });
  return {
    lab,
    source,
    destination,
    owner,
    copier,
    grant: (...actions) => {
      source.policy = allow(actions, [source.arn, `${source.arn}/*`], { AWS: COPIER });
    },
    pass: milliseconds => {
      lab.clock.advance(milliseconds);
      for (const client of [owner, copier]) client.config.systemClockOffset += milliseconds;
    },
  };
}

export const allow = (
  actions: string | string[],
  resources: string | string[],
  principal?: unknown,
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      ...(principal !== undefined && { Principal: principal }),
    },
  ],
});

export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly $response: { readonly headers: Readonly<Record<string, string>> };
}

/** The error a call must end in, after its name and status are checked. */
export async function refused(call: Promise<unknown>, status: number, name: string): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const refusal = error as Refusal;
    assert.deepEqual([refusal.$metadata?.httpStatusCode, refusal.name], [status, name], refusal.message);
    return refusal;
  }
  assert.fail(`expected ${name}, but the call succeeded`);
}
