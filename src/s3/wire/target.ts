/** Where a bucket's requests go. The SDK decides, once per bucket: custom endpoints, partitions, path style and all. */
import { ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

export interface Target {
  /** `https://host:port` */
  readonly origin: string;
  /** As the Host header says it. */
  readonly host: string;
  /** What comes before `/key`: `/bucket` in path style, else ''. */
  readonly base: string;
}

/** Thrown in place of sending, and caught at once. */
class Captured extends Error {
  readonly target: Target;

  constructor(target: Target) {
    super('captured');
    this.target = target;
  }
}

interface Addressed {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

/** Asks the SDK for a request to the bucket and looks where it was going. */
export async function findTarget(config: S3ClientConfig, bucket: string): Promise<Target> {
  const client = new S3Client({
    ...config,
    requestHandler: {
      handle: async (request: Addressed) => {
        throw new Captured(targetOf(request));
      },
    },
  });
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  } catch (error) {
    if (error instanceof Captured) return error.target;
    throw error;
  }
  throw new Error('The SDK sent nothing.');
}

function targetOf({ protocol, hostname, port, path }: Addressed): Target {
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return { origin: `${protocol}//${host}`, host, base: path === '/' ? '' : path.replace(/\/$/, '') };
}
