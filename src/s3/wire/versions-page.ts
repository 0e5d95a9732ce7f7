/**
 * One page of ListObjectVersions. Versions and delete markers stand in it in the order in which they were made, the
 * newest first. The SDK sorts them into two lists, and no time brings them together again: times are whole seconds, and
 * that of an upload in parts is the one of its beginning. (S3 API, ListObjectVersions; S3 User Guide, "Listing objects
 * in a versioning-enabled bucket".)
 */
import type { Version } from '../../model/objects.ts';
import { decodeListed, unquote } from '../keys.ts';
import { textOf } from './xml.ts';

export interface VersionsPage {
  readonly versions: readonly ListedVersion[];
  /** Where the next page begins; `undefined` on the last. Not encoded. */
  readonly next: { readonly keyMarker: string; readonly versionIdMarker: string | undefined } | undefined;
}

export interface ListedVersion {
  readonly version: Version;
  readonly isLatest: boolean;
}

const ELEMENT = /<(Version|DeleteMarker)>(.*?)<\/\1>/gs;

/** @returns `undefined` when something is missing, or not written the way S3 writes */
export function scanVersions(page: string, prefix: string): VersionsPage | undefined {
  const frame = page.replace(ELEMENT, '');
  if (page.includes('<!') || /<(Version|DeleteMarker)\b/.test(frame)) return undefined;
  const decode = textOf(frame, 'EncodingType') === 'url' ? decodeListed : (text: string) => text;
  const versions: ListedVersion[] = [];
  for (const [, kind, fields = ''] of page.matchAll(ELEMENT)) {
    const version = readVersion(fields, kind === 'DeleteMarker', prefix, decode);
    if (version === undefined) return undefined;
    versions.push({ version, isLatest: textOf(fields, 'IsLatest') === 'true' });
  }
  const truncated = textOf(frame, 'IsTruncated');
  if (truncated !== 'true') return truncated === 'false' ? { versions, next: undefined } : undefined;
  const keyMarker = textOf(frame, 'NextKeyMarker');
  if (keyMarker === undefined) return undefined;
  // An empty one is none.
  const versionIdMarker = textOf(frame, 'NextVersionIdMarker') || undefined;
  return { versions, next: { keyMarker: decode(keyMarker), versionIdMarker } };
}

function readVersion(
  fields: string,
  deleted: boolean,
  prefix: string,
  decode: (text: string) => string,
): Version | undefined {
  const full = decode(textOf(fields, 'Key') ?? '');
  const versionId = textOf(fields, 'VersionId');
  const modified = Date.parse(textOf(fields, 'LastModified') ?? '');
  if (!full.startsWith(prefix) || versionId === undefined || Number.isNaN(modified)) return undefined;
  const key = full.slice(prefix.length);
  if (deleted) return { key, versionId, modified, deleted };
  const size = textOf(fields, 'Size');
  if (size === undefined || !/^\d+$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const restoring = textOf(fields, 'IsRestoreInProgress') === 'true';
  return {
    key,
    size: Number(size),
    etag: unquote(textOf(fields, 'ETag')),
    modified,
    storageClass: textOf(fields, 'StorageClass') ?? 'STANDARD',
    restored: !restoring && textOf(fields, 'RestoreExpiryDate') !== undefined,
    ...(restoring && { restoring: true }),
    versionId,
  };
}
