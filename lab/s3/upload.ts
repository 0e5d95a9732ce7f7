import type { Caller } from '../kinds.ts';
import type { Algorithm, Content } from './content.ts';
import { noSuchUpload } from './errors.ts';
import type { Attributes, Checksum, Part } from './object.ts';
import type { BucketCall } from './world.ts';

export interface UploadedPart extends Part {
  readonly content: Content;
  readonly lastModified: Date;
}

/** A multipart upload under way. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: Date;
  readonly initiator: Caller | undefined;
  /** Who will own the object. */
  readonly owner: string;
  readonly attributes: Attributes;
  /** The checksum asked for at the start, if any. */
  readonly checksum?: { readonly algorithm: Algorithm; readonly type: Checksum['type'] };
  readonly parts: Map<number, UploadedPart>;
}

/** The upload a request names, which must be one to this very key. */
export function uploadOf({ bucket, key, request }: BucketCall): Upload {
  const id = request.query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload?.key !== key) throw noSuchUpload(id);
  return upload;
}

export const partsInOrder = (upload: Upload): readonly UploadedPart[] =>
  [...upload.parts.values()].sort((a, b) => a.number - b.number);
