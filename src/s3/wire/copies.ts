/** CopyObject and UploadPartCopy as they go over the wire: members of the API and the headers that carry them. */
import type { CopyObjectCommandInput, UploadPartCopyCommandInput } from '@aws-sdk/client-s3';
import { type Answer, headerOf } from './connection.ts';
import { textOf } from './xml.ts';

/** The header of each member that a copy of this project sends (S3 API, CopyObject and UploadPartCopy). */
const HEADERS = {
  ACL: 'x-amz-acl',
  CopySource: 'x-amz-copy-source',
  CopySourceIfMatch: 'x-amz-copy-source-if-match',
  CopySourceRange: 'x-amz-copy-source-range',
  ExpectedBucketOwner: 'x-amz-expected-bucket-owner',
  ExpectedSourceBucketOwner: 'x-amz-source-expected-bucket-owner',
  GrantFullControl: 'x-amz-grant-full-control',
  GrantRead: 'x-amz-grant-read',
  GrantReadACP: 'x-amz-grant-read-acp',
  GrantWriteACP: 'x-amz-grant-write-acp',
  IfNoneMatch: 'if-none-match',
  MetadataDirective: 'x-amz-metadata-directive',
  ObjectLockLegalHoldStatus: 'x-amz-object-lock-legal-hold',
  ObjectLockMode: 'x-amz-object-lock-mode',
  ObjectLockRetainUntilDate: 'x-amz-object-lock-retain-until-date',
  RequestPayer: 'x-amz-request-payer',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  StorageClass: 'x-amz-storage-class',
  TaggingDirective: 'x-amz-tagging-directive',
  WebsiteRedirectLocation: 'x-amz-website-redirect-location',
} as const;

type Inputs = CopyObjectCommandInput & UploadPartCopyCommandInput;
/** The members by the names that the SDK gives them; any other is a compile-time error. */
export type CopyMembers = { readonly [Name in keyof typeof HEADERS]?: Inputs[Name] };

/** Members without a value are left out. */
export function copyHeaders(members: CopyMembers): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of MEMBERS) {
    const value = members[name];
    if (value !== undefined) headers[HEADERS[name]] = typeof value === 'string' ? value : isoTime(value);
  }
  return headers;
}

function isoTime(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}

const MEMBERS = Object.keys(HEADERS) as (keyof typeof HEADERS)[];

export interface CopyAnswer {
  /** With its quotes, as S3 wrote it; `undefined` when S3 wrote none. */
  readonly etag: string | undefined;
  /** Of the new object; `undefined` where its bucket keeps no versions, and of a part. */
  readonly versionId: string | undefined;
  readonly requestId: string | undefined;
}

/** Reads a CopyObjectResult or CopyPartResult. */
export function readCopyAnswer(answer: Answer): CopyAnswer {
  return {
    etag: textOf(answer.body.toString(), 'ETag'),
    versionId: headerOf(answer, 'x-amz-version-id'),
    requestId: headerOf(answer, 'x-amz-request-id'),
  };
}

/** Of a part: S3 tells the checksum that its upload was opened with. */
export function readChecksum(answer: Answer, algorithm: string): string | undefined {
  return textOf(answer.body.toString(), `Checksum${algorithm}`);
}
