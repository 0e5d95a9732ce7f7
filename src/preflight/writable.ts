/**
 * Who writes the copies can write at the destination. A multipart upload is opened with everything the copies will
 * carry and aborted at once: it proves the permissions, the ACL and the key, and no object ever exists.
 */
import type { ObjectCannedACL } from '@aws-sdk/client-s3';
import { grantKey, keyIn } from '../aws/grant.ts';
import { bucketArn, encryptStatement, writeStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import type { OpenUpload } from '../s3/journal.ts';
import { abortUpload, openUpload } from '../s3/uploads.ts';
import { formatLocation } from '../settings/location.ts';
import { explainDenied } from './denial.ts';
import { keyOfCopies } from './encryption.ts';
import { aclFor } from './ownership.ts';
import { grantsTo, needsOf } from './preserved.ts';
import { PROBE_KEY } from './probe-key.ts';
import type { Check, Scene } from './scene.ts';

const CHECK = 'destination-writable';

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
  return mode === 'verify' ? [] : [await tryWriting(scene, scene.to.fullKey(PROBE_KEY))];
};

/** @param key in the destination bucket, at which no object is written */
export async function tryWriting(scene: Scene, key: string): Promise<CheckResult> {
  const { to } = scene;
  const who = to.identity.arn ?? 'the identity in use';
  let upload: OpenUpload | undefined;
  try {
    upload = await openProbe(scene, key);
    await endProbe(scene, upload);
    return {
      check: CHECK,
      verdict: 'pass',
      seen: `${who} can write below ${formatLocation(to.location)} (an upload was opened and aborted).`,
    };
  } catch (error) {
    const { kind, code, message } = troubleOf(error);
    const seen =
      upload === undefined
        ? `${who}, which ${scene.engine === 'stream' ? 'writes' : 'signs'} the copies, could not write at the destination (${code}: ${message}).`
        : `${who} could open an upload at the destination but not abort it (${code}: ${message}); the upload of ${key} is still open.`;
    if (kind !== 'denied') return { check: CHECK, verdict: 'fail', seen };
    const sealing = upload === undefined ? await keyInTheWay(scene, key, message) : undefined;
    if (sealing === undefined)
      return { check: CHECK, verdict: 'fail', seen, fix: await writeFix(scene, key, message) };
    const under = `${seen} Copies are encrypted under ${sealing}.`;
    const fix = grantKey(to.identity, sealing, encryptStatement, message);
    return { check: CHECK, verdict: 'fail', seen: under, fix };
  }
}

/** With all that a copy has, but for its content. */
function openProbe(scene: Scene, key: string, encryption = encryptionOf(scene)): Promise<OpenUpload> {
  const { to, journal } = scene;
  const acl = aclFor(scene);
  const needs = needsOf(scene);
  const grantee = grantsTo(scene);
  const request = {
    Key: key,
    ...(needs.tags && { Tagging: 'probe=probe' }),
    ...(needs.lock && mayLock(scene) && lockForAnHour()),
    ...(grantee !== undefined && { GrantFullControl: `id="${grantee}"` }),
    ...(acl !== undefined && { ACL: acl as ObjectCannedACL }),
    ...encryption,
  };
  return openUpload(to, request, journal);
}

async function endProbe({ to, journal }: Scene, upload: OpenUpload): Promise<void> {
  await abortUpload(to, upload);
  await journal.closed(upload);
}

interface Encryption {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse';
  readonly SSEKMSKeyId?: string;
}

function encryptionOf({ settings: { encryption, kmsKey } }: Scene): Encryption {
  return {
    ...(encryption !== undefined && { ServerSideEncryption: encryption }),
    ...(kmsKey !== undefined && { SSEKMSKeyId: kmsKey }),
  };
}

/**
 * ARN of the key without which it would have worked. Across accounts S3 says no more than "Access Denied": that the same is
 * allowed without the key tells.
 */
async function keyInTheWay(scene: Scene, key: string, message: string): Promise<string | undefined> {
  const named = keyIn(message);
  const sealing = keyOfCopies(scene);
  if (named !== undefined || sealing === undefined) return named;
  try {
    await endProbe(scene, await openProbe(scene, key, { ServerSideEncryption: 'AES256' }));
    return sealing;
  } catch {
    return undefined;
  }
}

function writeFix(scene: Scene, key: string, message: string): Promise<Fix> {
  const { to, destination, settings, network } = scene;
  const { identity, location } = to;
  const needs = needsOf(scene);
  const statement = writeStatement(location, identity.partition, {
    ...needs,
    acl: needs.acl || aclFor(scene) !== undefined,
    delete: settings.delete && identity.side === 'destination',
  });
  const object = `${bucketArn(location, identity.partition)}/${key}`;
  return explainDenied({ identity, bucket: destination, statement, object, network, message });
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
