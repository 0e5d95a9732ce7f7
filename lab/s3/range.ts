import type { LabRequest } from '../kinds.ts';
import { invalidArgument, invalidRequest, S3Error } from './errors.ts';
import type { StoredObject } from './object.ts';

/** The bytes an answer carries, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Whether the answer says 206. */
  readonly partial: boolean;
  /** The part number asked for. */
  readonly part?: number;
}

/** What a read asks for by `Range` or `partNumber`. Source: API Reference, GetObject. */
export function spanOf(request: LabRequest, object: StoredObject): Span {
  const { size } = object.content;
  const partNumber = request.query.get('partNumber');
  const range = request.headers.range;
  if (partNumber !== undefined) {
    if (range === undefined) return partSpan(object, partNumber);
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  const found = range === undefined ? undefined : parseRange(range, size);
  return found ? { ...found, partial: true } : { start: 0, end: size, partial: false };
}

/** A header that is no byte range is ignored; one that lies behind the end is an error. */
function parseRange(range: string, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (first !== '' && last !== '' && Number(last) < start) return undefined;
  if (start < end) return { start, end };
  throw new S3Error(
    416,
    'InvalidRange',
    'The requested range is not satisfiable',
    { RangeRequested: range, ActualObjectSize: size },
    { 'content-range': `bytes */${size}` },
  );
}

function partSpan({ content, parts }: StoredObject, given: string): Span {
  const part = Number(given);
  if (!Number.isInteger(part) || part < 1 || part > 10_000) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      given,
    );
  }
  const sizes = parts?.map(each => each.size) ?? [content.size];
  const size = sizes[part - 1];
  if (size === undefined) {
    throw new S3Error(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: part,
      ActualPartCount: sizes.length,
    });
  }
  const start = sizes.slice(0, part - 1).reduce((sum, each) => sum + each, 0);
  // An empty object has no first byte that a Content-Range could name.
  return { start, end: start + size, partial: size > 0, part };
}

/** `bytes=first-last` of UploadPartCopy: both ends given, within the source. Source: API model, CopySourceRange. */
export function copyRange(header: string, size: number): { readonly start: number; readonly end: number } {
  const name = 'x-amz-copy-source-range';
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw invalidArgument(
      `The ${name} value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy`,
      name,
      header,
    );
  }
  if (Number(last) >= size) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${size}`, name, header);
  }
  return { start: Number(first), end: Number(last) + 1 };
}
