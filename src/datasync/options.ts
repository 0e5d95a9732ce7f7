/**
 * The settings of a run in DataSync's terms. The plan has decided what is copied, so that DataSync has nothing to
 * compare.
 */
import type { ManifestConfig, Options, S3StorageClass, TaskReportConfig } from '@aws-sdk/client-datasync';
import type { Settings } from '../model/settings.ts';
import { bucketArnOf, type Ground } from './ground.ts';

export function optionsOf({
  compare,
  verify,
  preserve,
}: Pick<Settings, 'compare' | 'verify' | 'preserve'>): Options {
  return {
    VerifyMode: verify === 'none' ? 'NONE' : 'ONLY_FILES_TRANSFERRED',
    OverwriteMode: compare === 'missing' ? 'NEVER' : 'ALWAYS',
    ObjectTags: preserve.has('tags') ? 'PRESERVE' : 'NONE',
    TransferMode: 'ALL',
    // Deletions are ours: guarded, and bound to the ETag that was listed.
    PreserveDeletedFiles: 'PRESERVE',
    TaskQueueing: 'ENABLED',
    // What is for files: as between buckets by default. (DataSync API, Options.)
    Atime: 'BEST_EFFORT',
    Mtime: 'PRESERVE',
    Uid: 'NONE',
    Gid: 'NONE',
    PosixPermissions: 'NONE',
    PreserveDevices: 'NONE',
  };
}

/** @param ManifestObjectPath key in the work bucket */
export function manifestConfig(ground: Ground, ManifestObjectPath: string): ManifestConfig {
  return { Action: 'TRANSFER', Format: 'CSV', Source: { S3: { ...workPlace(ground), ManifestObjectPath } } };
}

/** A report with a row for every object, below the work location. */
export function reportConfig(ground: Ground): TaskReportConfig {
  const { folder } = ground.work;
  return {
    Destination: { S3: { ...workPlace(ground), ...(folder !== '' && { Subdirectory: folder }) } },
    OutputType: 'STANDARD',
    ReportLevel: 'SUCCESSES_AND_ERRORS',
    // The list of transfers names every object, so that the list of verifications need only name failures.
    Overrides: { Verified: { ReportLevel: 'ERRORS_ONLY' } },
  };
}

function workPlace(ground: Ground) {
  return { S3BucketArn: bucketArnOf(ground.work, ground), BucketAccessRoleArn: ground.role };
}

/** Storage classes that DataSync writes, by S3's names. (DataSync API, S3StorageClass.) */
const STORAGE_CLASSES: Readonly<Record<string, S3StorageClass>> = {
  STANDARD: 'STANDARD',
  STANDARD_IA: 'STANDARD_IA',
  ONEZONE_IA: 'ONEZONE_IA',
  INTELLIGENT_TIERING: 'INTELLIGENT_TIERING',
  GLACIER_IR: 'GLACIER_INSTANT_RETRIEVAL',
  GLACIER: 'GLACIER',
  DEEP_ARCHIVE: 'DEEP_ARCHIVE',
};

/** That of the destination location. The settings refuse classes that DataSync does not have. */
export function storageClassOf({ storageClass }: Pick<Settings, 'storageClass'>): S3StorageClass {
  return STORAGE_CLASSES[storageClass ?? 'STANDARD'] ?? 'STANDARD';
}
