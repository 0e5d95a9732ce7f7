/** Objects read for their hashes, or for whether that may be: nothing of them is kept. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { StoppedError } from '../errors.ts';
import type { ObjectEntry } from '../model/objects.ts';
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

/**
 * Reads one byte of an object that is not empty: nothing else tells whether its content may be read.
 *
 * @throws what S3 answers
 */
export async function readOneByte(
  bucket: Bucket,
  object: Pick<ObjectEntry, 'key' | 'versionId'>,
): Promise<void> {
  const request = new GetObjectCommand({ ...bucket.naming(object), Range: 'bytes=0-0' });
  await bucket.repeated(bucket, async () => {
    const { Body } = await bucket.sendOnce(request);
    await Body?.transformToByteArray();
  });
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

/** The chunks of a body, which is destroyed when the run is aborted. */
async function* watched(body: Readable, aborting: AbortSignal): AsyncGenerator<Buffer> {
  const end = () => body.destroy(new Error('The run was stopped.'));
  aborting.addEventListener('abort', end, { once: true });
  try {
    aborting.throwIfAborted();
    yield* body;
  } finally {
    aborting.removeEventListener('abort', end);
    body.destroy();
  }
}
