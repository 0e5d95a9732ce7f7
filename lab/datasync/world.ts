/** Everything DataSync knows: locations, tasks and executions of each account in each Region. */
import type {
  FilterRule,
  ManifestConfig,
  Options,
  TaskExecutionStatus,
  TaskMode,
  TaskReportConfig,
} from '@aws-sdk/client-datasync';
import type { Faults } from '../faults.ts';
import type { Accounts } from '../iam/accounts.ts';
import type { Sessions } from '../iam/sessions.ts';
import type { Authorize, Caller } from '../kinds.ts';
import type { S3 } from '../s3/index.ts';
import type { Counts } from './counts.ts';
import type { Reason } from './errors.ts';

export interface World {
  readonly authorize: Authorize;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly s3: S3;
  readonly faults: Faults;
  readonly now: () => Date;
  /** Executions under way. */
  readonly running: Set<Promise<void>>;
  /** Aborted when the lab closes. */
  readonly closing: AbortController;
  /** What went wrong in executions that is no fault of theirs. */
  readonly bugs: unknown[];
  /** The DataSync of an account in a Region. */
  home(account: string, region: string): Home;
  /** The tasks of all accounts and Regions. */
  tasks(): readonly Task[];
}

export interface Home {
  readonly account: string;
  readonly region: string;
  readonly locations: Map<string, Location>;
  readonly tasks: Map<string, Task>;
}

/** One request, by whom and to whose DataSync. */
export interface Call {
  readonly world: World;
  readonly home: Home;
  readonly caller: Caller;
}

export interface Tagged {
  readonly arn: string;
  readonly tags: Map<string, string>;
}

export interface Location extends Tagged {
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly created: Date;
  /** '' or a folder, with a slash at its end and none at its beginning. */
  prefix: string;
  storageClass: string;
  roleArn: string;
}

/** What a task says about its executions, and an execution may say otherwise. */
export interface Settings {
  readonly options: Options;
  readonly includes: readonly FilterRule[];
  readonly excludes: readonly FilterRule[];
  readonly manifest: ManifestConfig | undefined;
  readonly report: TaskReportConfig | undefined;
}

export interface Task extends Tagged {
  readonly home: Home;
  readonly mode: TaskMode;
  readonly source: Location;
  readonly destination: Location;
  readonly created: Date;
  readonly executions: Execution[];
  name: string | undefined;
  logGroup: string | undefined;
  settings: Settings;
  /** A new task is CREATING until it has been looked at once. */
  ready: boolean;
}

export interface Execution extends Tagged {
  readonly task: Task;
  readonly settings: Settings;
  readonly started: Date;
  readonly counts: Counts;
  readonly cancel: AbortController;
  /** When each phase began. */
  readonly phases: Partial<Record<TaskExecutionStatus, Date>>;
  status: TaskExecutionStatus;
  launched: Date | undefined;
  ended: Date | undefined;
  /** Why it ended in ERROR. */
  error: Partial<Reason> | undefined;
  /** `undefined` without a report. */
  reportResult: { readonly status: 'PENDING' | 'SUCCESS' | 'ERROR'; readonly error?: Reason } | undefined;
}

export const isOver = ({ status }: Execution): boolean => status === 'SUCCESS' || status === 'ERROR';
