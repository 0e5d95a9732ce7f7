/** Objects and their versions as listings show them, and where they are. */

export type Side = 'source' | 'destination';

/** A bucket and a prefix. The prefix is a string, not a folder: keys are mapped by replacing it byte for byte. */
export interface Location {
  readonly bucket: string;
  readonly prefix: string;
}

/** One object as a listing shows it. */
export interface ObjectEntry {
  /** What remains of S3's key after the location's prefix; '' when the key is the prefix itself. */
  readonly key: string;
  /** Bytes; with a history, those of all its versions. */
  readonly size: number;
  /** Without quotes; '' where the current version is a delete marker. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** `STANDARD` when S3 names none. */
  readonly storageClass: string;
  /** The listing said that an archived object has a readable restored copy. */
  readonly restored: boolean;
  /** A restored copy is on its way. */
  readonly restoring?: true;
  /** Which version of the key this is, where versions are told apart; with a history, the current one. */
  readonly versionId?: string;
  /** With `preserve: versions`: every version of the key, oldest first; at least one. */
  readonly history?: readonly Version[];
}

/** One version of a key: an object, or the marker of its deletion. */
export type Version = ObjectVersion | DeleteMarker;

export interface ObjectVersion extends Omit<ObjectEntry, 'history'> {
  readonly versionId: string;
}

export interface DeleteMarker {
  readonly key: string;
  readonly versionId: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly deleted: true;
}

/** Two listings met: at least one side is there. */
export type Pair =
  | { readonly key: string; readonly source: ObjectEntry; readonly destination?: ObjectEntry }
  | { readonly key: string; readonly source?: never; readonly destination: ObjectEntry };
