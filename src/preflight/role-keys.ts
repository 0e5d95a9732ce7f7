/**
 * The keys of KMS that the role of a service works with, as far as the inputs and the defaults of both buckets tell: under
 * which keys single objects lie, nobody knows.
 */
import { accountOf } from '../aws/arn.ts';
import { grantKey } from '../aws/grant.ts';
import type { Statement } from '../aws/policies.ts';
import type { Fix } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import { defaultKeyOf, keyOfCopies } from './encryption.ts';
import type { Need } from './role-trials.ts';
import type { Scene } from './scene.ts';

/** What a role does with the key of one side. */
export interface KeyUse {
  readonly side: Side;
  /** ARN */
  readonly key: string;
  /** @param key ARN; without one for the policy of the key itself */
  readonly statement: (key?: string) => Statement;
}

export function keysInUse(
  { settings, facts }: Pick<Scene, 'settings' | 'facts'>,
  reading: KeyUse['statement'],
  writing: KeyUse['statement'],
): KeyUse[] {
  const uses = [
    { side: 'source', key: defaultKeyOf(facts.source), statement: reading },
    { side: 'destination', key: keyOfCopies({ settings, facts }), statement: writing },
  ] as const;
  return uses.flatMap(({ key, ...use }) => (key === undefined ? [] : { ...use, key }));
}

export function needsOfKeys(uses: readonly KeyUse[]): Need[] {
  return uses.map(({ key, statement }) => ({ statement: statement(key) }));
}

/**
 * S3 often does not say whether it was a bucket or a key that was denied: the role needs both.
 *
 * @param words what was said of the denial
 */
export function withKeys<F extends Fix | undefined>(
  fix: F,
  words: string,
  role: string,
  uses: readonly KeyUse[],
): F | Fix {
  if (fix?.grants === undefined || /is not authorized to|kms:|sts:AssumeRole/.test(words)) return fix;
  const grantee = { principal: role, account: accountOf(role) };
  const all = [fix, ...uses.map(({ key, statement }) => grantKey(grantee, key, statement, ''))];
  return {
    ...fix,
    todo: all.map(({ todo }) => todo).join(' '),
    grants: all.flatMap(({ grants = [] }) => grants),
  };
}
