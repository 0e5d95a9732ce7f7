/** How far the replication of one version has come, as the source says. (S3 User Guide, "Getting replication status information".) */
import { HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { troubleOf } from '../../aws/trouble.ts';
import type { ObjectEntry, Side } from '../../model/objects.ts';
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
  const head = await headOf(source, object);
  if (head === 'absent') return { state: 'gone', frozen: false, underKms: false };
  return {
    state: STATES[head.ReplicationStatus ?? ''] ?? 'none',
    frozen: head.ArchiveStatus !== undefined,
    underKms: head.ServerSideEncryption?.startsWith('aws:kms') ?? false,
  };
}

/**
 * What the destination shows under the key of a version:
 *
 * - `{ etag }`: its replica, with the ETag that its encryption there makes
 * - `successor`: the replica of the version that the source shows by now
 * - `overtaken`: the source shows a later version by now, whose replica has not come yet
 * - `gone`: the source shows no object any more
 * - `another`: the source shows the version, and the destination what somebody else wrote
 * - `nothing`: the source shows the version, and the destination no object
 * - `unknown`: the destination may not be asked
 */
export type Shown =
  | { readonly etag: string }
  | 'successor'
  | 'overtaken'
  | 'gone'
  | 'another'
  | 'nothing'
  | 'unknown';

/** A version at the source. */
interface Replicated {
  readonly key: string;
  readonly versionId?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly modified?: number | undefined;
}

/**
 * Replicas keep the ids of their sources, whatever their encryption makes of the ETag. The source is asked what it shows by
 * now only where the destination does not show the replica.
 *
 * @throws what S3 answers, but for a refusal of the destination
 */
export async function shownAt(
  { source, destination }: Readonly<Record<Side, Bucket>>,
  object: Replicated,
): Promise<Shown> {
  const { key, versionId } = object;
  const there = await noneWhereRefused(() => headOf(destination, { key }));
  if (there === undefined) return 'unknown';
  if (there !== 'absent' && isReplicaOf(there, object)) return { etag: unquote(there.ETag) };
  if (there !== 'absent' && there.ReplicationStatus !== 'REPLICA') return 'another';
  const here = await headOf(source, { key });
  if (here === 'absent') return 'gone';
  if (here.VersionId === versionId) return there === 'absent' ? 'nothing' : 'another';
  const successor = { versionId: here.VersionId, modified: here.LastModified?.getTime() };
  return there !== 'absent' && isReplicaOf(there, successor) ? 'successor' : 'overtaken';
}

/**
 * Whether an object of the destination, one version of its key or the current one, is the replica of a version.
 *
 * @returns `undefined` when it may not be asked
 */
export async function isReplicaAt(
  destination: Bucket,
  object: Pick<ObjectEntry, 'key' | 'versionId'>,
  of: Replicated,
): Promise<boolean | undefined> {
  const there = await noneWhereRefused(() => headOf(destination, object));
  return there === undefined ? undefined : there !== 'absent' && isReplicaOf(there, of);
}

type Head = HeadObjectCommandOutput | 'absent';

async function headOf(bucket: Bucket, object: Pick<ObjectEntry, 'key' | 'versionId'>): Promise<Head> {
  try {
    return await bucket.send(new HeadObjectCommand(bucket.naming(object)));
  } catch (error) {
    if (troubleOf(error).kind !== 'absent') throw error;
    return 'absent';
  }
}

/** What is written without versioning is all called `null`; its time tells, which a replica keeps. */
function isReplicaOf(
  head: HeadObjectCommandOutput,
  { versionId, modified }: Omit<Replicated, 'key'>,
): boolean {
  if (head.ReplicationStatus !== 'REPLICA' || head.VersionId !== versionId) return false;
  return versionId !== 'null' || head.LastModified?.getTime() === modified;
}
