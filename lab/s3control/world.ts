/** Everything S3 Batch Operations knows: the jobs of each account in each Region. */
import type { JobStatus } from '@aws-sdk/client-s3-control';
import type { Faults } from '../faults.ts';
import type { Accounts } from '../iam/accounts.ts';
import type { Sessions } from '../iam/sessions.ts';
import type { Authorize, Caller, LabRequest } from '../kinds.ts';
import type { S3 } from '../s3/index.ts';
import type { Failure } from './errors.ts';
import type { JobRequest } from './requests.ts';
import type { Element } from './xml.ts';

export interface World {
  readonly authorize: Authorize;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly s3: S3;
  readonly faults: Faults;
  readonly now: () => Date;
  /** The jobs of all accounts and Regions by their id. */
  readonly jobs: Map<string, Job>;
  /** Work on jobs under way. */
  readonly running: Set<Promise<void>>;
  /** Aborted when the lab closes. */
  readonly closing: AbortController;
  /** What went wrong in jobs that is no fault of theirs. */
  readonly bugs: unknown[];
}

/** One request, by whom, and to which Region. */
export interface Call {
  readonly world: World;
  readonly caller: Caller;
  readonly region: string;
  readonly request: LabRequest;
}

/** One line of a manifest. */
export interface Task {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** A task that was run; with a failure when it did not succeed. */
export interface Outcome extends Task {
  readonly failure: Failure | undefined;
}

export interface Job {
  readonly id: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly request: JobRequest;
  /** The request as it was sent, for descriptions to repeat. */
  readonly sent: Readonly<Record<string, Element>>;
  readonly created: Date;
  readonly cancel: AbortController;
  readonly outcomes: Outcome[];
  readonly failures: Failure[];
  tags: ReadonlyMap<string, string>;
  status: JobStatus;
  priority: number;
  failed: number;
  /** `undefined` until the manifest is read. */
  tasks: readonly Task[] | undefined;
  suspended: Date | undefined;
  activated: Date | undefined;
  ended: Date | undefined;
  updateReason: string | undefined;
}

/** Complete says nothing of its tasks. Source: User Guide, batch-ops-job-status. */
export const isOver = ({ status }: Job): boolean =>
  status === 'Complete' || status === 'Failed' || status === 'Cancelled';

/** The name of the operation a job runs on every object. */
export const operationOf = ({ request }: Pick<Job, 'request'>): string =>
  Object.keys(request.Operation)[0] ?? '';
