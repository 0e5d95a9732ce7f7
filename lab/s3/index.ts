/** The S3 of the lab: strict, in memory, and as talkative about its refusals as AWS. */
import type { Faults } from '../faults.ts';
import type { Authorize, LabRequest, LabResponse, PolicyDocument, Service } from '../kinds.ts';
import { assertOwner, assertPayer, assertRegion, findBucket, requesterPays } from './access.ts';
import { Bucket, type BucketSettings } from './bucket.ts';
import { createBucket, listBuckets } from './buckets.ts';
import type { Content } from './content.ts';
import { errorResponse, noSuchBucket, notImplemented, S3Error } from './errors.ts';
import { type Inside, insideRequest } from './inside.ts';
import { type KmsKey, KmsKeys } from './kms.ts';
import type { StoredObject } from './object.ts';
import { bucketOperations, dataOperations, type Operation } from './operations.ts';
import { type FailedReplication, Replicator } from './replication/replicator.ts';
import { rulesFor } from './replication/rules.ts';
import { route, type Target } from './router.ts';
import type { Call, World } from './world.ts';

export { canonicalId } from './acl.ts';
export type { Bucket, BucketSettings, Paging, PutOptions } from './bucket.ts';
export { type Content, sparse } from './content.ts';
export type { KmsKey } from './kms.ts';
export type { DeleteMarker, StoredObject, Version } from './object.ts';

/** What a service of AWS asks of S3 with the role it was given. */
export interface InsideRequest extends Inside {
  /** The API's name, for example `PutObject`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key?: string;
  /** In place of the body, for content too large to be one. */
  readonly content?: Content;
}

export interface S3 extends Service {
  /** Does what is asked from inside the lab, by the same rules; throws the `S3Error` it is refused with. */
  perform(request: InsideRequest): Promise<LabResponse>;
  /** Makes a bucket without asking anybody. */
  createBucket(settings: BucketSettings): Bucket;
  /** A bucket that must exist. */
  bucket(name: string): Bucket;
  buckets(): Iterable<Bucket>;
  /** A customer managed KMS key; without a policy the account's IAM decides. */
  createKey(key: { account: string; region: string; id?: string; policy?: PolicyDocument }): KmsKey;
  /** A KMS key that must exist, by its ARN. */
  key(arn: string): KmsKey;
  readonly replication: Replication;
}

/** What goes on between buckets. */
export interface Replication {
  /** Everything that has failed so far. */
  readonly failures: readonly FailedReplication[];
  /** Replicates a version that exists, as S3 Batch Operations has it done. */
  replicateExisting(bucket: Bucket, object: StoredObject): Promise<readonly FailedReplication[]>;
  /** Whether a rule would replicate a version that exists. */
  isEligible(bucket: Bucket, object: StoredObject): boolean;
  /** Resolves when nothing is pending. */
  settled(): Promise<void>;
  /** Lets go of what faults hold. Rejects, once, when the lab itself went wrong. */
  stop(): Promise<void>;
}

/** `host` is a name that bucket labels may stand before; without one there is only path style. */
export function createS3(deps: {
  readonly authorize: Authorize;
  readonly assumeRole: World['assumeRole'];
  readonly faults: Faults;
  readonly now: () => Date;
  readonly id: () => string;
  readonly host?: string;
}): S3 {
  const world: World = {
    ...deps,
    buckets: new Map(),
    keys: new KmsKeys(),
    written: (bucket, version) => replicator.take(bucket, version),
  };
  const replicator = new Replicator(world);
  return {
    operation: request => nameOf(request, deps.host),
    handle: request => answer({ world, request }, deps.host),
    perform: ({ operation, bucket, key = '', content, ...request }) =>
      perform(
        { world, request: insideRequest(request), ...(content && { content }) },
        { name: operation, bucket, key, virtualHost: false },
      ),
    createBucket: settings => {
      const bucket = new Bucket(settings, world);
      world.buckets.set(bucket.name, bucket);
      return bucket;
    },
    bucket: name => {
      const bucket = world.buckets.get(name);
      if (!bucket) throw noSuchBucket(name);
      return bucket;
    },
    buckets: () => world.buckets.values(),
    createKey: key => world.keys.create({ id: world.id(), ...key }),
    key: arn => world.keys.key(arn),
    replication: {
      failures: replicator.failures,
      replicateExisting: (bucket, object) => replicator.replicateExisting(bucket, object),
      isEligible: (bucket, object) => rulesFor(bucket, object).length > 0,
      settled: () => replicator.settled(),
      stop: () => replicator.stop(),
    },
  };
}

function nameOf(request: LabRequest, host: string | undefined): ReturnType<Service['operation']> {
  try {
    const { name, bucket, key } = route(request, host);
    return {
      name: name || 'NotImplemented',
      ...(bucket !== undefined && { bucket }),
      ...(key !== undefined && { key }),
    };
  } catch {
    return { name: 'InvalidURI' };
  }
}

async function answer(call: Call, host: string | undefined): Promise<LabResponse> {
  try {
    return withType(await perform(call, route(call.request, host)));
  } catch (error) {
    if (error instanceof S3Error) return errorResponse(error, call.request);
    throw error;
  }
}

const withType = (response: LabResponse): LabResponse =>
  typeof response.body === 'string'
    ? { ...response, headers: { 'content-type': 'application/xml', ...response.headers } }
    : response;

async function perform(call: Call, target: Target): Promise<LabResponse> {
  const { name, bucket: bucketName = '' } = target;
  if (name === 'ListBuckets') return listBuckets(call);
  if (name === 'CreateBucket') return createBucket(call, bucketName);
  const operation = dataOperations[name] ?? bucketOperations[name];
  if (!operation) throw notImplemented(`${call.request.method} ${call.request.path}`);
  const bucket = findBucket(call, bucketName);
  const performed = performOnBucket(call, bucket, target, operation);
  return name === 'HeadBucket' ? withRegion(bucket, performed) : performed;
}

async function performOnBucket(
  call: Call,
  bucket: Bucket,
  { name, key = '', virtualHost }: Target,
  operation: Operation,
): Promise<LabResponse> {
  if (name !== 'GetBucketLocation') assertRegion(call, bucket, virtualHost);
  assertOwner(call, bucket, 'x-amz-expected-bucket-owner');
  assertKeyLength(key);
  const paying = name in dataOperations && requesterPays(call.request.caller, bucket);
  if (paying) assertPayer(call, bucket);
  const response = await operation({ ...call, bucket, key });
  return paying
    ? { ...response, headers: { ...response.headers, 'x-amz-request-charged': 'requester' } }
    : response;
}

/** HeadBucket names the Region whatever else it says. Source: API model, HeadBucket. */
async function withRegion(bucket: Bucket, performed: Promise<LabResponse>): Promise<LabResponse> {
  const region = { 'x-amz-bucket-region': bucket.region };
  try {
    const response = await performed;
    return { ...response, headers: { ...response.headers, ...region } };
  } catch (error) {
    if (error instanceof S3Error) throw error.with(region);
    throw error;
  }
}

const MAX_KEY_BYTES = 1024;

/** Source: User Guide, object-keys. */
function assertKeyLength(key: string): void {
  const size = Buffer.byteLength(key);
  if (size <= MAX_KEY_BYTES) return;
  throw new S3Error(400, 'KeyTooLongError', 'Your key is too long', {
    Size: size,
    MaxSizeAllowed: MAX_KEY_BYTES,
  });
}
