/**
 * The source's identity can write manifests where DataSync reads them, and read the reports that it writes. A multipart
 * upload is opened and aborted; an object that is not there is asked for, which S3 answers with 404 to whoever may read.
 */
import { CreateMultipartUploadCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { workStatement } from '../../aws/policies.ts';
import { troubleOf } from '../../aws/trouble.ts';
import { StoppedError } from '../../errors.ts';
import type { Bucket } from '../../s3/bucket.ts';
import { firstPage } from '../../s3/list.ts';
import { abortUpload } from '../../s3/multipart.ts';
import { uri } from '../../sync/plan.ts';
import { type Check, grant } from '../scene.ts';

const CHECK = 'work-writable';
const PROBE_KEY = '.s3-cross-account-sync-probe';

export const checkWork: Check = async ({ settings, datasync }) => {
  if (datasync === undefined || settings.mode === 'verify') return [];
  if (settings.mode === 'dry-run') {
    const seen = 'Not tried: a dry run sends nothing that could change anything.';
    return [{ check: CHECK, verdict: 'unknown', seen }];
  }
  const { work } = datasync;
  const who = work.identity.arn ?? 'the identity in use';
  const where = uri(work.location);
  try {
    await probe(work);
    return [{ check: CHECK, verdict: 'pass', seen: `${who} can list, read and write ${where}.` }];
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { kind, code, message } = troubleOf(error);
    const seen = `${who} could not use ${where}, where manifests and reports of DataSync lie (${code}: ${message}).`;
    if (kind !== 'denied') return [{ check: CHECK, verdict: 'fail', seen }];
    const statement = workStatement(work.location, work.identity.partition);
    return [{ check: CHECK, verdict: 'fail', seen, fix: grant(work.identity, work, statement, message) }];
  }
};

async function probe(work: Bucket): Promise<void> {
  await firstPage(work);
  const probed = { ...work.common, Key: work.fullKey(PROBE_KEY) };
  try {
    await work.send(new GetObjectCommand(probed));
  } catch (error) {
    if (troubleOf(error).kind !== 'absent') throw error;
  }
  const { UploadId = '' } = await work.send(new CreateMultipartUploadCommand(probed));
  await abortUpload(work, { key: probed.Key, uploadId: UploadId });
}
