/**
 * The key that will encrypt the copies is one that the destination's account can use. A KMS default without a key of
 * one's own means the AWS managed key of the *writer's* account, which can never be shared.
 * (S3 User Guide, "Using server-side encryption with AWS KMS keys".)
 */
import { regionOf } from '../aws/arn.ts';
import type { CheckResult, Verdict } from '../model/checks.ts';
import type { BucketFacts, DefaultEncryption } from './facts.ts';
import type { Check, Scene } from './scene.ts';
import { isForeign, workersOf } from './scene.ts';

const CHECK = 'destination-encryption';

export const checkEncryption: Check = scene => {
  const { settings, facts } = scene;
  const { encryption } = facts.destination;
  const byDefault = encryption.known ? encryption.value : undefined;
  if (settings.encryption !== undefined) {
    const asked = { algorithm: settings.encryption, key: settings.kmsKey };
    return [judge({ ...asked, source: 'as asked' }, byDefault, scene)];
  }
  if (!encryption.known)
    return [answer('unknown', `Default encryption of the destination: ${encryption.why}.`)];
  return [judge({ ...encryption.value, source: "the bucket's default" }, byDefault, scene)];
};

/** How the copies will be encrypted, and who says so. */
interface Choice {
  readonly algorithm: string;
  readonly key: string | undefined;
  readonly source: string;
}

function judge(
  { algorithm, key, source }: Choice,
  byDefault: DefaultEncryption | undefined,
  scene: Scene,
): CheckResult {
  const { settings, to } = scene;
  const { writer } = workersOf(scene);
  if (!algorithm.startsWith('aws:kms')) {
    return answer('pass', `Copies are encrypted with ${algorithm}, ${source}.`);
  }
  const foreign = isForeign(writer, to);
  if (foreign && isManaged(key)) {
    return answer(
      'fail',
      `Copies would be encrypted under the AWS managed key of account ${writer.account}, which account ${to.owner} can never use.`,
      scene.datasync !== undefined
        ? 'Set the default encryption of the bucket to a customer managed key, by its full ARN, or to SSE-S3.'
        : `${scene.jobs === undefined ? 'Use `copy-as: destination`, or give' : 'Give'} \`encryption: aws:kms\` with \`kms-key\`, the ARN of a customer managed key that both accounts may use.`,
    );
  }
  if (foreign && key !== undefined && !isFullArn(key)) {
    return answer(
      'fail',
      `The bucket's default key is named ${key}, which is looked up in account ${writer.account} when that account writes.`,
      'Set the default encryption of the bucket to the full ARN of the key.',
    );
  }
  const region = key?.startsWith('arn:') ? regionOf(key) : undefined;
  if (region !== undefined && region !== to.region) {
    return answer(
      'fail',
      `The key ${key} is in ${region}, the bucket in ${to.region}; S3 takes keys of the bucket's own Region only.`,
      `Give the ARN of a key in ${to.region}; of a multi-Region key, that of its replica there.`,
    );
  }
  const overrides = settings.encryption !== undefined && settings.kmsKey === undefined;
  if (overrides && !isManaged(byDefault?.key)) {
    return answer(
      'warn',
      `Copies are encrypted under the AWS managed key, not under ${byDefault?.key}, the bucket's own.`,
      'Leave `encryption` empty to use the key of the bucket, or name one with `kms-key`.',
    );
  }
  const under = isManaged(key) ? 'the AWS managed key' : key;
  return answer(
    'pass',
    `Copies are encrypted with ${algorithm} under ${under}, ${source}.${bucketKeys(algorithm, byDefault)}`,
  );
}

/**
 * ARN of the customer managed key that copies are encrypted under, where it is known: the one asked for, or the bucket's
 * own. By an alias no policy allows anything.
 */
export function keyOfCopies({ settings, facts }: Pick<Scene, 'settings' | 'facts'>): string | undefined {
  return settings.encryption === undefined ? defaultKeyOf(facts.destination) : settings.kmsKey;
}

/** ARN of the key that a bucket encrypts with by default. */
export function defaultKeyOf({ encryption }: BucketFacts): string | undefined {
  const { key } = encryption.known ? encryption.value : {};
  return key !== undefined && isFullArn(key) ? key : undefined;
}

/** `aws/s3`, which exists once in each account and Region. A bucket can also name it by its alias. */
export function isManaged(key: string | undefined): boolean {
  return key === undefined || /(^|:)alias\/aws\/s3$/.test(key);
}

function isFullArn(key: string): boolean {
  return /^arn:[^:]*:kms:[^:]*:[^:]*:key\//.test(key);
}

/** (S3 User Guide, "Using dual-layer server-side encryption with AWS KMS keys".) */
function bucketKeys(algorithm: string, byDefault: DefaultEncryption | undefined): string {
  return algorithm === 'aws:kms:dsse' && byDefault?.bucketKey
    ? ' Dual-layer encryption uses no S3 Bucket Key: each copy is a request to KMS.'
    : '';
}

function answer(verdict: Verdict, seen: string, todo?: string): CheckResult {
  return { check: CHECK, verdict, seen, ...(todo !== undefined && { fix: { todo } }) };
}
