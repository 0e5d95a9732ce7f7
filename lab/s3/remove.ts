/** DeleteObject and DeleteObjects. */
import type { LabResponse } from '../kinds.ts';
import { demandOnObject, granted, versioned } from './access.ts';
import { requestedAlgorithm } from './checksums.ts';
import { matches } from './conditions.ts';
import {
  accessDenied,
  invalidRequest,
  malformedXml,
  noSuchKey,
  preconditionFailed,
  S3Error,
} from './errors.ts';
import { isLocked } from './lock.ts';
import type { BucketCall } from './world.ts';
import { document, element, parse, text, type Xml } from './xml.ts';

const MAX_KEYS = 1000;

interface Removal {
  readonly key: string;
  readonly versionId: string | undefined;
  /** Delete only while this is the ETag of the object, or `*`: while there is one. */
  readonly ifMatch: string | undefined;
}

interface Removed {
  /** The version made or deleted, where versions are kept. */
  readonly versionId?: string;
  /** Whether that version is a delete marker. */
  readonly marker: boolean;
}

export async function deleteObject(call: BucketCall): Promise<LabResponse> {
  const { key, request } = call;
  const versionId = request.query.get('versionId');
  const removed = await remove(call, { key, versionId, ifMatch: request.headers['if-match'] });
  return {
    status: 204,
    headers: {
      ...(removed.versionId !== undefined && { 'x-amz-version-id': removed.versionId }),
      ...(removed.marker && { 'x-amz-delete-marker': 'true' }),
    },
  };
}

/** Source: API Reference, DeleteObjects. */
export async function deleteObjects(call: BucketCall): Promise<LabResponse> {
  const { headers, body } = call.request;
  if (headers['content-md5'] === undefined && !requestedAlgorithm(headers)) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const request = parse(body, 'Delete');
  const removals = request?.all('Object').map(removalOf) ?? [];
  if (removals.length === 0 || removals.length > MAX_KEYS) throw malformedXml();
  const quiet = request?.text('Quiet') === 'true';
  const results: string[] = [];
  for (const removal of removals) {
    const result = await remove(call, removal).then(
      removed => (quiet ? '' : deletedXml(removal, removed)),
      error => errorXml(removal, error),
    );
    results.push(result);
  }
  return { status: 200, body: document('DeleteResult', ...results) };
}

function removalOf(entry: Xml): Removal {
  const key = entry.text('Key');
  if (!key) throw malformedXml();
  return { key, versionId: entry.text('VersionId'), ifMatch: entry.text('ETag') };
}

const deletedXml = ({ key, versionId }: Removal, removed: Removed): string =>
  element(
    'Deleted',
    text('Key', key),
    text('VersionId', versionId),
    removed.marker ? text('DeleteMarker', true) + text('DeleteMarkerVersionId', removed.versionId) : '',
  );

function errorXml({ key, versionId }: Removal, error: unknown): string {
  if (!(error instanceof S3Error)) throw error;
  return element(
    'Error',
    text('Key', key),
    text('VersionId', versionId),
    text('Code', error.code),
    text('Message', error.message),
  );
}

/** Deletes what a removal names: a key, or one version of it. Deleting what is not there succeeds. */
async function remove(call: BucketCall, removal: Removal): Promise<Removed> {
  const { bucket, request } = call;
  const { key, versionId } = removal;
  const context = {
    ...(removal.ifMatch !== undefined && { 's3:if-match': removal.ifMatch }),
    ...(versionId !== undefined && { 's3:VersionId': versionId }),
  };
  await demandOnObject(call, bucket, key, versioned('s3:DeleteObject', versionId), { context });
  await assertUnchanged(call, removal);
  if (versionId === undefined) {
    const marker = bucket.delete(key, request.caller?.account);
    return marker ? { marker: true, versionId: marker.versionId } : { marker: false };
  }
  const version = bucket.version(key, versionId);
  if (version && isLocked(version, call.world.now(), await bypassesGovernance(call, key))) {
    throw accessDenied('Access Denied because object protected by object lock.');
  }
  bucket.deleteVersion(key, versionId);
  return { marker: version?.kind === 'marker', versionId };
}

/** Conditions look at the current version only. Source: User Guide, conditional-deletes. */
async function assertUnchanged(call: BucketCall, { key, ifMatch }: Removal): Promise<void> {
  if (ifMatch === undefined) return;
  if (ifMatch !== '*') await demandOnObject(call, call.bucket, key, 's3:GetObject');
  const latest = call.bucket.latest(key);
  if (!latest) throw noSuchKey(key);
  if (latest.kind === 'marker' || !matches(ifMatch, latest.etag)) throw preconditionFailed('If-Match');
}

async function bypassesGovernance(call: BucketCall, key: string): Promise<boolean> {
  if (call.request.headers['x-amz-bypass-governance-retention'] !== 'true') return false;
  return granted(demandOnObject(call, call.bucket, key, 's3:BypassGovernanceRetention'));
}
