/**
 * A bucket as one identity sees it: one client in the bucket's own Region, the account that must own it named in every
 * request, every request counted and retried the same way.
 */
import {
  type $Command,
  S3Client,
  type S3ClientConfig,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import { hasCustomEndpoint } from '../aws/endpoint.ts';
import type { Identity } from '../aws/identity.ts';
import { observed, type RetryOptions, withRetries } from '../aws/retry.ts';
import type { Location, ObjectEntry } from '../model/objects.ts';
import type { Network } from './network.ts';
import { type Call, Caller } from './wire/caller.ts';
import type { Answer } from './wire/connection.ts';
import { framed } from './wire/framing.ts';

export interface BucketOptions {
  readonly location: Location;
  readonly region: string;
  /** Expected 12-digit owner; `undefined` leaves the header out. */
  readonly owner: string | undefined;
  readonly requestPayer: boolean;
  readonly identity: Identity;
}

export interface SendOptions {
  /** Ends the request; by default the run's abort does, which clean-up must outlive. */
  readonly signal?: AbortSignal;
  /** How long an answer may take, for requests that make S3 work; by default a minute. */
  readonly withinMs?: number;
  /** Told of what every attempt threw that failed. */
  readonly onError?: (error: unknown) => void;
}

const nothing = () => {};
/** The SDK warns of every upload that it cannot repeat. It is repeated all the same, and counted. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export class Bucket {
  readonly location: Location;
  readonly region: string;
  readonly owner: string | undefined;
  readonly identity: Identity;
  /** The member that makes S3 refuse when the bucket is somebody else's. */
  readonly expected: { readonly ExpectedBucketOwner?: string };
  /** Members that go with every request on the bucket. */
  readonly common: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** `RequestPayer: 'requester'` where asked for. */
  readonly payer: { readonly RequestPayer?: 'requester' };
  readonly #client: S3Client;
  readonly #caller: Caller;
  readonly #network: Network;
  readonly #options: BucketOptions;

  constructor(options: BucketOptions, network: Network) {
    const { location, region, owner, requestPayer, identity } = options;
    this.#options = options;
    this.location = location;
    this.region = region;
    this.owner = owner;
    this.identity = identity;
    this.expected = owner === undefined ? {} : { ExpectedBucketOwner: owner };
    this.common = { Bucket: location.bucket, ...this.expected };
    this.payer = requestPayer ? { RequestPayer: 'requester' } : {};
    this.#network = network;
    const config: S3ClientConfig = {
      region,
      credentials: identity.credentials,
      systemClockOffset: identity.clockAheadMs ?? 0,
      requestHandler: network.requestHandler,
      // Servers that stand in for S3 seldom answer for bucket.host names.
      forcePathStyle: hasCustomEndpoint(network.environment),
      maxAttempts: 1,
      // Checksums are asked for where they serve the copy; the SDK's own CRC32 would make multipart copies composite.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      getAwsChunkedEncodingStream: framed,
      // The SDK would announce that it waits for S3's leave before it sends a body, and not wait.
      expectContinueHeader: false,
      logger: SILENT,
    };
    this.#client = new S3Client(config);
    this.#caller = new Caller({
      bucket: location.bucket,
      config,
      region,
      identity,
      connection: network.connection,
      retries: this.#retries(network.aborting),
      count: name => network.requests.add(name),
    });
  }

  /** The key in the bucket for a key without its prefix. */
  fullKey(key: string): string {
    return this.location.prefix + key;
  }

  /** Members that name an object, and the version of it where one is meant. */
  naming({ key, versionId }: Pick<ObjectEntry, 'key' | 'versionId'>) {
    const named = { ...this.common, ...this.payer, Key: this.fullKey(key) };
    return versionId === undefined ? named : { ...named, VersionId: versionId };
  }

  /** The same bucket, at a longer prefix. */
  below(prefix: string): Bucket {
    return this.at(this.fullKey(prefix));
  }

  /** The same bucket, at another prefix. */
  at(prefix: string): Bucket {
    return new Bucket({ ...this.#options, location: { ...this.location, prefix } }, this.#network);
  }

  /** The same bucket, reached in another way. */
  by(network: Network): Bucket {
    return new Bucket(this.#options, network);
  }

  /** Any operation, by the SDK. */
  send<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: $Command<I, O, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    { signal = this.#network.aborting, onError, ...options }: SendOptions = {},
  ): Promise<O> {
    const attempt = () => this.sendOnce(command, { signal, ...options });
    return withRetries(onError === undefined ? attempt : observed(attempt, onError), this.#retries(signal));
  }

  /** One attempt, for a request with a body that cannot be sent twice. `repeated` tries again. */
  sendOnce<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: $Command<I, O, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    { signal = this.#network.aborting, withinMs }: SendOptions = {},
  ): Promise<O> {
    this.#network.requests.add(command.constructor.name.replace(/Command$/, ''));
    const options = { abortSignal: signal, ...(withinMs !== undefined && { requestTimeout: withinMs }) };
    return this.#client.send(command, options);
  }

  /**
   * Tries again what takes one request to `other` and one to this bucket, as `send` does with one request.
   *
   * @throws what the last attempt threw; StoppedError once the run was aborted
   */
  repeated<T>(other: Bucket, attempt: () => Promise<T>): Promise<T> {
    const { turn, aborting } = this.#network;
    return withRetries(attempt, {
      ...this.#retries(aborting),
      // Both turns are waited for before the first request: S3 would not hold a body for so long.
      turn:
        turn &&
        (async () => {
          await turn();
          await turn();
        }),
      renew: async () => {
        await Promise.all([this.identity.renew(), other.identity.renew()]);
      },
    });
  }

  /** Ends every request under way. */
  get aborting(): AbortSignal {
    return this.#network.aborting;
  }

  /** The few operations that are sent by the million, without the SDK. */
  call(call: Call): Promise<Answer> {
    return this.#caller.call(call);
  }

  #retries(aborting: AbortSignal): RetryOptions {
    const { requests, turn, aborting: aborted } = this.#network;
    return {
      aborting,
      // Clean-up does not wait for its turn: it has only seconds, and sends few requests.
      turn: aborting === aborted ? turn : undefined,
      renew: this.identity.renew,
      onRetry: trouble => requests.add(trouble.kind === 'throttle' ? 'throttled' : 'retried'),
    };
  }
}
