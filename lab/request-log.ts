/** What was asked of the lab: counted without bound, remembered in detail as far back as memory allows. */

export interface LoggedRequest {
  readonly id: string;
  /** The part of AWS or GitHub that was asked: `s3`, `sts`, `github`. */
  readonly service: string;
  /** The API's name, for example `CopyObject`. */
  readonly operation: string;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** 0 when the connection was cut instead of answered. */
  readonly status: number;
  /** ARN of who signed; `undefined` when nobody did or the signature did not hold. */
  readonly caller: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The kind of fault that was played on this request. */
  readonly fault?: string | undefined;
}

const REMEMBERED = 50_000;

// Read off the names AWS gives its operations; an identity call changes nothing that anybody owns.
const HARMLESS = /^(Get|Head|List|Describe|AssumeRole|Select|Simulate)/;

export class RequestLog {
  readonly #counts = new Map<string, number>();
  #latest: LoggedRequest[] = [];
  #mutating: LoggedRequest[] = [];
  readonly #watchers = new Set<(request: LoggedRequest) => void>();

  add(request: LoggedRequest): void {
    this.#counts.set(request.operation, this.count(request.operation) + 1);
    remember(this.#latest, request);
    // Kept apart, so that a flood of reads cannot wash a single write out of memory.
    if (isMutating(request)) remember(this.#mutating, request);
    for (const watcher of this.#watchers) watcher(request);
  }

  /** Tells of every request once it is answered, until the function that is returned is called. */
  watch(watcher: (request: LoggedRequest) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** How often `operation` was asked for, whatever came of it; without a name, all requests. */
  count(operation?: string): number {
    if (operation !== undefined) return this.#counts.get(operation) ?? 0;
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The requests in the order they were answered. */
  all(): readonly LoggedRequest[] {
    return this.#latest;
  }

  /** Requests to AWS that would change something, refused ones included. */
  mutating(): readonly LoggedRequest[] {
    return this.#mutating;
  }

  reset(): void {
    this.#counts.clear();
    this.#latest = [];
    this.#mutating = [];
  }
}

function isMutating({ service, method, operation }: LoggedRequest): boolean {
  return service !== 'github' && method !== 'GET' && method !== 'HEAD' && !HARMLESS.test(operation);
}

function remember(requests: LoggedRequest[], request: LoggedRequest): void {
  requests.push(request);
  if (requests.length >= 2 * REMEMBERED) requests.splice(0, REMEMBERED);
}
