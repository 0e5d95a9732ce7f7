/** Every question S3 asks before it does anything: is this the right bucket, and may this caller do that? */
import type { Caller, PolicyDocument } from '../kinds.ts';
import { aclAllows } from './acl.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, noSuchBucket, noSuchKey, noSuchUpload, noSuchVersion, S3Error } from './errors.ts';
import type { Permission, StoredObject, Version } from './object.ts';
import { denialsOf, isPublic } from './policy.ts';
import type { Upload } from './upload.ts';
import type { BucketCall, Call } from './world.ts';

type Context = Readonly<Record<string, string | string[]>>;

export function findBucket({ world }: Call, name: string): Bucket {
  const bucket = world.buckets.get(name);
  if (!bucket) throw noSuchBucket(name);
  return bucket;
}

/** The upload a request names, which must be one to this very key. */
export function uploadOf({ bucket, key, request }: BucketCall): Upload {
  const id = request.query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload?.key !== key) throw noSuchUpload(id);
  return upload;
}

/**
 * A bucket's own host name leads to its Region, where a signature for another Region is malformed; a request in path
 * style arrives in the Region it was signed for, and is sent away from there.
 * Source: API Reference, ErrorResponses.
 */
export function assertRegion({ request }: Call, bucket: Bucket, virtualHost: boolean): void {
  const signed = request.scope?.region;
  if (signed === undefined || signed === bucket.region) return;
  const headers = { 'x-amz-bucket-region': bucket.region };
  if (virtualHost && request.method !== 'HEAD') {
    throw new S3Error(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${signed}' is wrong; expecting '${bucket.region}'`,
      { Region: bucket.region },
      headers,
    );
  }
  throw new S3Error(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name },
    headers,
  );
}

/** `header` is the one that names this bucket's owner. Source: User Guide, bucket-owner-condition. */
export function assertOwner({ request }: Call, bucket: Bucket, header: string): void {
  const expected = request.headers[header];
  if (expected === undefined || expected === bucket.account) return;
  if (/^\d{12}$/.test(expected)) throw accessDenied();
  throw new S3Error(
    400,
    'InvalidBucketOwnerAWSAccountID',
    'The value of the expected bucket owner parameter must be an AWS Account ID',
    { BucketOwner: expected },
  );
}

/** Source: User Guide, RequesterPaysBuckets. */
export function assertPayer({ request }: Call, bucket: Bucket): void {
  if (!requesterPays(request.caller, bucket)) return;
  if (!request.caller || request.headers['x-amz-request-payer'] !== 'requester') throw accessDenied();
}

export const requesterPays = (caller: Pick<Caller, 'account'> | undefined, bucket: Bucket): boolean =>
  bucket.requestPayer === 'Requester' && caller?.account !== bucket.account;

/** Throws `AccessDenied` unless the caller may do `action` to the bucket. */
export async function demandOnBucket(
  call: Call,
  bucket: Bucket,
  action: string,
  context: Context = {},
): Promise<void> {
  await demand(call, bucket, action, bucket.arn, bucket.account, bucket.policy, context);
}

/**
 * Throws `AccessDenied` unless the caller may do `action` to the key. Policies speak for the objects of the bucket's
 * owner only; to an object of another account its ACL must admit the caller, whose own account decides the rest.
 * Source: User Guide, troubleshoot-403-errors.
 */
export async function demandOnObject(
  call: Call,
  bucket: Bucket,
  key: string,
  action: string,
  { object, context = {} }: { readonly object?: Version | undefined; readonly context?: Context } = {},
): Promise<void> {
  const resource = `${bucket.arn}/${key}`;
  if (object?.kind !== 'object' || ownerOf(bucket, object) === bucket.account) {
    await demand(call, bucket, action, resource, bucket.account, bucket.policy, context);
    return;
  }
  const caller = call.request.caller;
  if (!aclAllows(object, caller?.account, permissionFor(action))) throw accessDenied();
  // An anonymous caller has no account that could decide; the ACL has.
  if (caller) await demand(call, bucket, action, resource, caller.account, denialsOf(bucket.policy), context);
}

/** BucketOwnerEnforced gives all objects to the bucket's owner, those written before it was set included. */
export const ownerOf = (bucket: Bucket, object: { readonly owner: string }): string =>
  bucket.ownership === 'BucketOwnerEnforced' ? bucket.account : object.owner;

function permissionFor(action: string): Permission {
  if (/^s3:GetObject(Version)?$/.test(action)) return 'READ';
  if (/^s3:GetObject(Version)?Acl$/.test(action)) return 'READ_ACP';
  if (/^s3:PutObject(Version)?Acl$/.test(action)) return 'WRITE_ACP';
  return 'FULL_CONTROL';
}

/**
 * The action for one version of an object: `s3:GetObjectTagging` becomes `s3:GetObjectVersionTagging`. Those of Object Lock
 * are the same for every version.
 */
export const versioned = (action: string, versionId: string | undefined): string =>
  versionId === undefined || /Retention$|LegalHold$/.test(action)
    ? action
    : action.replace('Object', 'ObjectVersion');

/**
 * The object a request wants to read, after asking whether it may. Who may not list the bucket does not learn that an
 * object is absent.
 * Source: API Reference, GetObject and HeadObject, permissions.
 */
export async function readable(
  call: Call,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
  action = 's3:GetObject',
): Promise<StoredObject> {
  const version = versionId === undefined ? bucket.latest(key) : bucket.version(key, versionId);
  const existing = version?.kind === 'object' ? tagContext(version) : {};
  await demandOnObject(call, bucket, key, versioned(action, versionId), {
    object: version,
    context: { ...existing, ...(versionId !== undefined && { 's3:VersionId': versionId }) },
  });
  if (version?.kind === 'object') return version;
  await demandOnBucket(call, bucket, 's3:ListBucket');
  if (versionId === undefined) {
    throw noSuchKey(
      key,
      version ? { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId } : {},
    );
  }
  if (!version) throw noSuchVersion(key, versionId);
  throw new S3Error(
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    { Method: call.request.method, ResourceType: 'DeleteMarker' },
    { allow: 'DELETE', 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId },
  );
}

const tagContext = (object: StoredObject): Context =>
  Object.fromEntries([...object.tags].map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]));

async function demand(
  call: Call,
  bucket: Bucket,
  action: string,
  resource: string,
  resourceAccount: string,
  resourcePolicy: PolicyDocument | undefined,
  context: Context,
): Promise<void> {
  const foreign = call.request.caller?.account !== bucket.account;
  if (foreign && bucket.publicAccessBlock?.RestrictPublicBuckets && isPublic(bucket.policy))
    throw accessDenied();
  await ask(call, { action, resource, resourceAccount, resourcePolicy, context });
}

/** Throws `AccessDenied` unless the lab's IAM says yes for the caller. */
export async function ask(
  { world, request }: Call,
  question: Omit<Parameters<typeof world.authorize>[0], 'caller'>,
): Promise<void> {
  const verdict = await world.authorize({ ...question, caller: request.caller });
  if (!verdict.allowed) throw accessDenied(verdict.why);
}

/** Whether a demand is met, for what is merely left out of an answer when it is not. */
export async function granted(demanded: Promise<void>): Promise<boolean> {
  try {
    await demanded;
    return true;
  } catch (error) {
    if (error instanceof S3Error) return false;
    throw error;
  }
}
