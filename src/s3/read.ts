/** An object read to its end, for its hash alone: nothing of it is kept. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { StoppedError } from '../errors.ts';
import type { Evidence, Sighting } from '../sync/evidence.ts';
import type { Bucket } from './bucket.ts';
import { noneWhereRefused } from './head.ts';

export interface Reading {
  /** Ends the reading. */
  readonly aborting: AbortSignal;
  /** Told of all bytes as they come. */
  readonly count: (bytes: number) => void;
}

/** `undefined` when the object may not be read, is archived, or is no longer the one that was seen. */
export function contentOf(bucket: Bucket, object: Sighting, reading: Reading): Promise<Evidence | undefined> {
  return noneWhereRefused(async () => ({ SHA256: await sha256Of(bucket, object, reading) }));
}

/** Times in a row that a connection may break without having brought anything. */
const FRUITLESS = 5;

/**
 * Base64. A connection that breaks is taken up where it broke: the ETag says that it is still the same object.
 *
 * @throws StoppedError once `aborting` has fired; otherwise what the last attempt threw
 */
async function sha256Of(bucket: Bucket, object: Sighting, reading: Reading): Promise<string> {
  const { etag, size } = object;
  const hash = createHash('sha256');
  let read = 0;
  for (let fruitless = 0; read < size; ) {
    const from = read;
    const { Body } = await bucket.send(
      new GetObjectCommand({
        ...bucket.naming(object),
        IfMatch: `"${etag}"`,
        ...(from > 0 && { Range: `bytes=${from}-` }),
      }),
    );
    try {
      for await (const chunk of watched(Body as Readable, reading.aborting)) {
        hash.update(chunk);
        read += chunk.length;
        reading.count(chunk.length);
      }
      if (read < size) throw new Error(`The connection ended after ${read} of ${size} bytes.`);
    } catch (error) {
      if (reading.aborting.aborted)
        throw new StoppedError('Stopped while an object was read.', { cause: error });
      fruitless = read > from ? 0 : fruitless + 1;
      if (fruitless === FRUITLESS) throw error;
    }
  }
  return hash.digest('base64');
}

/** Bytes that do not come for so long will not come any more. */
const PATIENCE_MS = 60_000;

/** The chunks of a body, which is destroyed when it stalls or the run is aborted. */
async function* watched(body: Readable, aborting: AbortSignal): AsyncGenerator<Buffer> {
  const end = () => body.destroy(new Error('The connection stalled or the run was stopped.'));
  const stalled = setTimeout(end, PATIENCE_MS);
  aborting.addEventListener('abort', end, { once: true });
  try {
    aborting.throwIfAborted();
    for await (const chunk of body) {
      stalled.refresh();
      yield chunk;
    }
  } finally {
    clearTimeout(stalled);
    aborting.removeEventListener('abort', end);
    body.destroy();
  }
}
