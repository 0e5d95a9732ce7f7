/** The bucket of manifests and reports is there, and in a Region where the service takes it. */
import { startingRegion } from '../aws/endpoint.ts';
import type { Identity } from '../aws/identity.ts';
import type { CheckResult } from '../model/checks.ts';
import type { Network } from '../s3/network.ts';
import { locate } from '../s3/region.ts';
import { type Found, notFound } from './buckets.ts';

/** What to say of a Region; `undefined` when it is as it should be. */
export type Judge = (region: string) => Omit<CheckResult, 'check'> | undefined;

/** @param roleArn of the identity, which can tell where to ask first */
export async function findWorkBucket(
  bucket: string,
  identity: Identity,
  roleArn: string | undefined,
  network: Network,
  judge: Judge,
): Promise<Found> {
  const check = 'work-bucket';
  const where = await locate(bucket, startingRegion(network.environment, roleArn), identity, network);
  if (!where.found) return notFound(check, bucket, where, 'work-location', 'work-location');
  const { region } = where;
  const odd = judge(region);
  return odd === undefined
    ? { result: { check, verdict: 'pass', seen: `${bucket} is in ${region}.` }, region }
    : { result: { check, ...odd }, region: odd.verdict === 'fail' ? undefined : region };
}
