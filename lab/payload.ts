/**
 * The payload of a request: freed from its framing, and held against every hash that came with it.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
import { createHash } from 'node:crypto';
import { checkChunkSignatures, type Framed, readChunks } from './aws-chunked.ts';
import { checksum, checksumAlgorithms, checksumLength } from './crc.ts';
import { AwsError } from './errors.ts';
import { type Authentication, type RawRequest, sha256 } from './sigv4.ts';

export interface Payload {
  readonly body: Buffer;
  /** The request's headers with the trailers among them and the marks of the framing gone. */
  readonly headers: Readonly<Record<string, string>>;
  readonly framed: Framed | undefined;
}

/** Takes the payload out of its framing, without yet believing it. */
export function unwrapPayload(request: RawRequest): Payload {
  const { 'content-encoding': encoding, ...others } = request.headers;
  if (!others['x-amz-content-sha256']?.startsWith('STREAMING-')) {
    return { body: request.body, headers: request.headers, framed: undefined };
  }
  const framed = readChunks(request.body);
  const body = Buffer.concat(framed.chunks.map(chunk => chunk.data));
  // S3 stores the object without this coding, and with any other that was named beside it.
  const codings = (encoding ?? '').split(',').map(coding => coding.trim());
  const kept = codings.filter(coding => coding !== '' && coding !== 'aws-chunked').join(',');
  const headers = { ...others, ...framed.trailers, ...(kept && { 'content-encoding': kept }) };
  return { body, headers, framed };
}

/** @throws AwsError when a signed hash, an MD5, a checksum or a length does not fit the payload */
export function checkPayload(
  request: RawRequest,
  payload: Payload,
  authentication: Authentication | undefined,
): void {
  const { body, headers, framed } = payload;
  const signed = headers['x-amz-content-sha256'];
  if (framed) {
    if (signed?.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD') && authentication) {
      checkChunkSignatures(framed, authentication.signNext);
    }
    checkDecodedLength(payload);
  } else if (signed !== undefined && signed !== 'UNSIGNED-PAYLOAD' && signed !== sha256(body)) {
    throw new AwsError(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  checkMd5(headers['content-md5'], body);
  if (!speaksOfTheObject(request)) checkChecksums(headers, body);
}

function checkDecodedLength({ headers, body }: Payload): void {
  const declared = headers['x-amz-decoded-content-length'];
  if (declared === undefined) {
    throw new AwsError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(declared) !== body.length) {
    throw new AwsError(
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the x-amz-decoded-content-length header',
    );
  }
}

function checkMd5(given: string | undefined, body: Buffer): void {
  if (given === undefined) return;
  if (Buffer.from(given, 'base64').length !== 16) {
    throw new AwsError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  if (given !== createHash('md5').update(body).digest('base64')) {
    throw new AwsError(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
}

/** On CompleteMultipartUpload `x-amz-checksum-…` names the whole object, not the list of parts in the body. */
function speaksOfTheObject({ method, search }: RawRequest): boolean {
  return method === 'POST' && new URLSearchParams(search).has('uploadId');
}

function checkChecksums(headers: Payload['headers'], body: Buffer): void {
  for (const algorithm of checksumAlgorithms) {
    const name = `x-amz-checksum-${algorithm}`;
    const given = headers[name];
    if (given === undefined) continue;
    if (Buffer.from(given, 'base64').length !== checksumLength(algorithm)) {
      throw new AwsError(400, 'InvalidRequest', `Value for ${name} header is invalid.`);
    }
    if (given !== checksum(algorithm, body)) {
      throw new AwsError(
        400,
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
  }
}
