/**
 * What can be said about the equality of two objects without a clock. ETags are at hand in every listing; checksums and
 * hashes have to be asked for.
 */
import type { ObjectEntry } from '../model/objects.ts';
import type { Proof } from '../record.ts';

/**
 * What an object says of its own content: checksums of all of it, base64, by algorithm; empty when it has none. One made of
 * the checksums of parts ends in a hyphen and their number.
 */
export type Evidence = Readonly<Record<string, string>>;

/** Depends on where the parts end, too: different ones prove nothing. Base64 has no hyphen. */
export function isComposite(checksum: string): boolean {
  return checksum.includes('-');
}

/** What both objects of a pair say; a side that will not say, or is no longer the object in question, is `undefined`. */
export interface Testimony {
  readonly source: Evidence | undefined;
  readonly destination: Evidence | undefined;
  /** The destination's object was made of this very version by replication, which tells where no content can. */
  readonly isReplica?: boolean;
}

/** An object as it was when it was seen: one that has another ETag by now is another object. */
export type Sighting = Pick<ObjectEntry, 'key' | 'etag' | 'size' | 'versionId'> &
  Partial<Pick<ObjectEntry, 'modified'>>;

/** Asks both objects of a pair about themselves. */
export type GatherEvidence = (source: Sighting, destination: Sighting) => Promise<Testimony>;

export type Finding =
  | { readonly same: true }
  | {
      readonly same: false;
      readonly algorithm: string;
      readonly source: string;
      readonly destination: string;
    };

/**
 * One difference is enough, whatever else is equal: different values have different content, but equal ones of a short
 * checksum can be chance or made.
 *
 * @returns `undefined` when the two have nothing in common that tells
 */
export function weigh({ source, destination }: Testimony): Finding | undefined {
  if (source === undefined || destination === undefined) return undefined;
  let same = false;
  for (const [algorithm, ours] of Object.entries(source)) {
    const theirs = destination[algorithm];
    if (theirs === undefined) continue;
    if (ours === theirs) same = true;
    else if (!isComposite(ours) && !isComposite(theirs))
      return { same: false, algorithm, source: ours, destination: theirs };
  }
  return same ? { same } : undefined;
}

const MD5 = /^[0-9a-f]{32}$/;
const MD5_OF_PARTS = /^[0-9a-f]{32}-\d+$/;

/**
 * The grade that equal ETags have: MD5 of the content, or of the MD5s of its parts. ETags under KMS and customer keys look
 * the same without being either, but are never equal. Of other forms, which S3 does not use, nothing is known. (S3 API,
 * Object, "ETag".)
 *
 * @returns `undefined` when the ETags prove nothing; different ones may only mean other parts or another key
 */
export function provenByEtags(source: string, destination: string): Proof | undefined {
  if (source !== destination) return undefined;
  if (MD5.test(source)) return 'etag';
  return MD5_OF_PARTS.test(source) ? 'part-etag' : undefined;
}

/** Whether ETags speak against equal content. They are no proof of it: under KMS and customer keys they only look like MD5. */
export function deniedByEtags(source: string, destination: string): boolean {
  return source !== destination && MD5.test(source) && MD5.test(destination);
}
