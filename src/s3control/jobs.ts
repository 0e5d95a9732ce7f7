/** Jobs of S3 Batch Operations in one Region of one account: made, found again, looked at, cancelled. */
import {
  CreateJobCommand,
  type CreateJobCommandInput,
  DescribeJobCommand,
  type JobDescriptor,
  JobStatus,
  ListJobsCommand,
  UpdateJobStatusCommand,
} from '@aws-sdk/client-s3-control';
import type { Watched } from '../aws/follow.ts';
import { troubleOf } from '../aws/trouble.ts';
import { pause } from '../aws/waiting.ts';
import type { Ask, S3ControlService } from './service.ts';

/** What is known of a job at one moment. */
export interface Look {
  readonly id: string;
  /** As S3 calls it; there may be words that no model knows yet. */
  readonly status: string;
  readonly isOver: boolean;
  /** It has come to its end, which says nothing of the objects: every one of them may have failed. */
  readonly isWell: boolean;
  /** Why it failed, codes and words; '' else. */
  readonly error: string;
  /** Tasks, one for each line of the manifest; 0 until it has been read. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** A job that is not over. */
export interface UnderWay {
  readonly id: string;
  readonly description: string;
  /** What the job does, as S3 calls it. */
  readonly operation: string;
  /** It is ending by itself. */
  readonly isEnding: boolean;
}

/** What a job is made of, apart from account and Region. */
export type Wish = Omit<CreateJobCommandInput, 'AccountId'>;

/** (S3 User Guide, "Tracking job status and completion reports".) */
const OVER: ReadonlySet<string | undefined> = new Set(['Complete', 'Cancelled', 'Failed']);
const NOT_OVER = Object.values(JobStatus).filter(status => !OVER.has(status));
const ENDING: ReadonlySet<string | undefined> = new Set(['Completing', 'Cancelling', 'Failing']);

/** How long a new job may not be known yet. (S3 User Guide, "Troubleshooting Batch Operations", `NoSuchJob`.) */
const KNOWN_WITHIN_MS = 60_000;

/** The longest time between two looks, for the same page asks for half a minute. */
const LONGEST_MS = 30_000;

export class Jobs {
  readonly region: string;
  readonly #ask: Ask;
  readonly #account: string;
  readonly #aborting: AbortSignal;

  constructor(
    { ask, aborting }: S3ControlService,
    { region, account }: { readonly region: string; readonly account: string },
  ) {
    this.region = region;
    this.#ask = ask;
    this.#aborting = aborting;
    this.#account = account;
  }

  /**
   * @param wish by its token a repeated request, whose first answer was lost, makes no second job
   * @returns the id of the job
   */
  async create(wish: Wish): Promise<string> {
    const { JobId = '' } = await this.#ask(
      this.region,
      new CreateJobCommand({ AccountId: this.#account, ...wish }),
    );
    return JobId;
  }

  /**
   * @param made when the job was made: a young one may not be known yet
   */
  async look(JobId: string, made = new Date()): Promise<Look> {
    const command = new DescribeJobCommand({ AccountId: this.#account, JobId });
    const { Job = {} } = await this.#untilKnown(() => this.#ask(this.region, command), made);
    return lookOf(JobId, Job);
  }

  /** Whether S3 knows a job of an earlier run, here and still. */
  async knows(id: string, made: Date): Promise<boolean> {
    try {
      await this.look(id, made);
      return true;
    } catch (error) {
      if (troubleOf(error).code === 'NoSuchJob') return false;
      throw error;
    }
  }

  /** Ends a job that runs or waits. One that is ending by itself is left to it. */
  async cancel(JobId: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#ask(
        this.region,
        new UpdateJobStatusCommand({
          AccountId: this.#account,
          JobId,
          RequestedJobStatus: 'Cancelled',
          StatusUpdateReason: 'The run that made the job was stopped.',
        }),
        signal,
      );
    } catch (error) {
      if (troubleOf(error).code !== 'JobStatusException') throw error;
      const { status } = await this.look(JobId);
      if (!OVER.has(status) && !ENDING.has(status)) throw error;
    }
  }

  /** The jobs that are not over and whose description is one of ours, in S3's order. */
  async underWay(isOurs: (description: string) => boolean): Promise<UnderWay[]> {
    const found: UnderWay[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListJobsCommand({
        AccountId: this.#account,
        JobStatuses: NOT_OVER,
        ...(NextToken && { NextToken }),
      });
      const page = await this.#ask(this.region, command);
      for (const {
        JobId: id,
        Description: description = '',
        Operation: operation = '',
        Status,
      } of page.Jobs ?? [])
        if (id !== undefined && isOurs(description))
          found.push({ id, description, operation, isEnding: ENDING.has(Status) });
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  watch(id: string): Pick<Watched<Look>, 'look' | 'cancel' | 'longestMs'> {
    return { look: () => this.look(id), cancel: signal => this.cancel(id, signal), longestMs: LONGEST_MS };
  }

  async #untilKnown<T>(ask: () => Promise<T>, made: Date): Promise<T> {
    const end = Math.min(made.getTime(), Date.now()) + KNOWN_WITHIN_MS;
    for (let looks = 0; ; looks++) {
      try {
        return await ask();
      } catch (error) {
        if (troubleOf(error).code !== 'NoSuchJob' || Date.now() > end) throw error;
        await pause(looks, this.#aborting);
      }
    }
  }
}

function lookOf(id: string, { Status, FailureReasons = [], ProgressSummary }: JobDescriptor): Look {
  return {
    id,
    status: Status ?? '',
    isOver: OVER.has(Status),
    isWell: Status === 'Complete',
    error: FailureReasons.map(({ FailureCode, FailureReason }) =>
      [FailureCode, FailureReason].filter(Boolean).join(': '),
    ).join('; '),
    total: ProgressSummary?.TotalNumberOfTasks ?? 0,
    succeeded: ProgressSummary?.NumberOfTasksSucceeded ?? 0,
    failed: ProgressSummary?.NumberOfTasksFailed ?? 0,
  };
}
