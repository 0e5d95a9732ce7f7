/** Where a bucket lives, and whether it is there at all. */
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { hasCustomEndpoint } from '../aws/endpoint.ts';
import type { Identity } from '../aws/identity.ts';
import { withRetries } from '../aws/retry.ts';
import { type Trouble, troubleOf } from '../aws/trouble.ts';
import { StoppedError } from '../errors.ts';
import type { Network } from './network.ts';

export type Whereabouts =
  | { readonly found: true; readonly region: string; readonly readable: boolean }
  | ({ readonly found: false } & Pick<Trouble, 'code' | 'message' | 'status'>);

/**
 * HeadBucket may be sent to any Region of the partition and names the bucket's own in `x-amz-bucket-region`, whatever
 * the permissions (S3 API, HeadBucket). GetBucketLocation is denied across accounts by design.
 *
 * @param asked the Region to ask first
 * @throws StoppedError when the run was aborted meanwhile
 */
export async function locate(
  bucket: string,
  asked: string,
  identity: Identity,
  network: Network,
): Promise<Whereabouts> {
  const client = new S3Client({
    region: asked,
    credentials: identity.credentials,
    systemClockOffset: identity.clockAheadMs ?? 0,
    requestHandler: network.requestHandler,
    forcePathStyle: hasCustomEndpoint(network.environment),
    maxAttempts: 1,
  });
  const attempt = () => {
    network.requests.add('HeadBucket');
    return client.send(new HeadBucketCommand({ Bucket: bucket }));
  };
  try {
    const { BucketRegion } = await withRetries(attempt, {
      turn: network.turn,
      aborting: network.aborting,
      renew: identity.renew,
    });
    return { found: true, region: BucketRegion ?? asked, readable: true };
  } catch (error) {
    if (error instanceof StoppedError) throw error;
    const { code, message, status } = troubleOf(error);
    const region = regionHeader(error);
    if (status === 404)
      return { found: false, code: 'NoSuchBucket', message: 'There is no bucket of this name.', status };
    if (region !== undefined) return { found: true, region, readable: status !== 403 };
    if (status === 403) return { found: true, region: asked, readable: false };
    return { found: false, code, message, status };
  }
}

function regionHeader(error: unknown): string | undefined {
  const response = (error as { $response?: { headers?: Record<string, string> } } | null)?.$response;
  return response?.headers?.['x-amz-bucket-region'];
}
