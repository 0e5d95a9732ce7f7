/** Buckets themselves: made, found, listed, deleted. */
import type { LabResponse } from '../kinds.ts';
import { demandOnBucket } from './access.ts';
import { canonicalId } from './acl.ts';
import { Bucket, type Ownership } from './bucket.ts';
import { accessDenied, invalidArgument, malformedXml, S3Error } from './errors.ts';
import type { BucketCall, Call } from './world.ts';
import { document, element, parse, text } from './xml.ts';

export async function listBuckets({ request, world }: Call): Promise<LabResponse> {
  const { caller } = request;
  if (!caller) throw accessDenied();
  const verdict = await world.authorize({
    caller,
    action: 's3:ListAllMyBuckets',
    resource: '*',
    resourceAccount: caller.account,
  });
  if (!verdict.allowed) throw accessDenied(verdict.why);
  const own = [...world.buckets.values()].filter(bucket => bucket.account === caller.account);
  return {
    status: 200,
    body: document(
      'ListAllMyBucketsResult',
      element('Owner', text('ID', canonicalId(caller.account))),
      element(
        'Buckets',
        ...own
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map(bucket =>
            element(
              'Bucket',
              text('Name', bucket.name),
              text('CreationDate', bucket.created),
              text('BucketRegion', bucket.region),
            ),
          ),
      ),
    ),
  };
}

/** Source: API Reference, CreateBucket. */
export async function createBucket(call: Call, name: string): Promise<LabResponse> {
  const { request, world } = call;
  const { caller, headers } = request;
  if (!caller) throw accessDenied();
  if (!/^(?!xn--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new S3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });
  }
  const verdict = await world.authorize({
    caller,
    action: 's3:CreateBucket',
    resource: `arn:aws:s3:::${name}`,
    resourceAccount: caller.account,
  });
  if (!verdict.allowed) throw accessDenied(verdict.why);
  const region = locationOf(call);
  assertFree(world.buckets.get(name), caller.account);
  const ownership = ownershipOf(headers['x-amz-object-ownership']);
  const bucket = new Bucket(
    {
      name,
      account: caller.account,
      region,
      ...(ownership && { ownership }),
      ...(headers['x-amz-bucket-object-lock-enabled'] === 'true' && { objectLock: {} }),
    },
    world,
  );
  world.buckets.set(name, bucket);
  return { status: 200, headers: { location: `/${name}` } };
}

/** Only us-east-1 makes buckets elsewhere, and buckets of its own without being told where. */
function locationOf({ request }: Call): string {
  const signed = request.scope?.region ?? 'us-east-1';
  const configuration = parse(request.body, 'CreateBucketConfiguration');
  if (request.body.length > 0 && !configuration) throw malformedXml();
  const location = configuration?.text('LocationConstraint');
  const region = location ?? 'us-east-1';
  if (signed === 'us-east-1' || signed === region) return region;
  throw new S3Error(
    400,
    'IllegalLocationConstraintException',
    `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function assertFree(taken: Bucket | undefined, account: string): void {
  if (!taken) return;
  const details = { BucketName: taken.name };
  if (taken.account === account) {
    throw new S3Error(
      409,
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      details,
    );
  }
  throw new S3Error(
    409,
    'BucketAlreadyExists',
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    details,
  );
}

const OWNERSHIPS: readonly Ownership[] = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'];

export function ownershipOf(asked: string | undefined): Ownership | undefined {
  const ownership = OWNERSHIPS.find(known => known === asked);
  if (asked !== undefined && !ownership) {
    throw invalidArgument('Invalid x-amz-object-ownership header', 'x-amz-object-ownership', asked);
  }
  return ownership;
}

export async function headBucket(call: BucketCall): Promise<LabResponse> {
  await demandOnBucket(call, call.bucket, 's3:ListBucket');
  return { status: 200, headers: { 'x-amz-access-point-alias': 'false' } };
}

export async function deleteBucket(call: BucketCall): Promise<LabResponse> {
  const { bucket, world } = call;
  await demandOnBucket(call, bucket, 's3:DeleteBucket');
  if (bucket.versions.size > 0) {
    throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      BucketName: bucket.name,
    });
  }
  world.buckets.delete(bucket.name);
  return { status: 204 };
}
