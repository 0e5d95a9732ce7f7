/** What a bucket stores under a key: versions of an object, and markers that say it was deleted. */
import { createHash } from 'node:crypto';
import type { Algorithm, Content } from './content.ts';
import type { Encryption } from './encryption.ts';

export interface Checksum {
  readonly algorithm: Algorithm;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
  /** Base64, with `-N` behind it when composite. */
  readonly value: string;
  /** Whether a client asked for the algorithm. S3 adds CRC64NVME to all other objects. */
  readonly requested: boolean;
}

export interface Part {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly checksum?: string;
}

export type Permission = 'FULL_CONTROL' | 'READ' | 'READ_ACP' | 'WRITE_ACP' | 'WRITE';

export interface Grant {
  /** A canonical user id, or the last part of a group's URI. */
  readonly grantee: string;
  readonly permission: Permission;
}

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly until: Date;
}

/** Everything about an object that its writer decides, apart from its bytes. */
export interface Attributes {
  /** User metadata, names in lower case and without `x-amz-meta-`, values decoded. */
  readonly metadata: Readonly<Record<string, string>>;
  /** System metadata: `content-type`, `cache-control`… as sent. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: ReadonlyMap<string, string>;
  readonly storageClass: string;
  readonly encryption: Encryption;
  readonly redirect?: string;
  readonly retention?: Retention;
  readonly legalHold?: boolean;
  readonly grants: readonly Grant[];
}

export type ArchiveTier = 'ARCHIVE_ACCESS' | 'DEEP_ARCHIVE_ACCESS';

export interface Restoration {
  readonly readyAt: Date;
  /** Objects of Intelligent-Tiering move back for good and so have no expiry. */
  readonly expiresAt?: Date;
}

/** What replication says of a version. Source: API model, HeadObjectOutput.ReplicationStatus. */
export type ReplicationStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';

export interface StoredObject extends Attributes {
  readonly kind: 'object';
  readonly key: string;
  readonly versionId: string;
  readonly content: Content;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModified: Date;
  /** The account that wrote it, or the bucket's when ownership passed on writing. */
  readonly owner: string;
  readonly checksum?: Checksum;
  /** Only objects made by a multipart upload have parts. */
  readonly parts?: readonly Part[];
  readonly archiveTier?: ArchiveTier;
  readonly restoration?: Restoration;
  readonly replicationStatus?: ReplicationStatus;
}

export interface DeleteMarker {
  readonly kind: 'marker';
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: Date;
  readonly owner: string;
  readonly replicationStatus?: 'REPLICA';
}

export type Version = StoredObject | DeleteMarker;

/** The id of versions written while a bucket is not versioned. */
export const NULL_VERSION = 'null';

/** S3 keeps times to the second. */
export const toSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

/**
 * ETag of bytes written in one go: their MD5, unless KMS or a customer's key encrypts them; then it says nothing.
 * Source: AmazonS3 API model, Object.ETag.
 */
export function etagOf(content: Content, encryption: Encryption, random: () => string): string {
  return encryption.algorithm === 'AES256' && encryption.customerKeyMd5 === undefined
    ? content.md5
    : createHash('md5').update(random()).digest('hex');
}

/** ETag of a completed multipart upload: MD5 of the parts' MD5s, and their number. */
export function multipartEtag(parts: readonly Part[]): string {
  const digests = Buffer.concat(parts.map(part => Buffer.from(part.etag, 'hex')));
  return `${createHash('md5').update(digests).digest('hex')}-${parts.length}`;
}
