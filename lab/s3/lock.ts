/** Object Lock: retention and legal holds, and whom they stop. */
import type { Bucket } from './bucket.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import type { Retention, Version } from './object.ts';

type Headers = Readonly<Record<string, string>>;

const MODE = 'x-amz-object-lock-mode';
const UNTIL = 'x-amz-object-lock-retain-until-date';
const HOLD = 'x-amz-object-lock-legal-hold';

export const sendsRetention = (headers: Headers): boolean =>
  headers[MODE] !== undefined || headers[UNTIL] !== undefined;

export const sendsLegalHold = (headers: Headers): boolean => headers[HOLD] !== undefined;

/**
 * The lock a new version gets, from the request or else from the bucket's default.
 * Source: API Reference, PutObject, and User Guide, object-lock.
 */
export function lockOf(
  headers: Headers,
  bucket: Bucket,
  now: Date,
): { readonly retention?: Retention; readonly legalHold?: boolean } {
  if ((sendsRetention(headers) || sendsLegalHold(headers)) && !bucket.objectLock) {
    throw missingLockConfiguration();
  }
  const retention = sendsRetention(headers)
    ? requestedRetention(headers, now)
    : defaultRetention(bucket, now);
  return {
    ...(retention && { retention }),
    ...(sendsLegalHold(headers) && { legalHold: headers[HOLD] === 'ON' }),
  };
}

export const missingLockConfiguration = () => invalidRequest('Bucket is missing Object Lock Configuration');

function requestedRetention(headers: Headers, now: Date): Retention {
  const mode = headers[MODE];
  const until = new Date(headers[UNTIL] ?? '');
  if (mode === undefined || headers[UNTIL] === undefined) {
    throw invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
      mode === undefined ? MODE : UNTIL,
      '',
    );
  }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw invalidArgument('Unknown wormMode directive.', MODE, mode);
  }
  if (!(until > now)) {
    throw invalidArgument('The retain until date must be in the future!', UNTIL, headers[UNTIL]);
  }
  return { mode, until };
}

function defaultRetention(bucket: Bucket, now: Date): Retention | undefined {
  const rule = bucket.objectLock?.rule;
  if (!rule) return undefined;
  const until = new Date(now);
  if (rule.years) until.setUTCFullYear(until.getUTCFullYear() + rule.years);
  else until.setUTCDate(until.getUTCDate() + (rule.days ?? 0));
  return { mode: rule.mode, until };
}

/** Whether a lock forbids to delete this version; `bypass` is leave to pass over GOVERNANCE. */
export function isLocked(version: Version, now: Date, bypass: boolean): boolean {
  if (version.kind === 'marker') return false;
  if (version.legalHold) return true;
  const { retention } = version;
  if (!retention || retention.until <= now) return false;
  return retention.mode === 'COMPLIANCE' || !bypass;
}
