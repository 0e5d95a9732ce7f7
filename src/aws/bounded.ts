/** Limits the size of answers that are collected before they are read, so that no server can fill the memory. */
import { type Readable, Transform } from 'node:stream';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Bytes. The largest that AWS gives are pages of a listing: 1,000 keys of 1,024 bytes, each encoded, some 4 MB. */
const LONGEST_ANSWER = 32 * 1024 ** 2;

export class EndlessAnswerError extends Error {
  override readonly name = 'EndlessAnswer';

  constructor() {
    super(
      `The answer is longer than ${LONGEST_ANSWER / 1024 ** 2} MiB, which none of AWS is; it was not read to its end.`,
    );
  }
}

export function isTooLong(bytes: number): boolean {
  return bytes > LONGEST_ANSWER;
}

/** The SDK's own handler, for everything but the contents of objects, which are never collected. */
export class BoundedHandler extends NodeHttpHandler {
  override async handle(
    ...args: Parameters<NodeHttpHandler['handle']>
  ): ReturnType<NodeHttpHandler['handle']> {
    const [{ query, method }] = args;
    const { response } = await super.handle(...args);
    const isContent = query?.['x-id'] === 'GetObject' && response.statusCode < 300;
    if (method !== 'HEAD' && !isContent) response.body = bounded(response.body as Readable);
    return { response };
  }
}

function bounded(body: Readable): Readable {
  let bytes = 0;
  const passing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (isTooLong(bytes)) done(new EndlessAnswerError());
      else done(null, chunk);
    },
  });
  body.once('error', error => passing.destroy(error));
  passing.once('close', () => body.destroy());
  return body.pipe(passing);
}
