import type { Caller } from '../kinds.ts';
import type { Algorithm, Content } from './content.ts';
import type { Attributes, Checksum, Part } from './object.ts';

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

export const partsInOrder = (upload: Upload): readonly UploadedPart[] =>
  [...upload.parts.values()].sort((a, b) => a.number - b.number);
