/** The access tests: before DataSync keeps a bucket's name it tries, as the service role, what it will do there. */
import { S3Error } from '../s3/errors.ts';
import { accessTo, accessToLocation } from './bucket-access.ts';
import { invalidRequest, reasonOf } from './errors.ts';
import type { Location, Task, World } from './world.ts';

/** What DataSync keeps its own files under, and never transfers. Source: DataSync User Guide, filtering. */
const OWN_FOLDER = '.aws-datasync';

/**
 * Source: DataSync User Guide, create-s3-location (the permissions of both sides) and troubleshooting-storage-issues.
 * What a source or destination needs beyond these shows when a task runs: the location does not know yet what it is.
 */
export async function testLocation(world: World, location: Location): Promise<void> {
  const { bucket, prefix } = location;
  const access = await accessToLocation(world, location);
  const attempt = <T>(operation: string, permission: string, work: Promise<T>) =>
    perform(
      `location access test failed: could not perform s3:${operation} in bucket ${bucket}`,
      permission,
      work,
    );
  await attempt('HeadBucket', 'ListBucket', access.ask('HeadBucket'));
  await attempt('GetBucketLocation', 'GetBucketLocation', access.ask('GetBucketLocation'));
  const uploads = access.ask('ListMultipartUploads');
  await attempt('ListMultipartUploads', 'ListBucketMultipartUploads', uploads);
  const [first = `${prefix}${OWN_FOLDER}`] = await attempt(
    'ListObjectsV2',
    'ListBucket',
    access.list(prefix),
  );
  await attempt('GetObject', 'GetObject', access.ask('GetObject', first).catch(unlessUnreadable));
}

/** An object that is absent or archived says that it could be read, were it there. */
function unlessUnreadable(error: unknown): void {
  const fine = error instanceof S3Error && ['NoSuchKey', 'InvalidObjectState'].includes(error.code);
  if (!fine) throw error;
}

/** Source: DataSync User Guide, creating-task-report. */
export async function testReport(world: World, { home, arn, settings }: Task): Promise<void> {
  const report = settings.report?.Destination?.S3;
  if (!report) return;
  const { S3BucketArn = '', Subdirectory = '', BucketAccessRoleArn = '' } = report;
  const bucket = bucketOf(S3BucketArn);
  const access = await accessTo(world, {
    bucket,
    region: home.region,
    account: home.account,
    roleArn: BucketAccessRoleArn,
    sourceArn: arn,
  });
  const probe = `${folder(Subdirectory)}${OWN_FOLDER}`;
  const write = access.ask('PutObject', probe).then(() => world.s3.bucket(bucket).delete(probe));
  await perform(
    `bucket access test failed: could not perform s3:PutObject in bucket ${bucket}`,
    'PutObject',
    write,
  );
}

async function perform<T>(what: string, permission: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = reasonOf(error);
    const why = code === 'AccessDenied' ? 'Access denied' : message;
    throw invalidRequest(
      `DataSync ${what}. ${why}. Ensure bucket access role has s3:${permission} permission.`,
      what.includes('HeadBucket') ? { datasyncErrorCode: 'FsS3HeadBucketFailed' } : {},
    );
  }
}

export const bucketOf = (arn: string): string => arn.replace(/^.*:::/, '');

/** A subdirectory as the beginning of keys: no slash at its beginning, one at its end. */
export const folder = (subdirectory: string): string =>
  subdirectory.replace(/^\//, '').replace(/(?<=[^/])$/, '/');
