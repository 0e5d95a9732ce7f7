/** From the sorted plan to a job under way: manifest, note, job. */

import { runTag } from '../../aws/run-tag.ts';
import { StoppedError } from '../../errors.ts';
import { upload } from '../../s3/upload.ts';
import { descriptionOf } from '../../s3control/description.ts';
import type { Wish } from '../../s3control/jobs.ts';
import { explain } from '../../s3control/trouble.ts';
import { fingerprintOf } from '../../settings/fingerprint.ts';
import { writeWhole } from '../../whole-file.ts';
import { type Load, manifestOf } from '../load.ts';
import { atWork } from '../work.ts';
import { type JobEngineOptions, type JobNote, LABEL, REPORTS } from './options.ts';

/**
 * @param token of 36 characters, which no other job has: it names manifest and job
 * @returns the id of the job
 * @throws FatalError with what to do about it; StoppedError
 */
export async function launch(
  load: Load,
  token: string,
  options: JobEngineOptions,
  draining: AbortSignal,
): Promise<string> {
  const { settings, kind, jobs, ground, work, note } = options;
  const key = `manifests/${token}.csv`;
  const etag = await atWork('Writing the manifest to', work, () =>
    upload(work, {
      key,
      contentType: 'text/csv',
      bytes: load.manifestBytes,
      open: () => manifestOf(load, kind.lineOf),
      // Whatever the bucket's default: manifests under a KMS key are refused. (S3 User Guide, "Creating a job".)
      encryption: 'AES256',
    }),
  );
  if (draining.aborted) throw new StoppedError('Stopped before a job was made.');
  const description = descriptionOf(ground, fingerprintOf(settings), token);
  await writeWhole(note, JSON.stringify({ description } satisfies JobNote));
  try {
    return await jobs.create(wishFor(token, description, work.fullKey(key), etag, options));
  } catch (error) {
    // It may have been made all the same: the note stays, and the post step looks.
    throw explain(`Making a job of ${LABEL} in ${jobs.region}`, error, ground);
  }
}

function wishFor(
  token: string,
  Description: string,
  manifest: string,
  ETag: string,
  { settings, kind, ground, run, work }: JobEngineOptions,
): Wish {
  const bucketArn = `arn:${ground.partition}:s3:::${ground.work.bucket}`;
  return {
    ClientRequestToken: token,
    ConfirmationRequired: false,
    Description,
    Operation: kind.operation,
    Priority: settings.batch.priority,
    RoleArn: ground.role,
    Tags: [runTag(run)],
    Manifest: {
      Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: kind.fields },
      Location: { ObjectArn: `${bucketArn}/${manifest}`, ETag },
    },
    Report: {
      Enabled: true,
      Bucket: bucketArn,
      Format: 'Report_CSV_20180820',
      ReportScope: 'AllTasks',
      Prefix: work.fullKey(REPORTS),
      ...(ground.work.owner !== undefined && { ExpectedBucketOwner: ground.work.owner }),
    },
  };
}
