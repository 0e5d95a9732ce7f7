/**
 * The signer of the copies can read what it will be asked to copy. A byte of one object is fetched, because only that
 * proves the bucket policy, the identity's policy and the KMS key together; its tags too, where they are carried.
 */
import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { readStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import type { CheckResult, ObjectEntry } from '../model.ts';
import { firstPage } from '../s3/list.ts';
import { isArchived } from '../sync/decide.ts';
import type { Check, Scene } from './scene.ts';
import { grant } from './scene.ts';

const CHECK = 'signer-can-read';

export const checkReadable: Check = async scene => {
  const sample = await pickSample(scene);
  if (sample === undefined) {
    return [
      {
        check: CHECK,
        verdict: 'unknown',
        seen: 'The first page of the source shows no object that could be tried.',
      },
    ];
  }
  return [await tryReading(scene, sample)];
};

/** `undefined` also when the source cannot be listed; another check says so. */
async function pickSample({ source }: Scene): Promise<ObjectEntry | undefined> {
  try {
    const readable = (await firstPage(source)).filter(entry => !isArchived(entry));
    return readable.find(entry => entry.size > 0) ?? readable[0];
  } catch {
    return undefined;
  }
}

async function tryReading({ settings, from }: Scene, sample: ObjectEntry): Promise<CheckResult> {
  const who = from.identity.arn ?? 'the signer';
  const Key = from.fullKey(sample.key);
  const what = JSON.stringify(Key);
  const tags = settings.preserve.has('tags');
  const request = { ...from.common, ...from.payer, Key };
  try {
    if (sample.size === 0) await from.send(new HeadObjectCommand(request));
    else {
      const { Body } = await from.send(new GetObjectCommand({ ...request, Range: 'bytes=0-0' }));
      await Body?.transformToByteArray();
    }
    if (tags) await from.send(new GetObjectTaggingCommand(request));
    return { check: CHECK, verdict: 'pass', seen: `${who} can read ${what}${tags ? ' and its tags' : ''}.` };
  } catch (error) {
    const { kind, code, message } = troubleOf(error);
    const seen = `${who}, which signs the copies, could not read ${what}${tags ? ' and its tags' : ''} (${code}: ${message}).`;
    if (kind === 'absent') return { check: CHECK, verdict: 'unknown', seen };
    if (kind !== 'denied') return { check: CHECK, verdict: 'fail', seen };
    if (/kms:/.test(message)) {
      const todo = `Allow ${from.identity.principal ?? who} to use kms:Decrypt on the key of the source, in the key policy and in its own policy.`;
      return { check: CHECK, verdict: 'fail', seen, fix: { todo } };
    }
    const statement = readStatement(from.location, from.identity.partition, tags);
    return { check: CHECK, verdict: 'fail', seen, fix: grant(from.identity, from, statement, message) };
  }
}
