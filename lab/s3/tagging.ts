/** The tags, the ACL and the lock of an object that exists, and its restore from an archive. */
import type { LabResponse } from '../kinds.ts';
import { ownerOf, readable } from './access.ts';
import { aclXml, grantsOf, sendsAcl } from './acl.ts';
import { restorationOf, restoreStatus } from './archive.ts';
import type { Bucket } from './bucket.ts';
import { malformedXml, notImplemented, S3Error } from './errors.ts';
import { missingLockConfiguration } from './lock.ts';
import type { StoredObject } from './object.ts';
import { parseTagging, tagSetXml } from './tags.ts';
import type { BucketCall } from './world.ts';
import { document, parse, text } from './xml.ts';

export async function getObjectTagging(call: BucketCall): Promise<LabResponse> {
  const object = await existing(call, 's3:GetObjectTagging');
  return {
    status: 200,
    headers: versionHeader(call.bucket, object),
    body: document('Tagging', tagSetXml(object.tags)),
  };
}

export async function putObjectTagging(call: BucketCall): Promise<LabResponse> {
  const object = await existing(call, 's3:PutObjectTagging');
  call.bucket.amend(object, { tags: parseTagging(parse(call.request.body, 'Tagging'), 'object') });
  return { status: 200, headers: versionHeader(call.bucket, object) };
}

export async function deleteObjectTagging(call: BucketCall): Promise<LabResponse> {
  const object = await existing(call, 's3:DeleteObjectTagging');
  call.bucket.amend(object, { tags: new Map() });
  return { status: 204, headers: versionHeader(call.bucket, object) };
}

export async function getObjectAcl(call: BucketCall): Promise<LabResponse> {
  const object = await existing(call, 's3:GetObjectAcl');
  const grants = call.bucket.ownership === 'BucketOwnerEnforced' ? [] : object.grants;
  return { status: 200, body: document('AccessControlPolicy', aclXml(ownerOf(call.bucket, object), grants)) };
}

/** Grants come in headers; a body with an ACL of its own is beyond the lab. */
export async function putObjectAcl(call: BucketCall): Promise<LabResponse> {
  const { headers } = call.request;
  const object = await existing(call, 's3:PutObjectAcl');
  if (!sendsAcl(headers)) throw notImplemented('AccessControlPolicy');
  call.bucket.amend(object, { grants: grantsOf(headers, call.bucket) });
  return { status: 200 };
}

export async function getObjectRetention(call: BucketCall): Promise<LabResponse> {
  const { retention } = await lockable(call, 's3:GetObjectRetention');
  if (!retention) throw notLocked();
  const { mode, until } = retention;
  return {
    status: 200,
    body: document('Retention', text('Mode', mode), text('RetainUntilDate', until.toISOString())),
  };
}

export async function getObjectLegalHold(call: BucketCall): Promise<LabResponse> {
  const { legalHold } = await lockable(call, 's3:GetObjectLegalHold');
  if (legalHold === undefined) throw notLocked();
  return { status: 200, body: document('LegalHold', text('Status', legalHold ? 'ON' : 'OFF')) };
}

async function lockable(call: BucketCall, action: string): Promise<StoredObject> {
  const object = await existing(call, action);
  if (!call.bucket.objectLock) throw missingLockConfiguration();
  return object;
}

const notLocked = (): S3Error =>
  new S3Error(
    404,
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
  );

/** Source: API Reference, RestoreObject. */
export async function restoreObject(call: BucketCall): Promise<LabResponse> {
  const object = await existing(call, 's3:RestoreObject');
  const now = call.world.now();
  const request = parse(call.request.body, 'RestoreRequest');
  if (!request) throw malformedXml();
  const days = request.text('Days');
  const tier = request.child('GlacierJobParameters')?.text('Tier') ?? request.text('Tier') ?? 'Standard';
  const restoration = restorationOf(object, days === undefined ? undefined : Number(days), tier, now);
  const prolonged = restoreStatus(object, now) !== undefined;
  call.bucket.amend(object, { restoration });
  return { status: prolonged ? 200 : 202 };
}

const existing = (call: BucketCall, action: string): Promise<StoredObject> =>
  readable(call, call.bucket, call.key, call.request.query.get('versionId'), action);

const versionHeader = (bucket: Bucket, object: StoredObject): Record<string, string> =>
  bucket.versioning ? { 'x-amz-version-id': object.versionId } : {};
