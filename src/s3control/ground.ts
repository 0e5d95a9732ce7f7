/** The places between which a job works, as plain values for requests, messages and statements. */
import type { Grantee, Owned } from '../aws/grant.ts';

/** What the job's role is given a bucket for. */
export type Use = 'source' | 'destination' | 'work';

/** A bucket, the beginning of the keys that a run touches there, and what its job does with them. */
export interface Place extends Owned {
  readonly prefix: string;
  /** On objects, that the role must be allowed; none where the service does it under another role. */
  readonly actions: readonly string[];
}

export interface Ground extends Readonly<Record<Use, Place>> {
  /** ARN of the role that S3 Batch Operations assumes, in the account of the caller. */
  readonly role: string;
  /** The input that names it. */
  readonly roleInput: 'batch-role' | 'replication-role';
  /** Who makes the jobs. */
  readonly caller: Grantee;
  readonly partition: string;
  /** Where jobs are made. */
  readonly region: string;
  /** 12-digit account that jobs are made in, which is that of the caller. */
  readonly account: string;
}
