/**
 * Who reads for the copies, which is their signer or the source's own identity, can read what it will be asked to. A byte
 * of one object is fetched, because only that proves the bucket policy, the identity's policy and the KMS key together;
 * its tags, lock and ACL too, where they are carried.
 */
import { GetObjectAclCommand, GetObjectTaggingCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { grantKey, keyIn } from '../aws/grant.ts';
import { bucketArn, decryptStatement, type ReadNeeds, readStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { EngineName } from '../model/settings.ts';
import { CUSTOMER_KEY_ADVICE, lacksCustomerKey } from '../s3/customer-key.ts';
import { firstPage } from '../s3/list.ts';
import { lockOf } from '../s3/lock.ts';
import { readOneByte } from '../s3/read.ts';
import { listingsFor } from '../s3/versions.ts';
import { isArchived } from '../sync/decide.ts';
import { isMarker } from '../sync/history.ts';
import { explainDenied } from './denial.ts';
import { needsOf } from './preserved.ts';
import { type Check, isForeign, type Scene } from './scene.ts';
import { lookForKey } from './source-key.ts';

/** Who is asked about, and what they do. */
const READER = {
  copy: { check: 'signer-can-read', does: 'signs the copies' },
  stream: { check: 'source-readable', does: 'reads the objects' },
  datasync: { check: 'signer-can-read', does: 'signs the copies' },
  batch: { check: 'signer-can-read', does: 'signs the copies' },
  replication: { check: 'source-readable', does: 'reads the objects' },
} as const satisfies Record<EngineName, { readonly check: string; readonly does: string }>;

export const checkReadable: Check = async scene => {
  const sample = await pickSample(scene);
  if (sample === undefined) {
    return [
      {
        check: READER[scene.engine].check,
        verdict: 'unknown',
        seen: 'The first page of the source shows no object that could be tried.',
      },
    ];
  }
  return [await tryReading(scene, sample)];
};

/** `undefined` also when the source cannot be listed; another check says so. */
async function pickSample({ source, settings }: Scene): Promise<ObjectEntry | undefined> {
  try {
    const page = await firstPage(source, listingsFor(settings).source);
    const readable = page.flatMap(objectsOf).filter(entry => !isArchived(entry));
    const full = readable.filter(entry => entry.size > 0);
    // An object of Intelligent-Tiering can be in an archive tier, which listings do not tell.
    const certain = full.find(entry => entry.storageClass !== 'INTELLIGENT_TIERING');
    return certain ?? full[0] ?? readable[0];
  } catch {
    return undefined;
  }
}

/** The object itself, or of a history all versions that are objects. */
function objectsOf(entry: ObjectEntry): readonly ObjectEntry[] {
  return entry.history?.flatMap(version => (isMarker(version) ? [] : version)) ?? [entry];
}

/** @param sample as the listing of the source has it */
export async function tryReading(scene: Scene, sample: ObjectEntry): Promise<CheckResult> {
  const { from } = scene;
  const { check, does } = READER[scene.engine];
  const who = from.identity.arn ?? 'the identity in use';
  const needs = needsOf(scene);
  const request = from.naming(sample);
  const version = sample.versionId === undefined ? '' : `version ${sample.versionId} of `;
  const what = `${version}${JSON.stringify(request.Key)}${also(needs)}`;
  let contentRead = false;
  try {
    if (sample.size === 0) await from.send(new HeadObjectCommand(request));
    else await readOneByte(from, sample);
    contentRead = true;
    if (needs.tags) await from.send(new GetObjectTaggingCommand(request));
    if (needs.lock) await lockOf(from, sample);
    if (needs.acl) await from.send(new GetObjectAclCommand(request));
    return { check, verdict: 'pass', seen: `${who} can read ${what}.` };
  } catch (error) {
    const { kind, code, message } = troubleOf(error);
    const seen = `${who}, which ${does}, could not read ${what} (${code}: ${message}).`;
    if (kind === 'absent' || code === 'InvalidObjectState') return { check, verdict: 'unknown', seen };
    if (lacksCustomerKey({ code, message })) {
      return { check, verdict: 'warn', seen, fix: { todo: CUSTOMER_KEY_ADVICE } };
    }
    if (kind !== 'denied') return { check, verdict: 'fail', seen };
    const sealed = contentRead ? undefined : await lookForKey(scene, sample, message);
    return sealed === undefined
      ? { check, verdict: 'fail', seen, fix: await readFix(scene, request.Key, message) }
      : {
          check,
          verdict: 'fail',
          seen: `${seen} The object is encrypted under ${sealed.key}.`,
          fix: sealed.fix,
        };
  }
}

/** Before any policy is looked at. (S3 User Guide, "Using Requester Pays general purpose buckets".) */
const NO_PAYER =
  'Set `request-payer: true`: the source is Requester Pays, and S3 denies those who do not accept the charges.';

/** @param key in full */
async function readFix(scene: Scene, key: string, message: string): Promise<Fix> {
  const { source, from, network, settings, facts } = scene;
  const { identity, location } = from;
  const { payer } = facts.source;
  if (payer.known && payer.value === 'Requester' && !settings.requestPayer && isForeign(identity, source))
    return { todo: NO_PAYER };
  const sealing = keyIn(message);
  if (sealing !== undefined) return grantKey(identity, sealing, decryptStatement, message);
  const statement = readStatement(location, identity.partition, needsOf(scene));
  const object = `${bucketArn(location, identity.partition)}/${key}`;
  return explainDenied({ identity, bucket: source, statement, object, network, message });
}

function also({ tags, lock, acl }: ReadNeeds): string {
  const more = [tags && 'tags', lock && 'Object Lock', acl && 'ACL'].filter(one => one !== false);
  return more.length === 0 ? '' : ` and its ${new Intl.ListFormat('en').format(more)}`;
}
