/**
 * Comments on pull requests, and the tokens they are written with. Everybody with a token sees those of a public
 * repository; whoever may write may also edit what others wrote.
 * https://docs.github.com/en/rest/issues/comments
 */
import { randomUUID } from 'node:crypto';
import type { LabRequest, LabResponse, Service } from '../kinds.ts';

export interface Author {
  readonly login: string;
  readonly type: 'Bot' | 'User';
}

export interface IssueComment {
  readonly id: number;
  readonly author: Author;
  body: string;
  edits: number;
}

/** What a token may do: write comments, only read them, or not even see the repository. */
export type Permission = 'write' | 'read' | 'none';

interface Bearer {
  readonly author: Author;
  readonly permission: Permission;
}

const BASE = '/_github/api';
const LONGEST = 65_536;
const PAGE = 30;
const LARGEST_PAGE = 100;

/** Who writes with the token of a job. */
export const ACTIONS_BOT: Author = { login: 'github-actions[bot]', type: 'Bot' };

export class Comments implements Service {
  readonly #threads = new Map<string, IssueComment[]>();
  readonly #bearers = new Map<string, Bearer>();
  #last = 0;

  static claims(path: string): boolean {
    return path.startsWith(`${BASE}/`);
  }

  /** `GITHUB_API_URL`. */
  apiUrl(endpoint: string): string {
    return endpoint + BASE;
  }

  /** A new token of a job, or of somebody else. */
  token(permission: Permission = 'write', author: Author = ACTIONS_BOT): string {
    const token = `ghs_${randomUUID().replaceAll('-', '')}`;
    this.#bearers.set(token, { author, permission });
    return token;
  }

  tokens(): string[] {
    return [...this.#bearers.keys()];
  }

  /** What stands below a pull request, the oldest first. */
  of(number: number, repository = 'octo-org/octo-repo'): readonly IssueComment[] {
    return this.#thread(`${repository}/issues/${number}`);
  }

  /** Somebody says something. */
  say(number: number, author: Author, body: string, repository = 'octo-org/octo-repo'): IssueComment {
    return this.#add(`${repository}/issues/${number}`, author, body);
  }

  operation({ method, path }: LabRequest): { name: string; key?: string } {
    const [, where = '', id] = ROUTE.exec(path) ?? [];
    if (path === `${BASE}/user`) return { name: 'GetUser' };
    if (id !== undefined) return { name: 'UpdateIssueComment', key: path };
    return { name: method === 'POST' ? 'CreateIssueComment' : 'ListIssueComments', key: where };
  }

  async handle(request: LabRequest): Promise<LabResponse> {
    const { method, path, headers, body } = request;
    const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
    const bearer = this.#bearers.get(token);
    if (bearer === undefined || !/^(token|bearer)$/i.test(scheme ?? ''))
      return refuse(401, 'Bad credentials');
    const { author, permission } = bearer;
    if (path === `${BASE}/user`) {
      return author.type === 'Bot'
        ? refuse(403, 'Resource not accessible by integration')
        : json(200, author);
    }
    const [, where = '', id] = ROUTE.exec(path) ?? [];
    if (where === '' || permission === 'none') return refuse(404, 'Not Found');
    if (method === 'GET') return this.#page(where, request);
    if (permission === 'read') return refuse(403, 'Resource not accessible by integration');
    const text: unknown = JSON.parse(body.toString('utf8')).body;
    if (typeof text !== 'string' || text.length > LONGEST) {
      return refuse(422, `Validation Failed: body is too long (maximum is ${LONGEST} characters)`);
    }
    if (method === 'POST' && id === undefined) return json(201, shape(this.#add(where, author, text)));
    const comment = [...this.#threads.values()].flat().find(each => String(each.id) === id);
    if (method !== 'PATCH' || comment === undefined) return refuse(404, 'Not Found');
    comment.body = text;
    comment.edits++;
    return json(200, shape(comment));
  }

  #thread(where: string): IssueComment[] {
    const thread = this.#threads.get(where) ?? [];
    this.#threads.set(where, thread);
    return thread;
  }

  #add(where: string, author: Author, body: string): IssueComment {
    const comment = { id: ++this.#last, author, body, edits: 0 };
    this.#thread(where).push(comment);
    return comment;
  }

  /** https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
  #page(where: string, { query, headers, path }: LabRequest): LabResponse {
    const size = Math.min(Number(query.get('per_page') ?? PAGE), LARGEST_PAGE);
    const page = Number(query.get('page') ?? 1);
    const thread = this.#thread(where);
    const last = Math.max(Math.ceil(thread.length / size), 1);
    const link = (number: number, rel: string) =>
      `<http://${headers.host}${path}?per_page=${size}&page=${number}>; rel="${rel}"`;
    const links = [
      ...(page > 1 ? [link(page - 1, 'prev')] : []),
      ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ];
    const shown = thread.slice((page - 1) * size, page * size);
    return json(200, shown.map(shape), links.length > 0 ? { link: links.join(', ') } : {});
  }
}

/** The thread, or the one comment. */
const ROUTE = new RegExp(`^${BASE}/repos/([^/]+/[^/]+/issues/(?:comments/(\\d+)|\\d+(?=/comments$)))`);

function shape({ id, author, body }: IssueComment) {
  return {
    id,
    user: author,
    body,
    html_url: `https://github.com/octo-org/octo-repo/pull/1#issuecomment-${id}`,
  };
}

function refuse(status: number, message: string): LabResponse {
  return json(status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) });
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): LabResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}
