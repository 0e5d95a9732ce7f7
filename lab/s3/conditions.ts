/** Conditional requests: If-Match and its siblings, on reads, copy sources and writes. */
import { noSuchKey, notImplemented, preconditionFailed, S3Error } from './errors.ts';
import type { StoredObject } from './object.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Throws 412 or 304 when a read is not wanted in the object's present state. The ETag conditions win over the dates.
 * Source: API Reference, GetObject.
 */
export function assertReadConditions(headers: Headers, object: StoredObject): void {
  const unwanted = unmet(headers, '', object);
  if (unwanted === 'If-None-Match' || unwanted === 'If-Modified-Since') {
    throw new S3Error(
      304,
      'NotModified',
      'Not Modified',
      {},
      {
        etag: `"${object.etag}"`,
        'last-modified': object.lastModified.toUTCString(),
      },
    );
  }
  if (unwanted !== undefined) throw preconditionFailed(unwanted);
}

/** A copy fails with 412 whatever the condition. Source: API Reference, CopyObject. */
export function assertCopyConditions(headers: Headers, source: StoredObject): void {
  const unwanted = unmet(headers, 'x-amz-copy-source-', source);
  if (unwanted !== undefined) throw preconditionFailed(`x-amz-copy-source-${unwanted}`);
}

function unmet(headers: Headers, prefix: string, object: StoredObject): string | undefined {
  const match = headers[`${prefix}if-match`];
  const noneMatch = headers[`${prefix}if-none-match`];
  const unmodified = headers[`${prefix}if-unmodified-since`];
  const modified = headers[`${prefix}if-modified-since`];
  if (match !== undefined) {
    if (!matches(match, object.etag)) return 'If-Match';
  } else if (unmodified !== undefined && object.lastModified > new Date(unmodified)) {
    return 'If-Unmodified-Since';
  }
  if (noneMatch !== undefined) {
    if (matches(noneMatch, object.etag)) return 'If-None-Match';
  } else if (modified !== undefined && object.lastModified <= new Date(modified)) {
    return 'If-Modified-Since';
  }
  return undefined;
}

/** Whether an ETag list, quoted or not, names this ETag. */
export const matches = (list: string, etag: string): boolean =>
  list.split(',').some(one => {
    const name = one.trim().replace(/^W\//, '').replace(/^"|"$/g, '');
    return name === '*' || name === etag;
  });

/** Throws unless a write may replace what is there now. Source: User Guide, conditional-writes. */
export function assertWriteConditions(
  headers: Headers,
  key: string,
  current: StoredObject | undefined,
): void {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*') throw notImplemented('If-None-Match');
  if (noneMatch === '*' && current) throw preconditionFailed('If-None-Match');
  if (match === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!matches(match, current.etag)) throw preconditionFailed('If-Match');
}
