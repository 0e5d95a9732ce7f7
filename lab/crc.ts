/**
 * The checksums S3 computes over payloads and stores with objects. Node has CRC-32 and the SHAs; CRC-32C and
 * CRC-64/NVME are table-driven here.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC64NVME_POLYNOMIAL = { high: 0x9a6c9329, low: 0xac4bc9b5 };

const crc32cTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ CRC32C_POLYNOMIAL : value >>> 1;
  return value;
});

// The 64 bits are kept as two halves: BigInt arithmetic is some thirty times slower.
const crc64Table = { high: new Uint32Array(256), low: new Uint32Array(256) };
for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      high ^= CRC64NVME_POLYNOMIAL.high;
      low ^= CRC64NVME_POLYNOMIAL.low;
    }
  }
  crc64Table.high[byte] = high;
  crc64Table.low[byte] = low;
}

/** CRC-32C (Castagnoli), as an unsigned 32-bit number. */
export function crc32c(data: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ (crc32cTable[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

/** CRC-64/NVME, as an unsigned 64-bit number. */
export function crc64nvme(data: Uint8Array): bigint {
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (crc64Table.low[index] ?? 0);
    high = (high >>> 8) ^ (crc64Table.high[index] ?? 0);
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}

/** The algorithms as they are spelled in `x-amz-checksum-…` header names. */
export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256';

const digests: Readonly<Record<ChecksumAlgorithm, (data: Uint8Array) => Buffer>> = {
  crc32: data => bigEndian(BigInt(crc32(data)), 4),
  crc32c: data => bigEndian(BigInt(crc32c(data)), 4),
  crc64nvme: data => bigEndian(crc64nvme(data), 8),
  sha1: data => createHash('sha1').update(data).digest(),
  sha256: data => createHash('sha256').update(data).digest(),
};

export const checksumAlgorithms = Object.keys(digests) as readonly ChecksumAlgorithm[];

/** The checksum as S3 writes it in headers and answers: base64 of the big-endian value. */
export function checksum(algorithm: ChecksumAlgorithm, data: Uint8Array): string {
  return digests[algorithm](data).toString('base64');
}

/** How many bytes a checksum of this algorithm has. */
export function checksumLength(algorithm: ChecksumAlgorithm): number {
  return { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 }[algorithm];
}

function bigEndian(value: bigint, bytes: 4 | 8): Buffer {
  const wide = Buffer.alloc(8);
  wide.writeBigUInt64BE(value);
  return wide.subarray(8 - bytes);
}
