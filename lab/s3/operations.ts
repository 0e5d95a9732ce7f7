/** Every operation on a bucket or an object, by its name in the API. */
import type { LabResponse } from '../kinds.ts';
import {
  deleteBucketPolicy,
  getBucketPolicy,
  getBucketPolicyStatus,
  putBucketPolicy,
} from './bucket-policy.ts';
import { deleteBucket, headBucket } from './buckets.ts';
import { abortMultipartUpload, completeMultipartUpload } from './complete.ts';
import { configurationOperations } from './configuration.ts';
import { copyObject } from './copy.ts';
import { getObjectAttributes } from './inspect.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './lists.ts';
import { createMultipartUpload, uploadPart, uploadPartCopy } from './multipart.ts';
import { getObject, headObject } from './read.ts';
import { deleteObject, deleteObjects } from './remove.ts';
import {
  deleteBucketReplication,
  getBucketReplication,
  putBucketReplication,
} from './replication/operations.ts';
import {
  deleteObjectTagging,
  getObjectAcl,
  getObjectLegalHold,
  getObjectRetention,
  getObjectTagging,
  putObjectAcl,
  putObjectTagging,
  restoreObject,
} from './tagging.ts';
import { listMultipartUploads, listParts } from './uploads.ts';
import type { BucketCall } from './world.ts';
import { putObject } from './write.ts';

export type Operation = (call: BucketCall) => Promise<LabResponse>;

/** Operations about the bucket itself, for which nobody is charged. */
export const bucketOperations: Readonly<Record<string, Operation>> = {
  ...configurationOperations,
  DeleteBucket: deleteBucket,
  GetBucketPolicy: getBucketPolicy,
  PutBucketPolicy: putBucketPolicy,
  DeleteBucketPolicy: deleteBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
  GetBucketReplication: getBucketReplication,
  PutBucketReplication: putBucketReplication,
  DeleteBucketReplication: deleteBucketReplication,
};

/** Operations that the requester pays for where the bucket says so. */
export const dataOperations: Readonly<Record<string, Operation>> = {
  HeadBucket: headBucket,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListMultipartUploads: listMultipartUploads,
  GetObject: getObject,
  HeadObject: headObject,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  PutObjectTagging: putObjectTagging,
  DeleteObjectTagging: deleteObjectTagging,
  GetObjectAcl: getObjectAcl,
  PutObjectAcl: putObjectAcl,
  GetObjectRetention: getObjectRetention,
  GetObjectLegalHold: getObjectLegalHold,
  PutObject: putObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  RestoreObject: restoreObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  ListParts: listParts,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
};
