/** User metadata and system headers, from request headers to stored values and back. */
import { S3Error } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

const PREFIX = 'x-amz-meta-';
const MAX_USER_METADATA = 2048;

/** ASCII's control characters; those of Latin-1 can be encoded. */
const UNPRINTABLE = /[^ -~\u0080-\u{10ffff}]/u;

const SYSTEM = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

/**
 * The user metadata of a write. Encoded words are stored decoded; raw bytes beyond ASCII are taken as Latin-1.
 * Source: User Guide, UsingMetadata.
 */
export function readUserMetadata(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(PREFIX)) continue;
    const key = name.slice(PREFIX.length);
    metadata[key] = decodeWords(value);
    size += Buffer.byteLength(key) + Buffer.byteLength(metadata[key]);
  }
  if (size > MAX_USER_METADATA) {
    throw new S3Error(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      {
        Size: size,
        MaxSizeAllowed: MAX_USER_METADATA,
      },
    );
  }
  return metadata;
}

/** The response headers that carry user metadata; values no header can carry are only counted. */
export function writeUserMetadata(metadata: Headers): Record<string, string> {
  const headers: Record<string, string> = {};
  let missing = 0;
  for (const [key, value] of Object.entries(metadata)) {
    if (UNPRINTABLE.test(value)) missing++;
    else headers[PREFIX + key] = encodeWords(value);
  }
  if (missing > 0) headers['x-amz-missing-meta'] = String(missing);
  return headers;
}

/** The system metadata of a write, without `aws-chunked`, which only says how the request was framed. */
export function readSystemHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of SYSTEM) {
    const value = name === 'content-encoding' ? unchunked(headers[name]) : headers[name];
    if (value) kept[name] = value;
  }
  return kept;
}

const unchunked = (encoding: string | undefined): string | undefined =>
  encoding
    ?.split(',')
    .map(coding => coding.trim())
    .filter(coding => coding !== 'aws-chunked')
    .join(',');

const ENCODED_WORD = /=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=/gi;

/** RFC 2047: decodes the encoded words of a header value; white space between two of them is not part of the text. */
export function decodeWords(value: string): string {
  return value
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(ENCODED_WORD, (word, charset: string, encoding: string, payload: string) => {
      const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : decodeQ(payload);
      try {
        return new TextDecoder(charset).decode(bytes);
      } catch {
        return word;
      }
    });
}

const decodeQ = (payload: string): Buffer =>
  Buffer.from(
    payload
      .replaceAll('_', ' ')
      .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

/** An encoded word has room for 75 characters, of which `=?UTF-8?B?` and `?=` take twelve. */
const WORD_PAYLOAD = 63;

/** RFC 2047: mostly ASCII text is written quoted-printable, all other text in Base64; plain ASCII stays as it is. */
export function encodeWords(value: string): string {
  const foreign = value.replace(/\p{ASCII}/gu, '').length;
  if (foreign === 0) return value;
  return foreign * 2 < value.length
    ? words(value, 'Q', encodeQ)
    : words(value, 'B', text => Buffer.from(text).toString('base64'));
}

function words(value: string, encoding: 'B' | 'Q', encode: (text: string) => string): string {
  const done: string[] = [];
  let word = '';
  for (const char of value) {
    if (encode(word + char).length > WORD_PAYLOAD) {
      done.push(word);
      word = '';
    }
    word += char;
  }
  return [...done, word].map(text => `=?UTF-8?${encoding}?${encode(text)}?=`).join(' ');
}

const encodeQ = (text: string): string =>
  [...Buffer.from(text)]
    .map(byte => {
      const char = String.fromCharCode(byte);
      if (char === ' ') return '_';
      return /[a-z0-9!*+\-/]/i.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
