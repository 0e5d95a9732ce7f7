/**
 * Answers must have an end: nobody waits for the rest of one for ever, and where they are collected before they are read,
 * memory stays what it is.
 */
import type { IncomingMessage } from 'node:http';
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

/** The SDK's time limit ends when the answer begins, and nothing else would end the wait for the rest of it. */
class StalledAnswerError extends Error {
  /** As the SDK calls it when an answer does not begin. */
  override readonly name = 'TimeoutError';

  constructor(withinMs: number) {
    super(`The answer began, and for ${withinMs / 1000} seconds nothing more of it has come.`);
  }
}

export function isTooLong(bytes: number): boolean {
  return bytes > LONGEST_ANSWER;
}

/** The SDK's own handler. The contents of objects are never collected, and may be as long as they like. */
export class BoundedHandler extends NodeHttpHandler {
  override async handle(
    ...args: Parameters<NodeHttpHandler['handle']>
  ): ReturnType<NodeHttpHandler['handle']> {
    const [{ query, method }, options] = args;
    const { response } = await super.handle(...args);
    if (method === 'HEAD') return { response };
    const body = response.body as IncomingMessage;
    const withinMs = options?.requestTimeout ?? this.httpHandlerConfigs().requestTimeout;
    if (withinMs) endStalled(body, withinMs);
    const isContent = query?.['x-id'] === 'GetObject' && response.statusCode < 300;
    if (!isContent) response.body = bounded(body);
    return { response };
  }
}

/** @param withinMs from one piece of the body to the next */
function endStalled(body: IncomingMessage, withinMs: number): void {
  const { socket } = body;
  let wasBehind = false;
  const look = () => {
    // Whoever has not taken in what is there keeps the rest from coming, and once it is taken the rest needs a moment.
    const isBehind = body.readableFlowing !== null && body.readableLength > 0;
    if (isBehind || wasBehind) socket.setTimeout(withinMs, look);
    else body.destroy(new StalledAnswerError(withinMs));
    wasBehind = isBehind;
  };
  socket.setTimeout(withinMs, look);
  // The connection goes on to other requests.
  body.once('close', () => socket.off('timeout', look));
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
