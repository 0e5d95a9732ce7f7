/** A bucket as DataSync works with it: under a service role, judged by S3 like everybody, struck by the same faults. */
import type { Effect } from '../faults.ts';
import { damaged } from '../http.ts';
import { assumeServiceRole } from '../iam/service-role.ts';
import type { Caller, LabResponse } from '../kinds.ts';
import { Content } from '../s3/content.ts';
import { S3Error } from '../s3/errors.ts';
import type { InsideRequest, StoredObject } from '../s3/index.ts';
import { struckInside } from '../s3/struck.ts';
import { invalidRequest } from './errors.ts';
import type { Location, World } from './world.ts';

export interface Errand {
  readonly bucket: string;
  /** Of the endpoint that is asked. */
  readonly region: string;
  readonly account: string;
  readonly roleArn: string;
  /** What the role is assumed for: a location or a task. */
  readonly sourceArn: string;
  /** Ends the waiting that faults impose. */
  readonly signal?: AbortSignal | undefined;
}

/** The size of parts, and of the largest object that is written in one piece. Not documented. */
const PART_BYTES = 16 * 1024 * 1024;

type More = Pick<InsideRequest, 'query' | 'headers' | 'body' | 'content'>;

/**
 * Assumes the role that goes with a bucket.
 * Source: DataSync User Guide, create-s3-location; task-reports (the name of the session).
 */
export async function accessTo(world: World, errand: Errand): Promise<BucketAccess> {
  const { roleArn, account, sourceArn } = errand;
  const caller = await assumeServiceRole(world.accounts, world.sessions, {
    service: 'datasync.amazonaws.com',
    roleArn,
    account,
    sourceArn,
    sessionName: `AwsSync-${sourceArn.split('/').at(-1)}`,
  });
  if (caller) return new BucketAccess(world, errand, caller);
  throw invalidRequest('Unable to assume role. Reason: Access denied when calling sts:AssumeRole');
}

export const accessToLocation = (
  world: World,
  { arn, ...location }: Location,
  signal?: AbortSignal,
): Promise<BucketAccess> => accessTo(world, { ...location, sourceArn: arn, signal });

export class BucketAccess {
  readonly #world: World;
  readonly #errand: Errand;
  readonly #caller: Caller;

  constructor(world: World, errand: Errand, caller: Caller) {
    this.#world = world;
    this.#errand = errand;
    this.#caller = caller;
  }

  /** Has S3 do something; throws the `S3Error` it refuses with. */
  async ask(operation: string, key?: string, more: More = {}): Promise<LabResponse> {
    await this.#strike(operation, key);
    return this.#perform(operation, key, more);
  }

  /** The keys that begin with `prefix`, in order. */
  async list(prefix: string): Promise<readonly string[]> {
    await this.ask('ListObjectsV2', undefined, { query: { prefix, 'max-keys': '1' } });
    return this.#bucket.keys().filter(key => key.startsWith(prefix));
  }

  /** An object, and with `tagged` its tags, which take a request of their own. */
  async head(key: string, tagged: boolean, versionId?: string): Promise<StoredObject> {
    const query = versionQuery(versionId);
    await this.ask('HeadObject', key, { query });
    if (tagged) await this.ask('GetObjectTagging', key, { query });
    return this.#stored(key, versionId);
  }

  /** What is there now, if anything is. */
  async find(key: string, tagged: boolean): Promise<StoredObject | undefined> {
    try {
      return await this.head(key, tagged);
    } catch (error) {
      if (error instanceof S3Error && error.status === 404) return undefined;
      throw error;
    }
  }

  /** An object, and its content as it arrives here. */
  async read(key: string, versionId?: string): Promise<{ object: StoredObject; content: Content }> {
    const effect = await this.#strike('GetObject', key);
    await this.#perform('GetObject', key, { query: versionQuery(versionId) });
    const object = this.#stored(key, versionId);
    return { object, content: arrived(object.content, effect) };
  }

  /** In one piece, or in parts where that is too large. */
  async write(
    key: string,
    content: Content,
    headers: Readonly<Record<string, string>>,
  ): Promise<StoredObject> {
    if (content.size > PART_BYTES) await this.#upload(key, content, headers);
    else {
      const effect = await this.#strike('PutObject', key);
      await this.#perform('PutObject', key, { headers, content: arrived(content, effect) });
    }
    return this.#stored(key);
  }

  async #upload(key: string, content: Content, headers: Readonly<Record<string, string>>): Promise<void> {
    const { body } = await this.ask('CreateMultipartUpload', key, { headers });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(String(body))?.[1] ?? '';
    try {
      let parts = '';
      for (let start = 0, number = 1; start < content.size; start += PART_BYTES, number++) {
        const part = content.range(start, Math.min(start + PART_BYTES, content.size));
        const query = { uploadId, partNumber: String(number) };
        const { headers: answered } = await this.ask('UploadPart', key, { query, content: part });
        parts += `<Part><PartNumber>${number}</PartNumber><ETag>${answered?.etag}</ETag></Part>`;
      }
      const list = Buffer.from(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`);
      await this.ask('CompleteMultipartUpload', key, { query: { uploadId }, body: list });
    } catch (error) {
      await this.ask('AbortMultipartUpload', key, { query: { uploadId } });
      throw error;
    }
  }

  #strike(operation: string, key: string | undefined): Promise<Effect | undefined> {
    const { bucket, signal } = this.#errand;
    return struckInside(this.#world.faults, { operation, bucket, key }, signal);
  }

  #perform(operation: string, key: string | undefined, more: More): Promise<LabResponse> {
    const { bucket, region } = this.#errand;
    return this.#world.s3.perform({
      caller: this.#caller,
      region,
      operation,
      bucket,
      ...(key !== undefined && { key }),
      ...more,
    });
  }

  get #bucket() {
    return this.#world.s3.bucket(this.#errand.bucket);
  }

  /** An object that S3 has just said is there. */
  #stored(key: string, versionId?: string): StoredObject {
    const version = versionId === undefined ? this.#bucket.get(key) : this.#bucket.version(key, versionId);
    if (version?.kind !== 'object') throw new Error(`${key} is gone between two lines`);
    return version;
  }
}

const versionQuery = (versionId: string | undefined): Record<string, string> =>
  versionId === undefined ? {} : { versionId };

const arrived = (content: Content, effect: Effect | undefined): Content =>
  effect?.kind === 'damage' ? Content.of(damaged(content.bytes())) : content;
