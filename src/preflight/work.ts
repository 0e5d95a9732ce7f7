/**
 * Whoever asks a service can write manifests where the service reads them, and read the reports that it writes. A multipart
 * upload is opened and aborted; an object that is not there is asked for, which S3 answers with 404 to whoever may read.
 */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { workStatement } from '../aws/policies.ts';
import { type Trouble, troubleOf } from '../aws/trouble.ts';
import { StoppedError } from '../errors.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import type { Bucket } from '../s3/bucket.ts';
import { firstPage } from '../s3/list.ts';
import { abortUpload, openUpload } from '../s3/uploads.ts';
import { uri } from '../sync/plan.ts';
import { readObjectLock } from './facts.ts';
import { belongsToOwner } from './owner.ts';
import { PROBE_KEY } from './probe-key.ts';
import { type Check, grant } from './scene.ts';

const CHECK = 'work-writable';

/** How manifests are encrypted; by default as the bucket has it. */
type Encryption = { readonly ServerSideEncryption?: 'AES256' };

/** Manifests of jobs under a KMS key are refused. (S3 User Guide, "Creating an S3 Batch Operations job".) */
const BY_S3: Encryption = { ServerSideEncryption: 'AES256' };

export const checkWork: Check = async ({ settings, datasync, jobs }) => {
  const served = datasync ?? jobs;
  if (served === undefined || settings.mode === 'verify') return [];
  if (settings.mode === 'dry-run') {
    const seen = 'Not tried: a dry run sends nothing that could change anything.';
    return [{ check: CHECK, verdict: 'unknown', seen }];
  }
  return [await tryOut(served.work, jobs === undefined ? {} : BY_S3)];
};

async function tryOut(work: Bucket, encryption: Encryption): Promise<CheckResult> {
  const who = work.identity.arn ?? 'the identity in use';
  const where = uri(work.location);
  try {
    await probe(work, encryption);
    const how = encryption === BY_S3 ? ' Manifests are encrypted with SSE-S3, whatever its default.' : '';
    return { check: CHECK, verdict: 'pass', seen: `${who} can list, read and write ${where}.${how}` };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const trouble = troubleOf(error);
    const { kind, code, message } = trouble;
    const seen = `${who} could not use ${where}, where manifests and reports lie (${code}: ${message}).`;
    if (kind !== 'denied') return { check: CHECK, verdict: 'fail', seen };
    // S3 also refuses whoever names the wrong owner, and then no policy helps.
    const belongs = work.owner === undefined ? undefined : await belongsToOwner(work).catch(() => undefined);
    if (belongs === false) return elsewhere(work);
    return { check: CHECK, verdict: 'fail', seen, fix: await fixFor(work, encryption, trouble) };
  }
}

function elsewhere({ location: { bucket }, owner }: Bucket): CheckResult {
  const todo = `Give in \`work-location\` a bucket of account ${owner}, which the service is asked in.`;
  const seen = `${bucket} does not belong to account ${owner}.`;
  return { check: CHECK, verdict: 'fail', seen, fix: { todo } };
}

async function fixFor(work: Bucket, encryption: Encryption, { message }: Trouble): Promise<Fix> {
  const { bucket } = work.location;
  const isRefused =
    encryption === BY_S3 &&
    (await probe(work, {}).then(
      () => true,
      () => false,
    ));
  if (isRefused)
    return {
      todo: `The policy of ${bucket} denies what is encrypted with SSE-S3, and manifests of jobs cannot be encrypted otherwise. Exempt ${uri(work.location)} from that statement, or give another bucket in \`work-location\`.`,
    };
  const fix = grant(work.identity, work, workStatement(work.location, work.identity.partition), message);
  return work.owner === undefined
    ? fix
    : { ...fix, todo: `${fix.todo} The bucket must belong to account ${work.owner}.` };
}

async function probe(work: Bucket, encryption: Encryption): Promise<void> {
  await firstPage(work);
  const probed = { ...work.common, Key: work.fullKey(PROBE_KEY) };
  try {
    await work.send(new GetObjectCommand(probed));
  } catch (error) {
    if (troubleOf(error).kind !== 'absent') throw error;
  }
  await abortUpload(work, await openUpload(work, { Key: probed.Key, ...encryption }));
}

/** Jobs write a manifest and a report each time, which Object Lock then keeps. */
export const checkWorkLock: Check = async ({ settings, jobs }) => {
  if (jobs === undefined || settings.mode === 'verify') return [];
  const check = 'work-object-lock';
  const { bucket } = jobs.work.location;
  const lock = await readObjectLock(jobs.work);
  if (!lock.known) return [{ check, verdict: 'unknown', seen: `Object Lock of ${bucket}: ${lock.why}.` }];
  const { retention } = lock.value;
  if (retention === undefined)
    return [{ check, verdict: 'pass', seen: `${bucket} locks nothing by default.` }];
  const seen = `${bucket} locks whatever is written (${retention}): manifests and reports stay for as long.`;
  return [{ check, verdict: 'warn', seen, fix: { todo: 'Give another bucket in `work-location`.' } }];
};
