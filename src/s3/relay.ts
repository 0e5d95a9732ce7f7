/** A body on its way from one request into another: piped and watched, never collected. */
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../errors.ts';

/** A body that broke off. It cannot be sent again, only fetched anew. */
export class BrokenBodyError extends Error {
  override readonly name = 'BrokenBody';
}

/** The bytes are not those that S3 has. */
export class DamagedBodyError extends Error {
  override readonly name = 'DamagedBody';
}

/** No byte for so long is a stall. The last one starts it once more, for S3 to answer. */
const STALLED_MS = 60_000;

/**
 * Gives a request the body of another.
 *
 * @param body of the answer; destroyed at the end, whatever happened
 * @param aborting ends the request
 * @param send sends what passes; its signal also fires once the body breaks
 * @throws what `send` did, unless it was the body that broke: then BrokenBodyError or DamagedBodyError
 */
export async function relay<T>(
  body: Readable,
  aborting: AbortSignal,
  send: (passing: Readable, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const broken = new AbortController();
  const breakOff = (error: Error) => broken.abort(error);
  const watchdog = setTimeout(
    () => breakOff(new BrokenBodyError(`No byte has passed for ${STALLED_MS / 1000} seconds.`)),
    STALLED_MS,
  );
  const passing = new Transform({
    transform(chunk, _encoding, done) {
      watchdog.refresh();
      done(null, chunk);
    },
  });
  let over = false;
  pipeline(body, passing).catch(error => {
    // After the end, what breaks is only what nobody needs any more.
    if (!over) breakOff(asBroken(error));
  });
  try {
    return await send(passing, AbortSignal.any([aborting, broken.signal]));
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    over = true;
    clearTimeout(watchdog);
    body.destroy();
    passing.destroy();
  }
}

/** The SDK knows no code for a checksum that does not fit, only words. */
function asBroken(error: unknown): Error {
  const message = messageOf(error);
  return message.startsWith('Checksum mismatch')
    ? new DamagedBodyError(message, { cause: error })
    : new BrokenBodyError(message, { cause: error });
}
