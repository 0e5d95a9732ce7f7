/**
 * The `aws-chunked` framing of a body whose checksum follows it. The SDK has one of its own; it sends chunks as small as
 * they come, where S3 asks for 8 KiB at least, and reads on when the receiver does not, so that bodies pile up in memory.
 * (S3 API Reference, "Streaming uploads with trailing headers".)
 */
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import type { ChecksumConstructor, GetAwsChunkedEncodingStreamOptions, HashConstructor } from '@smithy/types';

const CHUNK_BYTES = 64 * 1024;

/** What the SDK calls to frame a body; the headers that belong to it are the SDK's. */
export function framed(
  body: Readable,
  { checksumAlgorithmFn, checksumLocationName, base64Encoder }: GetAwsChunkedEncodingStreamOptions,
): Readable {
  if (checksumAlgorithmFn === undefined || checksumLocationName === undefined || base64Encoder === undefined)
    throw new TypeError('A body is framed for the sake of its checksum.');
  const checksum = new (checksumAlgorithmFn as ChecksumConstructor & HashConstructor)();
  return body.pipe(new Framing(checksum, digest => `${checksumLocationName}:${base64Encoder(digest)}`));
}

interface Digest {
  update(chunk: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

class Framing extends Transform {
  readonly #checksum: Digest;
  readonly #trailer: (digest: Uint8Array) => string;
  #held: Buffer[] = [];
  #bytes = 0;

  constructor(checksum: Digest, trailer: (digest: Uint8Array) => string) {
    super();
    this.#checksum = checksum;
    this.#trailer = trailer;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#checksum.update(chunk);
    this.#held.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= CHUNK_BYTES) this.#send();
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#bytes > 0) this.#send();
    this.#checksum.digest().then(digest => done(null, `0\r\n${this.#trailer(digest)}\r\n\r\n`), done);
  }

  #send(): void {
    this.push(`${this.#bytes.toString(16)}\r\n`);
    for (const chunk of this.#held) this.push(chunk);
    this.push('\r\n');
    this.#held = [];
    this.#bytes = 0;
  }
}
