/** A control plane as one identity sees it: a client for each Region, every request counted and retried the same way. */
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type {
  AwsCredentialIdentityProvider,
  Command,
  HttpHandlerOptions,
  MetadataBearer,
} from '@smithy/types';
import type { Identity } from './identity.ts';
import { withRetries } from './retry.ts';

export interface ServiceOptions {
  readonly identity: Identity;
  readonly requestHandler: NodeHttpHandler;
  /** Ends every request under way. */
  readonly aborting: AbortSignal;
  /** Told the name of every request, and `NAME-retried` or `NAME-throttled` for those that had to be repeated. */
  readonly count: (name: string) => void;
}

/** Of the clients of one service: what they take, what they answer, and their configuration. */
export interface Kind {
  readonly input: object;
  readonly output: MetadataBearer;
  readonly config: unknown;
}

type CommandOf<K extends Kind, I extends K['input'], O extends K['output']> = Command<
  K['input'],
  I,
  K['output'],
  O,
  K['config']
>;

/** Sends one request to a Region and resolves to its answer. */
export type Ask<K extends Kind> = <I extends K['input'], O extends K['output']>(
  region: string,
  command: CommandOf<K, I, O>,
  signal?: AbortSignal,
) => Promise<O>;

export interface Client<K extends Kind> {
  send<I extends K['input'], O extends K['output']>(
    command: CommandOf<K, I, O>,
    options?: HttpHandlerOptions,
  ): Promise<O>;
}

/** With what every client is made: retries are ours. */
export interface ClientConfig {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly requestHandler: NodeHttpHandler;
  readonly maxAttempts: 1;
}

export class Service<K extends Kind> {
  readonly #name: string;
  readonly #make: (config: ClientConfig) => Client<K>;
  readonly #options: ServiceOptions;
  readonly #clients = new Map<string, Client<K>>();

  /** @param name by which its repeated requests are counted */
  constructor(name: string, make: (config: ClientConfig) => Client<K>, options: ServiceOptions) {
    this.#name = name;
    this.#make = make;
    this.#options = options;
  }

  /** Ends every request under way. */
  get aborting(): AbortSignal {
    return this.#options.aborting;
  }

  /** For what may be asked twice. @param signal by default the run's abort, which clean-up must outlive */
  readonly ask: Ask<K> = (region, command, signal = this.#options.aborting) =>
    this.#retried(() => this.#once(region, command, signal), signal);

  /**
   * For what must not be made twice, and has no token to say so: the attempt looks first whether an earlier one, whose
   * answer was lost, has made it.
   *
   * @param attempt its requests are sent once each
   */
  repeated<T>(attempt: (once: Ask<K>) => Promise<T>): Promise<T> {
    const { aborting } = this.#options;
    const once: Ask<K> = (region, command, signal = aborting) => this.#once(region, command, signal);
    return this.#retried(() => attempt(once), aborting);
  }

  #retried<T>(attempt: () => Promise<T>, aborting: AbortSignal): Promise<T> {
    const { identity, count } = this.#options;
    return withRetries(attempt, {
      aborting,
      renew: identity.renew,
      onRetry: ({ kind }) => count(`${this.#name}-${kind === 'throttle' ? 'throttled' : 'retried'}`),
    });
  }

  readonly #once: Ask<K> = (region, command, signal) => {
    this.#options.count(command.constructor.name.replace(/Command$/, ''));
    return this.#client(region).send(anew(command), signal === undefined ? {} : { abortSignal: signal });
  };

  #client(region: string): Client<K> {
    const { identity, requestHandler } = this.#options;
    const { credentials } = identity;
    const client =
      this.#clients.get(region) ?? this.#make({ region, credentials, requestHandler, maxAttempts: 1 });
    this.#clients.set(region, client);
    return client;
  }
}

/** The same request once more: commands of S3 Control cannot be sent twice. */
function anew<C extends { readonly input: object }>(command: C): C {
  const Command = command.constructor as new (input: C['input']) => C;
  return new Command(command.input);
}
