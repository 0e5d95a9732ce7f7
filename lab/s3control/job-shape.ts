/** The shape of CreateJob's request, as the API model of S3 Control (2018-08-20) has it. */
import { flag, integer, list, map, oneOf, type Shape, structure, text, time } from './shapes.ts';

export const priority = integer({ min: 0, max: 2_147_483_647 });
const nonEmpty = (max: number) => text({ min: 1, max });
const accountId = text({ max: 64, pattern: /^\d{12}$/ });
const bucketArn = text({ min: 1, max: 128, pattern: /^arn:[^:]+:s3:.*/ });
const storageClass = oneOf(
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER',
  'INTELLIGENT_TIERING',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
);

const TAG_TEXT = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u;
export const tags = list(
  structure({
    'Key!': text({ min: 1, max: 128, pattern: TAG_TEXT }),
    'Value!': text({ max: 256, pattern: TAG_TEXT }),
  }),
);

const grant = structure({
  Grantee: structure({
    TypeIdentifier: oneOf('id', 'emailAddress', 'uri'),
    Identifier: nonEmpty(1024),
    DisplayName: nonEmpty(1024),
  }),
  Permission: oneOf('FULL_CONTROL', 'READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'),
});

const newObjectMetadata = structure({
  CacheControl: nonEmpty(1024),
  ContentDisposition: nonEmpty(1024),
  ContentEncoding: nonEmpty(1024),
  ContentLanguage: nonEmpty(1024),
  UserMetadata: map(nonEmpty(1024), text({ max: 1024 })),
  ContentType: nonEmpty(1024),
  HttpExpiresDate: time,
  SSEAlgorithm: oneOf('AES256', 'KMS'),
});

const copy = structure({
  TargetResource: text({ min: 1, max: 128, pattern: /^arn:[^:]+:(s3|s3express):.*/ }),
  TargetKeyPrefix: nonEmpty(1024),
  CannedAccessControlList: oneOf(
    'private',
    'public-read',
    'public-read-write',
    'aws-exec-read',
    'authenticated-read',
    'bucket-owner-read',
    'bucket-owner-full-control',
  ),
  AccessControlGrants: list(grant),
  MetadataDirective: oneOf('COPY', 'REPLACE'),
  NewObjectMetadata: newObjectMetadata,
  NewObjectTagging: tags,
  ModifiedSinceConstraint: time,
  UnModifiedSinceConstraint: time,
  RedirectLocation: nonEmpty(2048),
  RequesterPays: flag,
  StorageClass: storageClass,
  SSEAwsKmsKeyId: nonEmpty(2000),
  BucketKeyEnabled: flag,
  ChecksumAlgorithm: oneOf('CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'),
  ObjectLockLegalHoldStatus: oneOf('OFF', 'ON'),
  ObjectLockMode: oneOf('COMPLIANCE', 'GOVERNANCE'),
  ObjectLockRetainUntilDate: time,
});

/** What the lab does not run is read no further than its name. */
const unread: Shape = () => ({});

const operation = structure({
  S3PutObjectCopy: copy,
  S3ReplicateObject: structure({}),
  LambdaInvoke: unread,
  S3PutObjectAcl: unread,
  S3PutObjectTagging: unread,
  S3DeleteObjectTagging: unread,
  S3InitiateRestoreObject: unread,
  S3PutObjectLegalHold: unread,
  S3PutObjectRetention: unread,
  S3ComputeObjectChecksum: unread,
  S3UpdateObjectEncryption: unread,
});

const report = structure({
  'Enabled!': flag,
  Bucket: bucketArn,
  Format: oneOf('Report_CSV_20180820'),
  Prefix: nonEmpty(512),
  ReportScope: oneOf('AllTasks', 'FailedTasksOnly'),
  ExpectedBucketOwner: accountId,
});

const manifest = structure({
  'Spec!': structure({
    'Format!': oneOf('S3BatchOperations_CSV_20180820', 'S3InventoryReport_CSV_20161130'),
    Fields: list(oneOf('Ignore', 'Bucket', 'Key', 'VersionId')),
  }),
  'Location!': structure({
    'ObjectArn!': text({ min: 1, max: 2000, pattern: /^arn:[^:]+:s3:.*/s }),
    ObjectVersionId: nonEmpty(2000),
    'ETag!': nonEmpty(1024),
  }),
});

const keyNames = list(nonEmpty(1024));

const manifestGenerator = structure({
  'S3JobManifestGenerator!': structure({
    ExpectedBucketOwner: accountId,
    'SourceBucket!': bucketArn,
    ManifestOutputLocation: unread,
    Filter: structure({
      EligibleForReplication: flag,
      CreatedAfter: time,
      CreatedBefore: time,
      ObjectReplicationStatuses: list(oneOf('COMPLETED', 'FAILED', 'REPLICA', 'NONE')),
      KeyNameConstraint: structure({
        MatchAnyPrefix: keyNames,
        MatchAnySuffix: keyNames,
        MatchAnySubstring: keyNames,
      }),
      ObjectSizeGreaterThanBytes: integer(),
      ObjectSizeLessThanBytes: integer(),
      MatchAnyStorageClass: list(storageClass),
    }),
    'EnableManifestOutput!': flag,
  }),
});

export const createJob = structure({
  ConfirmationRequired: flag,
  'Operation!': operation,
  'Report!': report,
  'ClientRequestToken!': nonEmpty(64),
  Manifest: manifest,
  Description: nonEmpty(256),
  'Priority!': priority,
  'RoleArn!': text({ min: 1, max: 2048, pattern: /^arn:[^:]+:iam::\d{12}:role\/.*/ }),
  Tags: tags,
  ManifestGenerator: manifestGenerator,
});
