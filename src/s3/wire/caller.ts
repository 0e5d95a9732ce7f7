/**
 * The lean way to S3: what listing and copying send a million times goes straight from a signed string to a socket.
 * It retries, renews credentials, counts and classifies errors exactly as the SDK's way in `Bucket.send` does.
 */
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { Identity } from '../../aws/identity.ts';
import { observed, type RetryOptions, withRetries } from '../../aws/retry.ts';
import { encodeKey, encodeValue } from '../keys.ts';
import { BrokenBodyError } from '../relay.ts';
import { type Answer, type Connection, headerOf } from './connection.ts';
import { Signer } from './signer.ts';
import { findTarget, type Target } from './target.ts';
import { isWhole, rootOf, textOf } from './xml.ts';

export interface Call {
  /** The API's operation name, for the count of requests. */
  readonly operation: string;
  readonly method: 'GET' | 'PUT';
  /** Full key; `undefined` for the bucket itself. */
  readonly key?: string;
  /** Name and value, in the order of the names; values not yet encoded. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly withinMs: number;
  /** Told of what every attempt threw that failed. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

export interface CallerOptions {
  readonly bucket: string;
  readonly config: S3ClientConfig;
  readonly region: string;
  readonly identity: Identity;
  readonly connection: Connection;
  readonly retries: RetryOptions;
  readonly count: (name: string) => void;
}

export class Caller {
  readonly #options: CallerOptions;
  readonly #signer: Signer;
  #target: Promise<Target> | undefined;
  /** How far S3's clock is ahead of ours, ms; learnt anew when S3 refuses a request for it. */
  #skewMs: number;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#signer = new Signer(options.region);
    this.#skewMs = options.identity.clockAheadMs ?? 0;
  }

  /** @throws S3Refusal with S3's code, or what the network said, after the retries either deserves */
  call(call: Call): Promise<Answer> {
    const attempt = () => this.#attempt(call);
    const { onError } = call;
    return withRetries(onError === undefined ? attempt : observed(attempt, onError), this.#options.retries);
  }

  async #attempt({ operation, method, key, query = [], headers, withinMs }: Call): Promise<Answer> {
    const { bucket, config, identity, connection, count } = this.#options;
    this.#target ??= findTarget(config, bucket);
    const [target, credentials] = await Promise.all([this.#target, identity.credentials()]);
    const path = `${target.base}/${key === undefined ? '' : encodeKey(key)}`;
    const search = query.map(([name, value]) => `${name}=${encodeValue(value)}`).join('&');
    const sent: Record<string, string> = { host: target.host };
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) sent[name] = value;
    }
    this.#signer.sign(
      { method, path, query: search, headers: sent },
      credentials,
      new Date(Date.now() + this.#skewMs),
    );

    count(operation);
    const answer = await connection.send({
      origin: target.origin,
      path: search === '' ? path : `${path}?${search}`,
      method,
      headers: sent,
      withinMs,
    });
    if (answer.status === 200 && answer.body.length > 0 && !isError(answer.body)) {
      if (isWhole(answer.body)) return answer;
      throw new BrokenBodyError(`The answer to ${operation} ended in the middle.`);
    }
    const refusal = new S3Refusal(answer);
    if (refusal.name === 'RequestTimeTooSkewed') this.#learnSkew(answer);
    throw refusal;
  }

  #learnSkew(answer: Answer): void {
    const theirs = Date.parse(headerOf(answer, 'date') ?? '');
    if (!Number.isNaN(theirs)) this.#skewMs = theirs - Date.now();
  }
}

/** Whether the root element says so: a listing is long, and looking through all of it is dear. */
function isError(body: Buffer): boolean {
  const root = rootOf(body);
  return body.toString('latin1', root, root + ERROR.length) === ERROR;
}

const ERROR = '<Error>';

/** S3 said no, also where it said 200 first. Shaped like the SDK's errors, so that both are understood alike. */
export class S3Refusal extends Error {
  readonly Condition: string | undefined;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(answer: Answer) {
    const body = answer.body.toString();
    super(textOf(body, 'Message') ?? `S3 answered ${answer.status}.`);
    this.name = textOf(body, 'Code') ?? 'UnknownError';
    this.Condition = textOf(body, 'Condition');
    // An error or nothing at all after a 200 is a failure of the service, whatever the status line said.
    const httpStatusCode = answer.status === 200 ? 500 : answer.status;
    this.$metadata = { httpStatusCode, requestId: headerOf(answer, 'x-amz-request-id') };
  }
}
