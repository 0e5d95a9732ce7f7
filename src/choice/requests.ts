/** How many requests of S3 something takes, by the API's own names, and which of them are charged how. */
import type { ObjectEntry } from '../model/objects.ts';
import type { Settings } from '../model/settings.ts';
import { partsCount } from '../s3/boundaries.ts';
import { needsParts } from '../s3/copy.ts';
import { evenLengths, MAX_PARTS } from '../s3/parts.ts';
import { needsPartsToStream, STREAMED_PART_BYTES } from '../s3/stream.ts';

export type Requests = Readonly<Record<string, number>>;

/** Charged as writing; whatever reads is charged as reading, and deleting, aborting and control planes are free. (S3 pricing page.) */
const WRITING: ReadonlySet<string> = new Set([
  'CopyObject',
  'PutObject',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'ListObjectsV2',
  'ListObjectVersions',
]);

const READING =
  /^(HeadBucket|HeadObject|GetObject(Tagging|Acl|Retention|LegalHold|LockConfiguration)?|GetBucket\w+)$/;

export function chargedAs(operation: string): 'write' | 'read' | undefined {
  if (WRITING.has(operation)) return 'write';
  return READING.test(operation) ? 'read' : undefined;
}

/** A tally of requests. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(operation: string, times = 1): void {
    if (times > 0) this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + times);
  }

  addAll(requests: Requests): this {
    for (const [operation, times] of Object.entries(requests)) this.add(operation, times);
    return this;
  }

  toJSON(): Requests {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

export function sumOf(...all: readonly Requests[]): Requests {
  return all.reduce((sum, one) => sum.addAll(one), new Tally()).toJSON();
}

export function countOf(requests: Requests): number {
  return Object.values(requests).reduce((sum, times) => sum + times, 0);
}

/** What goes with the content of each object, and in which parts it goes. */
export interface Manner extends Pick<Settings, 'preserve' | 'partSize'> {
  /** Each object is asked for its ACL. */
  readonly acls: boolean;
}

/** One server-side copy, as `s3/copy` sends it. */
export function countCopy(tally: Tally, source: ObjectEntry, manner: Manner): void {
  if (needsParts(manner, source)) {
    countInParts(tally, source, manner, 'UploadPartCopy');
    return;
  }
  if (manner.preserve.has('website-redirect')) tally.add('HeadObject');
  countProtection(tally, manner);
  tally.add('CopyObject');
}

/** One object through the runner, as `s3/stream` sends it. */
export function countStream(tally: Tally, source: ObjectEntry, manner: Manner): void {
  if (needsPartsToStream(manner, source)) {
    tally.add('GetObject', partsOf(source, manner, STREAMED_PART_BYTES));
    countInParts(tally, source, manner, 'UploadPart', STREAMED_PART_BYTES);
    return;
  }
  if (manner.preserve.has('tags')) tally.add('GetObjectTagging');
  countProtection(tally, manner);
  tally.add('GetObject');
  tally.add('PutObject');
}

function countInParts(
  tally: Tally,
  source: ObjectEntry,
  manner: Manner,
  operation: string,
  partBytes?: number,
): void {
  // The source's own parts are found by asking for the first and the last; for each where they are uneven.
  const asksForParts = manner.partSize === 'auto' && keptParts(source) > 1;
  tally.add('HeadObject', asksForParts ? 3 : 1);
  if (manner.preserve.has('tags')) tally.add('GetObjectTagging');
  countProtection(tally, manner);
  tally.add('CreateMultipartUpload');
  tally.add(operation, partsOf(source, manner, partBytes));
  tally.add('CompleteMultipartUpload');
}

function partsOf(source: ObjectEntry, { partSize }: Manner, partBytes: number | undefined): number {
  const own = keptParts(source);
  if (partSize !== 'auto') return evenLengths(source.size, partSize).length;
  return own > 0 ? own : evenLengths(source.size, partBytes).length;
}

/** 0 where the source has no parts that its copy could have. */
function keptParts({ etag }: ObjectEntry): number {
  const count = partsCount(etag);
  return count <= MAX_PARTS ? count : 0;
}

function countProtection(tally: Tally, { preserve, acls }: Manner): void {
  if (preserve.has('object-lock')) {
    tally.add('GetObjectRetention');
    tally.add('GetObjectLegalHold');
  }
  if (acls) tally.add('GetObjectAcl');
}

/** Keys of a page. (S3 API, ListObjectsV2.) */
const PAGE = 1000;
/** Keys of a request that deletes. (S3 API, DeleteObjects.) */
const BATCH = 1000;

/** Pages of a listing, read from its beginning to its end. */
export function pagesOf(objects: number): number {
  return Math.max(1, Math.ceil(objects / PAGE));
}

export function deletionsOf(objects: number): Requests {
  return objects > 0 ? { DeleteObjects: Math.ceil(objects / BATCH) } : {};
}
