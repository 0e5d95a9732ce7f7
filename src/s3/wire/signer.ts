/**
 * Signature Version 4 for requests without a body, which is all that listing and server-side copies send. Written here
 * because signing is most of what such a request costs: a general signer takes three times as long.
 * (IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating Requests".)
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
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

const EMPTY_SHA256 = hash('sha256', '');
const ALGORITHM = 'AWS4-HMAC-SHA256';

export class Signer {
  readonly #region: string;
  #scope = '';
  #keyFor = '';
  /** Made once, because making a key of bytes costs ten times what signing with it does. */
  #key: KeyObject | undefined;

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

    const key = this.#keyOf(credentials, time.slice(0, 8));
    const text = `${ALGORITHM}\n${time}\n${this.#scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', key).update(text).digest('hex');
    headers.authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${this.#scope}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  /** The signing key depends on the secret and the day only. */
  #keyOf({ secretAccessKey }: AwsCredentialIdentity, day: string): KeyObject {
    const keyFor = day + secretAccessKey;
    if (this.#key !== undefined && this.#keyFor === keyFor) return this.#key;
    this.#keyFor = keyFor;
    this.#scope = `${day}/${this.#region}/s3/aws4_request`;
    const bytes = [day, this.#region, 's3', 'aws4_request'].reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${secretAccessKey}`),
    );
    this.#key = createSecretKey(bytes);
    return this.#key;
  }
}

/** White space around a value and runs of it inside do not count. */
function trimmed(value: string): string {
  return value.includes(' ') ? value.trim().replace(/ +/g, ' ') : value;
}
