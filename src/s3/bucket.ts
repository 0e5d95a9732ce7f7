/**
 * A bucket as one identity sees it: one client in the bucket's own Region, the account that must own it named in every
 * request, every request counted and retried the same way.
 */
import {
  type $Command,
  S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { hasCustomEndpoint } from '../aws/endpoint.ts';
import type { Identity } from '../aws/identity.ts';
import { withRetries } from '../aws/retry.ts';
import type { Location } from '../model.ts';

/** What all buckets of a run share. */
export interface Wire {
  readonly environment: NodeJS.ProcessEnv;
  readonly requestHandler: NodeHttpHandler;
  readonly aborting: AbortSignal;
  readonly requests: RequestCounter;
}

/** Requests sent, by the API's own operation names; `retried` and `throttled` count those that had to be repeated. */
export class RequestCounter {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

export interface BucketOptions {
  readonly location: Location;
  readonly region: string;
  /** Expected 12-digit owner; `undefined` leaves the header out. */
  readonly owner: string | undefined;
  readonly requestPayer: boolean;
  readonly identity: Identity;
}

export class Bucket {
  readonly location: Location;
  readonly region: string;
  readonly owner: string | undefined;
  readonly identity: Identity;
  /** Members that go with every request on the bucket. */
  readonly common: { readonly Bucket: string; readonly ExpectedBucketOwner?: string };
  /** `RequestPayer: 'requester'` where asked for. */
  readonly payer: { readonly RequestPayer?: 'requester' };
  readonly #client: S3Client;
  readonly #wire: Wire;

  constructor({ location, region, owner, requestPayer, identity }: BucketOptions, wire: Wire) {
    this.location = location;
    this.region = region;
    this.owner = owner;
    this.identity = identity;
    this.common = { Bucket: location.bucket, ...(owner !== undefined && { ExpectedBucketOwner: owner }) };
    this.payer = requestPayer ? { RequestPayer: 'requester' } : {};
    this.#wire = wire;
    this.#client = new S3Client({
      region,
      credentials: identity.credentials,
      requestHandler: wire.requestHandler,
      // Servers that stand in for S3 seldom answer for bucket.host names.
      forcePathStyle: hasCustomEndpoint(wire.environment),
      maxAttempts: 1,
      // Checksums are asked for where they serve the copy; the SDK's own CRC32 would make multipart copies composite.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  /** The key in the bucket for a key without its prefix. */
  fullKey(key: string): string {
    return this.location.prefix + key;
  }

  /** @param signal what ends the request; by default the run's abort, which clean-up must outlive */
  send<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: $Command<I, O, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
    signal: AbortSignal = this.#wire.aborting,
  ): Promise<O> {
    const { requests } = this.#wire;
    const operation = command.constructor.name.replace(/Command$/, '');
    return withRetries(
      () => {
        requests.add(operation);
        return this.#client.send(command, { abortSignal: signal });
      },
      {
        aborting: signal,
        renew: this.identity.renew,
        onRetry: trouble => requests.add(trouble.kind === 'throttle' ? 'throttled' : 'retried'),
      },
    );
  }
}
