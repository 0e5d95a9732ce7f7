/**
 * With `archived: restore`, the source's identity may ask for restores. It asks for one of an object that is in no
 * archive, which S3 refuses whoever asks: the refusal tells whether the permission was there, and nothing happens.
 * (S3 API, RestoreObject.)
 */
import { restoreStatement } from '../aws/policies.ts';
import { troubleOf } from '../aws/trouble.ts';
import type { CheckResult, Fix } from '../model/checks.ts';
import type { ObjectEntry } from '../model/objects.ts';
import type { Bucket } from '../s3/bucket.ts';
import { firstPage } from '../s3/list.ts';
import { restoreCommand } from '../s3/restore.ts';
import type { Check } from './scene.ts';
import { grant } from './scene.ts';

const CHECK = 'source-restorable';

/** Never in an archive. Intelligent-Tiering does not tell in which of its tiers an object is. */
const AT_HAND: ReadonlySet<string> = new Set([
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'GLACIER_IR',
  'REDUCED_REDUNDANCY',
]);

export const checkRestorable: Check = async ({ settings, source }) => {
  const { archived, mode } = settings;
  if (archived !== 'restore' || mode === 'verify') return [];
  if (mode === 'dry-run') {
    return [{ check: CHECK, verdict: 'unknown', seen: 'Not tried: a dry run asks for no restores.' }];
  }
  const sample = await pickSample(source);
  if (sample === undefined) {
    const seen = 'The first page of the source shows no object outside of the archives that could be tried.';
    return [{ check: CHECK, verdict: 'unknown', seen }];
  }
  return [await tryRestoring(source, sample)];
};

/** `undefined` also when the source cannot be listed; another check says so. */
async function pickSample(source: Bucket): Promise<ObjectEntry | undefined> {
  try {
    return (await firstPage(source)).find(({ storageClass }) => AT_HAND.has(storageClass));
  } catch {
    return undefined;
  }
}

async function tryRestoring(source: Bucket, sample: ObjectEntry): Promise<CheckResult> {
  const who = source.identity.arn ?? 'the identity in use';
  const allowed: CheckResult = {
    check: CHECK,
    verdict: 'pass',
    seen: `${who} may ask for restores in ${source.location.bucket}.`,
  };
  try {
    await source.send(restoreCommand(source, sample));
    return allowed;
  } catch (error) {
    const { kind, code, message } = troubleOf(error);
    if (code === 'InvalidObjectState') return allowed;
    const seen = `${who} could not ask for a restore in ${source.location.bucket} (${code}: ${message}).`;
    if (kind !== 'denied') return { check: CHECK, verdict: 'unknown', seen };
    return { check: CHECK, verdict: 'fail', seen, fix: restoreFix(source, message) };
  }
}

/** What to add after a restore was denied. */
export function restoreFix(source: Bucket, message: string): Fix {
  const statement = restoreStatement(source.location, source.identity.partition);
  return grant(source.identity, source, statement, message);
}
