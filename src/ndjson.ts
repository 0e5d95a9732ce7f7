/** One JSON value a line, written with back pressure and read back in pages, so that files of any length pass through constant memory. */
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

const FLUSH_AT_CHARACTERS = 64 * 1024;
const READ_BYTES = 64 * 1024;

/** Characters that JSON may hold as they are, and on which a terminal or an editor that shows it would act. */
const ACTING = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;

/**
 * JSON that can be looked at.
 *
 * @param indent spaces a level; without it all is on one line
 */
export function plainJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  if (!/[^\n -~]/.test(json)) return json;
  return json.replace(ACTING, character =>
    Array.from({ length: character.length }, (_, at) => escapedUnit(character.charCodeAt(at))).join(''),
  );
}

function escapedUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

export class NdjsonWriter<T> {
  readonly path: string;
  readonly #stream: WriteStream;
  #buffer = '';
  #failure: Error | undefined;

  constructor(path: string) {
    this.path = path;
    this.#stream = createWriteStream(path);
    this.#stream.on('error', error => {
      this.#failure = error;
    });
  }

  /** Returns a promise only when the disk has to be waited for. Throws what the disk said, such as ENOSPC. */
  write(value: T): Promise<void> | undefined {
    if (this.#failure) throw this.#failure;
    this.#buffer += `${plainJson(value)}\n`;
    if (this.#buffer.length < FLUSH_AT_CHARACTERS) return undefined;
    const chunk = this.#buffer;
    this.#buffer = '';
    return this.#stream.write(chunk) ? undefined : this.#drained();
  }

  /** One await for all of them, but for the times when the disk has to be waited for. */
  async writeAll(values: Iterable<T>): Promise<void> {
    for (const value of values) {
      const drained = this.write(value);
      if (drained !== undefined) await drained;
    }
  }

  async close(): Promise<void> {
    this.#stream.end(this.#buffer);
    this.#buffer = '';
    await finished(this.#stream);
  }

  #drained(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        this.#stream.off('drain', settle).off('error', settle);
        error ? reject(error) : resolve();
      };
      this.#stream.once('drain', settle).once('error', settle);
    });
  }
}

/**
 * The values of a file written by `NdjsonWriter`, a page per chunk read.
 *
 * @param chunkBytes read at a time: fewer where many files are open
 */
export async function* readNdjson<T>(path: string, chunkBytes = READ_BYTES): AsyncGenerator<T[]> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: chunkBytes })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map(line => JSON.parse(line) as T);
  }
  if (rest !== '') throw new Error(`${path} ends in the middle of a line.`);
}
