import type { Authorize, LabRequest } from '../kinds.ts';
import type { Bucket } from './bucket.ts';
import type { Content } from './content.ts';
import type { KmsKeys } from './kms.ts';

/** Everything S3 knows, and what it needs from the rest of the lab. */
export interface World {
  readonly authorize: Authorize;
  readonly now: () => Date;
  readonly id: () => string;
  readonly buckets: Map<string, Bucket>;
  readonly keys: KmsKeys;
}

/** One request on its way through S3. */
export interface Call {
  readonly world: World;
  readonly request: LabRequest;
  /** What is written instead of the request's body, by those inside the lab who have it at hand. */
  readonly content?: Content;
}

/** A request to a bucket that exists and may be addressed like this; `key` is '' when it is to the bucket itself. */
export interface BucketCall extends Call {
  readonly bucket: Bucket;
  readonly key: string;
}
