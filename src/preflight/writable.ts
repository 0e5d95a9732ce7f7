/**
 * Who writes the copies can write at the destination. A multipart upload is opened with everything the copies will
 * carry and aborted at once: it proves the permissions, the ACL and the key, and no object ever exists.
 */
import { CreateMultipartUploadCommand, type ObjectCannedACL } from '@aws-sdk/client-s3';
import { writeStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import type { CheckResult } from '../model/checks.ts';
import { abortUpload } from '../s3/multipart.ts';
import { aclFor } from './ownership.ts';
import { grantsTo, needsOf } from './preserved.ts';
import type { Check, Scene } from './scene.ts';
import { grant } from './scene.ts';

const CHECK = 'destination-writable';
/** No object ever has this key. */
export const PROBE_KEY = '.s3-cross-account-sync-probe';

export const checkWritable: Check = async scene => {
  const { mode } = scene.settings;
  if (mode === 'dry-run') {
    return [
      {
        check: CHECK,
        verdict: 'unknown',
        seen: 'Not tried: a dry run sends nothing that could change anything.',
      },
    ];
  }
  return mode === 'verify' ? [] : [await probe(scene)];
};

async function probe(scene: Scene): Promise<CheckResult> {
  const { settings, to } = scene;
  const who = to.identity.arn ?? 'the identity in use';
  const key = to.fullKey(PROBE_KEY);
  const acl = aclFor(scene);
  const needs = needsOf(scene);
  const grantee = grantsTo(scene);
  let opened = false;
  try {
    const { UploadId = '' } = await to.send(
      new CreateMultipartUploadCommand({
        ...to.common,
        Key: key,
        ...(needs.tags && { Tagging: 'probe=probe' }),
        ...(needs.lock && mayLock(scene) && lockForAnHour()),
        ...(grantee !== undefined && { GrantFullControl: `id="${grantee}"` }),
        ...(acl !== undefined && { ACL: acl as ObjectCannedACL }),
        ...(settings.encryption !== undefined && { ServerSideEncryption: settings.encryption }),
        ...(settings.kmsKey !== undefined && { SSEKMSKeyId: settings.kmsKey }),
      }),
    );
    opened = true;
    await abortUpload(to, { key, uploadId: UploadId });
    return {
      check: CHECK,
      verdict: 'pass',
      seen: `${who} can write below ${JSON.stringify(to.location.prefix)} (an upload was opened and aborted).`,
    };
  } catch (error) {
    const { kind, code, message } = troubleOf(error);
    const seen = opened
      ? `${who} could open an upload at the destination but not abort it (${code}: ${message}); the upload of ${key} is still open.`
      : `${who}, which ${scene.engine === 'stream' ? 'writes' : 'signs'} the copies, could not write at the destination (${code}: ${message}).`;
    if (kind !== 'denied') return { check: CHECK, verdict: 'fail', seen };
    if (/kms:/.test(message)) {
      const todo = `Allow ${to.identity.principal ?? who} to use kms:GenerateDataKey and kms:Decrypt on the key of the destination.`;
      return { check: CHECK, verdict: 'fail', seen, fix: { todo } };
    }
    const statement = writeStatement(to.location, to.identity.partition, {
      ...needs,
      acl: needs.acl || acl !== undefined,
      delete: settings.delete && to.identity.side === 'destination',
    });
    return { check: CHECK, verdict: 'fail', seen, fix: grant(to.identity, to, statement, message) };
  }
}

/** Where it may not, another check says so. */
function mayLock({ facts: { destination } }: Scene): boolean {
  return !destination.objectLock.known || destination.objectLock.value.enabled;
}

/** Never comes to pass: only objects are locked, not uploads. */
function lockForAnHour() {
  return {
    ObjectLockMode: 'GOVERNANCE',
    ObjectLockRetainUntilDate: new Date(Date.now() + 3_600_000),
    ObjectLockLegalHoldStatus: 'ON',
  } as const;
}
