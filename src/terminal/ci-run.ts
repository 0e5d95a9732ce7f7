/** Which run of which CI system this is, where one says so. */

/** The page of the job: GitLab's or Jenkins'. */
export function runUrl({ CI_JOB_URL, BUILD_URL }: NodeJS.ProcessEnv): string | undefined {
  return CI_JOB_URL || BUILD_URL || undefined;
}

/** The name CloudTrail will show for this run's sessions; fits STS's `[\w+=,.@-]{2,64}`. */
export function sessionName({ CI_JOB_ID }: NodeJS.ProcessEnv): string {
  return CI_JOB_ID !== undefined && /^\d{1,20}$/.test(CI_JOB_ID) ? `s3sync-${CI_JOB_ID}` : 's3sync-local';
}
