/**
 * The `aws-chunked` framing: `SIZE[;chunk-signature=…]\r\nDATA\r\n`, a chunk of size 0, then trailing headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and …/sigv4-streaming-trailers.html
 */
import { AwsError } from './errors.ts';
import { sameText, sha256 } from './sigv4.ts';

interface Chunk {
  readonly data: Buffer;
  readonly signature: string | undefined;
}

export interface Framed {
  readonly chunks: readonly Chunk[];
  readonly trailers: Readonly<Record<string, string>>;
  readonly trailerSignature: string | undefined;
}

const EMPTY_SHA256 = sha256('');

/** @throws AwsError IncompleteBody when the framing does not hold */
export function readChunks(body: Buffer): Framed {
  const lines = new Lines(body);
  const chunks: Chunk[] = [];
  for (;;) {
    const [size = '', ...extensions] = lines.next().split(';');
    if (!/^[0-9a-f]+$/i.test(size)) throw incomplete();
    const data = lines.bytes(Number.parseInt(size, 16));
    const signature = extensions.find(extension => extension.startsWith('chunk-signature='))?.slice(16);
    chunks.push({ data, signature });
    if (data.length === 0) break;
    if (lines.next() !== '') throw incomplete();
  }
  const { 'x-amz-trailer-signature': trailerSignature, ...trailers } = readTrailers(lines);
  return { chunks, trailers, trailerSignature };
}

/**
 * Follows the chain of signatures from the request's own through every chunk to the trailer.
 *
 * @throws AwsError SignatureDoesNotMatch
 */
export function checkChunkSignatures(
  framed: Framed,
  signNext: (algorithm: string, payload: readonly string[]) => string,
): void {
  for (const { data, signature } of framed.chunks) {
    expect(signature, signNext('AWS4-HMAC-SHA256-PAYLOAD', [EMPTY_SHA256, sha256(data)]));
  }
  const trailer = Object.entries(framed.trailers).map(([name, value]) => `${name}:${value}\n`);
  if (trailer.length > 0) {
    expect(framed.trailerSignature, signNext('AWS4-HMAC-SHA256-TRAILER', [sha256(trailer.join(''))]));
  }
}

function expect(given: string | undefined, right: string): void {
  if (given === undefined || !sameText(given, right)) {
    throw new AwsError(403, 'SignatureDoesNotMatch', 'The chunk signature we calculated does not match.');
  }
}

function readTrailers(lines: Lines): Record<string, string> {
  const trailers: Record<string, string> = {};
  while (!lines.atEnd) {
    const line = lines.next();
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

class Lines {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get atEnd(): boolean {
    return this.#at >= this.#body.length;
  }

  next(): string {
    // Some clients end trailer lines with a bare line feed.
    const end = this.#body.indexOf('\n', this.#at);
    if (end < 0) throw incomplete();
    const line = this.#body.toString('latin1', this.#at, end);
    this.#at = end + 1;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  bytes(length: number): Buffer {
    const data = this.#body.subarray(this.#at, this.#at + length);
    if (data.length < length) throw incomplete();
    this.#at += length;
    return data;
  }
}

function incomplete(): AwsError {
  return new AwsError(
    400,
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}
