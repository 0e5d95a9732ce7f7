/** Keys on the wire. They are opaque: encoded for a header, decoded from a listing, never normalised, split or joined as paths. */
import { FatalError } from '../errors.ts';

/**
 * The value of `x-amz-copy-source`. Everything but unreserved characters and `/` is percent-encoded, so that a literal
 * `?` is not read as the start of a version id and `+` not as a space. The SDK sends this header as given.
 * (S3 API, CopyObject, "x-amz-copy-source".)
 */
export function copySource(bucket: string, key: string, versionId?: string): string {
  const path = `${bucket}/${encodeKey(key)}`;
  return versionId === undefined ? path : `${path}?versionId=${versionId}`;
}

/** A key in a path: all but unreserved characters and `/` percent-encoded. */
export function encodeKey(key: string): string {
  return NEEDS_NO_ENCODING.test(key) ? key : key.split('/').map(encodeValue).join('/');
}

const NEEDS_NO_ENCODING = /^[\w.~/-]*$/;

/** A value in a query: all but unreserved characters percent-encoded. */
export function encodeValue(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Reverses `encoding-type=url` of a listing, which writes a space as `+`.
 *
 * @throws FatalError for what is no encoding of anything
 */
export function decodeListed(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    throw new FatalError(
      `The listing shows a key that is not URL-encoded: ${JSON.stringify(text)}.`,
      undefined,
      error,
    );
  }
}

/** ETags travel in quotes. */
export function unquote(etag: string | undefined): string {
  return etag?.replace(/^"|"$/g, '') ?? '';
}
