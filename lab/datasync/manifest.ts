/** Manifests: the objects to transfer, one a line. Source: DataSync User Guide, transferring-with-manifest. */
import { AwsError } from '../errors.ts';
import { bucketOf } from './access-test.ts';
import { accessTo } from './bucket-access.ts';
import type { Execution, World } from './world.ts';

export interface Listed {
  readonly path: string;
  readonly versionId?: string;
}

/** Reads the manifest under its own role; it may lie in any account and Region. */
export async function readManifest(world: World, { task, settings }: Execution): Promise<readonly Listed[]> {
  const {
    S3BucketArn = '',
    ManifestObjectPath = '',
    BucketAccessRoleArn = '',
    ManifestObjectVersionId,
  } = settings.manifest?.Source?.S3 ?? {};
  const bucket = bucketOf(S3BucketArn);
  const access = await accessTo(world, {
    bucket,
    region: world.s3.bucket(bucket).region,
    account: task.home.account,
    roleArn: BucketAccessRoleArn,
    sourceArn: task.arn,
  });
  const { content } = await access.read(ManifestObjectPath.replace(/^\//, ''), ManifestObjectVersionId);
  return parseManifest(content.bytes().toString());
}

const FIELD = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/gy;

/** CSV with one or two columns; a quoted field may go over several lines. */
export function parseManifest(csv: string): readonly Listed[] {
  const lines = csv.match(/(?:"(?:[^"]|"")*"|[^\r\n])+/g) ?? [];
  const paths = new Set<string>();
  return lines.map(line => {
    const fields = [...line.matchAll(FIELD)];
    const [path = '', versionId] = fields.map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    );
    const read = fields.reduce((sum, [field]) => sum + field.length, 0);
    if (read !== line.length || fields.length > 2 || path === '' || paths.has(path)) {
      throw new AwsError(400, 'ManifestFileInvalid', `Invalid manifest entry: ${line}`);
    }
    paths.add(path);
    return { path, ...(versionId && { versionId }) };
  });
}
