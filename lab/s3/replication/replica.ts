import type { Bucket } from '../bucket.ts';
import type { Version } from '../object.ts';

/**
 * Puts a version of another bucket in place as it is, among the versions of its key where it stands there, too. One that is
 * in place already stays. Nothing is written in the sense of replication, so that replicas do not travel on.
 */
export function placeReplica(destination: Bucket, version: Version, source: Bucket): void {
  const { key, versionId, lastModified } = version;
  if (destination.version(key, versionId)) return;
  const origin = (source.versions.get(key) ?? []).map(one => one.versionId);
  const newer = new Set(origin.slice(0, origin.indexOf(versionId)));
  const versions = destination.versions.get(key) ?? [];
  const place = versions.findIndex(one => !newer.has(one.versionId) && one.lastModified <= lastModified);
  const replica: Version = { ...version, replicationStatus: 'REPLICA' };
  destination.replace(key, versions.toSpliced(place < 0 ? versions.length : place, 0, replica));
}
