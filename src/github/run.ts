/**
 * Which run of which workflow this is. Everything is `undefined` away from GitHub.
 */
import { context } from '@actions/github';

export interface Run {
  /** `owner/name`. */
  readonly repository: string | undefined;
  readonly id: number | undefined;
  readonly attempt: number | undefined;
  /** What set the run off, for example `schedule`. */
  readonly event: string | undefined;
  /** The page of the run. */
  readonly url: string | undefined;
}

export function currentRun(): Run {
  const repository = process.env.GITHUB_REPOSITORY || undefined;
  const id = known(context.runId);
  const url =
    repository === undefined || id === undefined
      ? undefined
      : `${context.serverUrl}/${repository}/actions/runs/${id}`;
  // The toolkit types it as always there; away from GitHub it is not.
  const event: string | undefined = context.eventName || undefined;
  return { repository, id, attempt: known(context.runAttempt), event, url };
}

/** The name CloudTrail will show for this run's sessions; fits STS's `[\w+=,.@-]{2,64}`. */
export function sessionName({ id, attempt }: Run): string {
  return id === undefined ? 's3sync-local' : `s3sync-${id}-${attempt ?? 1}`;
}

/** Whether the run is for a pull request that comes from a fork; GitHub gives such runs no ID token. */
export function isForkPullRequest(): boolean {
  const pull = context.payload.pull_request;
  // A deleted fork leaves no head repository behind.
  return pull !== undefined && pull.head?.repo?.full_name !== pull.base?.repo?.full_name;
}

function known(number: number): number | undefined {
  return Number.isNaN(number) ? undefined : number;
}
