/**
 * Jobs that have S3 replicate what exists: in the account and Region of the source, by the rules of its bucket, version by
 * version. (S3 User Guide, "Replicating existing objects with Batch Replication".)
 */
import type { CopyItem, Outcome } from '../../model.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { isGone } from '../../s3/head.ts';
import { encodeKey } from '../../s3/keys.ts';
import type { TaskResult } from '../../s3control/report.ts';
import type { JobKind } from '../jobs/kind.ts';
import { LABEL } from '../jobs/options.ts';
import { copied } from './arrival.ts';
import { lackingOf } from './versions.ts';

/** What no job replicates, and no rule that came later. */
export const MARKERS = 'its history has delete markers that the destination lacks';

/** @param source as its own side sees it */
export function replicating(source: Bucket, archived: 'skip' | 'fail'): JobKind {
  const { bucket } = source.location;
  return {
    name: 'replication',
    operation: { S3ReplicateObject: {} },
    fields: ['Bucket', 'Key', 'VersionId'],
    lineOf: item =>
      lackingOf(item)
        .objects.map(({ key, versionId }) => `${bucket},${encodeKey(source.fullKey(key))},${versionId}\n`)
        .join(''),
    hindrance: item => (lackingOf(item).markers ? MARKERS : undefined),
    succeeded: item => copied(item),
    failed: (item, result) => refused(item, result, source, archived),
  };
}

/** Archived for good: a restored copy is not what S3 replicates. */
const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

async function refused(
  item: CopyItem,
  { code, message, versionId }: TaskResult,
  source: Bucket,
  archived: 'skip' | 'fail',
): Promise<Outcome> {
  const { key } = item;
  const requestId = undefined;
  const { objects } = lackingOf(item);
  const object = objects.find(one => one.versionId === versionId) ?? item.source;
  const says = `${LABEL}: ${message || code || 'it does not say why.'}`;
  if (/NotFound|NoSuch/.test(code) && !/Bucket/.test(code) && (await isGone(source, object)))
    return { key, result: 'skipped', reason: 'vanished', requestId };
  if (code === 'SrcObjectNotEligible' && ARCHIVES.has(object.storageClass)) {
    return archived === 'skip'
      ? { key, result: 'skipped', reason: 'archived', requestId }
      : { key, result: 'failed', reason: 'archived', code, message: says, requestId };
  }
  return {
    key,
    result: 'failed',
    reason: 'not-replicated',
    code: code || 'Unexplained',
    message: says,
    requestId,
  };
}
