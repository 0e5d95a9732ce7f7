/**
 * `s3://bucket[/prefix]`. Everything after the first slash is the prefix, byte for byte: S3 has no folders, and
 * `photos` and `photos/` name different sets of keys.
 */
import type { Location } from '../model/objects.ts';
import { type Kind, Refusal } from './kind.ts';

/** Bytes of UTF-8 that S3 allows for a key. */
const KEY_LIMIT = 1024;

export const LOCATION: Kind<Location> = {
  accepts: 's3://bucket or s3://bucket/prefix',
  verbatim: true,
  read(text) {
    if (/[\r\n]/.test(text)) throw new Refusal('has a line break');
    if (/^(s3:\/\/)?arn:/.test(text))
      throw new Refusal('is an ARN; access points are not supported, name the bucket');
    if (/^https?:/i.test(text)) throw new Refusal('is the address of a page or an endpoint; name the bucket');
    const [, bucket, prefix = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/.exec(text) ?? [];
    if (bucket === undefined) throw new Refusal('does not begin with s3://');
    const wrong = wrongBucket(bucket);
    if (wrong !== undefined) throw new Refusal(wrong);
    if (Buffer.byteLength(prefix) > KEY_LIMIT) {
      throw new Refusal(`has a prefix of more than ${KEY_LIMIT} bytes, longer than any key`);
    }
    return { bucket, prefix };
  },
};

/** Characters that services take in the path of a manifest or report. (DataSync API, S3Subdirectory.) */
const WORK_FOLDER = /^[a-zA-Z0-9_\-+./()\p{Zs}]*$/u;

/** A folder for services: unlike other prefixes it ends with a slash, which is added where it is missing. */
export const WORK_LOCATION: Kind<Location> = {
  accepts:
    's3://bucket or s3://bucket/folder, the folder of the characters A-Z a-z 0-9 _ - + . / ( ) and space',
  read(text) {
    const { bucket, prefix } = LOCATION.read(text);
    if (!WORK_FOLDER.test(prefix)) throw new Refusal('has characters that not every service takes in a path');
    if (/(^|\/)\.{0,2}\//.test(prefix)) throw new Refusal('has an empty part, "." or ".." in its folder');
    return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
  },
};

/** Whether two locations can hold the same key: one prefix begins with the other, in the same bucket. */
export function overlap(a: Location, b: Location): boolean {
  return a.bucket === b.bucket && (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix));
}

export function formatLocation({ bucket, prefix }: Location): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}

/** What is wrong with a bucket's name, by S3's rules for general purpose buckets. */
function wrongBucket(name: string): string | undefined {
  if (name === '') return 'names no bucket';
  if (name.endsWith('--x-s3'))
    return 'is a directory bucket (S3 Express), which does not list in order and is not supported';
  if (name.endsWith('--table-s3')) return 'is a table bucket, which is not supported';
  if (/(-s3alias|--ol-s3|\.mrap)$/.test(name))
    return 'is an access point alias, which is not supported; name the bucket';
  if (name.length < 3 || name.length > 63) return 'has a bucket name that is not 3 to 63 characters long';
  if (/[A-Z]/.test(name)) return 'has capital letters in its bucket name, which S3 does not allow';
  const [strange] = /[^a-z0-9.-]/u.exec(name) ?? [];
  if (strange !== undefined)
    return `has ${JSON.stringify(strange)} in its bucket name, where S3 allows only a-z 0-9 . -`;
  if (/^[.-]|[.-]$/.test(name)) return 'has a bucket name that does not begin and end with a letter or digit';
  if (name.includes('..')) return 'has a bucket name with two dots in a row';
  if (/^\d+(\.\d+){3}$/.test(name)) return 'has a bucket name that looks like an IP address';
  if (/^(xn--|sthree-)/.test(name)) return 'has a bucket name with a beginning that S3 reserves';
  return undefined;
}
