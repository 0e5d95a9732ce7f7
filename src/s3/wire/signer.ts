/**
 * Signature Version 4 for requests without a body, which is all that listing and server-side copies send. Written here
 * because signing is most of what such a request costs: a general signer takes three times as long.
 * (IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating Requests".)
 */
import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentialIdentity } from '@smithy/types';

export interface Unsigned {
  readonly method: 'GET' | 'PUT';
  /** Percent-encoded once, as it is sent. */
  readonly path: string;
  /** Percent-encoded, sorted by name; '' for none. */
  readonly query: string;
  /** Lower-case names, `host` included. */
  readonly headers: Record<string, string>;
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');
const ALGORITHM = 'AWS4-HMAC-SHA256';

export class Signer {
  readonly #region: string;
  #scope = '';
  #keyFor = '';
  #key: Buffer = Buffer.alloc(0);

  constructor(region: string) {
    this.#region = region;
  }

  /** Adds what S3 checks to the headers. */
  sign({ method, path, query, headers }: Unsigned, credentials: AwsCredentialIdentity, now: Date): void {
    const time = `${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    headers['x-amz-date'] = time;
    headers['x-amz-content-sha256'] = EMPTY_SHA256;
    if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;

    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    let canonical = `${method}\n${path}\n${query}\n`;
    for (const name of names) canonical += `${name}:${trimmed(headers[name] ?? '')}\n`;
    canonical += `\n${signed}\n${EMPTY_SHA256}`;

    this.#prepareKey(credentials, time.slice(0, 8));
    const text = `${ALGORITHM}\n${time}\n${this.#scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
    const signature = createHmac('sha256', this.#key).update(text).digest('hex');
    headers.authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${this.#scope}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  /** The signing key depends on the secret and the day only. */
  #prepareKey({ secretAccessKey }: AwsCredentialIdentity, day: string): void {
    const keyFor = day + secretAccessKey;
    if (this.#keyFor === keyFor) return;
    this.#keyFor = keyFor;
    this.#scope = `${day}/${this.#region}/s3/aws4_request`;
    this.#key = [day, this.#region, 's3', 'aws4_request'].reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    );
  }
}

/** White space around a value and runs of it inside do not count. */
function trimmed(value: string): string {
  return value.includes(' ') ? value.trim().replace(/ +/g, ' ') : value;
}
