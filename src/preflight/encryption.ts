/**
 * The key that will encrypt the copies is one that the destination's account can use. A KMS default without a key of
 * one's own means the AWS managed key of the *writer's* account, which can never be shared.
 * (S3 User Guide, "Using server-side encryption with AWS KMS keys".)
 */
import type { Check } from './scene.ts';
import { isForeign } from './scene.ts';

export const checkEncryption: Check = ({ settings, to, facts }) => {
  const check = 'destination-encryption';
  const chosen = settings.encryption && { algorithm: settings.encryption, key: settings.kmsKey };
  const { encryption } = facts.destination;
  if (chosen === undefined && !encryption.known) {
    return [{ check, verdict: 'unknown', seen: `Default encryption of the destination: ${encryption.why}.` }];
  }
  const { algorithm, key } =
    chosen ?? (encryption.known ? encryption.value : { algorithm: 'AES256', key: undefined });
  const source = chosen === undefined ? "the bucket's default" : 'as asked';
  if (!algorithm.startsWith('aws:kms'))
    return [{ check, verdict: 'pass', seen: `Copies are encrypted with ${algorithm}, ${source}.` }];
  if (!isForeign(to.identity, to)) {
    return [
      {
        check,
        verdict: 'pass',
        seen: `Copies are encrypted with ${algorithm} under ${key ?? 'the AWS managed key'}, ${source}.`,
      },
    ];
  }
  if (key === undefined) {
    const seen = `Copies would be encrypted under the AWS managed key of account ${to.identity.account}, which account ${to.owner} can never use.`;
    const todo =
      'Use `copy-as: destination`, or give `encryption: aws:kms` with `kms-key`, the ARN of a customer managed key that both accounts may use.';
    return [{ check, verdict: 'fail', seen, fix: { todo } }];
  }
  if (!key.startsWith('arn:')) {
    const seen = `The bucket's default key is named ${key}, which is looked up in account ${to.identity.account} when that account writes.`;
    const todo = 'Set the default encryption of the bucket to the full ARN of the key.';
    return [{ check, verdict: 'fail', seen, fix: { todo } }];
  }
  return [
    { check, verdict: 'pass', seen: `Copies are encrypted with ${algorithm} under ${key}, ${source}.` },
  ];
};
