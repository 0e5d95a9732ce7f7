/**
 * Jobs that have S3 replicate what exists: in the account and Region of the source, by the rules of its bucket, version by
 * version. (S3 User Guide, "Replicating existing objects with Batch Replication".)
 */
import type { ObjectEntry } from '../../model/objects.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CopyItem } from '../../model/plan.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { isGone, noneWhereRefused } from '../../s3/head.ts';
import { encodeKey } from '../../s3/keys.ts';
import { standingOf } from '../../s3/replication/status.ts';
import type { TaskResult } from '../../s3control/report.ts';
import { ARCHIVE_CLASSES } from '../../sync/decide.ts';
import type { JobKind } from '../jobs/kind.ts';
import { LABEL } from '../jobs/options.ts';
import { copied } from './fate.ts';
import { isOutOfReach, lackingOf, MARKERS } from './versions.ts';

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
    hindrance: item => (isOutOfReach(item) ? MARKERS : undefined),
    succeeded: item => copied(item),
    failed: (item, result) => refused(item, result, source, archived),
  };
}

/** A restored copy is not what S3 replicates. No listing tells of the archives of Intelligent-Tiering. */
async function isArchived(source: Bucket, object: ObjectEntry): Promise<boolean> {
  if (object.storageClass !== 'INTELLIGENT_TIERING') return ARCHIVE_CLASSES.has(object.storageClass);
  return (await noneWhereRefused(() => standingOf(source, object)))?.frozen ?? false;
}

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
  if (code === 'SrcObjectNotEligible' && (await isArchived(source, object))) {
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
