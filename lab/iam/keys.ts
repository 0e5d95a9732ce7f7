import { randomBytes } from 'node:crypto';
import type { Caller } from '../kinds.ts';

/** What a signature is checked against, and whom it stands for. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly caller: Caller;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * An identifier as IAM makes them: a prefix that tells the kind (`AKIA` long-lived key, `ASIA` temporary key, `AROA`
 * role, `AIDA` user), then upper-case letters and digits.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function uniqueId(prefix: 'AKIA' | 'ASIA' | 'AROA' | 'AIDA'): string {
  return prefix + [...randomBytes(16)].map(byte => ALPHABET[byte % 32]).join('');
}

export function secret(): string {
  return randomBytes(30).toString('base64');
}
