/** Requests without a body on kept-alive connections, and their answers in one piece. */
import type { Dispatcher } from 'undici';
import { EndlessAnswerError, isTooLong } from '../../aws/bounded.ts';
import { StoppedError } from '../../errors.ts';

export interface Request {
  /** `https://host:port` */
  readonly origin: string;
  /** Path and query as they go over the wire. */
  readonly path: string;
  readonly method: 'GET' | 'PUT';
  readonly headers: Record<string, string>;
  /** Milliseconds until the answer must have begun, and between two pieces of it. */
  readonly withinMs: number;
}

export interface Answer {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly headers: readonly Buffer[];
  readonly body: Buffer;
}

/** @param name in lower case */
export function headerOf({ headers }: Answer, name: string): string | undefined {
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]?.length === name.length && String(headers[at]).toLowerCase() === name)
      return String(headers[at + 1]);
  }
  return undefined;
}

export class Connection {
  readonly #dispatcher: Dispatcher;
  readonly #aborting: AbortSignal;
  readonly #live = new Set<Exchange>();

  /** @param aborting ends every request under way */
  constructor(dispatcher: Dispatcher, aborting: AbortSignal) {
    this.#dispatcher = dispatcher;
    this.#aborting = aborting;
    aborting.addEventListener('abort', () => {
      for (const exchange of this.#live) exchange.abort();
    });
  }

  /** @throws StoppedError once aborted, else what the network said */
  send({ origin, path, method, headers, withinMs }: Request): Promise<Answer> {
    if (this.#aborting.aborted) return Promise.reject(new StoppedError('Stopped before a request was sent.'));
    return new Promise<Answer>((resolve, reject) => {
      const exchange: Exchange = new Exchange(
        answer => {
          this.#live.delete(exchange);
          resolve(answer);
        },
        error => {
          this.#live.delete(exchange);
          reject(error);
        },
      );
      this.#live.add(exchange);
      const timeouts = { headersTimeout: withinMs, bodyTimeout: withinMs };
      this.#dispatcher.dispatch({ origin, path, method, headers, ...timeouts }, exchange);
    });
  }
}

/** One request under way. */
class Exchange implements Dispatcher.DispatchHandlers {
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #abort: (() => void) | undefined;
  #aborted = false;
  #status = 0;
  #bytes = 0;
  #headers: readonly Buffer[] = [];

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  abort(): void {
    this.#aborted = true;
    this.#abort?.();
  }

  onConnect(abort: () => void): void {
    this.#abort = abort;
    if (this.#aborted) abort();
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    this.#status = status;
    this.#headers = headers;
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (isTooLong(this.#bytes)) {
      this.#reject(new EndlessAnswerError());
      this.#abort?.();
    } else this.#chunks.push(chunk);
    return true;
  }

  onComplete(): void {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, body: bytes });
  }

  onError(error: Error): void {
    this.#reject(
      this.#aborted ? new StoppedError('Stopped while a request was in flight.', { cause: error }) : error,
    );
  }
}
