/** Bucket ARNs, and keys as manifests and reports spell them. */
import { percentDecode, uriEncode } from '../percent.ts';

/** `bucket` and, for an object, `key` of `arn:aws:s3:::bucket/key`. */
export function partsOfArn(arn = ''): { readonly bucket: string; readonly key: string } {
  const [bucket = '', ...key] = arn.split(':').slice(5).join(':').split('/');
  return { bucket, key: key.join('/') };
}

/** Everything but unreserved characters and slashes is escaped. */
export const encodeKey = (key: string): string =>
  key
    .split('/')
    .map(part => uriEncode(Buffer.from(part)))
    .join('/');

/**
 * URL decoding, as of a form: a `+` is a space. What is not escaped stands for itself.
 * Source: User Guide, batch-ops-create-job ("URL encoded").
 */
export function decodeKey(encoded: string): string {
  const bytes = Buffer.from(encoded.replaceAll('+', ' ')).toString('latin1');
  return percentDecode(bytes).toString('utf8');
}
