/** DataSync's control plane as one identity sees it: a client for each Region, every request counted and retried the same way. */
import {
  type $Command,
  DataSyncClient,
  type DataSyncClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-datasync';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Identity } from '../aws/identity.ts';
import { withRetries } from '../aws/retry.ts';

export interface ServiceOptions {
  readonly identity: Identity;
  readonly requestHandler: NodeHttpHandler;
  /** Ends every request under way. */
  readonly aborting: AbortSignal;
  /** Told the name of every request, and `datasync-retried` or `datasync-throttled` for those that had to be repeated. */
  readonly count: (name: string) => void;
}

/** Sends one request to a Region and resolves to its answer. */
export type Ask = <I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  region: string,
  command: $Command<I, O, DataSyncClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
  signal?: AbortSignal,
) => Promise<O>;

export class DataSyncService {
  readonly #options: ServiceOptions;
  readonly #clients = new Map<string, DataSyncClient>();

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** For what may be asked twice. @param signal by default the run's abort, which clean-up must outlive */
  readonly ask: Ask = (region, command, signal = this.#options.aborting) =>
    this.#retried(() => this.#once(region, command, signal), signal);

  /**
   * For what must not be made twice, and has no token to say so: the attempt looks first whether an earlier one, whose
   * answer was lost, has made it.
   *
   * @param attempt its requests are sent once each
   */
  repeated<T>(attempt: (once: Ask) => Promise<T>): Promise<T> {
    const { aborting } = this.#options;
    const once: Ask = (region, command, signal = aborting) => this.#once(region, command, signal);
    return this.#retried(() => attempt(once), aborting);
  }

  /**
   * Makes something that may be there already, and has no token either. What was there before is never taken for what was
   * made.
   *
   * @param find the ARNs of all that is like it
   * @returns its ARN
   */
  makeAnother(
    find: (once: Ask) => Promise<readonly string[]>,
    make: (once: Ask) => Promise<string>,
  ): Promise<string> {
    let before: readonly string[] | undefined;
    return this.repeated(async once => {
      const there = await find(once);
      const made = there.find(arn => before?.includes(arn) === false);
      before ??= there;
      return made ?? make(once);
    });
  }

  #retried<T>(attempt: () => Promise<T>, aborting: AbortSignal): Promise<T> {
    const { identity, count } = this.#options;
    return withRetries(attempt, {
      aborting,
      renew: identity.renew,
      onRetry: ({ kind }) => count(kind === 'throttle' ? 'datasync-throttled' : 'datasync-retried'),
    });
  }

  readonly #once: Ask = (region, command, signal) => {
    this.#options.count(command.constructor.name.replace(/Command$/, ''));
    return this.#client(region).send(command, signal === undefined ? {} : { abortSignal: signal });
  };

  #client(region: string): DataSyncClient {
    const { identity, requestHandler } = this.#options;
    const client =
      this.#clients.get(region) ??
      new DataSyncClient({ region, credentials: identity.credentials, requestHandler, maxAttempts: 1 });
    this.#clients.set(region, client);
    return client;
  }
}
