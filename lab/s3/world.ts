import type { Faults } from '../faults.ts';
import type { Assumption } from '../iam/service-role.ts';
import type { Authorize, Caller, LabRequest } from '../kinds.ts';
import type { Bucket, Surroundings } from './bucket.ts';
import type { Content } from './content.ts';

/** Everything S3 knows, and what it needs from the rest of the lab. */
export interface World extends Surroundings {
  readonly authorize: Authorize;
  /** How S3 becomes the role of a replication. */
  readonly assumeRole: (assumption: Assumption) => Promise<Caller | undefined>;
  readonly faults: Faults;
  readonly buckets: Map<string, Bucket>;
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
