/**
 * KMS keys. A key of another account must be allowed by its policy and by that of the role; to roles of its own account a
 * key usually leaves the decision to IAM. (KMS Developer Guide, "Allowing users in other accounts to use a KMS key".)
 */
import { accountOf } from '../aws/arn.ts';
import { decryptStatement, encryptStatement, forPrincipal, type Statement } from '../aws/policies.ts';
import { type Entry, onlyIf, permit } from './entry.ts';
import type { Place, World } from './world.ts';

/** @param key ARN; `*` in the policy of the key itself */
type OnKey = (key: string) => Statement;

/** Under which keys the objects of the source lie, only AWS knows. */
export function readingKeys(world: World, role: string, onKey: OnKey = decryptStatement): Entry[] {
  const { source } = world;
  const when = `objects of the source ${source.bucket} are encrypted under a customer managed key`;
  return onlyIf(when, unknownKeys(world, source, role, onKey));
}

/** The key of the copies: the one asked for, else whatever the destination encrypts with by default. */
export function writingKeys(world: World, role: string, onKey: OnKey = encryptStatement): Entry[] {
  const { settings, destination } = world;
  const { kmsKey, encryption } = settings;
  if (kmsKey !== undefined) return namedKey(kmsKey, role, onKey);
  // `AES256` has no key, and that of AWS, which `aws:kms` alone means, serves whoever is of its account.
  if (encryption !== undefined) return [];
  const when = `the destination ${destination.bucket} encrypts by default under a customer managed key`;
  return onlyIf(when, unknownKeys(world, destination, role, onKey));
}

export function namedKey(key: string, role: string, onKey: OnKey): Entry[] {
  const account = accountOf(key);
  const inKey = [ofKey(key, account, role, onKey)];
  const when = `the policy of the key does not leave the decision to the policies of its account`;
  return [...permit(role, onKey(key)), ...(account === accountOf(role) ? onlyIf(when, inKey) : inKey)];
}

/** Any key of the bucket's account. The policy of the key need be told only across accounts. */
function unknownKeys({ partition }: World, place: Place, role: string, onKey: OnKey): Entry[] {
  const { bucket, owner, region } = place;
  const name = `the key of ${bucket}`;
  return [
    ...permit(role, onKey(`arn:${partition}:kms:${region}:${owner}:key/*`)),
    ...(accountOf(role) === owner ? [] : [ofKey(name, owner, role, onKey)]),
  ];
}

function ofKey(name: string, account: string, role: string, onKey: OnKey): Entry {
  return { kind: 'key', name, account, statement: forPrincipal(onKey('*'), role) };
}
