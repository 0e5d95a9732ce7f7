/** The buckets exist, and where. */

import { startingRegion } from '../aws/endpoint.ts';
import type { Identity } from '../aws/identity.ts';
import { whenUnreachable } from '../aws/unreachable.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Side } from '../model/objects.ts';
import type { SideSettings } from '../model/settings.ts';
import type { Network } from '../s3/network.ts';
import { locate, type Whereabouts } from '../s3/region.ts';

export interface Found {
  readonly result: CheckResult;
  /** `undefined` when the bucket cannot be used. */
  readonly region: string | undefined;
}

export async function findBucket(
  side: Side,
  settings: SideSettings,
  identity: Identity,
  network: Network,
): Promise<Found> {
  const check = `${side}-bucket`;
  const { bucket } = settings.location;
  const asked = settings.region ?? startingRegion(network.environment, settings.roleArn);
  const where = await locate(bucket, asked, identity, network);
  if (!where.found) return notFound(check, bucket, where, side, `${side}-region`);
  if (settings.region !== undefined && settings.region !== where.region) {
    const seen = `${bucket} is in ${where.region}, not in ${settings.region}.`;
    const todo = `Set \`${side}-region: ${where.region}\`, or leave it empty: the Region is found by itself.`;
    return { result: { check, verdict: 'fail', seen, fix: { todo } }, region: undefined };
  }
  return {
    result: { check, verdict: 'pass', seen: `${bucket} is in ${where.region}.` },
    region: where.region,
  };
}

/**
 * @param named the input that names the bucket
 * @param asked the input that says where to look
 */
export function notFound(
  check: string,
  bucket: string,
  { code, message, status }: Extract<Whereabouts, { found: false }>,
  named: string,
  asked: string,
): Found {
  const missing = code === 'NoSuchBucket';
  const seen = missing ? `There is no bucket ${bucket}.` : `HeadBucket failed with ${code}: ${message}`;
  const todo = missing
    ? `Correct \`${named}\`, or create the bucket.`
    : `Check the endpoint and \`${asked}\`.`;
  const fix = whenUnreachable({ status, code }) ?? { todo };
  return { result: { check, verdict: 'fail', seen, fix }, region: undefined };
}
