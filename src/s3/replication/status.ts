/** How far the replication of one version has come, as the source says. (S3 User Guide, "Getting replication status information".) */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { troubleOf } from '../../aws/trouble.ts';
import type { ObjectEntry } from '../../model.ts';
import type { Bucket } from '../bucket.ts';
import { noneWhereRefused } from '../head.ts';
import { unquote } from '../keys.ts';

/**
 * - `done`: every destination has it
 * - `pending`: on its way to one of them at least, and S3 goes on trying
 * - `failed`: S3 has given up on one of them at least
 * - `replica`: came from another bucket itself, and says nothing of where it goes
 * - `none`: no rule has taken it up
 * - `gone`: the version is there no more
 */
export type ReplicationState = 'done' | 'pending' | 'failed' | 'replica' | 'none' | 'gone';

/** (S3 API, HeadObject, "x-amz-replication-status".) */
const STATES: Readonly<Record<string, ReplicationState>> = {
  COMPLETE: 'done',
  COMPLETED: 'done',
  PENDING: 'pending',
  FAILED: 'failed',
  REPLICA: 'replica',
};

export interface Standing {
  readonly state: ReplicationState;
  /** An archive of Intelligent-Tiering holds it, which no listing tells and no rule reads from. */
  readonly frozen: boolean;
  /** Encrypted with KMS, which takes a rule that says so. */
  readonly underKms: boolean;
}

/** @throws what S3 answers, but for a version that is not there */
export async function standingOf(
  source: Bucket,
  object: Pick<ObjectEntry, 'key' | 'versionId'>,
): Promise<Standing> {
  try {
    const head = await source.send(new HeadObjectCommand(source.naming(object)));
    return {
      state: STATES[head.ReplicationStatus ?? ''] ?? 'none',
      frozen: head.ArchiveStatus !== undefined,
      underKms: head.ServerSideEncryption?.startsWith('aws:kms') ?? false,
    };
  } catch (error) {
    if (troubleOf(error).kind !== 'absent') throw error;
    return { state: 'gone', frozen: false, underKms: false };
  }
}

/** The current object at the destination: the replica with its ETag, or what somebody else wrote. */
export type AtDestination = { readonly etag: string } | 'another';

/**
 * Whether the destination shows the replica of a version: replicas keep the ids of their sources, whatever their encryption
 * makes of the ETag.
 *
 * @returns `undefined` when there is no object, or the destination may not be asked
 */
export async function shownAt(
  destination: Bucket,
  { key, versionId }: Pick<ObjectEntry, 'key' | 'versionId'>,
): Promise<AtDestination | undefined> {
  const head = await noneWhereRefused(() =>
    destination.send(new HeadObjectCommand(destination.naming({ key }))),
  );
  if (head === undefined) return undefined;
  const isReplica = head.ReplicationStatus === 'REPLICA' && head.VersionId === versionId;
  return isReplica ? { etag: unquote(head.ETag) } : 'another';
}
