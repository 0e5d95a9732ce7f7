/** Tag sets: read from headers and bodies, held to S3's limits. Source: User Guide, object-tagging. */
import { invalidArgument, malformedXml, S3Error } from './errors.ts';
import { element, text, type Xml } from './xml.ts';

export type Tags = ReadonlyMap<string, string>;

const MAX_OBJECT_TAGS = 10;
const MAX_BUCKET_TAGS = 50;

/** `x-amz-tagging: k1=v1&k2=v2`, encoded like a URL query. */
export function parseTagHeader(header = ''): Tags {
  const malformed = () =>
    invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      header,
    );
  const pairs = header.split('&').filter(pair => pair !== '');
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const [key = '', value = ''] = pair.split('=', 2).map(part => decodeQuery(part, malformed));
    if (tags.has(key)) throw malformed();
    tags.set(key, value);
  }
  return checked(tags, MAX_OBJECT_TAGS);
}

function decodeQuery(part: string, malformed: () => S3Error): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw malformed();
  }
}

/** The tags of a `Tagging` document. */
export function parseTagging(tagging: Xml | undefined, of: 'object' | 'bucket'): Tags {
  const set = tagging?.child('TagSet');
  if (!set) throw malformedXml();
  const tags = new Map<string, string>();
  for (const tag of set.all('Tag')) {
    const key = tag.text('Key');
    const value = tag.text('Value');
    if (key === undefined || value === undefined) throw malformedXml();
    if (tags.has(key)) {
      throw new S3Error(400, 'InvalidTag', 'Cannot provide multiple Tags with the same key', { TagKey: key });
    }
    tags.set(key, value);
  }
  return checked(tags, of === 'object' ? MAX_OBJECT_TAGS : MAX_BUCKET_TAGS);
}

function checked(tags: Tags, limit: number): Tags {
  if (tags.size > limit) {
    throw new S3Error(400, 'BadRequest', `Object tags cannot be greater than ${limit}`);
  }
  for (const [key, value] of tags) {
    if (key === '' || !isTagText(key, 128)) {
      throw new S3Error(400, 'InvalidTag', 'The TagKey you have provided is invalid', { TagKey: key });
    }
    if (!isTagText(value, 256)) {
      throw new S3Error(400, 'InvalidTag', 'The TagValue you have provided is invalid', {
        TagKey: key,
        TagValue: value,
      });
    }
  }
  return tags;
}

const isTagText = (value: string, limit: number): boolean =>
  value.length <= limit && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value);

export const tagSetXml = (tags: Tags): string =>
  element(
    'TagSet',
    ...[...tags].map(([key, value]) => element('Tag', text('Key', key), text('Value', value))),
  );
