/** The places between which a task works, as plain values for requests, messages and statements. */
import type { S3StorageClass } from '@aws-sdk/client-datasync';
import type { Grantee } from '../aws/grant.ts';

/** A bucket and the folder of it that DataSync is shown: '' or with a slash at its end. */
export interface Place {
  readonly bucket: string;
  readonly region: string;
  /** 12-digit account, where it is known. */
  readonly owner: string | undefined;
  readonly folder: string;
}

export interface Ground {
  readonly source: Place;
  readonly destination: Place;
  /** Where manifests and reports lie. */
  readonly work: Place;
  /** ARN of the role that DataSync assumes, in the account of the caller. */
  readonly role: string;
  /** Who calls DataSync. */
  readonly caller: Grantee;
  readonly partition: string;
  readonly mode: 'ENHANCED' | 'BASIC';
  readonly storageClass: S3StorageClass;
}

/** Tasks are made in the Region of the destination (DataSync User Guide, "Tutorial: Transferring data between S3 buckets"). */
export function taskRegion({ destination }: Ground): string {
  return destination.region;
}

export function bucketArnOf(
  { bucket }: Pick<Place, 'bucket'>,
  { partition }: Pick<Ground, 'partition'>,
): string {
  return `arn:${partition}:s3:::${bucket}`;
}
