/** One page of a listing, read for the six fields that matter. */
import type { ObjectEntry } from '../../model.ts';
import { decodeListed, unquote } from '../keys.ts';
import { textOf } from './xml.ts';

export interface Page {
  readonly entries: ObjectEntry[];
  /** Where the next page continues; `undefined` on the last. */
  readonly next: string | undefined;
}

const OPEN = '<Contents>';
const CLOSE = '</Contents>';

/**
 * @returns `undefined` when the page is not written the way S3 writes: CDATA, comments, attributes or prefixes on
 * elements, or fields missing. The caller then leaves it to a real parser.
 */
export function scanPage(xml: string, prefix: string): Page | undefined {
  if (xml.includes('<!')) return undefined;
  const decode = textOf(xml, 'EncodingType') === 'url' ? decodeListed : (text: string) => text;
  const entries: ObjectEntry[] = [];
  let from = xml.indexOf(OPEN);
  // What describes the page stands before or after the objects, never between them.
  const last = xml.lastIndexOf(CLOSE);
  const frame = from < 0 ? xml : xml.slice(0, from) + xml.slice(last + CLOSE.length);
  while (from >= 0) {
    const to = xml.indexOf(CLOSE, from);
    // A slice of its own, so that looking for a field that is not there ends with the object and not with the page.
    const entry = scanEntry(xml.slice(from, to), prefix, decode);
    if (entry === undefined) return undefined;
    entries.push(entry);
    from = xml.indexOf(OPEN, to);
  }
  const truncated = textOf(frame, 'IsTruncated');
  if (textOf(frame, 'KeyCount') !== String(entries.length) || truncated === undefined) return undefined;
  const next = textOf(frame, 'NextContinuationToken');
  if (truncated === 'true' && next === undefined) return undefined;
  return { entries, next: truncated === 'true' ? next : undefined };
}

function scanEntry(xml: string, prefix: string, decode: (text: string) => string): ObjectEntry | undefined {
  const rawKey = textOf(xml, 'Key');
  const modified = Date.parse(textOf(xml, 'LastModified') ?? '');
  const size = Number(textOf(xml, 'Size') ?? Number.NaN);
  if (rawKey === undefined || Number.isNaN(modified) || Number.isNaN(size)) return undefined;
  const key = decode(rawKey);
  if (!key.startsWith(prefix)) return undefined;
  return {
    key: key.slice(prefix.length),
    size,
    etag: unquote(textOf(xml, 'ETag')),
    modified,
    storageClass: textOf(xml, 'StorageClass') ?? 'STANDARD',
    restored: xml.includes('<RestoreStatus>') && isRestored(xml),
  };
}

function isRestored(xml: string): boolean {
  return textOf(xml, 'RestoreExpiryDate') !== undefined && textOf(xml, 'IsRestoreInProgress') !== 'true';
}
