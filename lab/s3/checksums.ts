/** Which checksums an object gets: S3's rules for whole objects and for those uploaded in parts. */
import { checksum } from '../crc.ts';
import { type Algorithm, type Content, lowerCase } from './content.ts';
import { invalidRequest } from './errors.ts';
import type { Checksum, Part } from './object.ts';
import { text } from './xml.ts';

type Headers = Readonly<Record<string, string>>;

const ALGORITHMS: readonly Algorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'];

/** What S3 adds where nobody asks for anything. */
export const DEFAULT_ALGORITHM: Algorithm = 'CRC64NVME';

const headerOf = (algorithm: Algorithm): string => `x-amz-checksum-${lowerCase(algorithm)}`;

/** The algorithm a request names, or uses in a header or trailer. */
export function requestedAlgorithm(headers: Headers): Algorithm | undefined {
  const named = headers['x-amz-checksum-algorithm'] ?? headers['x-amz-sdk-checksum-algorithm'];
  if (named !== undefined) return algorithmNamed(named);
  const trailers = (headers['x-amz-trailer'] ?? '').toLowerCase().split(/\s*,\s*/);
  return ALGORITHMS.find(
    algorithm => headers[headerOf(algorithm)] !== undefined || trailers.includes(headerOf(algorithm)),
  );
}

function algorithmNamed(name: string): Algorithm {
  const found = ALGORITHMS.find(algorithm => algorithm === name.toUpperCase());
  if (!found) {
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  return found;
}

/** The checksum of bytes written in one go. */
export const checksumOf = (content: Content, algorithm: Algorithm | undefined): Checksum => ({
  algorithm: algorithm ?? DEFAULT_ALGORITHM,
  type: 'FULL_OBJECT',
  value: content.checksum(algorithm ?? DEFAULT_ALGORITHM),
  requested: algorithm !== undefined,
});

/** The checksum of the parts' checksums. */
export function compositeChecksum(algorithm: Algorithm, parts: readonly Part[]): Checksum {
  const values = parts.map(part => Buffer.from(part.checksum ?? '', 'base64'));
  const value = `${checksum(lowerCase(algorithm), Buffer.concat(values))}-${parts.length}`;
  return { algorithm, type: 'COMPOSITE', value, requested: true };
}

/**
 * The checksum type of a multipart upload.
 * Source: User Guide, checking-object-integrity-upload, table of algorithms and types.
 */
export function checksumTypeOf(algorithm: Algorithm, asked: string | undefined): Checksum['type'] {
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const full = algorithm !== 'SHA1' && algorithm !== 'SHA256';
  const composite = algorithm !== 'CRC64NVME';
  if (type === 'FULL_OBJECT' && full) return type;
  if (type === 'COMPOSITE' && composite) return type;
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${lowerCase(algorithm)} checksum algorithm.`,
  );
}

export const checksumHeaders = (sum: Checksum | undefined): Record<string, string> =>
  sum ? { [headerOf(sum.algorithm)]: sum.value, 'x-amz-checksum-type': sum.type } : {};

/** The value a request gives for an algorithm, in a header. */
export const givenChecksum = (headers: Headers, algorithm: Algorithm): string | undefined =>
  headers[headerOf(algorithm)];

export const checksumTag = (algorithm: Algorithm): string => `Checksum${algorithm}`;

export const checksumXml = (sum: Checksum | undefined): string =>
  sum ? text(checksumTag(sum.algorithm), sum.value) + text('ChecksumType', sum.type) : '';
