import type { PolicyDocument } from '../kinds.ts';
import { checksumOf, compositeChecksum, DEFAULT_ALGORITHM } from './checksums.ts';
import { type Algorithm, Content } from './content.ts';
import { type DefaultEncryption, defaultEncryption, type Encryption } from './encryption.ts';
import type { KmsKeys } from './kms.ts';
import {
  type Checksum,
  type DeleteMarker,
  etagOf,
  type Grant,
  multipartEtag,
  NULL_VERSION,
  type Part,
  type Retention,
  type StoredObject,
  toSecond,
  type Version,
} from './object.ts';
import type { ReplicationConfiguration } from './replication/configuration.ts';
import { SortedMap } from './sorted.ts';
import type { Upload } from './upload.ts';

export type Ownership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

/** Object Lock of a bucket; `rule` is the retention new versions get by themselves. */
export interface ObjectLock {
  readonly rule?: {
    readonly mode: Retention['mode'];
    readonly days?: number;
    readonly years?: number;
  };
}

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** How listings of a bucket are cut into pages, for tests of clients: S3 may send short and even empty pages. */
export interface Paging {
  /** No page holds more. */
  readonly limit?: number;
  /** Every n-th page of ListObjectsV2 is empty and says that there is more. */
  readonly emptyEvery?: number;
}

export interface BucketSettings {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly ownership?: Ownership;
  readonly encryption?: DefaultEncryption;
  readonly policy?: PolicyDocument;
  readonly objectLock?: ObjectLock;
  readonly requestPayer?: 'BucketOwner' | 'Requester';
}

/** What can be said about an object put directly, without a request. */
export interface PutOptions
  extends Partial<
    Omit<StoredObject, 'kind' | 'key' | 'versionId' | 'content' | 'etag' | 'tags' | 'checksum' | 'parts'>
  > {
  readonly tags?: Readonly<Record<string, string>>;
  /** 'none' makes an object from the time before S3 added checksums. */
  readonly checksum?: Algorithm | 'none';
  /** Sizes of the parts, or of all parts but the last: the object was then uploaded in parts. */
  readonly parts?: number | readonly number[];
}

/** What a bucket needs of the lab around it. */
export interface Surroundings {
  readonly now: () => Date;
  readonly id: () => string;
  readonly keys: KmsKeys;
  /** Called for every version that is new in a bucket, and no replica. */
  readonly written: (bucket: Bucket, version: Version) => void;
}

/** Told of every change of a key: all its versions now, and those before, newest first. */
export type Watcher = (key: string, now: readonly Version[], before: readonly Version[]) => void;

// Shared by all objects that say nothing about themselves: a million of them then fit in memory.
const PLAIN_HEADERS = { 'content-type': 'binary/octet-stream' };
const NO_TAGS: ReadonlyMap<string, string> = new Map();
const NO_METADATA = {};
const NO_GRANTS: readonly Grant[] = [];

/** A bucket: its settings, the versions of its objects, and the uploads under way. */
export class Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** `undefined` is a bucket older than the setting, which behaves as ObjectWriter. */
  ownership: Ownership | undefined;
  encryption: DefaultEncryption;
  policy: PolicyDocument | undefined;
  objectLock: ObjectLock | undefined;
  requestPayer: 'BucketOwner' | 'Requester';
  replication: ReplicationConfiguration | undefined;
  publicAccessBlock: PublicAccessBlock | undefined = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  tags: ReadonlyMap<string, string> = new Map();
  paging: Paging = {};
  /** Open multipart uploads by their id. */
  readonly uploads = new Map<string, Upload>();
  /** Every version of every key, newest first. */
  readonly versions = new SortedMap<readonly Version[]>();
  /** For whoever keeps a chronicle of the bucket. */
  readonly watchers: Watcher[] = [];
  readonly #hardDeleted = new Set<string>();
  readonly #world: Surroundings;

  constructor(settings: BucketSettings, world: Surroundings) {
    this.name = settings.name;
    this.account = settings.account;
    this.region = settings.region;
    this.versioning = settings.versioning ?? (settings.objectLock && 'Enabled');
    this.ownership = settings.ownership ?? 'BucketOwnerEnforced';
    this.encryption = settings.encryption ?? { algorithm: 'AES256' };
    this.policy = settings.policy;
    this.objectLock = settings.objectLock;
    this.requestPayer = settings.requestPayer ?? 'BucketOwner';
    this.#world = world;
    this.created = toSecond(world.now());
  }

  get arn(): string {
    return `arn:aws:s3:::${this.name}`;
  }

  /** How many objects a listing would show. */
  get size(): number {
    let size = 0;
    for (const [latest] of this.versions.values()) if (latest?.kind === 'object') size++;
    return size;
  }

  /** The keys a listing would show, in its order. */
  keys(): readonly string[] {
    return this.versions.keys().filter(key => this.get(key));
  }

  /** The current version, unless the key is deleted. */
  get(key: string): StoredObject | undefined {
    const latest = this.latest(key);
    return latest?.kind === 'object' ? latest : undefined;
  }

  latest(key: string): Version | undefined {
    return this.versions.get(key)?.[0];
  }

  version(key: string, versionId: string): Version | undefined {
    return this.versions.get(key)?.find(version => version.versionId === versionId);
  }

  /** Puts an object in place as if somebody had uploaded it. */
  put(key: string, content: Buffer | string | Content, options: PutOptions = {}): StoredObject {
    const { tags, checksum, parts, ...given } = options;
    const whole = Content.of(content);
    const encryption = given.encryption ?? defaultEncryption(this, this.account, this.#world.keys);
    return this.store({
      metadata: NO_METADATA,
      storageClass: 'STANDARD',
      grants: NO_GRANTS,
      lastModified: this.#world.now(),
      owner: this.account,
      ...given,
      ...(parts === undefined
        ? this.#inOnePiece(whole, encryption, checksum)
        : this.#inParts(whole, partsOf(whole, parts), encryption, checksum)),
      headers: given.headers ? { ...PLAIN_HEADERS, ...given.headers } : PLAIN_HEADERS,
      tags: tags ? new Map(Object.entries(tags)) : NO_TAGS,
      encryption,
      key,
      content: whole,
    });
  }

  /** Changes the last byte of an object and nothing else about it; ETag and checksum are those of the new content. */
  corrupt(key: string): StoredObject {
    const { content, tags, checksum, parts, etag: _, ...rest } = this.#existing(key);
    const start = content.range(0, content.size - 1);
    const last = Buffer.from(content.range(content.size - 1, content.size).bytes());
    last.writeUInt8(last.readUInt8() ^ 1);
    return this.put(key, Content.join([start, Content.of(last)]), {
      ...rest,
      tags: Object.fromEntries(tags),
      ...((checksum === undefined || checksum.requested) && { checksum: checksum?.algorithm ?? 'none' }),
      ...(parts && { parts: parts.map(part => part.size) }),
    });
  }

  /** Makes `object` the current version of its key. */
  store(object: Omit<StoredObject, 'kind' | 'versionId'>): StoredObject {
    const versionId = this.versioning === 'Enabled' ? this.#world.id() : NULL_VERSION;
    const stored: StoredObject = {
      ...object,
      kind: 'object',
      versionId,
      lastModified: toSecond(object.lastModified),
    };
    this.#push(stored);
    this.#world.written(this, stored);
    return stored;
  }

  /** Deletes a key: the object itself in an unversioned bucket, else by a marker on top of it. */
  delete(key: string, owner = this.account): DeleteMarker | undefined {
    if (this.versioning === undefined) {
      this.replace(key, []);
      return undefined;
    }
    const versionId = this.versioning === 'Enabled' ? this.#world.id() : NULL_VERSION;
    const marker: DeleteMarker = {
      kind: 'marker',
      key,
      versionId,
      lastModified: toSecond(this.#world.now()),
      owner,
    };
    this.#push(marker);
    this.#world.written(this, marker);
    return marker;
  }

  /** Whether a replica was here and was deleted for good. */
  hardDeleted(key: string, versionId: string): boolean {
    return this.#hardDeleted.has(`${versionId} ${key}`);
  }

  /** Deletes one version for good. */
  deleteVersion(key: string, versionId: string): void {
    if (this.version(key, versionId)?.replicationStatus === 'REPLICA')
      this.#hardDeleted.add(`${versionId} ${key}`);
    const left = (this.versions.get(key) ?? []).filter(version => version.versionId !== versionId);
    this.replace(key, left);
  }

  /** Changes what may change about a version that exists. */
  amend(
    { key, versionId }: StoredObject,
    change: Partial<
      Pick<StoredObject, 'tags' | 'grants' | 'restoration' | 'retention' | 'legalHold' | 'replicationStatus'>
    >,
  ): void {
    const versions = this.versions.get(key) ?? [];
    this.replace(
      key,
      versions.map(version =>
        version.versionId === versionId && version.kind === 'object' ? { ...version, ...change } : version,
      ),
    );
  }

  /** Makes these all the versions of a key, newest first, and tells the watchers. */
  replace(key: string, versions: readonly Version[]): void {
    const before = this.versions.get(key) ?? [];
    if (versions.length > 0) this.versions.set(key, versions);
    else this.versions.delete(key);
    for (const told of this.watchers) told(key, versions, before);
  }

  #existing(key: string): StoredObject {
    const object = this.get(key);
    if (object === undefined) throw new RangeError(`There is no object ${JSON.stringify(key)}.`);
    return object;
  }

  #push(version: Version): void {
    const older = (this.versions.get(version.key) ?? []).filter(old => old.versionId !== version.versionId);
    this.replace(version.key, [version, ...older]);
  }

  #inOnePiece(content: Content, encryption: Encryption, checksum: PutOptions['checksum']) {
    return {
      etag: etagOf(content, encryption, this.#world.id),
      ...(checksum !== 'none' && { checksum: checksumOf(content, checksum) }),
    };
  }

  #inParts(
    content: Content,
    pieces: readonly Content[],
    encryption: Encryption,
    checksum: PutOptions['checksum'],
  ): { etag: string; parts: readonly Part[]; checksum?: Checksum } {
    const parts = pieces.map((piece, index) => ({
      number: index + 1,
      size: piece.size,
      etag: etagOf(piece, encryption, this.#world.id),
      ...(checksum && checksum !== 'none' && { checksum: piece.checksum(checksum) }),
    }));
    const etag = multipartEtag(parts);
    if (checksum === 'none') return { etag, parts };
    const full = checksum === undefined || checksum === DEFAULT_ALGORITHM;
    return {
      etag,
      parts,
      checksum: full ? checksumOf(content, checksum) : compositeChecksum(checksum, parts),
    };
  }
}

function partsOf(content: Content, sizes: number | readonly number[]): readonly Content[] {
  const parts: Content[] = [];
  for (let start = 0; start < content.size; start += parts.at(-1)?.size ?? content.size) {
    const size = typeof sizes === 'number' ? sizes : (sizes[parts.length] ?? content.size);
    parts.push(content.range(start, Math.min(start + size, content.size)));
  }
  return parts;
}
