/**
 * One comment on the pull request of a run, kept up to date by each run that is about the same. A run does not fail for its
 * sake.
 */
import { context, getOctokit } from '@actions/github';
import { messageOf } from '../errors.ts';
import { isForkPullRequest } from './run.ts';

export interface Comment {
  /** What the runs that share the comment are about. */
  readonly about: { readonly source: string; readonly destination: string };
  /** Markdown. */
  readonly text: string;
  /** Secret. */
  readonly token: string | undefined;
  /** Fires when there is no time left for comments. */
  readonly stop: AbortSignal;
}

/** What became of the comment, in words for the log. */
export interface Told {
  readonly text: string;
  /** Somebody should do something about it. */
  readonly isTrouble: boolean;
}

type GitHub = ReturnType<typeof getOctokit>;
type Found = Awaited<ReturnType<GitHub['rest']['issues']['listComments']>>['data'][number];
type Thread = { readonly owner: string; readonly repo: string; readonly issue_number: number };

/** Milliseconds for all of it: the work is done, and the job waits. */
const TIME = 10_000;
/** Characters of GitHub's words in a message; a gateway answers with a page. */
const SHOWN = 300;

/**
 * Writes the comment, or edits the one an earlier run has left. Never throws.
 *
 * https://docs.github.com/en/rest/issues/comments
 */
export async function keepComment({ about, text, token, stop }: Comment): Promise<Told> {
  const number = context.payload.pull_request?.number;
  if (number === undefined) return calmly('this run is not for a pull request.');
  if (token === undefined) return trouble('github-token is empty. Remove the input, or give it a token.');
  const limit = AbortSignal.timeout(TIME);
  const signal = AbortSignal.any([limit, stop]);
  const mark = marker(about);
  const github = getOctokit(token);
  // Options of a call do not reach the further pages of a list.
  github.hook.before('request', options => {
    options.request = { ...options.request, signal };
  });
  const thread = { ...context.repo, issue_number: number };
  const write = async () => put(github, thread, mark, `${mark}\n${text}`);
  try {
    const url = await write().catch(error => {
      if (statusOf(error) < 500 || signal.aborted) throw error;
      // From the start: what went wrong may have been the answer to a comment that is there now.
      return write();
    });
    return { text: `Comment: ${url}`, isTrouble: false };
  } catch (error) {
    if (stop.aborted) return calmly('the run was stopped.');
    if (limit.aborted) return trouble(`GitHub did not answer within ${TIME / 1000} seconds.`);
    return refused(error);
  }
}

/** @returns the address of the comment. */
async function put(github: GitHub, thread: Thread, mark: string, body: string): Promise<string> {
  const { owner, repo } = thread;
  const ours = await find(github, thread, mark);
  const { issues } = github.rest;
  const { data } =
    ours === undefined
      ? await issues.createComment({ ...thread, body })
      : await issues.updateComment({ owner, repo, comment_id: ours.id, body });
  return data.html_url;
}

/** The first comment that begins with the mark and that nobody else can have written. */
async function find(github: GitHub, thread: Thread, mark: string): Promise<Found | undefined> {
  const pages = github.paginate.iterator(github.rest.issues.listComments, { ...thread, per_page: 100 });
  let ourselves: string | undefined;
  for await (const { data } of pages) {
    for (const comment of data) {
      // Whoever may write can edit the comments of others, and anybody can copy a mark.
      if (!comment.body?.startsWith(`${mark}\n`)) continue;
      if (comment.user?.type === 'Bot') return comment;
      ourselves ??= await whoWeAre(github);
      if (comment.user?.login === ourselves) return comment;
    }
  }
  return undefined;
}

/** The login behind the token; '' for the token of a job or an app, behind which there is only a bot. */
async function whoWeAre(github: GitHub): Promise<string> {
  try {
    return (await github.rest.users.getAuthenticated()).data.login;
  } catch (error) {
    if (statusOf(error) === 403) return '';
    throw error;
  }
}

/**
 * A line that a page does not show. Encoded, so that nothing in it can end the HTML comment; every job of a matrix that
 * has its own places has its own.
 */
function marker({ source, destination }: Comment['about']): string {
  const job = encoded(`${context.workflow}/${context.job}`).slice(0, 500);
  return `<!-- s3-cross-account-sync: ${encoded(source)} to ${encoded(destination)}, ${job} -->`;
}

/** Mails show the line; nothing in it may mention anybody. */
function encoded(text: string): string {
  return encodeURI(text.toWellFormed()).replace(/[@#]/g, encodeURIComponent);
}

function refused(error: unknown): Told {
  const status = statusOf(error);
  const words = messageOf(error).replace(/\s+/g, ' ').slice(0, SHOWN);
  const answer = `GitHub answered ${status} (${words}).`;
  if (isLimited(error))
    return trouble(`${answer} The token has used up its requests; the next run tries again.`);
  switch (status) {
    case 401:
      return trouble(`${answer} Give github-token a token that is still valid.`);
    case 403:
    case 404:
      return isForkPullRequest()
        ? calmly(`${answer} For a pull request from a fork GitHub gives a token that can only read.`)
        : trouble(
            `${answer} Add \`permissions: pull-requests: write\` to the job (and to the caller of a reusable workflow).`,
          );
    default:
      return status >= 500
        ? trouble(`GitHub could not be asked (${words}). The next run tries again.`)
        : trouble(answer);
  }
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isLimited(error: unknown): boolean {
  const { headers = {} } = (error as { response?: { headers?: Record<string, string> } }).response ?? {};
  return statusOf(error) === 429 || headers['x-ratelimit-remaining'] === '0' || 'retry-after' in headers;
}

/** What never became an answer counts as the server's fault. */
function statusOf(error: unknown): number {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : 500;
}

function calmly(why: string): Told {
  return { text: `No comment: ${why}`, isTrouble: false };
}

function trouble(why: string): Told {
  return { text: `No comment on the pull request: ${why} The summary has it all.`, isTrouble: true };
}
