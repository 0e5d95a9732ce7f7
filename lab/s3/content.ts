/** The bytes of an object: held in memory, or only declared, so that 6 GiB cost nothing. */
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { checksum, checksumLength } from '../crc.ts';

export type Algorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** Bytes `offset` to `offset + length` of the endless stream that belongs to `seed`. */
interface Run {
  readonly seed: string;
  readonly offset: number;
  readonly length: number;
}

type Slice = Buffer | Run;

/** As header names spell it. */
export const lowerCase = (algorithm: Algorithm): Lowercase<Algorithm> =>
  algorithm.toLowerCase() as Lowercase<Algorithm>;

/** Immutable content, a list of slices. Copies and ranges share the slices. */
export class Content {
  readonly size: number;
  readonly #slices: readonly Slice[];
  #md5: string | undefined;
  #checksums: Partial<Record<Algorithm, string>> | undefined;

  constructor(slices: readonly Slice[]) {
    this.#slices = slices;
    this.size = slices.reduce((sum, slice) => sum + slice.length, 0);
  }

  static of(data: Buffer | string | Content): Content {
    if (data instanceof Content) return data;
    return new Content([typeof data === 'string' ? Buffer.from(data) : data]);
  }

  /** Runs that continue each other become one, so that the parts of declared content join to that same content. */
  static join(contents: readonly Content[]): Content {
    const joined: Slice[] = [];
    for (const slice of contents.flatMap(content => content.#slices)) {
      const last = joined.at(-1);
      if (last && isRun(last) && isRun(slice) && continues(last, slice)) {
        joined[joined.length - 1] = { ...last, length: last.length + slice.length };
      } else if (slice.length > 0) joined.push(slice);
    }
    return new Content(joined);
  }

  /** Whether any of the bytes are only declared. Hashes are then stand-ins, stable but not those of the bytes. */
  get declared(): boolean {
    return this.#slices.some(isRun);
  }

  range(start: number, end: number): Content {
    if (start === 0 && end === this.size) return this;
    const taken: Slice[] = [];
    let at = 0;
    for (const slice of this.#slices) {
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, slice.length);
      if (from < to) taken.push(cut(slice, from, to));
      at += slice.length;
    }
    return new Content(taken);
  }

  /** Hex MD5. */
  get md5(): string {
    this.#md5 ??= this.#digest(createHash('md5')).toString('hex');
    return this.#md5;
  }

  /** Base64, as S3 sends it. Declared content gets a stand-in of the right length. */
  checksum(algorithm: Algorithm): string {
    this.#checksums ??= {};
    const known = this.#checksums[algorithm];
    if (known !== undefined) return known;
    const value = this.declared
      ? this.#digest(createHash('sha256'))
          .subarray(0, checksumLength(lowerCase(algorithm)))
          .toString('base64')
      : checksum(lowerCase(algorithm), this.bytes());
    this.#checksums[algorithm] = value;
    return value;
  }

  /** All bytes at once; meant for contents that fit in memory. */
  bytes(): Buffer {
    const [only] = this.#slices;
    if (this.#slices.length === 1 && only && !isRun(only)) return only;
    return Buffer.concat([...this.chunks()]);
  }

  /** What an HTTP answer can carry: a buffer where there is one, else a stream. */
  body(): Buffer | Readable {
    return this.declared ? Readable.from(this.chunks(), { objectMode: false }) : this.bytes();
  }

  *chunks(): Generator<Buffer> {
    for (const slice of this.#slices) {
      if (isRun(slice)) yield* generate(slice);
      else yield slice;
    }
  }

  #digest(hash: Hash): Buffer {
    for (const slice of this.#slices) {
      hash.update(isRun(slice) ? `\0run ${slice.seed} ${slice.offset} ${slice.length}\0` : slice);
    }
    return hash.digest();
  }
}

/** Content of any size that costs neither memory nor time until somebody reads it. The same seed gives the same bytes. */
export const sparse = (bytes: number, seed: string | number): Content =>
  new Content([{ seed: String(seed), offset: 0, length: bytes }]);

const isRun = (slice: Slice): slice is Run => !Buffer.isBuffer(slice);

const continues = (first: Run, second: Run): boolean =>
  first.seed === second.seed && first.offset + first.length === second.offset;

const cut = (slice: Slice, from: number, to: number): Slice =>
  isRun(slice)
    ? { seed: slice.seed, offset: slice.offset + from, length: to - from }
    : slice.subarray(from, to);

const BLOCK = 64 * 1024;

function* generate(run: Run): Generator<Buffer> {
  const pattern = Buffer.alloc(BLOCK, createHash('sha512').update(run.seed).digest());
  const end = run.offset + run.length;
  for (let at = run.offset; at < end; ) {
    const number = Math.floor(at / BLOCK);
    const block = Buffer.from(pattern);
    block.writeBigUInt64BE(BigInt(number));
    const from = at - number * BLOCK;
    const to = Math.min(BLOCK, from + end - at);
    yield block.subarray(from, to);
    at += to - from;
  }
}
