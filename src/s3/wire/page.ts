/**
 * One page of a listing, read for the few fields that matter, straight from its bytes: a string of the whole page would
 * cost more to make than to read, and be kept in memory by every key cut out of it.
 */
import type { ObjectEntry } from '../../model/objects.ts';
import { decodeListed, unquote } from '../keys.ts';
import { textOf, withoutEntities } from './xml.ts';

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
export function scanPage(page: Buffer, prefix: string): Page | undefined {
  const first = page.indexOf(OPEN);
  const end = first < 0 ? -1 : page.lastIndexOf(CLOSE) + CLOSE.length;
  // What describes the page stands before or after the objects, never between them.
  const frame = first < 0 ? page.toString() : page.toString('utf8', 0, first) + page.toString('utf8', end);
  const decode = textOf(frame, 'EncodingType') === 'url' ? decodeListed : (text: string) => text;
  if (frame.includes('<!')) return undefined;
  const entries = first < 0 ? [] : scanEntries(page, first, end, prefix, decode);
  const truncated = textOf(frame, 'IsTruncated');
  if (entries === undefined || truncated === undefined) return undefined;
  if (textOf(frame, 'KeyCount') !== String(entries.length)) return undefined;
  const next = textOf(frame, 'NextContinuationToken');
  if (truncated === 'true' && next === undefined) return undefined;
  return { entries, next: truncated === 'true' ? next : undefined };
}

/** Goes from tag to tag. Of an element that is repeated within an object the last counts; S3 repeats none that is read. */
function scanEntries(
  page: Buffer,
  first: number,
  end: number,
  prefix: string,
  decode: (text: string) => string,
): ObjectEntry[] | undefined {
  const entries: ObjectEntry[] = [];
  let fields = new Fields();
  for (let at = first; at < end; ) {
    const name = after(page, at, end, LESS);
    const text = after(page, name, end, GREATER);
    const next = after(page, text, end, LESS) - 1;
    if (page[name] === EXCLAMATION) return undefined;
    if (page[name] === SLASH) {
      if (isNamed(page, name + 1, text - 1, NAMES.contents)) {
        const entry = fields.entry(prefix, decode);
        if (entry === undefined) return undefined;
        entries.push(entry);
        fields = new Fields();
      }
    } else fields.read(page, name, text - 1, text, next);
    at = next;
  }
  return entries;
}

const [LESS, GREATER, SLASH, EXCLAMATION] = Buffer.from('<>/!');

/** The place after the next such byte, or the end. */
function after(page: Buffer, from: number, end: number, byte: number | undefined): number {
  let at = from;
  while (at < end && page[at] !== byte) at++;
  return at < end ? at + 1 : end + 1;
}

const NAMES = {
  contents: Buffer.from('Contents'),
  key: Buffer.from('Key'),
  size: Buffer.from('Size'),
  etag: Buffer.from('ETag'),
  modified: Buffer.from('LastModified'),
  storageClass: Buffer.from('StorageClass'),
  expiry: Buffer.from('RestoreExpiryDate'),
  restoring: Buffer.from('IsRestoreInProgress'),
};

function isNamed(page: Buffer, from: number, to: number, name: Buffer): boolean {
  if (to - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (page[from + i] !== name[i]) return false;
  return true;
}

/** What was read of one object. */
class Fields {
  #key: string | undefined;
  #size = Number.NaN;
  #etag = '';
  #modified = Number.NaN;
  #storageClass = 'STANDARD';
  #hasExpiry = false;
  #isRestoring = false;

  /** Takes the element whose name and text are at these places. */
  read(page: Buffer, name: number, nameEnd: number, text: number, textEnd: number): void {
    if (isNamed(page, name, nameEnd, NAMES.key)) this.#key = textAt(page, text, textEnd);
    else if (isNamed(page, name, nameEnd, NAMES.size)) this.#size = numberAt(page, text, textEnd);
    else if (isNamed(page, name, nameEnd, NAMES.etag)) this.#etag = etagAt(page, text, textEnd);
    else if (isNamed(page, name, nameEnd, NAMES.modified)) this.#modified = timeAt(page, text, textEnd);
    else if (isNamed(page, name, nameEnd, NAMES.storageClass))
      this.#storageClass = storageClassAt(page, text, textEnd);
    else if (isNamed(page, name, nameEnd, NAMES.expiry)) this.#hasExpiry = true;
    else if (isNamed(page, name, nameEnd, NAMES.restoring))
      this.#isRestoring = textAt(page, text, textEnd) === 'true';
  }

  /** `undefined` when something is missing or cannot be. */
  entry(prefix: string, decode: (text: string) => string): ObjectEntry | undefined {
    if (this.#key === undefined || Number.isNaN(this.#modified) || !Number.isSafeInteger(this.#size))
      return undefined;
    const key = decode(this.#key);
    if (key === '' || !key.startsWith(prefix)) return undefined;
    const entry = {
      key: prefix === '' ? key : key.slice(prefix.length),
      size: this.#size,
      etag: this.#etag,
      modified: this.#modified,
      storageClass: this.#storageClass,
      restored: this.#hasExpiry && !this.#isRestoring,
    };
    return this.#isRestoring ? { ...entry, restoring: true } : entry;
  }
}

function textAt(page: Buffer, from: number, to: number): string {
  return withoutEntities(page.toString('utf8', from, to));
}

const ESCAPED_QUOTE = Buffer.from('&quot;');

/** S3 writes the quotes around it as entities, and others as they are. */
function etagAt(page: Buffer, from: number, to: number): string {
  const [start, end] = [from + ESCAPED_QUOTE.length, to - ESCAPED_QUOTE.length];
  return start <= end && isNamed(page, from, start, ESCAPED_QUOTE) && isNamed(page, end, to, ESCAPED_QUOTE)
    ? textAt(page, start, end)
    : unquote(textAt(page, from, to));
}

const [ZERO = 0, NINE = 0] = Buffer.from('09');

/** A whole number; NaN for anything else. */
function numberAt(page: Buffer, from: number, to: number): number {
  let number = from < to ? 0 : Number.NaN;
  for (let at = from; at < to; at++) {
    const byte = page[at] ?? 0;
    number = byte >= ZERO && byte <= NINE ? number * 10 + byte - ZERO : Number.NaN;
  }
  return number;
}

const TIME = '2026-01-01T00:00:00.000Z'.length;

/** Milliseconds since the epoch; NaN for what is no time. */
function timeAt(page: Buffer, from: number, to: number): number {
  if (to - from !== TIME) return Date.parse(textAt(page, from, to));
  const digits = (start: number, end: number) => numberAt(page, from + start, from + end);
  return Date.UTC(
    digits(0, 4),
    digits(5, 7) - 1,
    digits(8, 10),
    digits(11, 13),
    digits(14, 16),
    digits(17, 19),
    digits(20, 23),
  );
}

/** Objects in a row mostly have the same one, so that one string serves them all. */
let [lastClass, lastClassBytes] = ['STANDARD', Buffer.from('STANDARD')];

function storageClassAt(page: Buffer, from: number, to: number): string {
  if (!isNamed(page, from, to, lastClassBytes)) {
    lastClass = textAt(page, from, to);
    lastClassBytes = Buffer.from(page.subarray(from, to));
  }
  return lastClass;
}
