/** The way to AWS that all buckets of a process share, and the count of what is sent on it. */
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { createDispatcher, createRequestHandler } from '../aws/endpoint.ts';
import { turnstile } from './rate.ts';
import { Connection } from './wire/connection.ts';

export interface Network {
  readonly environment: NodeJS.ProcessEnv;
  readonly requestHandler: NodeHttpHandler;
  /** The lean way, beside the SDK's. */
  readonly connection: Connection;
  readonly aborting: AbortSignal;
  readonly requests: RequestCounter;
  /** Waited for before every request where `max-rate` is set. */
  readonly turn?: () => Promise<void>;
}

/** Requests sent, by the API's own operation names; `retried` and `throttled` count those that had to be repeated. */
export class RequestCounter {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

export interface NetworkOptions {
  /** Where the proxy, the endpoints and the certificates are named. */
  readonly environment: NodeJS.ProcessEnv;
  /** Connections to one host, at most. */
  readonly sockets: number;
  /** Ends every request that does not bring a signal of its own. */
  readonly aborting: AbortSignal;
  readonly requests?: RequestCounter;
  /** Requests a second, at most. */
  readonly maxRate?: number | undefined;
}

/** @throws what the file system answers when a bundle of certificates that the environment names cannot be read */
export function createNetwork({
  environment,
  sockets,
  aborting,
  requests = new RequestCounter(),
  maxRate,
}: NetworkOptions): Network {
  return {
    environment,
    requestHandler: createRequestHandler(environment, sockets),
    connection: new Connection(createDispatcher(environment, sockets), aborting),
    aborting,
    requests,
    ...(maxRate !== undefined && { turn: turnstile(maxRate, aborting) }),
  };
}
