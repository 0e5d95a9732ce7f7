/** The operation S3PutObjectCopy: one CopyObject for each object. Source: API model, S3CopyObjectOperation. */
import type { S3CopyObjectOperation, S3Grant } from '@aws-sdk/client-s3-control';
import type { Access } from './access.ts';
import { encodeKey, partsOfArn } from './keys.ts';
import type { Task } from './world.ts';

/** Copies an object; what CopyObject refuses is thrown. */
export function copyWith(access: Access, operation: S3CopyObjectOperation): (task: Task) => Promise<unknown> {
  const { bucket } = partsOfArn(operation.TargetResource);
  const headers = headersOf(operation);
  const folder = operation.TargetKeyPrefix === undefined ? '' : `${operation.TargetKeyPrefix}/`;
  return task =>
    access.ask({
      operation: 'CopyObject',
      bucket,
      key: folder + task.key,
      headers: { ...headers, 'x-amz-copy-source': sourceOf(task) },
    });
}

const sourceOf = ({ bucket, key, versionId }: Task): string =>
  `${bucket}/${encodeKey(key)}${versionId === undefined ? '' : `?versionId=${versionId}`}`;

function headersOf(operation: S3CopyObjectOperation): Record<string, string> {
  const { NewObjectTagging: tags, AccessControlGrants: grants = [] } = operation;
  return given({
    ...metadataHeaders(operation),
    ...encryptionHeaders(operation),
    ...Object.fromEntries(grants.map(grantHeader)),
    'x-amz-tagging-directive': tags && 'REPLACE',
    'x-amz-tagging': tags?.map(({ Key, Value }) => `${encoded(Key)}=${encoded(Value)}`).join('&'),
    'x-amz-acl': operation.CannedAccessControlList,
    'x-amz-storage-class': operation.StorageClass,
    'x-amz-checksum-algorithm': operation.ChecksumAlgorithm,
    'x-amz-website-redirect-location': operation.RedirectLocation,
    'x-amz-request-payer': operation.RequesterPays ? 'requester' : undefined,
    'x-amz-copy-source-if-modified-since': operation.ModifiedSinceConstraint?.toUTCString(),
    'x-amz-copy-source-if-unmodified-since': operation.UnModifiedSinceConstraint?.toUTCString(),
    'x-amz-object-lock-legal-hold': operation.ObjectLockLegalHoldStatus,
    'x-amz-object-lock-mode': operation.ObjectLockMode,
    'x-amz-object-lock-retain-until-date': operation.ObjectLockRetainUntilDate?.toISOString(),
  });
}

/** New metadata replaces the old, unless the directive says that it is to be copied all the same. */
function metadataHeaders({ NewObjectMetadata: metadata, MetadataDirective }: S3CopyObjectOperation) {
  const directive = MetadataDirective ?? (metadata && 'REPLACE');
  return {
    'x-amz-metadata-directive': directive,
    'cache-control': metadata?.CacheControl,
    'content-disposition': metadata?.ContentDisposition,
    'content-encoding': metadata?.ContentEncoding,
    'content-language': metadata?.ContentLanguage,
    'content-type': metadata?.ContentType,
    expires: metadata?.HttpExpiresDate?.toUTCString(),
    ...Object.fromEntries(
      Object.entries(metadata?.UserMetadata ?? {}).map(([name, value]) => [
        `x-amz-meta-${name.toLowerCase()}`,
        value,
      ]),
    ),
  };
}

function encryptionHeaders({ NewObjectMetadata, SSEAwsKmsKeyId, BucketKeyEnabled }: S3CopyObjectOperation) {
  const algorithm = NewObjectMetadata?.SSEAlgorithm ?? (SSEAwsKmsKeyId && 'KMS');
  return {
    'x-amz-server-side-encryption': algorithm === 'KMS' ? 'aws:kms' : algorithm,
    'x-amz-server-side-encryption-aws-kms-key-id': SSEAwsKmsKeyId,
    'x-amz-server-side-encryption-bucket-key-enabled': BucketKeyEnabled?.toString(),
  };
}

const grantHeader = ({ Grantee, Permission = 'READ' }: S3Grant): [string, string] => [
  `x-amz-grant-${Permission.toLowerCase().replaceAll('_', '-')}`,
  `${Grantee?.TypeIdentifier}="${Grantee?.Identifier}"`,
];

const encoded = (text = ''): string => encodeURIComponent(text);

const given = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined),
  );
